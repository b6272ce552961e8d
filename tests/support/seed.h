/* The bytes of a seeded run, which a property test's decoder turns into operations. */
#ifndef SUPPORT_SEED_H
#define SUPPORT_SEED_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t seeded_next(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* Fills `bytes` with least .. most of them, and returns how many. */
static inline size_t seeded_bytes(uint64_t seed, uint8_t *bytes, size_t least, size_t most)
{
    uint64_t state = seed;
    size_t size = least + seeded_next(&state) % (most - least + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)seeded_next(&state);
    return size;
}

#endif
