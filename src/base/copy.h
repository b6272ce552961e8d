/*
 * A copy of a few bytes. Where gcc knows that a length is small, it makes a copy of its own of every memcpy,
 * one that takes 30 ns to begin (`rep movs`): a call takes 3.
 */
#ifndef BASE_COPY_H
#define BASE_COPY_H

#include <string.h>

/* memcpy, always a call. */
static inline void copy_bytes(void *to, const void *from, size_t bytes)
{
    __asm__("" : "+r"(bytes)); /* what is known about the length is forgotten */
    memcpy(to, from, bytes);
}

#endif
