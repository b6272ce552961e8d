/*
 * Each stream delivers names in canonical order: one a changed source, and one the old snapshot. A stack
 * holds the path to the last name with, for each stream, what holds below it: the next names inherit that.
 */
#include "view/merge.h"

#include "list/intern.h"
#include "view/sort.h"

#include <stdlib.h>
#include <string.h>

enum { LABELS_MAX = 127, VALUES_MAX = 255 };
enum { EXACT, BELOW }; /* what holds for a name itself, and for the names below it */

/* The states of a stream are numbers of its own: of a changed source, offset into `lists` + 1; of the old
 * snapshot, verdicts. 0 is nothing. */
struct name_stream {
    bool more;                   /* `next` is valid */
    uint8_t next[256];           /* reversed wire form: length byte, then labels from the top down */
    uint32_t state[2];           /* of `next`, EXACT and BELOW... */
    bool has[2];                 /* ...if it has them; otherwise it inherits */
    const struct set_data *data; /* of a changed source; NULL: the stream of the old snapshot */
    uint16_t source;
    size_t at;        /* next entry */
    struct vec lists; /* uint32_t: labels, count, values... */
    struct intern list_index;
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
    unsigned depth;
    struct frame path[LABELS_MAX + 1];
    uint32_t *below;           /* [depth][stream]: states that hold below the frame */
    uint8_t name[256];         /* of the last frame; what follows its length is not valid */
    struct intern value_index; /* of names->values */
    enum err failed;
};

static uint32_t fail(struct name_merge *m)
{
    m->failed = ERR_MEMORY;
    return 0;
}

static uint8_t count_labels(const uint8_t *name)
{
    uint8_t labels = 0;
    for (unsigned i = 0; i < name[0]; i += name[1 + i] + 1u)
        labels++;
    return labels;
}

/* ---- Streams ---- */

/* What the entries of one name say, EXACT or BELOW. */
struct value_list {
    bool any, excluded;
    uint32_t count, values[VALUES_MAX];
};

static uint32_t stream_state(struct name_merge *m, struct name_stream *s, uint8_t labels,
                             const struct value_list *v)
{
    uint32_t list[2 + VALUES_MAX] = { labels, v->count }, offset;

    if (v->excluded || v->count == 0)
        return 0;
    memcpy(list + 2, v->values, v->count * sizeof(*list));
    if (intern_add(&s->list_index, list, (2 + v->count) * sizeof(*list), &offset) != OK)
        return fail(m);
    return offset / (uint32_t)sizeof(*list) + 1;
}

static void add_value(struct value_list *v, uint32_t value)
{
    uint32_t i = 0;

    v->any = true;
    v->excluded |= value == ENTRY_EXCLUDED;
    while (i < v->count && v->values[i] != value)
        i++;
    if (i == v->count && i < VALUES_MAX)
        v->values[v->count++] = value;
}

/* Reads the entries of a changed source for its next name. */
static void set_advance(struct name_merge *m, struct name_stream *s)
{
    const struct entry_name *e = s->data->entries_name.data;
    const uint8_t *pool = s->data->names.data;
    size_t count = VEC_COUNT(&s->data->entries_name, *e);
    struct value_list values[2] = { { .count = 0 } };

    s->more = s->at < count;
    if (!s->more)
        return;
    memcpy(s->next, pool + e[s->at].name, pool[e[s->at].name] + 1u);
    for (; s->at < count && memcmp(pool + e[s->at].name, s->next, s->next[0] + 1u) == 0; s->at++) {
        if (e[s->at].exact)
            add_value(&values[EXACT], e[s->at].value);
        if (e[s->at].below)
            add_value(&values[BELOW], e[s->at].value);
    }
    uint8_t labels = count_labels(s->next);
    for (unsigned i = EXACT; i <= BELOW; i++) {
        s->has[i] = values[i].any;
        s->state[i] = stream_state(m, s, labels, &values[i]);
        s->facts->has_names |= s->state[i] != 0;
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
    s->has[EXACT] = s->has[BELOW] = true;
    s->state[EXACT] = names_exact(old, (uint32_t)s->at);
    s->state[BELOW] = names_below(old, (uint32_t)s->at);
    s->at++;
}

static void advance(struct name_merge *m, struct name_stream *s)
{
    if (s->data != NULL)
        set_advance(m, s);
    else
        old_advance(m, s);
}

static uint32_t verdict_of(struct name_merge *m, const uint32_t *states)
{
    struct gathered g = { .count = 0 };

    for (size_t i = 0; i < m->count; i++) {
        const struct name_stream *s = &m->streams[i];
        if (states[i] == 0)
            continue;
        if (s->data == NULL) {
            compile_add_old(m->compile, &g, states[i]);
            continue;
        }
        const uint32_t *list = &VEC_AT(&s->lists, const uint32_t, states[i] - 1);
        for (uint32_t j = 0; j < list[1]; j++)
            compile_add_value(m->compile, &g, s->source, list[2 + j], (uint8_t)list[0]);
    }
    return compile_verdict(m->compile, &g);
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

/* Goes one label down, to `label` within m->name. `exact`: the streams' states there. */
static void push(struct name_merge *m, const uint8_t *label, const uint32_t *exact)
{
    const struct frame *parent = &m->path[m->depth];
    uint32_t *below = m->below + (size_t)(m->depth + 1) * m->count;
    uint32_t index = (uint32_t)VEC_COUNT(&m->names->entries, struct name_entry);
    uint32_t offset = (uint32_t)m->names->labels.used;
    struct name_entry *e = vec_add(&m->names->entries, sizeof(*e));
    uint8_t *p = vec_add(&m->names->labels, label[0] + 1u);

    if (e == NULL || p == NULL || m->names->labels.used > UINT32_MAX) {
        fail(m);
        return;
    }
    memcpy(p, label, label[0] + 1u);
    struct frame f = { index, (uint8_t)(parent->length + label[0] + 1), verdict_of(m, exact),
                       verdict_of(m, below) };
    *e = (struct name_entry){ parent->entry, offset, value_intern(m, f.exact, f.below) };
    m->path[++m->depth] = f;
}

/* The streams' states at `name`: their own if it is the `last` label of their next name, else inherited. */
static void states_at(const struct name_merge *m, const uint8_t *name, bool last, const uint32_t *inherited,
                      uint32_t *exact, uint32_t *below)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct name_stream *s = &m->streams[i];
        bool own = last && s->more && memcmp(s->next, name, name[0] + 1u) == 0;
        exact[i] = own && s->has[EXACT] ? s->state[EXACT] : inherited[i];
        below[i] = own && s->has[BELOW] ? s->state[BELOW] : inherited[i];
    }
}

