/*
 * Equal byte strings once, with a count of who uses them: the lists, texts and names of items. Internal to
 * list/overlay. They never move; the writer alone takes and drops them, and drops them when no reader is
 * left.
 */
#ifndef OVERLAY_OVERLAY_BYTES_H
#define OVERLAY_OVERLAY_BYTES_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

struct overlay_bytes {
    struct overlay_string **chains;
    size_t chains_count; /* a power of two */
    size_t count;
    size_t memory; /* bytes, all told */
    uint64_t seed; /* of the hash; secret */
};

/* `size` bytes as those at `data`, aligned to 8, with one more user; NULL when memory is out. */
const void *overlay_bytes_ref(struct overlay_bytes *b, const void *data, size_t size) must_use;

/* One user less of what was taken (NULL: nothing); nobody reads it after the last one. */
void overlay_bytes_unref(struct overlay_bytes *b, const void *data);

void overlay_bytes_free(struct overlay_bytes *b);

#endif
