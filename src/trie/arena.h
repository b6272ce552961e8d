/*
 * The words that edited tries live in. Internal to trie/.
 *
 * Blocks of 4 words, or of a multiple of 8 and aligned to 8, so that words 0 to 4 of a node stand in one
 * cache line. A free block waits in the list of its size, its first word the index of the next. A block of an
 * earlier transaction may still be read and is only noted as retired; a fresh one, made in the transaction
 * under way, has no readers: it may be written, and is free as soon as it is released.
 */
#ifndef TRIE_ARENA_H
#define TRIE_ARENA_H

#include "base/vec.h"
#include "trie/edit.h"

enum {
    ARENA_ZEROS = 0, /* the index of a page of zeros that all tries share; no block has this index */
    ARENA_CLASSES = 34,
};
_Static_assert(8 * (ARENA_CLASSES - 1) >= TRIE_NODE_HEAD + 256, "the largest node is a block");

struct trie_arena {
    uint64_t *words; /* never moves */
    size_t most;     /* words of address space */
    size_t mapped;   /* words of them that can be written */
    size_t end;      /* words behind which no block has been yet */
    size_t used;     /* words in blocks that are not free */
    size_t waiting;  /* words in retired ones */
    uint32_t free[ARENA_CLASSES];
    struct vec fresh;       /* a bit for every 4 words: a fresh block begins here */
    struct vec born;        /* struct block: all that the transaction made */
    struct vec retired;     /* struct retired, oldest first */
    size_t retired_earlier; /* those that are not of the transaction under way */
    uint64_t generation;    /* of the last commit */
    enum err failed;        /* the transaction's first error */
};

/* A fresh block for `words` words (at most TRIE_NODE_HEAD + 256), all 0; its index, or 0 after an error. */
uint32_t arena_add(struct trie_arena *a, unsigned words);

/* The transaction does not need a block of `words` words any more. */
void arena_release(struct trie_arena *a, uint32_t index, unsigned words);

static inline bool arena_is_fresh(const struct trie_arena *a, uint32_t index)
{
    return ((uint64_t *)a->fresh.data)[index / 256] >> index / 4 % 64 & 1;
}

#endif
