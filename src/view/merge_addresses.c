/*
 * Each stream delivers changes in key order: one a changed source, whose overlaps a sweep resolves, and one
 * the walk of the old snapshot, for the sets that stay. A tournament says which comes next. The next verdict
 * mostly comes from a small memo of transitions: (verdict, what one or two streams change to) -> verdict.
 */
#include "view/merge.h"

#include "base/hash.h"
#include "view/sweepline.h"
#include "view/tournament.h"

#include <stdlib.h>

/* Changes in a stream's buffer: fewer where there are so many streams that the buffers would fill the cache.
 */
enum { TRANSITIONS = 1 << 14, BUFFERED = 512, BUFFERED_OF_MANY = 64, MANY_STREAMS = 32 };

struct merge_stream {
    const struct trie_run *next, *end; /* changes in the buffer; none: the stream has ended */
    /* Its last transitions alone, to 0 and to another state: (verdict, state) -> verdict. */
    struct {
        uint32_t from, state, to;
    } last[2];
    uint16_t source;
    struct sweepline *sweep; /* of a changed source; NULL: the stream of the old snapshot */
    struct vec runs;         /* the buffer: struct trie_run */
    uint32_t state;          /* in force after what is in the buffer... */
    struct trie_key since;   /* ...from this key on */
    uint64_t *present;       /* of a changed source; NULL: the stream of the old snapshot */
    uint64_t coverage;       /* IPv4 addresses, or /64s of IPv6, that the source lists */
    const struct trie *old;  /* the old snapshot's trie */
    unsigned slot;           /* next root slot to walk */
};

/* A stream goes to a state. */
struct stream_change {
    uint32_t stream; /* number + 1; 0: no change */
    uint32_t state;
};

struct transition {
    uint32_t from; /* verdict */
    struct stream_change change[2];
    uint32_t to;
};

struct merge {
    struct compile *compile;
    bool ipv6;
    enum err failed;
    uint32_t verdict;
    struct transition memo[TRANSITIONS];
    struct tournament tournament;
    struct stream_change *changes; /* at one key */
    size_t count, buffered;
    struct merge_stream streams[];
};

/* ---- Streams ---- */

static uint64_t sum_or_most(uint64_t a, uint64_t b)
{
    return a < UINT64_MAX - b ? a + b : UINT64_MAX;
}

/* Records that a changed source lists the keys from `first` to the one before `end`, which is 0 after the
 * last key: how many, and the /16s that hold something. */
static inline void record_listed(const struct merge *m, struct merge_stream *s, struct trie_key first,
                                 struct trie_key end)
{
    uint64_t last_hi = end.hi - (end.lo == 0);
    unsigned unit = m->ipv6 ? 0 : 32; /* of coverage: bits of hi that are 0 in all keys */

    if (s->present == NULL)
        return;
    for (uint64_t slot = first.hi >> 48; slot <= last_hi >> 48; slot++)
        s->present[slot / 64] |= UINT64_C(1) << slot % 64;
    s->coverage = sum_or_most(s->coverage, sum_or_most((last_hi >> unit) - (first.hi >> unit), 1));
}

/* The state of one IPv4 address alone, as most listed hosts are, is one change instead of two (TRIE_ALONE).
 * It comes after the others at the address, and leaves the verdict around it as it is. */

/* A run of one address alone: whether it is a change. */
static inline bool record_alone(const struct merge *m, struct merge_stream *s, struct trie_key key,
                                uint32_t state)
{
    if (state == s->state)
        return false;
    if (s->present == NULL)
        return true;
    key.hi &= ~TRIE_ALONE;
    struct trie_key end = { key.hi + TRIE_HOST_STEP, 0 };
    if (s->state != 0)
        record_listed(m, s, s->since, key);
    if (state != 0)
        record_listed(m, s, key, end);
    s->since = end;
    return true;
}

/* Leaves out of the new changes in the buffer those that change nothing, joins those of single addresses, and
 * records what a changed source lists. */
static void shorten(const struct merge *m, struct merge_stream *s)
{
    struct trie_run *out = s->runs.data;
    const struct trie_run *r = out, *end = r + VEC_COUNT(&s->runs, *r);

    for (; r < end; r++) {
        bool alone = !m->ipv6 && (r->key.hi & TRIE_ALONE) != 0;
        if (!alone && !m->ipv6 && r + 1 < end && r[1].value == s->state && r->value != s->state &&
            r[1].key.hi - r->key.hi == TRIE_HOST_STEP) {
            struct trie_key key = { r->key.hi | TRIE_ALONE, 0 };
            record_alone(m, s, key, r->value);
            *out++ = (struct trie_run){ key, r++->value };
        } else if (alone) {
            *out = *r;
            out += record_alone(m, s, r->key, r->value);
        } else if (r->value != s->state) {
            if (s->state != 0)
                record_listed(m, s, s->since, r->key);
            s->since = r->key;
            s->state = r->value;
            *out++ = *r;
        }
    }
    s->next = s->runs.data;
    s->end = out;
}

