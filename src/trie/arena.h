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
    TRIE_ZEROS = 0,      /* the word index of a page of zeros that all tries share; not in a block */
    TRIE_ARENA_UNIT = 4, /* words */
};
_Static_assert(TRIE_ARENA_UNIT *ARENA_UNITS_MAX >= TRIE_NODE_HEAD + 256, "the largest node is a block");

struct trie_arena {
    struct arena blocks;
    uint64_t *words; /* never moves */
    enum err failed; /* the transaction's first error */
};

/* Makes a fresh block for `words` words (at most TRIE_NODE_HEAD + 256), all 0. Its word index; 0: an error,
 * now or earlier in the transaction. */
uint32_t trie_arena_add(struct trie_arena *a, unsigned words);

/* Releases a block of `words` words that the transaction does not use any more. */
void trie_arena_release(struct trie_arena *a, uint32_t index, unsigned words);

static inline bool trie_arena_is_fresh(const struct trie_arena *a, uint32_t index)
{
    return arena_is_fresh(&a->blocks, index / TRIE_ARENA_UNIT);
}

#endif
