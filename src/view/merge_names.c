/*
 * Each stream delivers names in canonical order: one a changed source, and one the old snapshot. A tournament
 * says which comes next. What holds for a name is what the streams have that know it, over what it inherits
 * from the name above it.
 */
#include "view/merge.h"

#include "base/copy.h"
#include "list/sort.h"
#include "view/name_builder.h"
#include "view/tournament.h"

#include <stdlib.h>

enum { EXACT, BELOW };    /* what holds for a name itself, and for the names below it */
enum { PREFETCHED = 16 }; /* entries of a source, whose names are all over the pool */

/* What a stream has for a name, EXACT and BELOW. */
struct contribution {
    bool has[2];       /* otherwise it inherits */
    bool old;          /* the stream is that of the old snapshot */
    uint16_t source;   /* else of this changed source */
    uint32_t state[2]; /* its group; or its verdict in the old snapshot */
};

struct name_stream {
    bool more;                   /* `next` is valid */
    const uint8_t *next;         /* reversed wire form: length byte, then labels from the top down */
    struct contribution of_next; /* of that name */
    const struct set_data *data; /* of a changed source; NULL: the stream of the old snapshot */
    size_t at;                   /* next entry */
    uint32_t value, group;       /* the last value that was alone for a name, and its group; group 0: none */
    struct snapshot_source *facts;
};

struct name_merge {
    struct compile *compile;
    size_t count;
    struct name_stream *streams;
    struct tournament tournament;
    struct name_walk old;     /* of the stream of the old snapshot, and... */
    uint8_t old_next[2][256]; /* ...its `next`, in turn with the one before */
    unsigned old_turn;
    struct contribution *contributions; /* to the name at hand */
    size_t contributions_count;
    struct { /* what a single contribution was compiled to last */
        bool valid;
        struct contribution from;
        uint32_t inherited, verdict[2];
    } last;
    struct vec values[2]; /* scratch: the values of the name at hand, EXACT and BELOW */
    struct name_builder builder;
    enum err failed;
};

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
        m->failed = ERR_MEMORY;
    else
        *p = value;
}

/* The group of the values of the name at hand. */
static uint32_t group_of(struct name_merge *m, struct name_stream *s, const struct vec *values)
{
    const uint32_t *value = values->data;
    size_t count = VEC_COUNT(values, *value);

    if (count == 1 && s->group != 0 && s->value == *value)
        return s->group;
    uint32_t group = count != 0 ? compile_group(m->compile, s->of_next.source, value, count) : 0;
    if (count == 1) {
        s->value = *value;
        s->group = group;
    }
    return group;
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
    s->next = pool + e[s->at].name;
    n->has[EXACT] = n->has[BELOW] = false;
    m->values[EXACT].used = m->values[BELOW].used = 0;
    for (; s->at < count && set_names_equal(pool + e[s->at].name, s->next); s->at++) {
        if (s->at + PREFETCHED < count) {
            __builtin_prefetch(pool + e[s->at + PREFETCHED].name);
            __builtin_prefetch(pool + e[s->at + PREFETCHED].name + 24);
        }
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
        n->state[i] = excluded[i] ? 0 : group_of(m, s, &m->values[i]);
        s->facts->has_names |= n->state[i] != 0;
    }
}

static void old_advance(struct name_merge *m, struct name_stream *s)
{
    const struct names *old = m->old.names;

    s->more = names_walk(&m->old);
    if (!s->more)
        return;
    uint32_t entry = names_walk_entry(&m->old);
    uint8_t *next = m->old_next[m->old_turn ^= 1];
    next[0] = m->old.lengths[m->old.depth];
    copy_bytes(next + 1, m->old.name, next[0]);
    s->next = next;
    s->of_next.has[EXACT] = s->of_next.has[BELOW] = true;
    s->of_next.state[EXACT] = names_exact(old, entry);
    s->of_next.state[BELOW] = names_below(old, entry);
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

/* Of streams at the same name, any may come first. */
static bool comes_before(const void *context, unsigned a, unsigned b)
{
    const struct name_stream *s = ((const struct name_merge *)context)->streams;

    return s[a].more && (!s[b].more || set_names_compare(s[a].next, s[b].next, 0) < 0);
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

static bool same_contribution(const struct contribution *a, const struct contribution *b)
{
    return a->has[EXACT] == b->has[EXACT] && a->has[BELOW] == b->has[BELOW] && a->old == b->old &&
           a->source == b->source && a->state[EXACT] == b->state[EXACT] && a->state[BELOW] == b->state[BELOW];
}

/* Both verdicts of the name at hand. Most names have what the one before them has. */
static const uint32_t *verdicts_of(struct name_merge *m, uint32_t inherited)
{
    if (m->last.valid && m->contributions_count == 1 && m->last.inherited == inherited &&
        same_contribution(&m->last.from, m->contributions))
        return m->last.verdict;
    m->last.valid = m->contributions_count == 1;
    m->last.from = m->contributions[0];
    m->last.inherited = inherited;
    for (unsigned i = EXACT; i <= BELOW; i++)
        m->last.verdict[i] = verdict_of(m, i, inherited);
    return m->last.verdict;
}

/* ---- The merge ---- */

/* Collects what all streams have for `name`, which the first of them is at, and goes on to their next names.
 */
static void collect(struct name_merge *m, const uint8_t *name)
{
    size_t last = SIZE_MAX; /* the stream that went on last: it has another name now */

    m->contributions_count = 0;
    for (;;) {
        size_t first = tournament_first(&m->tournament);
        struct name_stream *s = &m->streams[first];
        if (first == last || !s->more || (s->next != name && !set_names_equal(s->next, name)))
            return;
        last = first;
        m->contributions[m->contributions_count++] = s->of_next;
        advance(m, s);
        tournament_next(&m->tournament, next_head(s));
    }
}

static void run(struct name_merge *m)
{
    while (m->failed == OK && m->builder.failed == OK && m->compile->verdicts.failed == OK) {
        const struct name_stream *first = &m->streams[tournament_first(&m->tournament)];
        if (!first->more)
            break;
        const uint8_t *name = first->next; /* valid until its stream has gone on twice */
        uint32_t inherited = name_build_at(&m->builder, name);
        collect(m, name);
        const uint32_t *verdict = verdicts_of(m, inherited);
        name_build_add(&m->builder, verdict[EXACT], verdict[BELOW]);
    }
}

static enum err open_streams(struct name_merge *m, struct snapshot *snapshot)
{
    struct compile *c = m->compile;

    if (c->old != NULL && c->old->names.records.used != 0) {
        names_walk_begin(&m->old, &c->old->names);
        m->streams[m->count++] = (struct name_stream){ .of_next.old = true };
    }
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
    struct name_merge *m = calloc(1, sizeof(*m));

    if (m == NULL)
        return ERR_MEMORY;
    m->compile = c;
    snapshot->names.seed = c->verdicts.seed;
    m->streams = calloc(c->sources_count + 1, sizeof(*m->streams));
    enum err err = m->streams == NULL ? ERR_MEMORY : open_streams(m, snapshot);
    if (err == OK && m->count != 0) {
        name_build_begin(&m->builder, &snapshot->names);
        run(m);
        err = name_build_end(&m->builder);
        err = err == OK ? m->failed : err;
    }
    vec_free(&m->values[EXACT]);
    vec_free(&m->values[BELOW]);
    tournament_free(&m->tournament);
    free(m->streams);
    free(m->contributions);
    free(m);
    return err;
}
