/* Real lists for a benchmark: zones as on dnsbld's command line, loaded as dnsbld loads them. */
#ifndef BENCH_LISTS_H
#define BENCH_LISTS_H

#include "bench.h"
#include "config/config.h"
#include "load/set_loader.h"

struct lists {
    struct config config;
    struct set_data **data; /* one a set */
    double seconds;         /* reading and parsing all files took */
    uint64_t entries;
};

/* Loads the `count` zones zone:type:file of `specs`; ends the benchmark when one cannot be loaded. */
static inline void lists_load(struct lists *lists, char **specs, int count)
{
    struct error error;
    config_init(&lists->config);
    for (int i = 0; i < count; i++)
        bench_must(config_add_zone(&lists->config, specs[i], &error), &error);
    size_t sets = lists->config.sets_count;
    bool *wanted = bench_array(sets, sizeof(*wanted));
    struct set_loader_result *results = bench_array(sets, sizeof(*results));
    lists->data = bench_array(sets, sizeof(*lists->data));
    for (size_t i = 0; i < sets; i++)
        wanted[i] = true;
    double start = bench_seconds(CLOCK_MONOTONIC);
    set_loader_run(&lists->config, wanted, NULL, results);
    lists->seconds = bench_seconds(CLOCK_MONOTONIC) - start;
    lists->entries = 0;
    for (size_t i = 0; i < sets; i++) {
        bench_must(results[i].data != NULL ? OK : results[i].error.code, &results[i].error);
        lists->data[i] = results[i].data;
        lists->entries += results[i].data->entries;
    }
    free(results);
    free(wanted);
}

static inline struct snapshot *lists_build(const struct lists *lists)
{
    struct error error;
    struct snapshot *snapshot;
    bench_must(snapshot_build(NULL, lists->data, lists->config.sets_count, &snapshot, &error), &error);
    return snapshot;
}

static inline void lists_free(struct lists *lists)
{
    for (size_t i = 0; i < lists->config.sets_count; i++)
        set_free(lists->data[i]);
    free(lists->data);
    config_free(&lists->config);
}

#endif