/* Walks the next root slots, up to one in which something changes; false at the end. */
static bool walk_old(struct merge *m, struct merge_stream *s)
{
    const uint64_t *root = s->old->words + s->old->root;

    for (s->runs.used = 0; s->runs.used == 0 && s->slot < TRIE_ROOT_SIZE; s->slot++)
        if ((s->slot == 0 || (root[s->slot] & TRIE_TAG) != TRIE_LEAF || root[s->slot] != root[s->slot - 1]) &&
            (m->ipv6 ? trie_walk_slot : trie_walk_hosts)(s->old, s->slot, &s->runs) != OK)
            m->failed = ERR_MEMORY;
    return s->runs.used != 0;
}

static void refill(struct merge *m, struct merge_stream *s)
{
    bool more;

    do {
        if (s->sweep == NULL) {
            more = walk_old(m, s);
        } else {
            s->runs.used = sizeof(struct trie_run) * sweepline_fill(s->sweep, s->runs.data, m->buffered);
            more = s->runs.used != 0;
        }
        shorten(m, s);
    } while (more && s->next == s->end && m->failed == OK);
}

/* Where a stream goes on, for the tournament. */
static inline uint64_t next_head(const struct merge_stream *s)
{
    return s->next != s->end ? s->next->key.hi : TOURNAMENT_ENDED;
}

static bool comes_before(const void *context, unsigned a, unsigned b)
{
    const struct merge_stream *sa = &((const struct merge *)context)->streams[a];
    const struct merge_stream *sb = &((const struct merge *)context)->streams[b];

    return sa->next != sa->end && (sb->next == sb->end || trie_key_less(sa->next->key, sb->next->key));
}

/* ---- Verdicts ---- */

/* What stream `number` contributes from now on: its state, instead of the one in force. */
static void put(struct merge *m, size_t number, uint32_t state)
{
    const struct merge_stream *s = &m->streams[number];
    const uint32_t *values = NULL;

    if (s->sweep == NULL) {
        compile_put_old(m->compile, state);
        return;
    }
    unsigned count = sweepline_values(s->sweep, state, &values);
    compile_put(m->compile, s->source, count != 0 ? compile_group(m->compile, s->source, values, count) : 0);
}

/* The verdict after one or two changes. */
static uint32_t transition(struct merge *m, struct stream_change a, struct stream_change b)
{
    uint64_t hash = hash_fold((uint64_t)m->verdict << 32 | a.state, UINT64_C(0xa0761d6478bd642f) + a.stream);
    hash += hash_u64((uint64_t)b.stream << 32 | b.state);
    struct transition *t = &m->memo[hash % TRANSITIONS];

    if (t->from != m->verdict || t->change[0].stream != a.stream || t->change[0].state != a.state ||
        t->change[1].stream != b.stream || t->change[1].state != b.state) {
        compile_begin(m->compile, m->verdict);
        put(m, a.stream - 1, a.state);
        if (b.stream != 0)
            put(m, b.stream - 1, b.state);
        *t = (struct transition){ m->verdict, { a, b }, compile_end(m->compile) };
    }
    return t->to;
}

/* The verdict after one stream's change. */
static inline uint32_t transition_one(struct merge *m, struct stream_change change)
{
    struct merge_stream *s = &m->streams[change.stream - 1];
    unsigned which = change.state != 0;

    if (s->last[which].from != m->verdict || s->last[which].state != change.state) {
        s->last[which].to = transition(m, change, (struct stream_change){ 0, 0 });
        s->last[which].from = m->verdict;
        s->last[which].state = change.state;
    }
    return s->last[which].to;
}

/* ---- The merge ---- */

/* Takes the next change of the first stream, which has one. */
static inline struct stream_change take(struct merge *m)
{
    unsigned number = tournament_first(&m->tournament);
    struct merge_stream *s = &m->streams[number];
    struct stream_change change = { number + 1, s->next->value };

    if (++s->next == s->end)
        refill(m, s);
    tournament_next(&m->tournament, next_head(s));
    return change;
}

/* Whether the first stream has a change at `key`. */
static inline bool is_at(const struct merge *m, struct trie_key key)
{
    const struct merge_stream *s = &m->streams[tournament_first(&m->tournament)];

    return tournament_head(&m->tournament) == (key.hi & TOURNAMENT_HEAD) && s->next != s->end &&
           trie_key_equal(s->next->key, key);
}

/* The verdict after the change of one stream at `key` and those of all others there: one verdict for all, as
 * that after some of them would be one that no key has. */
static uint32_t transition_all(struct merge *m, struct trie_key key, struct stream_change change)
{
    size_t n = 0;

    for (m->changes[n++] = change; is_at(m, key);)
        m->changes[n++] = take(m);
    if (n == 2)
        return transition(m, m->changes[0], m->changes[1]);
    compile_begin(m->compile, m->verdict);
    for (size_t i = 0; i < n; i++)
        put(m, m->changes[i].stream - 1, m->changes[i].state);
    return compile_end(m->compile);
}

