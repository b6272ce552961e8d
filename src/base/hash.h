/*
 * Hashing for tables in memory. Not for storage: values may change with the machine's byte order.
 *
 * Who fills a table from hostile input gives a seed that the input's author cannot know.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Mixes all bits of `x` into all bits: a bijection (the finalizer of SplitMix64, Steele et al. 2014). */
static inline uint64_t hash_u64(uint64_t x)
{
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Folds the 128-bit product of its arguments: one multiplication that mixes well. */
static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
    unsigned __int128 p = (unsigned __int128)a * b;
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Hashes `n` bytes, eight at a time. Some 3 ns for a domain name. */
static inline uint64_t hash_bytes(uint64_t seed, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t h = seed ^ n * UINT64_C(0x9e3779b97f4a7c15), w;

    for (; n > 8; n -= 8, p += 8) {
        memcpy(&w, p, 8);
        h = hash_fold(h ^ w, UINT64_C(0xa0761d6478bd642f) ^ seed);
    }
    w = 0;
    memcpy(&w, p, n);
    return hash_fold(h ^ w, UINT64_C(0xe7037ed1a0b428db) ^ seed);
}

#endif
