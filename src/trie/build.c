/*
 * Building bottom-up from a stream of ascending changes.
 *
 * Only the nodes on the path to the last change are open, one per octet. An open node is its list of changes:
 * "from octet p on, this entry". A change at a new key closes what lies deeper than the first octet in which
 * it differs from the last one; a closed node is written in its smallest form and becomes an entry of its
 * parent.
 */
#include "trie/trie.h"

#include "base/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LEVEL = 2, LEVELS = 16 }; /* a level's number is that of the octet it decides on */

struct level {
    unsigned count;
    uint8_t from[257]; /* one more than there can be, so that a write needs no test */
    uint64_t entry[257];
};

/* Listed hosts of the last /24 that will most likely be all of it, and fold. They are in no level yet. */
struct hosts {
    unsigned count; /* 0 to TRIE_FOLD_MAX */
    uint32_t value;
    uint64_t prefix; /* the key's first 24 bits */
    uint64_t octets; /* the first in the low byte */
};

struct trie_builder {
    struct vec words, pairs;
    struct vec pair_slots; /* open addressing: pair number + 1 */
    uint64_t last_pair;
    uint32_t last_pair_id;
    enum err failed;
    uint32_t root;
    unsigned root_next;   /* first root entry not written yet */
    unsigned open;        /* deepest open level; FIRST_LEVEL - 1 when none is */
    uint32_t value;       /* in force at the end of what was added */
    struct trie_key last; /* key of the last change */
    struct hosts hosts;   /* behind it; level 2 is the deepest that is open when there are some */
    struct level level[LEVELS];
};

struct trie_builder *trie_builder_new(void)
{
    return calloc(1, sizeof(struct trie_builder));
}

void trie_builder_free(struct trie_builder *b)
{
    if (b == NULL)
        return;
    vec_free(&b->words);
    vec_free(&b->pairs);
    vec_free(&b->pair_slots);
    free(b);
}

static uint64_t *arena_add(struct trie_builder *b, size_t count, uint32_t *index)
{
    size_t at = VEC_COUNT(&b->words, uint64_t);
    uint64_t *p =
        b->failed == OK && at + count <= UINT32_MAX ? vec_add(&b->words, count * sizeof(uint64_t)) : NULL;
    if (p == NULL && b->failed == OK)
        b->failed = at + count > UINT32_MAX ? ERR_LIMIT : ERR_MEMORY;
    *index = (uint32_t)at;
    return p;
}

/* ---- Pairs ---- */

static bool pairs_grow(struct trie_builder *b)
{
    size_t old = VEC_COUNT(&b->pair_slots, uint32_t), size = old ? old * 2 : 1024;
    struct vec grown = { 0 };
    uint32_t *slots = vec_add(&grown, size * sizeof(uint32_t));
    const uint64_t *pairs = b->pairs.data;

    if (slots == NULL)
        return false;
    for (uint32_t id = 0; id < VEC_COUNT(&b->pairs, uint64_t); id++) {
        size_t i = hash_u64(pairs[id]) & (size - 1);
        while (slots[i] != 0)
            i = (i + 1) & (size - 1);
        slots[i] = id + 1;
    }
    vec_free(&b->pair_slots);
    b->pair_slots = grown;
    return true;
}

static bool pair_look_up(struct trie_builder *b, uint64_t pair, uint32_t *id)
{
    size_t count = VEC_COUNT(&b->pairs, uint64_t), size = VEC_COUNT(&b->pair_slots, uint32_t);

    if (count * 2 >= size && !pairs_grow(b))
        return false;
    size = VEC_COUNT(&b->pair_slots, uint32_t);
    uint32_t *slots = b->pair_slots.data;
    size_t i = hash_u64(pair) & (size - 1);
    while (slots[i] != 0 && ((uint64_t *)b->pairs.data)[slots[i] - 1] != pair)
        i = (i + 1) & (size - 1);
    if (slots[i] == 0) {
        uint64_t *p = count < 1u << TRIE_PAIR_BITS ? vec_add(&b->pairs, sizeof(*p)) : NULL;
        if (p == NULL)
            return false;
        *p = pair;
        slots[i] = (uint32_t)count + 1;
    }
    b->last_pair = pair;
    *id = b->last_pair_id = slots[i] - 1;
    return true;
}

/* The number of a pair; false when there are too many to fold. */
static inline bool pair_intern(struct trie_builder *b, uint32_t in, uint32_t out, uint32_t *id)
{
    uint64_t pair = (uint64_t)out << 32 | in;

    if (pair != b->last_pair || b->pairs.used == 0)
        return pair_look_up(b, pair, id);
    *id = b->last_pair_id;
    return true;
}

