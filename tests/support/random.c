#include "support/random.h"

uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

size_t random_bytes(uint64_t seed, uint8_t *bytes, size_t least, size_t most)
{
    uint64_t state = seed;
    size_t size = least + random_next(&state) % (most - least + 1);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_next(&state);
    return size;
}
