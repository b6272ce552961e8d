/*
 * Each stream delivers names in canonical order: one a changed source, and one the old snapshot. A tournament
 * says which comes next. A stack holds the path to the last name with the verdict that holds below it: the
 * next names inherit that, but for the streams that have these names.
 */
#include "view/merge.h"

#include "list/intern.h"
#include "list/sort.h"
#include "view/tournament.h"

#include <stdlib.h>
#include <string.h>

enum { LABELS_MAX = 127 };
enum { EXACT, BELOW }; /* what holds for a name itself, and for the names below it */

/* What a stream has for a name, EXACT and BELOW. */
struct contribution {
    bool has[2];       /* otherwise it inherits */
    bool old;          /* the stream is that of the old snapshot */
    uint16_t source;   /* else of this changed source */
    uint32_t state[2]; /* its group; or its verdict in the old snapshot */
};

struct name_stream {
    bool more;                   /* `next` is valid */
    uint8_t next[256];           /* reversed wire form: length byte, then labels from the top down */
    struct contribution of_next; /* of that name */
    const struct set_data *data; /* of a changed source; NULL: the stream of the old snapshot */
    size_t at;                   /* next entry */
    struct snapshot_source *facts;
};

/* A name on the path. */
struct frame {
    uint32_t entry;
    uint8_t length;        /* of its name in reversed wire form */
    uint32_t exact, below; /* verdicts */
};

struct name_merge {
    struct compile *compile;
    struct names *names;
    size_t count;
    struct name_stream *streams;
    struct tournament tournament;
    struct contribution *contributions; /* to the name at hand */
    size_t contributions_count;
    unsigned depth;
    struct frame path[LABELS_MAX + 1];
    uint8_t name[256];         /* of the last frame; what follows its length is not valid */
    struct intern value_index; /* of names->values */
    struct vec values[2];      /* scratch: the values of the name at hand, EXACT and BELOW */
    enum err failed;
};

static uint32_t fail(struct name_merge *m)
{
    m->failed = ERR_MEMORY;
    return 0;
}

/* ---- Streams ---- */

/* Adds a value of a name, each once. */
static void add_value(struct name_merge *m, struct vec *values, uint32_t value)
{
    const uint32_t *known = values->data;

    for (size_t i = 0; i < VEC_COUNT(values, uint32_t); i++)
        if (known[i] == value)
            return;
    uint32_t *p = vec_add(values, sizeof(*p));
    if (p == NULL)
        fail(m);
    else
        *p = value;
}

/* Reads the entries of a changed source for its next name. They are in the order of their lines. */
static void set_advance(struct name_merge *m, struct name_stream *s)
{
    const struct entry_name *e = s->data->entries_name.data;
    const uint8_t *pool = s->data->names.data;
    size_t count = VEC_COUNT(&s->data->entries_name, *e);
    struct contribution *n = &s->of_next;
    bool excluded[2] = { false, false };

    s->more = s->at < count;
    if (!s->more)
        return;
    memcpy(s->next, pool + e[s->at].name, pool[e[s->at].name] + 1u);
    n->has[EXACT] = n->has[BELOW] = false;
    m->values[EXACT].used = m->values[BELOW].used = 0;
    for (; s->at < count && set_names_equal(pool + e[s->at].name, s->next); s->at++) {
        for (unsigned i = EXACT; i <= BELOW; i++) {
            if (!(i == EXACT ? e[s->at].exact : e[s->at].below))
                continue;
            n->has[i] = true;
            if (e[s->at].value == ENTRY_EXCLUDED)
                excluded[i] = true;
            else
                add_value(m, &m->values[i], e[s->at].value);
        }
    }
    for (unsigned i = EXACT; i <= BELOW; i++) {
        size_t values = excluded[i] ? 0 : VEC_COUNT(&m->values[i], uint32_t);
        n->state[i] = values != 0 ? compile_group(m->compile, n->source, m->values[i].data, values) : 0;
        s->facts->has_names |= n->state[i] != 0;
    }
}