static inline void build(struct merge *m, struct trie_builder *builder, struct trie_key key, uint32_t verdict)
{
    if (m->ipv6)
        trie_build_add(builder, key, verdict);
    else
        trie_build_run4(builder, key, verdict);
    if (m->ipv6 || !(key.hi & TRIE_ALONE))
        m->verdict = verdict;
}

/* Takes the changes of the first stream before that of any other: one large list among small ones has many
 * such. */
static void run_alone(struct merge *m, struct trie_builder *builder)
{
    unsigned number = tournament_first(&m->tournament);
    struct merge_stream *s = &m->streams[number];
    uint64_t limit = tournament_second(&m->tournament);

    while (next_head(s) < limit && m->failed == OK && m->compile->verdicts.failed == OK) {
        build(m, builder, s->next->key,
              transition_one(m, (struct stream_change){ number + 1, s->next->value }));
        if (++s->next == s->end)
            refill(m, s);
    }
    tournament_next(&m->tournament, next_head(s));
}

static void run(struct merge *m, struct trie_builder *builder)
{
    unsigned last = 0;

    while (m->failed == OK && m->compile->verdicts.failed == OK) {
        unsigned number = tournament_first(&m->tournament);
        const struct merge_stream *first = &m->streams[number];
        if (first->next == first->end)
            return;
        struct trie_key key = first->next->key;
        struct stream_change change = take(m);
        build(m, builder, key,
              unlikely(is_at(m, key)) ? transition_all(m, key, change) : transition_one(m, change));
        if (number == last && number == tournament_first(&m->tournament))
            run_alone(m, builder);
        last = number;
    }
}

static enum err open_stream(struct merge *m, struct snapshot *snapshot, size_t source)
{
    const struct set_data *set = m->compile->sources[source].data;
    struct merge_stream *s = &m->streams[m->count];

    *s = (struct merge_stream){ .source = (uint16_t)source,
                                .present = snapshot->sources[source].present[m->ipv6],
                                .sweep = malloc(sizeof(struct sweepline)) };
    if (s->sweep == NULL)
        return ERR_MEMORY;
    m->count++;
    sweepline_begin(s->sweep, set, m->ipv6);
    return vec_reserve(&s->runs, m->buffered * sizeof(struct trie_run)) ? OK : ERR_MEMORY;
}

static bool has_addresses(const struct set_data *set, bool ipv6)
{
    return set != NULL && (ipv6 ? set->entries6.used : set->entries4.used + set->hosts4.used) != 0;
}

static enum err open_streams(struct merge *m, struct snapshot *snapshot)
{
    struct compile *c = m->compile;
    size_t changed = 0;
    enum err e = OK;

    for (size_t i = 0; i < c->sources_count; i++)
        changed += has_addresses(c->sources[i].data, m->ipv6);
    m->buffered = changed <= MANY_STREAMS ? BUFFERED : BUFFERED_OF_MANY;
    if (c->old != NULL)
        m->streams[m->count++] = (struct merge_stream){ .old = m->ipv6 ? &c->old->trie6 : &c->old->trie4 };
    for (size_t i = 0; i < c->sources_count && e == OK; i++)
        if (has_addresses(c->sources[i].data, m->ipv6))
            e = open_stream(m, snapshot, i);
    m->changes = calloc(m->count + 1, sizeof(*m->changes));
    if (e != OK || m->changes == NULL || !tournament_new(&m->tournament, (uint32_t)m->count))
        return ERR_MEMORY;
    m->tournament.before = comes_before;
    m->tournament.context = m;
    for (size_t i = 0; i < m->count; i++) {
        refill(m, &m->streams[i]);
        tournament_enter(&m->tournament, (uint32_t)i, next_head(&m->streams[i]));
    }
    if (m->count != 0)
        tournament_begin(&m->tournament);
    return m->failed;
}

/* A state in force when its stream ends holds to the end of the key space. */
static void close_stream(struct merge *m, struct merge_stream *s, struct snapshot *snapshot)
{
    if (s->state != 0)
        record_listed(m, s, s->since, (struct trie_key){ 0, 0 });
    if (s->sweep != NULL) {
        struct snapshot_source *facts = &snapshot->sources[s->source];
        struct snapshot_set *set = &snapshot->sets[facts->set];
        uint64_t *coverage = m->ipv6 ? &set->coverage6 : &set->coverage4;
        *coverage = sum_or_most(*coverage, s->coverage);
        facts->has[m->ipv6] = s->coverage != 0;
        if (s->sweep->failed)
            m->failed = ERR_MEMORY;
        sweepline_end(s->sweep);
        free(s->sweep);
    }
    vec_free(&s->runs);
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
    if (m->count != 0)
        run(m, builder);
    for (size_t i = 0; i < m->count; i++)
        close_stream(m, &m->streams[i], snapshot);
    tournament_free(&m->tournament);
    free(m->changes);
    enum err e = m->failed;
    free(m);
    return e;
}