/* ---- Closing a node ---- */

static bool is_leaf(uint64_t entry)
{
    return (entry & TRIE_TAG) == TRIE_LEAF;
}

static unsigned run_end(const struct level *l, unsigned i)
{
    return i + 1 < l->count ? l->from[i + 1] : 256;
}

/* What is known of an open node: enough to choose its form. */
struct summary {
    uint64_t most;     /* the leaf that holds for the most octets */
    unsigned covered;  /* that many; 0 if there is no leaf */
    unsigned children; /* entries that are no leaf: each holds for one octet */
    bool two;          /* there are at most two different leaves */
};

/* The usual case, counted without a branch that depends on the data: all leaves are alike. */
static bool summarise_uniform(const struct level *l, struct summary *s)
{
    uint64_t leaf =
        is_leaf(l->entry[0]) ? l->entry[0] : l->entry[1]; /* a child is followed by a leaf or a child */
    unsigned covered = 0, children = 0, end = 256;

    for (unsigned i = l->count; i-- > 0; end = l->from[i]) {
        children += !is_leaf(l->entry[i]);
        covered += (end - l->from[i]) & -(unsigned)(l->entry[i] == leaf);
    }
    *s = (struct summary){ .most = leaf, .covered = covered, .children = children, .two = true };
    return covered + children == 256;
}

/* Finds the leaf that covers most. With many different ones only the first few are counted: the choice may
 * then not be the smallest node, never a wrong one. */
static struct summary summarise(const struct level *l)
{
    enum { CANDIDATES = 8 };
    uint64_t leaf[CANDIDATES];
    unsigned covered[CANDIDATES], n = 0;
    struct summary s;

    if (summarise_uniform(l, &s))
        return s;
    s = (struct summary){ 0 };
    for (unsigned i = 0; i < l->count; i++) {
        if (!is_leaf(l->entry[i])) {
            s.children++;
            continue;
        }
        unsigned j = 0;
        while (j < n && leaf[j] != l->entry[i])
            j++;
        if (j == CANDIDATES)
            continue;
        if (j == n) {
            leaf[j] = l->entry[i];
            covered[n++] = 0;
        }
        covered[j] += run_end(l, i) - l->from[i];
    }
    for (unsigned j = 0; j < n; j++) {
        if (covered[j] > s.covered) {
            s.covered = covered[j];
            s.most = leaf[j];
        }
    }
    s.two = n <= 2;
    return s;
}

/* A node of two leaves, one of them for at most five octets, needs no words. Two leaves alternate. This is
 * how most nodes close, so it is decided before anything else is counted. */
static bool try_fold(struct trie_builder *b, const struct level *l, uint64_t *entry)
{
    uint64_t octets = 0;
    unsigned n = 0, odd = 0, last = 0;
    uint32_t pair;

    if (l->count == 3 && l->from[2] - l->from[1] == 1 && l->entry[0] == l->entry[2] &&
        is_leaf(l->entry[0] | l->entry[1]) &&
        pair_intern(b, (uint32_t)(l->entry[1] >> 32), (uint32_t)(l->entry[0] >> 32),
                    &pair)) { /* a single host */
        *entry = l->from[1] * (UINT64_C(0x0101010101) << 24) | (uint64_t)pair << 2 | TRIE_FOLD;
        return true;
    }
    if (l->count > 2 * TRIE_FOLD_MAX + 1 || !is_leaf(l->entry[0]) || !is_leaf(l->entry[1]))
        return false;
    for (unsigned i = 2; i < l->count; i++)
        if (l->entry[i] != l->entry[i - 2])
            return false;
    for (unsigned i = 1; i < l->count; i += 2)
        odd += run_end(l, i) - l->from[i];
    unsigned in = odd <= TRIE_FOLD_MAX;
    if (!in && odd < 256 - TRIE_FOLD_MAX)
        return false;
    if (!pair_intern(b, (uint32_t)(l->entry[in] >> 32), (uint32_t)(l->entry[!in] >> 32), &pair))
        return false;
    for (unsigned i = in; i < l->count; i += 2)
        for (unsigned p = l->from[i]; p < run_end(l, i); p++)
            octets |= (uint64_t)(last = p) << 8 * n++;
    while (n < TRIE_FOLD_MAX)
        octets |= (uint64_t)last << 8 * n++;
    *entry = octets << 24 | (uint64_t)pair << 2 | TRIE_FOLD;
    return true;
}