/* Leaves the frames that `name` is not below, then goes down to it. */
static void descend(struct name_merge *m, const uint8_t *name, uint32_t *exact)
{
    while (m->depth != 0 &&
           (m->path[m->depth].length > name[0] || memcmp(m->name, name + 1, m->path[m->depth].length) != 0))
        pop(m);
    memcpy(m->name, name + 1, name[0]);
    for (unsigned at = m->path[m->depth].length; at < name[0] && m->failed == OK;) {
        const uint8_t *label = m->name + at;
        uint32_t *inherited = m->below + (size_t)m->depth * m->count;
        at += label[0] + 1u;
        states_at(m, name, at == name[0], inherited, exact, inherited + m->count);
        push(m, label, exact);
    }
}

/* The zone's own name: a generic set's records at `@`. Nothing inherits from it. */
static void set_root(struct name_merge *m, const uint8_t *name, uint32_t *exact)
{
    states_at(m, name, true, m->below, exact, m->below + m->count);
    uint32_t value = value_intern(m, verdict_of(m, exact), 0);
    VEC_AT(&m->names->entries, struct name_entry, NAMES_ROOT).value = value;
}

static int compare(const uint8_t *a, const uint8_t *b)
{
    int order = memcmp(a + 1, b + 1, a[0] < b[0] ? a[0] : b[0]);
    return order != 0 ? order : (int)a[0] - (int)b[0];
}

static void run(struct name_merge *m)
{
    uint32_t *exact = calloc(m->count + 1, sizeof(*exact));
    uint8_t name[256];

    if (exact == NULL)
        fail(m);
    while (m->failed == OK) {
        const struct name_stream *first = NULL;
        for (size_t i = 0; i < m->count; i++) {
            const struct name_stream *s = &m->streams[i];
            if (s->more && (first == NULL || compare(s->next, first->next) < 0))
                first = s;
        }
        if (first == NULL)
            break;
        memcpy(name, first->next, first->next[0] + 1u);
        if (name[0] == 0)
            set_root(m, name, exact);
        else
            descend(m, name, exact);
        for (size_t i = 0; i < m->count; i++)
            if (m->streams[i].more && compare(m->streams[i].next, name) == 0)
                advance(m, &m->streams[i]);
    }
    while (m->failed == OK && m->depth != 0)
        pop(m);
    free(exact);
}

static enum err open_streams(struct name_merge *m, struct snapshot *snapshot)
{
    struct compile *c = m->compile;

    if (c->old != NULL && c->old->names.entries.used != 0)
        m->streams[m->count++] = (struct name_stream){ .more = true, .at = NAMES_ROOT };
    for (size_t i = 0; i < c->sources_count; i++) {
        struct set_data *set = c->sources[i].data;
        if (set == NULL || set->entries_name.used == 0)
            continue;
        if (sort_names(&set->entries_name, &set->names) != OK)
            return ERR_MEMORY;
        m->streams[m->count++] = (struct name_stream){
            .more = true, .data = set, .source = (uint16_t)i, .facts = &snapshot->sources[i]
        };
    }
    for (size_t i = 0; i < m->count; i++) {
        intern_start(&m->streams[i].list_index, &m->streams[i].lists);
        advance(m, &m->streams[i]);
    }
    m->below = calloc((LABELS_MAX + 2) * (m->count + 1), sizeof(*m->below));
    return m->below != NULL ? m->failed : ERR_MEMORY;
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
    for (size_t i = 0; i < m.count; i++) {
        vec_free(&m.streams[i].lists);
        intern_free(&m.streams[i].list_index);
    }
    intern_free(&m.value_index);
    free(m.streams);
    free(m.below);
    return m.failed;
}
