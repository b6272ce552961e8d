/*
 * Property tests: random bytes are decoded into operations, and what they do is compared with a simple model.
 * The same decoders serve fuzzers. A fault that is planted in the model, or in how the code is used, must be
 * caught: a test that cannot fail proves nothing.
 */
#ifndef SUPPORT_PROPERTY_H
#define SUPPORT_PROPERTY_H

#include <stddef.h>
#include <stdint.h>

struct property {
    /* Does what `bytes` say, with a fault (0: none) that it defines; returns what is wrong, or NULL. */
    const char *(*run)(const uint8_t *bytes, size_t size, uint64_t fault);
    size_t least, most;   /* bytes of a run */
    unsigned longer_each; /* every n-th run has up to `longest` bytes; 0: none has */
    size_t longest;
};

/* A fault of its own for each seed. */
#define PROPERTY_FAULT_OF_SEED UINT64_MAX

/* Runs all seeds first..last without a fault; the test fails with the first that is wrong. */
void property_check(const struct property *property, uint64_t first, uint64_t last);

/* Runs all seeds first..last with a fault; returns how many runs found something wrong. */
unsigned property_count_caught(const struct property *property, uint64_t first, uint64_t last,
                               uint64_t fault);

/* How many seeds to run: the environment's SEEDS, or else `usual`. */
uint64_t property_seeds(uint64_t usual);

/* For fuzzers: aborts when something is wrong, else returns 0. */
int property_fuzz(const char *wrong);

#endif
