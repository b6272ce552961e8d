/*
 * Interned byte strings with a count of references: the lists, texts and names of items. Internal to
 * overlay/. They never move. Only the writer calls these functions; it drops a reference when no reader is
 * left.
 */
#ifndef OVERLAY_OVERLAY_BYTES_H
#define OVERLAY_OVERLAY_BYTES_H

#include "base/arena.h"
#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct overlay_bytes {
    struct overlay_string **chains;
    size_t chains_count; /* a power of two */
    size_t count;
    size_t memory;       /* bytes, in total; without those of the arena */
    uint64_t seed;       /* of the hash; secret */
    struct arena *arena; /* of strings that fit into a unit: where they are; NULL: where malloc puts them */
};

#define OVERLAY_BYTES_HEAD 24 /* bytes in front of a string: the first ones of its unit */

/* The string equal to the `size` bytes at `data`, aligned to 8, with one more reference; NULL when out of
 * memory. */
const void *overlay_bytes_ref(struct overlay_bytes *b, const void *data, size_t size) must_use;

/* Drops a reference (NULL: nothing). The last one frees the string. */
void overlay_bytes_unref(struct overlay_bytes *b, const void *data);

void overlay_bytes_free(struct overlay_bytes *b);

#endif
