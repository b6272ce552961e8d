/* Levels: opening, changing and closing them; the hosts of one /24. */
#include "trie/levels.h"

#include <assert.h>

static void root_put(struct levels *b, uint64_t entry)
{
    if (b->encoder.failed == OK && entry != 0)
        VEC_AT(&b->encoder.words, uint64_t, b->root + b->root_next) = entry;
    b->root_next++;
}

/* Closes the open levels deeper than `keep`. */
static void close_levels(struct levels *b, unsigned keep)
{
    for (; b->open > keep && b->open >= FIRST_LEVEL; b->open--) {
        uint64_t entry = encode_close(&b->encoder, &b->level[b->open]);
        if (b->open == FIRST_LEVEL) {
            root_put(b, entry);
            continue;
        }
        struct level *parent = &b->level[b->open - 1];
        unsigned octet = trie_key_octet(b->last, b->open - 1);
        level_put(parent, octet, entry);
        if (octet < 255)
            level_put(parent, octet + 1, trie_leaf(b->value));
    }
}

static void open_level(struct levels *b)
{
    struct level *l = &b->level[++b->open];
    l->count = 1;
    l->from[0] = 0;
    l->entry[0] = trie_leaf(b->value);
}

static void root_fill(struct levels *b, unsigned end)
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

enum err levels_begin(struct levels *b)
{
    b->encoder.failed = OK;
    encode_align(&b->encoder);
    encode_add(&b->encoder, TRIE_ROOT_SIZE, &b->root);
    b->root_next = 0;
    b->open = FIRST_LEVEL - 1;
    b->value = 0;
    b->last = (struct trie_key){ 0, 0 };
    return b->encoder.failed;
}

static void add_change(struct levels *b, struct trie_key key, uint32_t value)
{
    uint64_t hi = key.hi ^ b->last.hi, lo = key.lo ^ b->last.lo;
    unsigned deepest = last_octet(key);

    if (value == b->value)
        return;
    if ((hi | lo) == 0) { /* the first key of all, or the last one again */
        if (b->open >= FIRST_LEVEL && b->open == deepest)
            level_put(&b->level[b->open], trie_key_octet(key, b->open), trie_leaf(value));
        b->value = value;
        return;
    }
    assert(trie_key_less(b->last, key));
    unsigned differs = first_difference(hi, lo);
    close_levels(b, differs < FIRST_LEVEL ? FIRST_LEVEL - 1 : differs);
    if (differs < FIRST_LEVEL)
        root_fill(b, (unsigned)(key.hi >> 48));
    while (b->open < deepest)
        open_level(b);
    if (deepest >= FIRST_LEVEL)
        level_put(&b->level[deepest], trie_key_octet(key, deepest), trie_leaf(value));
    b->last.hi = key.hi; /* by halves, as the next key reads it: a wider store would stall that */
    b->last.lo = key.lo;
    b->value = value;
}

/* ---- Hosts ---- */

/* Adds the hosts as ordinary changes: their /24 has other changes, or they do not fold. */
static void hosts_spill(struct levels *b)
{
    struct level_hosts hosts = b->hosts;
    uint32_t before = b->value;

    b->hosts.count = 0;
    for (unsigned i = 0; i < hosts.count; i++) {
        struct trie_key key = { hosts.prefix << 40 | (hosts.octets >> 8 * i & 0xff) << 32, 0 };
        add_change(b, key, hosts.value);
        key.hi += TRIE_HOST_STEP;
        add_change(b, key, before);
    }
}

/* Puts the fold of the hosts into their level. Most entries of a large list come here: no branch depends on
 * their values. */
static void hosts_close(struct levels *b)
{
    struct level_hosts *h = &b->hosts;
    struct level *l = &b->level[FIRST_LEVEL];
    unsigned octet = h->prefix & 0xff, last = (unsigned)(h->octets >> 8 * (h->count - 1)) & 0xff;
    uint32_t pair;

    if (!encode_pair(&b->encoder, h->value, b->value, &pair)) {
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
static bool open_for_host(struct levels *b, struct trie_key key)
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

/* Adds `key` to the hosts; false if it must be added as a change. */
static inline bool hosts_add(struct levels *b, struct trie_key key, uint32_t value)
{
    struct level_hosts *h = &b->hosts;
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
    *h = (struct level_hosts){ 1, value, prefix, octet };
    return true;
}

void levels_add(struct levels *b, struct trie_key key, uint32_t value)
{
    if (value == b->value)
        return;
    if (b->hosts.count != 0)
        (key.hi >> 40 == b->hosts.prefix ? hosts_spill : hosts_close)(b);
    add_change(b, key, value);
}

void levels_range(struct levels *b, struct trie_key key, struct trie_key end, uint32_t value)
{
    uint32_t before = b->value;
    bool host = end.hi - key.hi == TRIE_HOST_STEP && (key.lo | end.lo | (uint32_t)key.hi) == 0;

    if (value == before || (host && hosts_add(b, key, value)))
        return;
    levels_add(b, key, value);
    levels_add(b, end, before);
}

void levels_close(struct levels *b, unsigned end)
{
    if (b->hosts.count != 0)
        hosts_close(b);
    close_levels(b, FIRST_LEVEL - 1);
    root_fill(b, end);
}
