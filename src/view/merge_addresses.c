/*
 * Each stream delivers changes in key order: one a changed source, whose overlaps a sweep resolves, and one
 * the walk of the old snapshot, for the sets that stay. The next verdict mostly comes from a small memo of
 * transitions: (verdict, stream, its new state) -> verdict.
 */
#include "view/merge.h"

#include "base/hash.h"
#include "view/sweepline.h"

#include <stdlib.h>

enum { TRANSITIONS = 1 << 14, BUFFERED = 512 };

struct merge_stream {
    const struct trie_run *next, *end; /* changes in the buffer; none: the stream has ended */
    uint32_t state;                    /* in force */
    struct trie_key since;             /* the key from which on it is */
    struct vec runs;                   /* the buffer: struct trie_run */
    struct sweepline *sweep;           /* of a changed source; NULL: the stream of the old snapshot */
    uint16_t source;
    struct snapshot_source *facts; /* NULL: the stream of the old snapshot */
    struct snapshot_set *set_facts;
    const struct trie *old; /* the old snapshot's trie */
    unsigned slot;          /* next root slot to walk */
};

struct transition {
    uint64_t from;   /* verdict and new state */
    uint32_t stream; /* number + 1 */
    uint32_t to;
};

struct merge {
    struct compile *compile;
    bool ipv6;
    enum err failed;
    uint32_t verdict;
    struct transition memo[TRANSITIONS];
    size_t count;
    struct merge_stream streams[];
};

/* ---- Streams ---- */

/* Walks the next root slot in which something changes. */
static enum err refill_old(struct merge_stream *s)
{
    const uint64_t *root = s->old->words + s->old->root;
    enum err e = OK;

    for (s->runs.used = 0; s->runs.used == 0 && s->slot < TRIE_ROOT_SIZE && e == OK; s->slot++)
        if (s->slot == 0 || (root[s->slot] & TRIE_TAG) != TRIE_LEAF || root[s->slot] != root[s->slot - 1])
            e = trie_walk_slot(s->old, s->slot, &s->runs);
    return e;
}

static void refill(struct merge *m, struct merge_stream *s)
{
    if (s->sweep == NULL) {
        if (refill_old(s) != OK)
            m->failed = ERR_MEMORY;
    } else {
        s->runs.used = sizeof(struct trie_run) * sweepline_fill(s->sweep, s->runs.data, BUFFERED);
    }
    s->next = s->runs.data;
    s->end = s->next + VEC_COUNT(&s->runs, struct trie_run);
}

static uint32_t current_verdict(struct merge *m)
{
    struct gathered g = { .count = 0 };

    for (size_t i = 0; i < m->count; i++) {
        const struct merge_stream *s = &m->streams[i];
        const uint32_t *values = NULL;
        if (s->sweep == NULL) {
            compile_add_old(m->compile, &g, s->state);
            continue;
        }
        unsigned n = sweepline_values(s->sweep, s->state, &values);
        for (unsigned j = 0; j < n; j++)
            compile_add_value(m->compile, &g, s->source, values[j], 0);
    }
    return compile_verdict(m->compile, &g);
}

/* Records that a changed source lists the keys from `first` to the one before `end`, which is 0 after the
 * last key: its coverage, and the /16s that hold something. */
static inline void record_listed(const struct merge *m, const struct merge_stream *s, struct trie_key first,
                                 struct trie_key end)
{
    struct snapshot_source *facts = s->facts;
    uint64_t last_hi = end.hi - (end.lo == 0);

    if (facts == NULL)
        return;
    for (uint64_t slot = first.hi >> 48; slot <= last_hi >> 48; slot++)
        facts->present[m->ipv6][slot / 64] |= UINT64_C(1) << slot % 64;
    facts->has[m->ipv6] = true;
    struct snapshot_set *set = s->set_facts;
    if (!m->ipv6)
        set->coverage4 += (last_hi >> 32) - (first.hi >> 32) + 1;
    else if (last_hi - first.hi < UINT64_MAX - set->coverage6)
        set->coverage6 += last_hi - first.hi + 1;
    else
        set->coverage6 = UINT64_MAX;
}

/* The verdict when stream `number` goes to `state`. */
static uint32_t transition(struct merge *m, size_t number, uint32_t state)
{
    uint64_t from = (uint64_t)m->verdict << 32 | state;
    struct transition *t = &m->memo[hash_u64(from + number) % TRANSITIONS];

    if (t->from != from || t->stream != number + 1) {
        uint32_t before = m->streams[number].state;
        m->streams[number].state = state;
        *t = (struct transition){ from, (uint32_t)number + 1, current_verdict(m) };
        m->streams[number].state = before;
    }
    return t->to;
}

