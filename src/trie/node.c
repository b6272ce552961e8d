/* The forms of a node: which is the smallest, and how it is written. */
#include "trie/node.h"

#include <string.h>

/* The usual case, all leaves are equal, counted without a branch that depends on the data. */
static bool summarise_uniform(const struct level *l, struct level_summary *s)
{
    uint64_t leaf =
        trie_is_leaf(l->entry[0]) ? l->entry[0] : l->entry[1]; /* a child is followed by a leaf or a child */
    unsigned covered = 0, children = 0, end = 256;

    for (unsigned i = l->count; i-- > 0; end = l->from[i]) {
        children += !trie_is_leaf(l->entry[i]);
        covered += (end - l->from[i]) & -(unsigned)(l->entry[i] == leaf);
    }
    *s = (struct level_summary){ .most = leaf, .covered = covered, .children = children, .two = true };
    return trie_is_leaf(leaf) && covered + children == 256;
}

struct level_summary node_summarise(const struct level *l)
{
    enum { CANDIDATES = 8 };
    uint64_t leaf[CANDIDATES];
    unsigned covered[CANDIDATES], n = 0;
    struct level_summary s;

    if (summarise_uniform(l, &s))
        return s;
    s = (struct level_summary){ 0 };
    for (unsigned i = 0; i < l->count; i++) {
        if (!trie_is_leaf(l->entry[i])) {
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
        covered[j] += level_end(l, i) - l->from[i];
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

struct node_form node_choose(const struct level *l, const struct level_summary *s)
{
    bool first_leaf = trie_is_leaf(l->entry[0]);
    unsigned runs = l->count - first_leaf, exceptions = 256 - s->covered;
    bool half = s->children == 0, same = half && s->two;
    bool use_runs = same ? runs <= 1 : runs < exceptions;
    unsigned slots = use_runs ? runs : same ? 1 : exceptions;
    uint64_t kind = (use_runs ? TRIE_RUNS : 0) | (half ? TRIE_HALF : 0) | (same && !use_runs ? TRIE_SAME : 0);
    uint64_t fallback = use_runs ? (first_leaf ? l->entry[0] : 0) : s->most;

    return (struct node_form){ .head = fallback | kind,
                               .slots = slots,
                               .words = TRIE_NODE_HEAD + (half ? (slots + 1) / 2 : slots),
                               .only_children = !use_runs && s->children == exceptions };
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

/* Writes the bits and entries of an exceptions node whose exceptions are all children, without a branch that
 * depends on them. */
static void write_children(uint64_t *node, const struct level *l)
{
    uint64_t children[257];
    unsigned slot = 0;

    for (unsigned i = 0; i < l->count; i++) {
        uint64_t child = !trie_is_leaf(l->entry[i]);
        children[slot] = l->entry[i];
        slot += (unsigned)child;
        node[1 + l->from[i] / 64] |= child << l->from[i] % 64;
    }
    memcpy(node + TRIE_NODE_HEAD, children, slot * sizeof(*children));
}

static void write_entries(uint64_t *node, const struct level *l, unsigned slots)
{
    bool runs = node[0] & TRIE_RUNS;
    uint64_t most = node[0] >> 32 << 32;
    unsigned slot = 0;

    for (unsigned i = runs && trie_is_leaf(l->entry[0]); i < l->count; i++) {
        if (!runs && l->entry[i] == most)
            continue;
        unsigned end = runs ? l->from[i] + 1u : level_end(l, i);
        for (unsigned p = l->from[i]; p < end; p++) {
            node[1 + p / 64] |= UINT64_C(1) << p % 64;
            if (slot < slots)
                put_entry(node, slot++, l->entry[i]);
        }
    }
}

void node_write(uint64_t *node, const struct level *l, const struct node_form *f)
{
    node[0] = f->head;
    if (f->only_children)
        write_children(node, l);
    else
        write_entries(node, l, f->slots);
    set_ranks(node);
}