/* Composes the name of the next old entry, from its last label up. */
static void old_advance(struct name_merge *m, struct name_stream *s)
{
    const struct names *old = &m->compile->old->names;
    const struct name_entry *e = old->entries.data;
    uint8_t reversed[256];
    unsigned at = sizeof(reversed);

    s->more = s->at < VEC_COUNT(&old->entries, *e);
    if (!s->more)
        return;
    for (uint32_t i = (uint32_t)s->at; i != NAMES_ROOT; i = e[i].parent) {
        const uint8_t *label = &VEC_AT(&old->labels, const uint8_t, e[i].label);
        at -= label[0] + 1u;
        memcpy(reversed + at, label, label[0] + 1u);
    }
    s->next[0] = (uint8_t)(sizeof(reversed) - at);
    memcpy(s->next + 1, reversed + at, s->next[0]);
    s->of_next.has[EXACT] = s->of_next.has[BELOW] = true;
    s->of_next.state[EXACT] = names_exact(old, (uint32_t)s->at);
    s->of_next.state[BELOW] = names_below(old, (uint32_t)s->at);
    s->at++;
}

/* Where a stream goes on, for the tournament. */
static uint64_t next_head(const struct name_stream *s)
{
    return s->more ? trie_key_read(s->next + 1, s->next[0] < 8 ? s->next[0] : 8).hi : TOURNAMENT_ENDED;
}

static void advance(struct name_merge *m, struct name_stream *s)
{
    if (s->data != NULL)
        set_advance(m, s);
    else
        old_advance(m, s);
}

static int compare(const uint8_t *a, const uint8_t *b)
{
    int order = memcmp(a + 1, b + 1, a[0] < b[0] ? a[0] : b[0]);
    return order != 0 ? order : (int)a[0] - (int)b[0];
}

/* Of streams at the same name, any may come first. */
static bool comes_before(const void *context, unsigned a, unsigned b)
{
    const struct name_stream *s = ((const struct name_merge *)context)->streams;

    return s[a].more && (!s[b].more || compare(s[a].next, s[b].next) < 0);
}

/* The verdict of the name at hand, EXACT or BELOW, which inherits another one. */
static uint32_t verdict_of(struct name_merge *m, unsigned which, uint32_t inherited)
{
    bool any = false;

    for (size_t i = 0; i < m->contributions_count; i++) {
        const struct contribution *n = &m->contributions[i];
        if (!n->has[which])
            continue;
        if (!any)
            compile_begin(m->compile, inherited);
        any = true;
        if (n->old)
            compile_put_old(m->compile, n->state[which]);
        else
            compile_put(m->compile, n->source, n->state[which]);
    }
    return any ? compile_end(m->compile) : inherited;
}

/* ---- The tree ---- */

static uint32_t value_intern(struct name_merge *m, uint32_t exact, uint32_t below)
{
    uint64_t value = (uint64_t)below << 32 | exact;
    uint32_t offset;

    if (intern_add(&m->value_index, &value, sizeof(value), &offset) != OK)
        return fail(m);
    return offset / (uint32_t)sizeof(value);
}

/* Leaves the last frame. Its entry is removed if it has what it would inherit, and nothing below it. */
static void pop(struct name_merge *m)
{
    const struct frame *f = &m->path[m->depth--], *parent = f - 1;
    size_t count = VEC_COUNT(&m->names->entries, struct name_entry);

    if (f->entry + 1 == count && f->exact == parent->below && f->below == parent->below) {
        m->names->labels.used = VEC_LAST(&m->names->entries, struct name_entry).label;
        m->names->entries.used -= sizeof(struct name_entry);
    }
}

/* Goes one label down, to `label` within m->name, which has these verdicts. */
static void push(struct name_merge *m, const uint8_t *label, uint32_t exact, uint32_t below)
{
    const struct frame *parent = &m->path[m->depth];
    uint32_t index = (uint32_t)VEC_COUNT(&m->names->entries, struct name_entry);
    uint32_t offset = (uint32_t)m->names->labels.used;
    struct name_entry *e = vec_add(&m->names->entries, sizeof(*e));
    uint8_t *p = vec_add(&m->names->labels, label[0] + 1u);

    if (e == NULL || p == NULL || m->names->labels.used > UINT32_MAX) {
        fail(m);
        return;
    }
    memcpy(p, label, label[0] + 1u);
    struct frame f = { index, (uint8_t)(parent->length + label[0] + 1), exact, below };
    *e = (struct name_entry){ parent->entry, offset, value_intern(m, exact, below) };
    m->path[++m->depth] = f;
}

/* Leaves the frames that `name` is not below, then goes down to it. The names above it that no stream has
 * inherit everything. */
