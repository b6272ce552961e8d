/*
 * Blocks in reserved address space, for data that readers use without a lock while one thread changes it. A
 * block never moves: readers get its address or index from a version that the caller publishes.
 *
 * Changes come in transactions. A fresh block, made by the transaction under way, has no readers: it may be
 * written, and is free as soon as it is released. A block of an earlier transaction is retired when it is
 * released, and free once arena_reclaim says that no reader has a version older than the commit that
 * followed. The free blocks of one size are a list: the first four bytes of each are the index of the next.
 *
 * One thread at a time calls these functions. O(1) unless it says otherwise.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/error.h"
#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>

#define ARENA_UNITS_MAX 66        /* of a block: the largest node of a trie (trie/arena.h) */
#define ARENA_CHUNK     (2 << 20) /* bytes that a struct arena_memory gives at a time */

/* Where an arena's memory comes from, if not from the system alone. */
struct arena_memory {
    /* Maps ARENA_CHUNK bytes of zeros at `at`, reserved address space, as the arena's chunk number `chunk`,
     * each once and in ascending order. False: it cannot; then those of the system are used. */
    bool (*map)(void *context, void *at, size_t chunk);
    void *context;
};

/* Indexes and sizes of blocks are in units. */
struct arena {
    char *base;
    size_t unit;          /* bytes, at least four */
    size_t most, mapped;  /* bytes of address space; those of them that can be written */
    size_t end;           /* units from here on have not been used yet */
    size_t used, waiting; /* units in blocks that are not free; of them, those in retired blocks */
    uint32_t free[ARENA_UNITS_MAX + 1];             /* by units: the first one, or 0 */
    struct vec fresh;                               /* a bit for each unit: a fresh block begins here */
    struct vec made;                                /* struct arena_block: all of the transaction under way */
    struct vec retired;                             /* struct arena_retired, oldest first */
    size_t retired_earlier;                         /* how many of them are of earlier transactions */
    uint64_t generation;                            /* of the last commit */
    void (*on_free)(void *context, uint32_t index); /* NULL, or called before a block becomes free */
    void *context;
    const struct arena_memory *memory; /* NULL: the system's */
};

struct arena_block {
    uint32_t index, units;
};

struct arena_retired {
    struct arena_block block;
    uint64_t generation; /* the first that does not use it */
};

/* Reserves address space for `most` bytes (rounded up to 2 MiB), of which at most 2^31 units are used. Memory
 * is mapped when it is needed: the first 2 MiB in steps of 64 KiB, then 2 MiB at a time, as always with
 * a->memory. The units before `first`, at least one, are in no block; they can be read, as zeros, once there
 * is a block. `a` is all zero but for on_free, context and memory. ERR_MEMORY. */
enum err arena_open(struct arena *a, size_t most, size_t unit, uint32_t first) must_use;

/* Unmaps all; no reader is left. Harmless without arena_open. */
void arena_close(struct arena *a);

/* Makes a fresh block of `units` zeroed units, at most ARENA_UNITS_MAX. Blocks of even size begin at an even
 * distance from `first` if no block has an odd size above 1. ERR_LIMIT, ERR_MEMORY. */
enum err arena_add(struct arena *a, unsigned units, uint32_t *index) must_use;

/* Releases a block that the transaction does not use any more. ERR_MEMORY: it stays in use. */
enum err arena_release(struct arena *a, uint32_t index, unsigned units) must_use;

/* Ends the transaction, whose number is `generation`: its blocks are not fresh any more. O(its blocks). */
void arena_commit(struct arena *a, uint64_t generation);

/* Undoes the transaction: its blocks are free, and those that it retired are in use again. O(both). */
void arena_abort(struct arena *a);

/* No reader has a version older than `generation` any more: frees what only those used. O(retired blocks). */
void arena_reclaim(struct arena *a, uint64_t generation);

static inline void *arena_at(const struct arena *a, uint32_t index)
{
    return a->base + index * a->unit;
}

static inline bool arena_is_fresh(const struct arena *a, uint32_t index)
{
    return vec_bit(&a->fresh, index);
}

/* Bytes of all that the arena has mapped, its lists included. */
static inline size_t arena_memory(const struct arena *a)
{
    return a->mapped + a->fresh.size + a->made.size + a->retired.size;
}

#endif
