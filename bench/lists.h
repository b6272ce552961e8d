/* Real lists for a benchmark: zones as on dnsbld's command line, loaded as dnsbld loads them. */
#ifndef BENCH_LISTS_H
#define BENCH_LISTS_H

#include "bench.h"
#include "config/config.h"
#include "load/set_state.h"
#include "view/snapshot_build.h"

struct lists {
    struct config config;
    struct set_state *sets;
    double seconds; /* reading and parsing all files took */
    uint64_t entries;
};

/* Loads the `count` zones zone:type:file of `specs`; ends the benchmark when one cannot be loaded. */
static inline void lists_load(struct lists *lists, char **specs, int count)
{
    struct error error;
    config_init(&lists->config);
    for (int i = 0; i < count; i++)
        bench_must(config_add_zone_spec(&lists->config, specs[i], &error), &error);
    size_t sets = lists->config.sets_count;
    lists->sets = set_state_new(sets);
    bench_must(lists->sets != NULL ? OK : error_set(&error, ERR_MEMORY, "out of memory"), &error);
    double start = bench_seconds(CLOCK_MONOTONIC);
    set_state_read(&lists->config, lists->sets, NULL);
    lists->seconds = bench_seconds(CLOCK_MONOTONIC) - start;
    lists->entries = 0;
    for (size_t i = 0; i < sets; i++) {
        const struct set_state *set = &lists->sets[i];
        bench_must(set->pending ? OK : set->read_error.code, &set->read_error);
        lists->entries += set->data->entries;
    }
}

static inline struct snapshot *lists_build(const struct lists *lists)
{
    struct error error;
    struct snapshot *snapshot;
    bench_must(set_state_build(lists->sets, lists->config.sets_count, NULL, &snapshot, &error), &error);
    return snapshot;
}

static inline void lists_free(struct lists *lists)
{
    set_state_free(lists->sets, lists->config.sets_count);
    config_free(&lists->config);
}

#endif
