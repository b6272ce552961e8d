/* What the benchmarks share: clocks, a seeded random number, random hosts. Single-threaded. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/error.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds on `clock`: CLOCK_PROCESS_CPUTIME_ID for a cost, CLOCK_MONOTONIC for a duration. */
static inline double bench_seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* CPU seconds of the process, all threads. */
static inline double bench_cpu(void)
{
    return bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

/* Ends the benchmark when `err` is not OK. */
static inline void bench_must(enum err err, const struct error *error)
{
    if (err == OK)
        return;
    fprintf(stderr, "%s\n", error != NULL ? error->text : "out of memory");
    exit(1);
}

/* Opens a file to read; never NULL. */
static inline FILE *bench_open(const char *path)
{
    struct error error;
    FILE *f = fopen(path, "r");
    if (f == NULL)
        bench_must(error_set(&error, ERR_SYSTEM, "%s: cannot be read", path), &error);
    return f;
}

/* `count` elements of `size` bytes, zeroed; never NULL. */
static inline void *bench_array(size_t count, size_t size)
{
    void *p = calloc(count, size);
    bench_must(p != NULL ? OK : ERR_MEMORY, NULL);
    return p;
}

static uint64_t bench_state = 1; /* of bench_random; another one gives another sequence */

/* SplitMix64's next number, upper half; the same sequence in every run. */
static inline uint32_t bench_random(void)
{
    uint64_t x = bench_state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(x >> 32);
}

static inline int bench_compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* `*count` random addresses, ascending; without the doubles, so that *count may shrink. The caller frees. */
static inline uint32_t *bench_hosts(size_t *count)
{
    uint32_t *hosts = bench_array(*count + 1, sizeof(*hosts));
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++)
        hosts[i] = bench_random();
    qsort(hosts, *count, sizeof(*hosts), bench_compare_u32);
    for (size_t i = 0; i < *count; i++)
        if (i == 0 || hosts[i] != hosts[i - 1])
            hosts[kept++] = hosts[i];
    *count = kept;
    return hosts;
}

#endif
