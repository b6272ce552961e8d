/*
 * The radix trie's layout and look-up: key -> value, for every key of up to 128 bits.
 *
 * Pure and free of libc, so that the same text compiles for the host and for BPF. IPv4 and IPv6 keys use the
 * same nodes: a key is left-aligned in 128 bits, the root takes its first 16 bits, each node after it 8. All
 * parts live in one arena of 64-bit words and point at each other by 32-bit word index, so an arena can be
 * moved, copied into a BPF map, or written to disk as it is. The design is that of multibit tries with leaf
 * pushing and bitmap compression (Degermark et al., "Small Forwarding Tables for Fast Routing Lookups", 1997;
 * Asai and Ohara, "Poptrie", 2015); the fold is new.
 *
 * root    65536 entries, by the key's first 16 bits; or, in a split trie (edit.h), 256 words by the first
 *         octet, each the word index of a page of 256 entries by the second.
 *
 * entry   one word; its two low bits are its kind:
 *
 *           63                     32 31         24 23            2 1 0
 *          +-------------------------+-------------+---------------+---+
 *    LEAF  | value                   |  0                          | 0 |  the value of every key from here on
 *    NODE  | word index of a node    |  0                          | 1 |
 *    SKIP  | word index of a skip    |  0                          | 2 |
 *    HOSTS | word index, hosts node  |  0                        1 | 2 |  in a root only: hosts.h
 *    FOLD  | octets o4 o3 o2 o1 o0 (40 bits)       | pair (22 bits)| 3 |
 *          +---------------------------------------+---------------+---+
 *
 *         A fold is a node of at most five listed octets without words of its own: keys whose next octet
 *         is one of o0..o4 (ascending, the last one repeated) have the pair's first value, all others its
 *         second. A pair is an interned word, first value in the low half. So all hosts of a sparse /24 cost
 *         8 bytes, also inside a listed range. Nodes whose pair has a number of more than 22 bits do not
 *         fold, nor do those of a split trie.
 *
 * node    by the key's next octet p:
 *
 *          word 0     default value (63..32) | rank 3 | rank 2 | rank 1 | kind (7..0)
 *          words 1-4  256 bits; rank i = how many are set in the words before word 1 + i
 *          words 5-   entries, or, in a node of kind HALF, values, two a word, the first in the low half
 *
 *         An exceptions node has an entry for each set bit; p without its bit has the default value. A runs
 *         node (kind RUNS) has an entry where the content changes; p takes the last set bit at or before it,
 *         or the default if there is none. In an exceptions node of kind SAME all set bits share the first
 *         entry. A node has the smallest form of these. Words 0 to 4 are in one cache line.
 *
 * skip    path compression: word 0 = default (63..32) | n (7..0), word 1 = n octets, left-aligned, n <= 7;
 *         word 2 = entry of keys that go on with these octets. Other keys have the default value.
 *
 * An IPv4 look-up touches at most seven dependent cache lines (root; two of a hosts node; node and entry,
 * twice), usually two or three.
 */
#ifndef TRIE_LOOKUP_H
#define TRIE_LOOKUP_H

#include "trie/hosts.h"
#include "trie/key.h"

enum { TRIE_LEAF = 0, TRIE_NODE = 1, TRIE_SKIP = 2, TRIE_FOLD = 3, TRIE_TAG = 3 };
enum { TRIE_HOSTS = 4 | TRIE_SKIP }; /* all bits but those of the index */
enum { TRIE_RUNS = 1, TRIE_HALF = 2, TRIE_SAME = 4 };
enum {
    TRIE_ROOT_BITS = 16,
    TRIE_ROOT_SIZE = 1 << TRIE_ROOT_BITS,
    TRIE_PAGE = 256, /* words of a split root and of each page below it */
    TRIE_NODE_HEAD = 5,
    TRIE_SKIP_WORDS = 3,
    TRIE_SKIP_MAX = 7, /* octets; keeps every shift below 64 */
    TRIE_FOLD_MAX = 5, /* octets */
    TRIE_PAIR_BITS = 22,
    TRIE_DEPTH_MAX = 16, /* the root, a hosts node, and one step for each of the 14 octets after 16 bits */
};
_Static_assert(2 + TRIE_PAIR_BITS + 8 * TRIE_FOLD_MAX == 64, "a fold fills its word");
_Static_assert(8 * TRIE_SKIP_MAX < 64, "a skip's octets fit a word and every shift is defined");

struct trie {
    const uint64_t *words;
    uint32_t root;  /* word index of the root */
    uint32_t pairs; /* word index of pair 0 */
    bool split;     /* kind of the root */
};