/* A node with one child in uniform surroundings becomes a skip, or lengthens the child's. */
static bool try_skip(struct trie_builder *b, const struct level *l, const struct summary *s, uint64_t *entry)
{
    if (s->children != 1 || s->covered != 255)
        return false;
    unsigned i = is_leaf(l->entry[0]) ? 1 : 0;
    uint64_t octet = l->from[i], child = l->entry[i];

    if ((child & TRIE_TAG) == TRIE_SKIP) {
        uint64_t *skip = (uint64_t *)b->words.data + (child >> 32);
        unsigned n = (unsigned)(skip[0] & 0xff);
        if (n < TRIE_SKIP_MAX && skip[0] >> 32 << 32 == s->most) {
            skip[0]++;
            skip[1] = skip[1] >> 8 | octet << 56;
            *entry = child;
            return true;
        }
    }
    uint32_t index;
    uint64_t *skip = arena_add(b, TRIE_SKIP_WORDS, &index);
    if (skip != NULL) {
        skip[0] = s->most | 1;
        skip[1] = octet << 56;
        skip[2] = child;
    }
    *entry = (uint64_t)index << 32 | TRIE_SKIP;
    return true;
}

static void set_ranks(uint64_t *node)
{
    unsigned rank = 0;
    for (unsigned i = 1; i <= 3; i++) {
        rank += trie_popcount(node[i]);
        node[0] |= (uint64_t)rank << 8 * i;
    }
}

static void put_entry(uint64_t *node, unsigned slot, uint64_t entry)
{
    if (node[0] & TRIE_HALF)
        node[TRIE_NODE_HEAD + slot / 2] |= entry >> 32 << slot % 2 * 32;
    else
        node[TRIE_NODE_HEAD + slot] = entry;
}

/* Words 0 to 4 are read together: keep them in one cache line. */
static void align_head(struct trie_builder *b)
{
    size_t in_line = VEC_COUNT(&b->words, uint64_t) % 8;
    uint32_t unused;
    if (in_line > 8 - TRIE_NODE_HEAD)
        arena_add(b, 8 - in_line, &unused);
}

/* Writes the bits and entries of an exceptions node whose exceptions are all children: no branch depends on
 * them. */
static void write_children(uint64_t *node, const struct level *l)
{
    uint64_t children[257];
    unsigned slot = 0;

    for (unsigned i = 0; i < l->count; i++) {
        uint64_t child = !is_leaf(l->entry[i]);
        children[slot] = l->entry[i];
        slot += (unsigned)child;
        node[1 + l->from[i] / 64] |= child << l->from[i] % 64;
    }
    memcpy(node + TRIE_NODE_HEAD, children, slot * sizeof(*children));
}

static void write_entries(uint64_t *node, const struct level *l, unsigned slots, uint64_t most)
{
    bool runs = node[0] & TRIE_RUNS;
    unsigned slot = 0;

    for (unsigned i = runs && is_leaf(l->entry[0]); i < l->count; i++) {
        if (!runs && l->entry[i] == most)
            continue;
        unsigned end = runs ? l->from[i] + 1u : run_end(l, i);
        for (unsigned p = l->from[i]; p < end; p++) {
            node[1 + p / 64] |= UINT64_C(1) << p % 64;
            if (slot < slots)
                put_entry(node, slot++, l->entry[i]);
        }
    }
}

static uint64_t write_node(struct trie_builder *b, const struct level *l, const struct summary *s)
{
    bool first_leaf = is_leaf(l->entry[0]);
    unsigned runs = l->count - first_leaf, exceptions = 256 - s->covered;
    bool half = s->children == 0, same = half && s->two;
    bool use_runs = same ? runs <= 1 : runs < exceptions;
    unsigned slots = use_runs ? runs : same ? 1 : exceptions;
    uint64_t kind = (use_runs ? TRIE_RUNS : 0) | (half ? TRIE_HALF : 0) | (same && !use_runs ? TRIE_SAME : 0);
    uint64_t fallback = use_runs ? (first_leaf ? l->entry[0] : 0) : s->most;
    uint32_t index;

    align_head(b);
    uint64_t *node = arena_add(b, TRIE_NODE_HEAD + (half ? (slots + 1) / 2 : slots), &index);
    if (node == NULL)
        return 0;
    node[0] = fallback | kind;
    if (!use_runs && s->children == exceptions)
        write_children(node, l);
    else
        write_entries(node, l, slots, s->most);
    set_ranks(node);
    return (uint64_t)index << 32 | TRIE_NODE;
}

static uint64_t encode(struct trie_builder *b, const struct level *l)
{
    uint64_t entry;

    if (l->count == 1)
        return l->entry[0]; /* a leaf: a child is always followed by a change */
    if (try_fold(b, l, &entry))
        return entry;
    struct summary s = summarise(l);
    return try_skip(b, l, &s, &entry) ? entry : write_node(b, l, &s);
}

