/*
 * An index from hash to number, for interning: open addressing, linear probing, half full at most.
 *
 * The table knows numbers, not keys; the caller compares. One owner. Zero-initialised is valid and empty.
 *
 *     for (size_t at = table_first(t, h); (id = table_id(t, h, &at)) != TABLE_NONE; at++)
 *         if (keys[id] is the one looked for)
 *             return id;
 */
#ifndef BASE_HASH_INDEX_H
#define BASE_HASH_INDEX_H

#include "base/vec.h"

#include <stdint.h>

#define TABLE_NONE UINT32_MAX

struct table {
    struct vec slots; /* uint64_t: upper half of the hash | number + 1; 0 is free */
    uint32_t count;
};

/* Enters number `id` (below TABLE_NONE) under `hash`; the caller has made sure that its key is new. 0 when
 * memory is out, and nothing has changed. */
int table_add(struct table *t, uint64_t hash, uint32_t id) must_use;

void table_free(struct table *t);

static inline size_t table_first(const struct table *t, uint64_t hash)
{
    size_t size = VEC_COUNT(&t->slots, uint64_t);
    return size != 0 ? hash >> 32 & (size - 1) : 0;
}

/* The next number under `hash` at or after position *at, which moves to where it stands; TABLE_NONE at the
 * end. */
static inline uint32_t table_id(const struct table *t, uint64_t hash, size_t *at)
{
    size_t size = VEC_COUNT(&t->slots, uint64_t);
    const uint64_t *slots = t->slots.data;

    if (size == 0)
        return TABLE_NONE;
    for (;; (*at)++) {
        uint64_t slot = slots[*at & (size - 1)];
        if (slot == 0)
            return TABLE_NONE;
        if (slot >> 32 == hash >> 32)
            return (uint32_t)slot - 1;
    }
}

#endif