static void descend(struct name_merge *m, const uint8_t *name)
{
    while (m->depth != 0 &&
           (m->path[m->depth].length > name[0] || memcmp(m->name, name + 1, m->path[m->depth].length) != 0))
        pop(m);
    memcpy(m->name, name + 1, name[0]);
    for (unsigned at = m->path[m->depth].length; at < name[0] && m->failed == OK;) {
        const uint8_t *label = m->name + at;
        uint32_t inherited = m->path[m->depth].below;
        at += label[0] + 1u;
        if (at == name[0])
            push(m, label, verdict_of(m, EXACT, inherited), verdict_of(m, BELOW, inherited));
        else
            push(m, label, inherited, inherited);
    }
}

/* The zone's own name: a generic set's records at `@`. Nothing inherits from it. */
static void set_root(struct name_merge *m)
{
    uint32_t value = value_intern(m, verdict_of(m, EXACT, 0), 0);
    VEC_AT(&m->names->entries, struct name_entry, NAMES_ROOT).value = value;
}

/* Collects what all streams have for `name`, which the first of them is at, and goes on to their next names.
 */
static void collect(struct name_merge *m, const uint8_t *name)
{
    m->contributions_count = 0;
    for (;;) {
        struct name_stream *s = &m->streams[tournament_first(&m->tournament)];
        if (!s->more || compare(s->next, name) != 0)
            return;
        m->contributions[m->contributions_count++] = s->of_next;
        advance(m, s);
        tournament_next(&m->tournament, next_head(s));
    }
}

static void run(struct name_merge *m)
{
    uint8_t name[256];

    while (m->failed == OK && m->compile->verdicts.failed == OK) {
        const struct name_stream *first = &m->streams[tournament_first(&m->tournament)];
        if (!first->more)
            break;
        memcpy(name, first->next, first->next[0] + 1u);
        collect(m, name);
        if (name[0] == 0)
            set_root(m);
        else
            descend(m, name);
    }
    while (m->failed == OK && m->depth != 0)
        pop(m);
}

static enum err open_streams(struct name_merge *m, struct snapshot *snapshot)
{
    struct compile *c = m->compile;

    if (c->old != NULL && c->old->names.entries.used != 0)
        m->streams[m->count++] = (struct name_stream){ .at = NAMES_ROOT, .of_next.old = true };
    for (size_t i = 0; i < c->sources_count; i++) {
        struct set_data *set = c->sources[i].data;
        if (set == NULL || set->entries_name.used == 0)
            continue;
        if (sort_names(&set->entries_name, &set->names) != OK)
            return ERR_MEMORY;
        m->streams[m->count++] = (struct name_stream){ .data = set,
                                                       .of_next.source = (uint16_t)i,
                                                       .facts = &snapshot->sources[i] };
    }
    m->contributions = calloc(m->count + 1, sizeof(*m->contributions));
    if (m->contributions == NULL || !tournament_new(&m->tournament, (uint32_t)m->count))
        return ERR_MEMORY;
    m->tournament.before = comes_before;
    m->tournament.context = m;
    for (size_t i = 0; i < m->count; i++) {
        advance(m, &m->streams[i]);
        tournament_enter(&m->tournament, (uint32_t)i, next_head(&m->streams[i]));
    }
    if (m->count != 0)
        tournament_begin(&m->tournament);
    return m->failed;
}

enum err merge_names(struct compile *c, struct snapshot *snapshot)
{
    struct name_merge m = { .compile = c, .names = &snapshot->names };
    struct names *names = &snapshot->names;

    names->seed = c->verdicts.seed;
    intern_start(&m.value_index, &names->values);
    m.streams = calloc(c->sources_count + 1, sizeof(*m.streams));
    m.failed = m.streams == NULL ? ERR_MEMORY : open_streams(&m, snapshot);
    if (m.failed == OK && m.count != 0) {
        if (vec_add(&names->entries, sizeof(struct name_entry)) == NULL || vec_add(&names->labels, 1) == NULL)
            fail(&m);
        value_intern(&m, 0, 0);
        run(&m);
        if (m.failed == OK && vec_add(&names->labels, NAMES_LABEL_PAD) == NULL)
            fail(&m);
        if (m.failed == OK && names_index(names) != OK)
            fail(&m);
        vec_trim(&names->entries);
        vec_trim(&names->labels);
        vec_trim(&names->values);
        vec_trim(&names->slots);
    }
    vec_free(&m.values[EXACT]);
    vec_free(&m.values[BELOW]);
    tournament_free(&m.tournament);
    intern_free(&m.value_index);
    free(m.streams);
    free(m.contributions);
    return m.failed;
}
