/*
 * The words that edited tries live in: an arena (base/arena.h) of units of 4 words, with word indexes.
 * Internal to trie/.
 *
 * Blocks of 4 words, or of a multiple of 8 and aligned to 8, so that words 0 to 4 of a node stand in one
 * cache line.
 */
#ifndef TRIE_ARENA_H
#define TRIE_ARENA_H

#include "base/arena.h"
#include "trie/edit.h"

enum {
    ARENA_ZEROS = 0, /* the word index of a page of zeros that all tries share; no block has it */
    ARENA_UNIT = 4,  /* words */
};
_Static_assert(ARENA_UNIT *ARENA_UNITS_MAX >= TRIE_NODE_HEAD + 256, "the largest node is a block");

struct trie_arena {
    struct arena blocks;
    uint64_t *words; /* never moves */
    enum err failed; /* the transaction's first error */
};

/* A fresh block for `words` words (at most TRIE_NODE_HEAD + 256), all 0; its index, or 0 after an error. */
uint32_t trie_arena_add(struct trie_arena *a, unsigned words);

/* The transaction does not use a block of `words` words any more. */
void trie_arena_release(struct trie_arena *a, uint32_t index, unsigned words);

static inline bool trie_arena_is_fresh(const struct trie_arena *a, uint32_t index)
{
    return arena_is_fresh(&a->blocks, index / ARENA_UNIT);
}

#endif