static inline uint64_t trie_leaf(uint32_t value)
{
    return (uint64_t)value << 32;
}

static inline bool trie_is_leaf(uint64_t entry)
{
    return (entry & TRIE_TAG) == TRIE_LEAF;
}

static inline bool trie_is_hosts(uint64_t entry)
{
    return (uint32_t)entry == TRIE_HOSTS;
}

/* Whether octet `p` is one of the fold's. The lowest zero octet in `x` borrows into its own top bit, so "is
 * there any" is exact (Lamport 1975; Hacker's Delight 6-1). */
static inline bool trie_fold_has(uint64_t fold, unsigned p)
{
    uint64_t x = (fold >> 24) ^ p * UINT64_C(0x0101010101);
    return ((x - UINT64_C(0x0101010101)) & ~x & UINT64_C(0x8080808080)) != 0;
}

static inline uint32_t trie_fold_pair(uint64_t fold)
{
    return (uint32_t)(fold >> 2) & ((1u << TRIE_PAIR_BITS) - 1);
}

/* The number of the entry of octet `p` in a node with head `head` and bitmap word `w` (the one with bit p),
 * or -1 for the default. */
static inline int trie_node_slot(uint64_t head, uint64_t w, unsigned p)
{
    uint64_t bit = UINT64_C(1) << (p & 63);
    unsigned rank = (unsigned)((head & 0xffffff00) >> (p >> 6 << 3)) & 0xff;

    if (head & TRIE_RUNS)
        return (int)(rank + trie_popcount(w & ((bit << 1) - 1))) - 1;
    if (!(w & bit))
        return -1;
    return head & TRIE_SAME ? 0 : (int)(rank + trie_popcount(w & (bit - 1)));
}

/* Entry number `slot` >= 0 of the node at `node`. */
static inline uint64_t trie_node_get(const uint64_t *node, uint64_t head, unsigned slot)
{
    if (head & TRIE_HALF)
        return (node[TRIE_NODE_HEAD + slot / 2] >> slot % 2 * 32) << 32;
    return node[TRIE_NODE_HEAD + slot];
}

/* The entry of octet `p` in the node at `node`. */
static inline uint64_t trie_node_entry(const uint64_t *node, unsigned p)
{
    uint64_t head = node[0];
    int slot = trie_node_slot(head, node[1 + (p >> 6)], p);
    return slot < 0 ? head >> 32 << 32 : trie_node_get(node, head, (unsigned)slot);
}

/* The word index of root entry `slot`, the key's first 16 bits. */
static inline uint32_t trie_root_at(const struct trie *t, unsigned slot)
{
    if (t->split)
        return (uint32_t)t->words[t->root + (slot >> 8)] + (slot & 0xff);
    return t->root + slot;
}

/* The value of `key`. Any thread that may read the arena; 7 dependent cache lines at most for IPv4, 6 in a
 * split trie, of which the first is one of 32 that all look-ups share. */
static inline uint32_t trie_lookup(const struct trie *t, struct trie_key key)
{
    uint64_t entry = t->words[trie_root_at(t, (unsigned)(key.hi >> 48))];

    key = trie_key_shift(key, TRIE_ROOT_BITS);
    for (unsigned depth = 0; depth < TRIE_DEPTH_MAX; depth++) {
        const uint64_t *at = t->words + (entry >> 32);
        unsigned octet = (unsigned)(key.hi >> 56);
        switch (entry & TRIE_TAG) {
        case TRIE_LEAF:
            return (uint32_t)(entry >> 32);
        case TRIE_FOLD: {
            uint64_t pair = t->words[t->pairs + trie_fold_pair(entry)];
            return (uint32_t)(trie_fold_has(entry, octet) ? pair : pair >> 32);
        }
        case TRIE_NODE:
            entry = trie_node_entry(at, octet);
            key = trie_key_shift(key, 8);
            break;
        case TRIE_SKIP: {
            if (trie_is_hosts(entry)) {
                int i = trie_hosts_find(t->words, (uint32_t)(entry >> 32), (unsigned)(key.hi >> 48));
                if (i >= 0)
                    return trie_hosts_value(at, (unsigned)i);
                entry = at[0];
                break;
            }
            unsigned bits = (unsigned)(at[0] & 7) * 8;
            if ((key.hi ^ at[1]) >> (64 - bits) != 0)
                return (uint32_t)(at[0] >> 32);
            entry = at[2];
            key = trie_key_shift(key, bits);
            break;
        }
        }
    }
    return 0;
}

#endif
