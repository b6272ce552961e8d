/*
 * The address merge: changes of all contributors, in key order, into one trie.
 *
 * Contributors are the changed sets, each settled by a sweep, and the walk of the old base for the sets that
 * stay. The next verdict mostly comes from a small memo of transitions (verdict, contributor, its new state)
 * -> verdict.
 */
#include "base/hash.h"
#include "list/compile.h"
#include "list/sweep.h"

#include <stdlib.h>

struct stream {
    bool more;
    struct trie_key next; /* of the next change */
    uint32_t next_state;
    uint32_t state;        /* in force */
    struct trie_key since; /* where it began */
    struct sweep *sweep;   /* a changed set, or NULL: the old base */
    uint16_t set;
    struct base_set *facts;
    const struct trie *old; /* the old base's trie */
    unsigned slot;          /* next root slot to walk */
    struct vec runs;
    size_t run;
};

struct transition {
    uint64_t from;   /* verdict and new state */
    uint32_t stream; /* number + 1 */
    uint32_t to;
};

enum { TRANSITIONS = 1 << 14 };

struct merge {
    struct compile *compile;
    bool ipv6;
    size_t count;
    struct stream *streams;
    enum err failed;
    uint32_t verdict;
    struct transition memo[TRANSITIONS];
};

/* ---- Streams ---- */

static void old_advance(struct merge *m, struct stream *s)
{
    while (s->run == VEC_COUNT(&s->runs, struct trie_run)) {
        if (s->slot == TRIE_ROOT_SIZE) {
            s->more = false;
            return;
        }
        s->runs.used = 0;
        s->run = 0;
        if (s->slot != 0 &&
            s->old->words[s->old->root + s->slot] == s->old->words[s->old->root + s->slot - 1] &&
            (s->old->words[s->old->root + s->slot] & TRIE_TAG) == TRIE_LEAF) {
            s->slot++; /* nothing changes */
            continue;
        }
        if (trie_walk_slot(s->old, s->slot++, &s->runs) != OK) {
            m->failed = ERR_MEMORY;
            s->more = false;
            return;
        }
    }
    const struct trie_run *r = (const struct trie_run *)s->runs.data + s->run++;
    s->next = r->key;
    s->next_state = r->value;
}

static void advance(struct merge *m, struct stream *s)
{
    if (s->sweep != NULL)
        s->more = sweep_next(s->sweep, &s->next, &s->next_state);
    else
        old_advance(m, s);
}

static uint32_t verdict_now(struct merge *m)
{
    struct gathered g = { .count = 0 };

    for (size_t i = 0; i < m->count; i++) {
        const struct stream *s = &m->streams[i];
        const uint32_t *values = NULL;
        if (s->sweep == NULL) {
            compile_add_old(m->compile, &g, s->state);
            continue;
        }
        unsigned n = sweep_values(s->sweep, s->state, &values);
        for (unsigned j = 0; j < n; j++)
            compile_add_value(m->compile, &g, s->set, values[j], 0);
    }
    return compile_verdict(m->compile, &g);
}

/* Notes that a changed set lists first .. before the key `end`: coverage and the /16s that hold something. */
static void note_listed(const struct merge *m, struct base_set *facts, struct trie_key first,
                        uint64_t last_hi)
{
    uint64_t *present = facts->present[m->ipv6];

    for (uint64_t slot = first.hi >> 48; slot <= last_hi >> 48; slot++)
        present[slot / 64] |= UINT64_C(1) << slot % 64;
    facts->has[m->ipv6] = true;
    if (!m->ipv6)
        facts->coverage4 += (last_hi >> 32) - (first.hi >> 32) + 1;
}

static void apply(struct merge *m, size_t number)
{
    struct stream *s = &m->streams[number];
    uint64_t from = (uint64_t)m->verdict << 32 | s->next_state;
    struct transition *t = &m->memo[hash_u64(from + number) % TRANSITIONS];

    if (s->facts != NULL &&
        s->state != 0) /* the key before the next one: its upper half is all that counts */
        note_listed(m, s->facts, s->since, s->next.hi - (s->next.lo == 0));
    s->state = s->next_state;
    s->since = s->next;
    if (t->from != from || t->stream != number + 1)
        *t = (struct transition){ from, (uint32_t)number + 1, verdict_now(m) };
    m->verdict = t->to;
    advance(m, s);
}

/* ---- The merge ---- */

static bool key_less(struct trie_key a, struct trie_key b)
{
    return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

static void run(struct merge *m, struct trie_builder *builder)
{
    while (m->failed == OK) {
        size_t first = m->count;
        struct trie_key limit = { UINT64_MAX,
                                  UINT64_MAX }; /* the next key of the streams other than the first */
        for (size_t i = 0; i < m->count; i++) {
            const struct stream *s = &m->streams[i];
            if (!s->more)
                continue;
            if (first == m->count || key_less(s->next, m->streams[first].next)) {
                if (first != m->count)
                    limit = m->streams[first].next;
                first = i;
            } else if (key_less(s->next, limit)) {
                limit = s->next;
            }
        }
        if (first == m->count)
            return;
        struct stream *s = &m->streams[first];
        do {
            struct trie_key key = s->next;
            apply(m, first);
            trie_build_add(builder, key, m->verdict);
        } while (s->more && key_less(s->next, limit));
    }
}

static enum err open_streams(struct merge *m, struct base *base)
{
    struct compile *c = m->compile;

    if (c->old != NULL) {
        struct stream *s = &m->streams[m->count++];
        *s = (struct stream){ .more = true, .old = m->ipv6 ? &c->old->trie6 : &c->old->trie4 };
        advance(m, s);
    }
    for (size_t i = 0; i < c->sets_count; i++) {
        struct set_data *set = c->changed[i];
        if (set == NULL || (m->ipv6 ? set->entries6.used : set->entries4.used) == 0)
            continue;
        struct stream *s = &m->streams[m->count];
        *s = (struct stream){
            .more = true, .set = (uint16_t)i, .facts = &base->sets[i], .sweep = malloc(sizeof(struct sweep))
        };
        if (s->sweep == NULL)
            return ERR_MEMORY;
        m->count++;
        if (sweep_begin(s->sweep, set, m->ipv6) != OK)
            return ERR_MEMORY;
        advance(m, s);
    }
    return m->failed;
}

/* A state that is still in force when its stream has ended holds to the end of the key space. */
static void close_streams(struct merge *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct stream *s = &m->streams[i];
        if (s->facts != NULL && s->state != 0)
            note_listed(m, s->facts, s->since, m->ipv6 ? UINT64_MAX : UINT64_MAX << 32);
        if (s->sweep != NULL) {
            if (s->sweep->failed)
                m->failed = ERR_MEMORY;
            sweep_end(s->sweep);
            free(s->sweep);
        }
        vec_free(&s->runs);
    }
}

enum err merge_addresses(struct compile *c, bool ipv6, struct trie_builder *builder, struct base *base)
{
    struct merge *m = calloc(1, sizeof(*m));
    struct stream *streams = calloc(c->sets_count + 1, sizeof(*streams));
    enum err e = ERR_MEMORY;

    if (m != NULL && streams != NULL) {
        m->compile = c;
        m->ipv6 = ipv6;
        m->streams = streams;
        m->failed = open_streams(m, base);
        run(m, builder);
        close_streams(m);
        e = m->failed;
    }
    free(streams);
    free(m);
    return e;
}
