/*
 * What lies below an entry, octet by octet: the one decoder of entries for all code that walks a trie, but
 * for the look-ups, which have faster ones. Internal to trie/.
 */
#ifndef TRIE_CHILD_H
#define TRIE_CHILD_H

#include "trie/lookup.h"

/* All keys with some first octets in common: those of an entry, or of a skip whose first `skipped` octets are
 * among them. */
struct subtree {
    uint64_t entry;
    unsigned skipped;
};

/* The octet of a skip that `s` decides on. */
static inline unsigned skip_octet(const uint64_t *skip, struct subtree s)
{
    return (unsigned)(skip[1] >> (56 - 8 * s.skipped)) & 0xff;
}

/* The subtree of keys that go on with all of that octet. */
static inline struct subtree skip_inside(const uint64_t *skip, struct subtree s)
{
    return s.skipped + 1 < (skip[0] & 7) ? (struct subtree){ s.entry, s.skipped + 1 }
                                         : (struct subtree){ skip[2], 0 };
}

/* The subtree of the keys of `s` whose next octet is `octet`. */
static inline struct subtree trie_child(const struct trie *t, struct subtree s, unsigned octet)
{
    const uint64_t *at = t->words + (s.entry >> 32);

    switch (s.entry & TRIE_TAG) {
    case TRIE_NODE:
        return (struct subtree){ trie_node_entry(at, octet), 0 };
    case TRIE_FOLD: {
        uint64_t pair = t->words[t->pairs + trie_fold_pair(s.entry)];
        return (struct subtree){ trie_fold_has(s.entry, octet) ? pair << 32 : pair >> 32 << 32, 0 };
    }
    case TRIE_SKIP:
        return skip_octet(at, s) == octet ? skip_inside(at, s) : (struct subtree){ at[0] >> 32 << 32, 0 };
    }
    return s;
}

/* A run of octets from..end - 1 that have the same child. A run of more than one octet has a leaf; runs side
 * by side may have equal leaves.
 *
 *     for (struct children c = children_of(t, subtree, first); children_next(&c);)
 */
struct children {
    const struct trie *trie;
    struct subtree parent;
    unsigned from, end;
    struct subtree child;
    unsigned slot, next_bit; /* of a node: bits set before `end`, and the first one set after those */
};

/* The first bit set in a node's bitmap from bit `p` on; 256 if there is none. */
static inline unsigned node_next_bit(const uint64_t *node, unsigned p)
{
    for (; p < 256; p = (p | 63) + 1) {
        uint64_t bits = node[1 + p / 64] >> p % 64;
        if (bits != 0)
            return p + (unsigned)__builtin_ctzll(bits);
    }
    return 256;
}

/* Stands before the run that octet `first` is in; the part of it before `first` is left out. */
static inline struct children children_of(const struct trie *t, struct subtree parent, unsigned first)
{
    struct children c = { .trie = t, .parent = parent, .end = first };
    const uint64_t *node = t->words + (parent.entry >> 32);

    if ((parent.entry & TRIE_TAG) != TRIE_NODE)
        return c;
    for (unsigned i = 0; i < first / 64; i++)
        c.slot += trie_popcount(node[1 + i]);
    if (first != 0)
        c.slot += trie_popcount(node[1 + first / 64] & ((UINT64_C(1) << first % 64) - 1));
    c.next_bit = node_next_bit(node, first);
    return c;
}

static inline uint64_t node_next_entry(struct children *c, const uint64_t *node)
{
    uint64_t head = node[0];

    c->end = c->next_bit;
    if (c->from == c->next_bit) {
        c->slot++;
        c->next_bit = node_next_bit(node, c->from + 1);
        c->end = head & TRIE_RUNS ? c->next_bit : c->from + 1;
    } else if (!(head & TRIE_RUNS) || c->slot == 0) {
        return head >> 32 << 32;
    }
    return trie_node_get(node, head, head & TRIE_SAME ? 0 : c->slot - 1);
}

static inline uint64_t fold_next_entry(struct children *c, uint64_t fold)
{
    uint64_t pair = c->trie->words[c->trie->pairs + trie_fold_pair(fold)];

    if (trie_fold_has(fold, c->from)) {
        c->end = c->from + 1;
        return pair << 32;
    }
    for (unsigned i = TRIE_FOLD_MAX; i-- > 0;) {
        unsigned octet = (unsigned)(fold >> (24 + 8 * i)) & 0xff;
        if (octet > c->from)
            c->end = octet;
    }
    return pair >> 32 << 32;
}

/* Moves on to the next run; false if there is none. */
static inline bool children_next(struct children *c)
{
    struct subtree s = c->parent;
    const uint64_t *at = c->trie->words + (s.entry >> 32);

    if (c->end == 256)
        return false;
    c->from = c->end;
    c->end = 256;
    c->child = (struct subtree){ s.entry, 0 };
    if ((s.entry & TRIE_TAG) == TRIE_NODE) {
        c->child.entry = node_next_entry(c, at);
    } else if ((s.entry & TRIE_TAG) == TRIE_FOLD) {
        c->child.entry = fold_next_entry(c, s.entry);
    } else if ((s.entry & TRIE_TAG) == TRIE_SKIP) {
        unsigned octet = skip_octet(at, s);
        if (c->from <= octet)
            c->end = octet + (c->from == octet);
        c->child = c->from == octet ? skip_inside(at, s) : (struct subtree){ at[0] >> 32 << 32, 0 };
    }
    return true;
}

#endif
