/* A node under construction, and writing it in its smallest form: for the builder and the editor. Internal to
 * trie/. */
#ifndef TRIE_NODE_H
#define TRIE_NODE_H

#include "trie/lookup.h"

/* An open node: its changes, "from this octet on, this entry", the first one at octet 0. A child holds for
 * one octet, and leaves side by side are different. */
struct level {
    unsigned count;
    uint8_t from[257]; /* one more than there can be, so that writing needs no test */
    uint64_t entry[257];
};

/* What decides on the form of a node. */
struct level_summary {
    uint64_t most;     /* the leaf that holds for the most octets */
    unsigned covered;  /* that many; 0 if there is no leaf */
    unsigned children; /* entries that are no leaf: each holds for one octet */
    bool two;          /* there are at most two different leaves */
};

struct node_form {
    uint64_t head; /* word 0 without its ranks */
    unsigned slots, words;
    bool only_children; /* the exceptions are all children */
};

/* Summarises a level of more than one change. Of many different leaves only the first few are counted: the
 * form may then not be the smallest, but it is never wrong. */
struct level_summary node_summarise(const struct level *l);

struct node_form node_choose(const struct level *l, const struct level_summary *s);

/* Writes `form` of the level into `form->words` zeroed words at `node`. */
void node_write(uint64_t *node, const struct level *l, const struct node_form *form);

/* The first octet after those of change `i`. */
static inline unsigned level_end(const struct level *l, unsigned i)
{
    return i + 1 < l->count ? l->from[i + 1] : 256;
}

/* Appends a change at a later octet than the last one's. */
static inline void level_add(struct level *l, unsigned from, uint64_t entry)
{
    if (l->count != 0 && l->entry[l->count - 1] == entry && trie_is_leaf(entry))
        return;
    l->from[l->count] = (uint8_t)from;
    l->entry[l->count++] = entry;
}

/* Appends a change, or replaces the last one when it stands at the same octet. */
static inline void level_put(struct level *l, unsigned from, uint64_t entry)
{
    if (l->count != 0 && l->from[l->count - 1] == from)
        l->count--;
    level_add(l, from, entry);
}

#endif
