/*
 * An index from hash to number, for interning: open addressing, linear probing, at most two thirds full.
 *
 * It holds numbers, not keys; the caller compares keys. One owner. Zero-initialised is valid and empty.
 *
 *     for (size_t at = hash_index_first(t, h); (id = hash_index_id(t, h, &at)) != HASH_INDEX_NONE; at++)
 *         if (keys[id] is the one wanted)
 *             return id;
 */
#ifndef BASE_HASH_INDEX_H
#define BASE_HASH_INDEX_H

#include "base/vec.h"

#include <stdint.h>

#define HASH_INDEX_NONE UINT32_MAX

struct hash_index {
    struct vec slots; /* uint64_t: upper half of the hash | number + 1; 0 is free */
    uint32_t count;
};

/* Adds number `id` (below HASH_INDEX_NONE) under `hash`; its key is not there yet. False when out of memory:
 * nothing has changed. */
bool hash_index_add(struct hash_index *t, uint64_t hash, uint32_t id) must_use;

/* Removes the numbers for which `keep` returns false; it is called once for each. False when out of memory:
 * then it is not called, and nothing has changed. O(slots). */
bool hash_index_filter(struct hash_index *t, bool (*keep)(void *context, uint32_t id),
                       void *context) must_use;

void hash_index_free(struct hash_index *t);

/* The position at which the search for `hash` begins. */
static inline size_t hash_index_first(const struct hash_index *t, uint64_t hash)
{
    size_t size = VEC_COUNT(&t->slots, uint64_t);
    return size != 0 ? hash >> 32 & (size - 1) : 0;
}

/* The next number under `hash` at or after position *at, which moves there; HASH_INDEX_NONE at the end. */
static inline uint32_t hash_index_id(const struct hash_index *t, uint64_t hash, size_t *at)
{
    size_t size = VEC_COUNT(&t->slots, uint64_t);
    const uint64_t *slots = t->slots.data;

    if (size == 0)
        return HASH_INDEX_NONE;
    for (;; (*at)++) {
        uint64_t slot = slots[*at & (size - 1)];
        if (slot == 0)
            return HASH_INDEX_NONE;
        if (slot >> 32 == hash >> 32)
            return (uint32_t)slot - 1;
    }
}

#endif
