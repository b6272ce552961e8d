/* Random numbers that are the same in every run (SplitMix64). */
#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* The next number; *state begins as the seed. */
uint64_t random_next(uint64_t *state);

/* Fills `bytes` with `least` to `most` bytes of a seed; returns how many. */
size_t random_bytes(uint64_t seed, uint8_t *bytes, size_t least, size_t most);

#endif