/* ---- The stream ---- */

static unsigned key_octet(struct trie_key k, unsigned i)
{
    return (unsigned)((i < 8 ? k.hi >> (56 - 8 * i) : k.lo >> (120 - 8 * i)) & 0xff);
}

static inline void level_put(struct level *l, unsigned from, uint64_t entry)
{
    if (l->count != 0 && l->from[l->count - 1] == from)
        l->count--;
    if (l->count != 0 && l->entry[l->count - 1] == entry && is_leaf(entry))
        return;
    l->from[l->count] = (uint8_t)from;
    l->entry[l->count++] = entry;
}

static void root_put(struct trie_builder *b, uint64_t entry)
{
    if (b->failed == OK && entry != 0)
        ((uint64_t *)b->words.data)[b->root + b->root_next] = entry;
    b->root_next++;
}

/* Closes the open levels deeper than `keep`. */
static void close_levels(struct trie_builder *b, unsigned keep)
{
    for (; b->open > keep && b->open >= FIRST_LEVEL; b->open--) {
        uint64_t entry = encode(b, &b->level[b->open]);
        if (b->open == FIRST_LEVEL) {
            root_put(b, entry);
            continue;
        }
        struct level *parent = &b->level[b->open - 1];
        unsigned octet = key_octet(b->last, b->open - 1);
        level_put(parent, octet, entry);
        if (octet < 255)
            level_put(parent, octet + 1, trie_leaf(b->value));
    }
}

static void open_level(struct trie_builder *b)
{
    struct level *l = &b->level[++b->open];
    l->count = 1;
    l->from[0] = 0;
    l->entry[0] = trie_leaf(b->value);
}

static void root_fill(struct trie_builder *b, unsigned end)
{
    while (b->root_next < end)
        root_put(b, trie_leaf(b->value));
}

/* The number of the first octet that is not 0 in hi:lo, the exclusive or of two different keys. */
static unsigned first_difference(uint64_t hi, uint64_t lo)
{
    return hi != 0 ? (unsigned)__builtin_clzll(hi) / 8 : 8 + (unsigned)__builtin_clzll(lo) / 8;
}

/* The number of the last octet that is not 0. */
static unsigned last_octet(struct trie_key k)
{
    if (k.lo != 0)
        return 15 - (unsigned)__builtin_ctzll(k.lo) / 8;
    return k.hi != 0 ? 7 - (unsigned)__builtin_ctzll(k.hi) / 8 : 0;
}

enum err trie_build_begin(struct trie_builder *b)
{
    b->failed = OK;
    align_head(b);
    arena_add(b, TRIE_ROOT_SIZE, &b->root);
    b->root_next = 0;
    b->open = FIRST_LEVEL - 1;
    b->value = 0;
    b->last = (struct trie_key){ 0, 0 };
    return b->failed;
}

static void add_change(struct trie_builder *b, struct trie_key key, uint32_t value)
{
    uint64_t hi = key.hi ^ b->last.hi, lo = key.lo ^ b->last.lo;
    unsigned deepest = last_octet(key);

    if (value == b->value)
        return;
    if ((hi | lo) == 0) { /* the very first key, or a second word on the last one */
        if (b->open >= FIRST_LEVEL && b->open == deepest)
            level_put(&b->level[b->open], key_octet(key, b->open), trie_leaf(value));
        b->value = value;
        return;
    }
    assert(key.hi > b->last.hi || (key.hi == b->last.hi && key.lo > b->last.lo));
    unsigned differs = first_difference(hi, lo);
    close_levels(b, differs < FIRST_LEVEL ? FIRST_LEVEL - 1 : differs);
    if (differs < FIRST_LEVEL)
        root_fill(b, (unsigned)(key.hi >> 48));
    while (b->open < deepest)
        open_level(b);
    if (deepest >= FIRST_LEVEL)
        level_put(&b->level[deepest], key_octet(key, deepest), trie_leaf(value));
    b->last.hi =
        key.hi; /* one half at a time: it is read so at the next key, and must not wait for the store */
    b->last.lo = key.lo;
    b->value = value;
}

/* ---- Hosts ---- */

#define HOST_STEP (UINT64_C(1) << 32) /* from one host to the next, in the upper half of a key */

