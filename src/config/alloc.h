/*
 * Memory for what is built at start, the configuration above all: without it there is nothing to serve, so
 * these abort instead of failing. Not for what a request can reach. Any thread.
 */
#ifndef CONFIG_ALLOC_H
#define CONFIG_ALLOC_H

#include <stdlib.h>
#include <string.h>

/* An array of `count` elements of `size` bytes, zeroed; never NULL. */
static inline void *alloc_array(size_t count, size_t size)
{
    void *p = calloc(count > 0 ? count : 1, size);
    if (p == NULL)
        abort();
    return p;
}

/* Resizes `array` (may be NULL) to `count` > 0 elements; new ones are not initialized. */
static inline void *alloc_resize(void *array, size_t count, size_t size)
{
    void *p = reallocarray(array, count, size);
    if (p == NULL)
        abort();
    return p;
}

/* A copy of the first `length` bytes of `text`, with a zero at its end. */
static inline char *alloc_text(const char *text, size_t length)
{
    char *p = strndup(text, length);
    if (p == NULL)
        abort();
    return p;
}

#endif
