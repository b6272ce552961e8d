/*
 * What lies below an entry, octet by octet: the one decoder of entries for all code that walks a trie, but
 * for the look-ups, which have faster ones. Internal to trie/.
 */
#ifndef TRIE_CHILD_H
#define TRIE_CHILD_H

#include "trie/lookup.h"

/* All keys with some first octets in common: those of an entry, or of a skip or hosts node whose first
 * `skipped` octets are among them. */
struct subtree {
    uint64_t entry;
    unsigned skipped;
    unsigned octet; /* of a hosts node: the octet skipped, if one is */
};

/* The octet of a skip that `s` decides on. */
static inline unsigned skip_octet(const uint64_t *skip, struct subtree s)
{
    return (unsigned)(skip[1] >> (56 - 8 * s.skipped)) & 0xff;
}

/* The subtree of keys that go on with all of that octet. */
static inline struct subtree skip_inside(const uint64_t *skip, struct subtree s)
{
    return s.skipped + 1 < (skip[0] & 7) ? (struct subtree){ .entry = s.entry, .skipped = s.skipped + 1 }
                                         : (struct subtree){ .entry = skip[2] };
}

/* The number of hosts in a hosts node whose suffix is less than `suffix`, at most 0x10000. */
static inline unsigned hosts_before(const uint64_t *node, unsigned suffix)
{
    unsigned first = 0, end = trie_hosts_count(node);

    while (first < end) {
        unsigned middle = (first + end) / 2;
        if (trie_hosts_suffix(node, middle) < suffix)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

/* The first octet from `octet` on below which `s`, of a hosts node, has hosts; 256 if there is none. *i is
 * the number of the first such host. */
static inline unsigned hosts_next_octet(const uint64_t *node, struct subtree s, unsigned octet, unsigned *i)
{
    unsigned from = s.skipped == 0 ? octet << 8 : s.octet << 8 | octet;

    *i = hosts_before(node, from);
    if (*i == trie_hosts_count(node))
        return 256;
    unsigned suffix = trie_hosts_suffix(node, *i);
    if (s.skipped == 0)
        return suffix >> 8;
    return suffix >> 8 == s.octet ? suffix & 0xff : 256;
}

/* The subtree of the keys of `s`, which is no hosts node's, whose next octet is `octet`. */
static inline struct subtree entry_child(const struct trie *t, struct subtree s, unsigned octet)
{
    const uint64_t *at = t->words + (s.entry >> 32);

    switch (s.entry & TRIE_TAG) {
    case TRIE_NODE:
        return (struct subtree){ .entry = trie_node_entry(at, octet) };
    case TRIE_FOLD: {
        uint64_t pair = t->words[t->pairs + trie_fold_pair(s.entry)];
        return (struct subtree){ .entry = trie_fold_has(s.entry, octet) ? pair << 32 : pair >> 32 << 32 };
    }
    case TRIE_SKIP:
        return skip_octet(at, s) == octet ? skip_inside(at, s)
                                          : (struct subtree){ .entry = at[0] >> 32 << 32 };
    }
    return s;
}

/* What the keys of `s` have, which is a hosts node's, that are no hosts. */
static inline struct subtree hosts_other(const struct trie *t, struct subtree s)
{
    struct subtree other = { .entry = t->words[s.entry >> 32] };
    return s.skipped == 0 ? other : entry_child(t, other, s.octet);
}

/* The subtree of the keys of any `s` whose next octet is `octet`. */
static inline struct subtree trie_child(const struct trie *t, struct subtree s, unsigned octet)
{
    const uint64_t *node = t->words + (s.entry >> 32);
    unsigned i;

    if (!trie_is_hosts(s.entry))
        return entry_child(t, s, octet);
    if (hosts_next_octet(node, s, octet, &i) != octet)
        return entry_child(t, hosts_other(t, s), octet);
    if (s.skipped == 1)
        return (struct subtree){ .entry = trie_leaf(trie_hosts_value(node, i)) };
    return (struct subtree){ s.entry, 1, octet };
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

/* Of a hosts node: the next octet with hosts below it is one run, what is before it another where it is all
 * the same, or else octet by octet. */
static inline struct subtree hosts_next(struct children *c, const uint64_t *node)
{
    struct subtree other = hosts_other(c->trie, c->parent);
    unsigned i, next = hosts_next_octet(node, c->parent, c->from, &i);

    c->end = next > c->from && trie_is_leaf(other.entry) ? next : c->from + 1;
    return trie_child(c->trie, c->parent, c->from);
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
    c->child = (struct subtree){ .entry = s.entry };
    if ((s.entry & TRIE_TAG) == TRIE_NODE) {
        c->child.entry = node_next_entry(c, at);
    } else if ((s.entry & TRIE_TAG) == TRIE_FOLD) {
        c->child.entry = fold_next_entry(c, s.entry);
    } else if (trie_is_hosts(s.entry)) {
        c->child = hosts_next(c, at);
    } else if ((s.entry & TRIE_TAG) == TRIE_SKIP) {
        unsigned octet = skip_octet(at, s);
        if (c->from <= octet)
            c->end = octet + (c->from == octet);
        c->child = c->from == octet ? skip_inside(at, s) : (struct subtree){ .entry = at[0] >> 32 << 32 };
    }
    return true;
}

#endif
