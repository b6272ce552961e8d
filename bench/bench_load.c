/* Loading: seconds to read sets and to compile them into a snapshot, then to compile the last one anew over
 * that snapshot. Usage: bench_load FILE... (ip4set), or TYPE:FILE */
#include "view/snapshot_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5 };

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct set_data *load(char *argument)
{
    char *file = strchr(argument, ':'), *type = "ip4set";
    struct load_options options = { .default_ttl = 2100, .now = time(NULL) };
    struct set_data *data;
    struct error error;

    if (file != NULL) {
        type = strndup(argument, (size_t)(file - argument));
        argument = file + 1;
    }
    struct set_spec spec = { type, &argument, 1 };
    if (set_load(&spec, &options, &data, &error) != OK) {
        fprintf(stderr, "bench_load: %s: %s\n", argument, error.text);
        exit(1);
    }
    return data; /* the type is left to the end of the program */
}

static struct snapshot *build(const struct snapshot *old, struct set_data **sets, size_t count)
{
    struct snapshot *snapshot;
    struct error error;

    if (snapshot_build(old, sets, count, &snapshot, &error) != OK) {
        fprintf(stderr, "bench_load: %s\n", error.text);
        exit(1);
    }
    return snapshot;
}

int main(int arguments, char **argument)
{
    size_t count = (size_t)arguments - 1;
    struct set_data **sets = calloc(count + 1, sizeof(*sets));

    for (unsigned round = 0; sets != NULL && round < ROUNDS; round++) {
        uint64_t entries = 0;
        double start = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (size_t i = 0; i < count; i++) {
            sets[i] = load(argument[1 + i]);
            entries += sets[i]->entries;
        }
        double read = seconds(CLOCK_PROCESS_CPUTIME_ID);
        struct snapshot *snapshot = build(NULL, sets, count);
        double built = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (size_t i = 0; i + 1 < count; i++) {
            set_free(sets[i]);
            sets[i] = NULL;
        }
        double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
        struct snapshot *again = build(snapshot, sets, count);
        printf(
            "%.1f M entries: read in %.4f s, compiled in %.4f s, together %.4f s of processor time; %.1f MB, "
            "%.2f bytes an entry; the last one anew in %.4f s\n",
            (double)entries * 1e-6, read - start, built - read, built - start,
            (double)snapshot_bytes(snapshot) * 1e-6, (double)snapshot_bytes(snapshot) / (double)entries,
            seconds(CLOCK_PROCESS_CPUTIME_ID) - begin);
        snapshot_free(again);
        snapshot_free(snapshot);
        set_free(count != 0 ? sets[count - 1] : NULL);
    }
    free(sets);
    return 0;
}