static void apply(struct merge *m, size_t number, struct trie_builder *builder)
{
    struct merge_stream *s = &m->streams[number];
    struct trie_run change = *s->next++;

    m->verdict = transition(m, number, change.value);
    trie_build_add(builder, change.key, m->verdict);
    if (s->state != 0)
        record_listed(m, s, s->since, change.key);
    s->state = change.value;
    s->since = change.key;
    if (s->next == s->end)
        refill(m, s);
}

/* ---- The merge ---- */

/* Applies changes of one stream while they come before `limit`, the next change of all others. What begins
 * and ends before it, as most listed hosts do, is one step. */
static void run_stream(struct merge *m, size_t number, struct trie_key limit, struct trie_builder *builder)
{
    struct merge_stream *s = &m->streams[number];

    for (bool moved = false; s->next != s->end; moved = true) {
        const struct trie_run *r = s->next;
        uint32_t value = 0, verdict = m->verdict; /* mostly the next step has the same ones */
        while (s->state == 0 && r + 2 < s->end && r[1].value == 0 && trie_key_less(r[1].key, limit)) {
            if (r->value != value)
                verdict = transition(m, number, value = r->value);
            trie_build_range(builder, r->key, r[1].key, verdict);
            if (value != 0) /* an exclusion on its own lists nothing */
                record_listed(m, s, r->key, r[1].key);
            r += 2;
            moved = true;
        }
        s->next = r;
        if (moved && !trie_key_less(r->key, limit))
            return;
        apply(m, number, builder);
    }
}

static void run(struct merge *m, struct trie_builder *builder)
{
    while (m->failed == OK) {
        size_t first = m->count;
        struct trie_key limit = { UINT64_MAX, UINT64_MAX };
        for (size_t i = 0; i < m->count; i++) {
            const struct merge_stream *s = &m->streams[i];
            if (s->next == s->end)
                continue;
            if (first == m->count || trie_key_less(s->next->key, m->streams[first].next->key)) {
                if (first != m->count)
                    limit = m->streams[first].next->key;
                first = i;
            } else if (trie_key_less(s->next->key, limit)) {
                limit = s->next->key;
            }
        }
        if (first == m->count)
            return;
        run_stream(m, first, limit, builder);
    }
}

static enum err open_streams(struct merge *m, struct snapshot *snapshot)
{
    struct compile *c = m->compile;

    if (c->old != NULL) {
        struct merge_stream *s = &m->streams[m->count++];
        *s = (struct merge_stream){ .old = m->ipv6 ? &c->old->trie6 : &c->old->trie4 };
        refill(m, s);
    }
    for (size_t i = 0; i < c->sources_count; i++) {
        struct set_data *set = c->sources[i].data;
        if (set == NULL || (m->ipv6 ? set->entries6.used : set->entries4.used + set->hosts4.used) == 0)
            continue;
        struct merge_stream *s = &m->streams[m->count];
        *s = (struct merge_stream){ .source = (uint16_t)i,
                                    .facts = &snapshot->sources[i],
                                    .set_facts = &snapshot->sets[snapshot->sources[i].set],
                                    .sweep = malloc(sizeof(struct sweepline)) };
        if (s->sweep == NULL)
            return ERR_MEMORY;
        m->count++;
        if (sweepline_begin(s->sweep, set, m->ipv6) != OK ||
            !vec_reserve(&s->runs, BUFFERED * sizeof(struct trie_run)))
            return ERR_MEMORY;
        refill(m, s);
    }
    return m->failed;
}

/* A state in force when its stream ends holds to the end of the key space. */
static void close_streams(struct merge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct merge_stream *s = &m->streams[i];
        if (s->state != 0)
            record_listed(m, s, s->since, (struct trie_key){ 0, 0 });
        if (s->sweep != NULL) {
            s->set_facts->left_out += s->sweep->left_out;
            if (s->sweep->failed)
                m->failed = ERR_MEMORY;
            sweepline_end(s->sweep);
            free(s->sweep);
        }
        vec_free(&s->runs);
    }
}

enum err merge_addresses(struct compile *c, bool ipv6, struct trie_builder *builder,
                         struct snapshot *snapshot)
{
    struct merge *m = calloc(1, sizeof(*m) + (c->sources_count + 1) * sizeof(m->streams[0]));

    if (m == NULL)
        return ERR_MEMORY;
    m->compile = c;
    m->ipv6 = ipv6;
    m->failed = open_streams(m, snapshot);
    run(m, builder);
    close_streams(m);
    enum err e = m->failed;
    free(m);
    return e;
}
