/*
 * A growing array, for data whose size the input decides: the scratch of a load, snapshots.
 *
 * From 64 KiB on it has pages of its own: they come from mmap and go back to the system when freed, so that
 * memory use drops at once after a load, and growing moves page tables instead of bytes (mremap). What is
 * added first reads as zeros (what was cut off by lowering `used` does not). Growing may move the data: keep
 * offsets across vec_add, not pointers.
 *
 * One owner, any thread. Zero-initialised is valid and empty.
 */
#ifndef BASE_VEC_H
#define BASE_VEC_H

#include "base/attr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vec {
    void *data;
    size_t used; /* bytes */
    size_t size; /* bytes mapped; 0: the data is borrowed */
};

/* Limits what all vecs together map: beyond it vec_add and vec_reserve fail as when out of memory. No limit
 * before the first call. Any thread. */
void vec_limit(size_t bytes);

/* Adds `bytes` bytes at the end and returns them, or NULL when out of memory (v unchanged). O(1). */
static inline void *vec_add(struct vec *v, size_t bytes) must_use;

/* Makes room for `bytes` more without using them; false when out of memory. */
bool vec_reserve(struct vec *v, size_t bytes) must_use;

/* Gives back the pages beyond `used`. */
void vec_trim(struct vec *v);

/* Moves the data to huge pages: for data that stays and is read at random. Call it once the data is complete,
 * as small pages are cheaper to fill. Readers may go on meanwhile. Some 0.4 ms a MiB; a hint, never fails. */
void vec_use_huge_pages(const struct vec *v);

/* Frees the data, of which `data` is a copy in somebody else's memory that outlives v: v has that instead. It
 * must not grow any more; its bytes count for vec_limit. */
void vec_borrow(struct vec *v, void *data);

/* Unmaps all, unless it is borrowed; v is empty and can be used again. */
void vec_free(struct vec *v);

static inline void *vec_add(struct vec *v, size_t bytes)
{
    if (unlikely(bytes > v->size - v->used) && !vec_reserve(v, bytes))
        return NULL;
    void *p = (char *)v->data + v->used;
    v->used += bytes;
    return p;
}

/* The number of elements of `type` in the vec at `v`. */
#define VEC_COUNT(v, type) ((v)->used / sizeof(type))

/* Element `i` as an lvalue, not checked: VEC_AT(&v, struct run, 3).key. A const vec leads to data that may be
 * written, so `const` belongs to the type: &VEC_AT(&v, const uint8_t, offset) is a byte string. */
#define VEC_AT(v, type, i) (((type *)(v)->data)[i])

/* The last element, as an lvalue; the vec is not empty. */
#define VEC_LAST(v, type) VEC_AT(v, type, VEC_COUNT(v, type) - 1)

/* Bit `i` of a vec of uint64_t. */
static inline bool vec_bit(const struct vec *v, size_t i)
{
    return VEC_AT(v, uint64_t, i / 64) >> i % 64 & 1;
}

static inline void vec_flip(struct vec *v, size_t i)
{
    VEC_AT(v, uint64_t, i / 64) ^= UINT64_C(1) << i % 64;
}

#endif
