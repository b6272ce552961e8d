/* Loading: seconds to read sets and to compile them into a snapshot. Usage: bench_load TYPE:FILE... */
#include "view/snapshot_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SETS_MAX = 64, ROUNDS = 5 };

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct set_data *load(char *argument)
{
    char *file = strchr(argument, ':');
    struct load_options options = { .default_ttl = 2100, .now = time(NULL) };
    struct set_data *data;
    struct error error = { .text = "TYPE:FILE expected" };

    if (file != NULL) {
        *file = '\0';
        struct set_spec spec = { argument, (char *[]){ file + 1 }, 1 };
        enum err err = set_load(&spec, &options, &data, &error);
        *file = ':';
        if (err == OK)
            return data;
    }
    fprintf(stderr, "bench_load: %s: %s\n", argument, error.text);
    exit(1);
}

int main(int count, char **argument)
{
    count = count - 1 < SETS_MAX ? count - 1 : SETS_MAX;
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct set_data *sets[SETS_MAX];
        struct snapshot *snapshot;
        struct error error;
        uint64_t entries = 0;
        double start = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (int i = 0; i < count; i++) {
            sets[i] = load(argument[1 + i]);
            entries += sets[i]->entries;
        }
        double read = seconds(CLOCK_MONOTONIC);
        if (snapshot_build(NULL, sets, (size_t)count, &snapshot, &error) != OK) {
            fprintf(stderr, "bench_load: %s\n", error.text);
            return 1;
        }
        double built = seconds(CLOCK_MONOTONIC);
        printf("%.1f M entries: read in %.3f s, compiled in %.3f s, %.3f s of processor time; %.1f MB, %.2f "
               "bytes an entry\n",
               (double)entries * 1e-6, read - start, built - read, seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu,
               (double)snapshot_bytes(snapshot) * 1e-6, (double)snapshot_bytes(snapshot) / (double)entries);
        snapshot_free(snapshot);
        for (int i = 0; i < count; i++)
            set_free(sets[i]);
    }
    return 0;
}