/* Adds the hosts as changes like any others, because more will happen in their /24, or they do not fold. */
static void hosts_spill(struct trie_builder *b)
{
    struct hosts hosts = b->hosts;
    uint32_t before = b->value;

    b->hosts.count = 0;
    for (unsigned i = 0; i < hosts.count; i++) {
        struct trie_key key = { hosts.prefix << 40 | (hosts.octets >> 8 * i & 0xff) << 32, 0 };
        add_change(b, key, hosts.value);
        key.hi += HOST_STEP;
        add_change(b, key, before);
    }
}

/* Puts the fold of the hosts into their level. What is here for most entries of a large list has no branch
 * that depends on them. */
static void hosts_close(struct trie_builder *b)
{
    struct hosts *h = &b->hosts;
    struct level *l = &b->level[FIRST_LEVEL];
    unsigned octet = h->prefix & 0xff, last = (unsigned)(h->octets >> 8 * (h->count - 1)) & 0xff;
    uint32_t pair;

    if (!pair_intern(b, h->value, b->value, &pair)) {
        hosts_spill(b);
        return;
    }
    uint64_t octets = h->octets | last * UINT64_C(0x0101010101) << 8 * h->count;
    unsigned at = l->count - (l->from[l->count - 1] == octet);
    l->from[at] = (uint8_t)octet;
    l->entry[at] = octets << 24 | (uint64_t)pair << 2 | TRIE_FOLD;
    l->from[at + 1] = (uint8_t)(octet + 1);
    l->entry[at + 1] = trie_leaf(b->value);
    l->count = at + 1 + (octet < 255);
    b->last.hi = h->prefix << 40 | (uint64_t)last << 32;
    b->last.lo = 0;
    h->count = 0;
}

/* Opens level 2 for `key`, and none deeper; false when its /24 is open already. */
static bool open_for_host(struct trie_builder *b, struct trie_key key)
{
    uint64_t hi = key.hi ^ b->last.hi;

    if (hi >> 40 == 0)
        return false;
    bool new_slot = hi >> 48 != 0;
    close_levels(b, new_slot ? FIRST_LEVEL - 1 : FIRST_LEVEL);
    if (new_slot)
        root_fill(b, (unsigned)(key.hi >> 48));
    if (b->open < FIRST_LEVEL)
        open_level(b);
    b->last = (struct trie_key){ key.hi >> 48 << 48, 0 };
    return true;
}

/* Takes `key` among the hosts; false when it must be added as a change. */
static inline bool hosts_add(struct trie_builder *b, struct trie_key key, uint32_t value)
{
    struct hosts *h = &b->hosts;
    uint64_t prefix = key.hi >> 40, octet = key.hi >> 32 & 0xff;

    if (h->count != 0) {
        if (prefix == h->prefix) {
            if (value != h->value || h->count == TRIE_FOLD_MAX)
                return false;
            h->octets |= octet << 8 * h->count++;
            return true;
        }
        hosts_close(b);
    }
    if ((b->open != FIRST_LEVEL || (key.hi ^ b->last.hi) >> 48 != 0) && !open_for_host(b, key))
        return false;
    *h = (struct hosts){ 1, value, prefix, octet };
    return true;
}

void trie_build_add(struct trie_builder *b, struct trie_key key, uint32_t value)
{
    if (value == b->value)
        return;
    if (b->hosts.count != 0)
        (key.hi >> 40 == b->hosts.prefix ? hosts_spill : hosts_close)(b);
    add_change(b, key, value);
}

void trie_build_range(struct trie_builder *b, struct trie_key key, struct trie_key end, uint32_t value)
{
    uint32_t before = b->value;
    bool host = end.hi - key.hi == HOST_STEP && (key.lo | end.lo | (uint32_t)key.hi) == 0;

    if (value == before || (host && hosts_add(b, key, value)))
        return;
    trie_build_add(b, key, value);
    trie_build_add(b, end, before);
}

enum err trie_build_end(struct trie_builder *b, uint32_t *root)
{
    if (b->hosts.count != 0)
        hosts_close(b);
    close_levels(b, FIRST_LEVEL - 1);
    root_fill(b, TRIE_ROOT_SIZE);
    if (b->failed == OK)
        *root = b->root;
    return b->failed;
}

enum err trie_builder_finish(struct trie_builder *b, struct vec *words, uint32_t *pairs)
{
    size_t count = VEC_COUNT(&b->pairs, uint64_t);
    uint32_t index;
    uint64_t *p = arena_add(b, count + 1, &index); /* one more, so that pair 0 can always be read */
    enum err failed = b->failed;

    if (failed == OK) {
        if (count != 0)
            memcpy(p, b->pairs.data, count * sizeof(uint64_t));
        vec_trim(&b->words);
        *words = b->words;
        *pairs = index;
        b->words = (struct vec){ 0 };
    }
    trie_builder_free(b);
    return failed;
}
