#include "base/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

enum {
    PAGE = 4096,
    HUGE_PAGE = 2 << 20,
    SMALLEST = 256,
    MAPPED = 1 << 16, /* bytes from which on a vec has pages of its own: to map and unmap some for each small
                         one of a thousand lists took half the time of their load */
};

static size_t round_up(size_t n)
{
    size_t unit = n >= 2 * HUGE_PAGE ? HUGE_PAGE : n >= MAPPED ? PAGE : SMALLEST;
    return (n + unit - 1) & ~(unit - 1);
}

static size_t limit = SIZE_MAX, mapped; /* of all vecs; relaxed atomics: the limit need not be exact */

void vec_limit(size_t bytes)
{
    __atomic_store_n(&limit, bytes, __ATOMIC_RELAXED);
}

/* Counts `more` bytes as mapped; false beyond the limit. */
static bool count_in(size_t more)
{
    if (__atomic_add_fetch(&mapped, more, __ATOMIC_RELAXED) <= __atomic_load_n(&limit, __ATOMIC_RELAXED))
        return true;
    __atomic_sub_fetch(&mapped, more, __ATOMIC_RELAXED);
    return false;
}

static void count_out(size_t bytes)
{
    __atomic_sub_fetch(&mapped, bytes, __ATOMIC_RELAXED);
}

static void *map(size_t size)
{
    return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

#if defined(__SANITIZE_THREAD__)
/* ThreadSanitizer does not see mremap: it would take the old accesses at the new address for those of this
 * data. */
static void *grow(const struct vec *v, size_t size)
{
    void *p = map(size);
    if (p != MAP_FAILED) {
        memcpy(p, v->data, v->used);
        munmap(v->data, v->size);
    }
    return p;
}
#else
static void *grow(const struct vec *v, size_t size)
{
    return mremap(v->data, v->size, size, MREMAP_MAYMOVE);
}
#endif

/* Makes the data `size` bytes long, of which those after v->size are 0; NULL when out of memory. */
static void *resize(const struct vec *v, size_t size)
{
    void *p;

    if (v->size >= MAPPED) {
        p = grow(v, size);
        return p != MAP_FAILED ? p : NULL;
    }
    if (size < MAPPED) {
        p = realloc(v->data, size);
        if (p != NULL && size > v->size)
            memset((char *)p + v->size, 0, size - v->size);
        return p;
    }
    p = map(size);
    if (p == MAP_FAILED)
        return NULL;
    if (v->used != 0)
        memcpy(p, v->data, v->used);
    free(v->data);
    return p;
}

bool vec_reserve(struct vec *v, size_t bytes)
{
    if (bytes <= v->size - v->used)
        return true;
    if (bytes > (size_t)1 << 46) /* more than address space, and sums below must not overflow */
        return false;
    size_t need = v->used + bytes, twice = v->size * 2;
    size_t size = round_up(need > twice ? need : twice);
    if (!count_in(size - v->size)) {
        size = round_up(need); /* what is needed may still fit */
        if (!count_in(size - v->size))
            return false;
    }
    void *p = resize(v, size);
    if (p == NULL) {
        count_out(size - v->size);
        return false;
    }
    v->data = p;
    v->size = size;
    return true;
}

void vec_trim(struct vec *v)
{
    size_t size = v->size >= MAPPED ? (v->used + PAGE - 1) & ~(size_t)(PAGE - 1) : round_up(v->used);
    if (v->data == NULL || size >= v->size)
        return;
    if (size == 0) {
        vec_free(v);
        return;
    }
    if (v->size >= MAPPED && size < MAPPED)
        size = MAPPED;
    if (v->size >= MAPPED) {
        munmap((char *)v->data + size, v->size - size);
    } else {
        void *p = realloc(v->data, size);
        if (p == NULL)
            return;
        v->data = p;
    }
    count_out(v->size - size);
    v->size = size;
}

void vec_use_huge_pages(const struct vec *v)
{
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif
    if (v->size >= 2 * HUGE_PAGE)
        madvise(v->data, v->size, MADV_COLLAPSE);
}

void vec_borrow(struct vec *v, void *data)
{
    size_t used = v->used;
    vec_free(v);
    *v = (struct vec){ .data = data, .used = used };
    __atomic_add_fetch(&mapped, used, __ATOMIC_RELAXED);
}

void vec_free(struct vec *v)
{
    if (v->size >= MAPPED)
        munmap(v->data, v->size);
    else if (v->size != 0)
        free(v->data);
    count_out(v->size != 0 ? v->size : v->used); /* borrowed, or empty */
    *v = (struct vec){ 0 };
}
