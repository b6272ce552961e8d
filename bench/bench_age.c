/* Ages: what it takes to write the age file of a list for the first time, with nothing new, and with a tenth
 * of the hosts new; and a look-up. Usage: bench_age DIRECTORY [HOSTS [NAMES]] */
#include "age/age.h"
#include "bench.h"
#include "view/snapshot_build.h"

#include <unistd.h>

/* What /proc/self/status says of the process's memory, in bytes: VmRSS, or VmHWM, the peak. */
static double memory(const char *what)
{
    FILE *from = bench_open("/proc/self/status");
    char line[256];
    double bytes = 0;

    while (fgets(line, sizeof(line), from) != NULL)
        if (strncmp(line, what, strlen(what)) == 0)
            bytes = 1024 * strtod(line + strlen(what) + 1, NULL);
    fclose(from);
    return bytes;
}

/* Has the peak begin anew. */
static void forget_peak(void)
{
    FILE *to = fopen("/proc/self/clear_refs", "w");

    bench_must(to != NULL && fputs("5", to) >= 0 && fclose(to) == 0 ? OK : ERR_SYSTEM, NULL);
}

enum { LOOKUPS = 100000 };

static const uint16_t lists[2] = { 0, 0 };

static void print_hosts(FILE *to, const uint32_t *hosts, size_t count, unsigned without)
{
    for (size_t i = 0; i < count; i++)
        if (i % 10 != without)
            fprintf(to, "%u.%u.%u.%u\n", hosts[i] >> 24, hosts[i] >> 16 & 255, hosts[i] >> 8 & 255,
                    hosts[i] & 255);
}

static struct set_data *load(const char *type, char *path)
{
    struct set_spec spec = { (char *)type, &path, 1 };
    struct load_options options = { .default_ttl = 2100, .now = time(NULL) };
    struct set_data *data;
    struct error error;

    bench_must(set_load(&spec, &options, &data, &error), &error);
    return data;
}

/* The list with nine tenths of the hosts, and its names. */
static struct snapshot *build(const char *directory, const uint32_t *hosts, size_t count, size_t names,
                              unsigned without)
{
    char host_file[4096], name_file[4096];
    struct snapshot *snapshot;
    struct error error;

    snprintf(host_file, sizeof(host_file), "%s/hosts", directory);
    snprintf(name_file, sizeof(name_file), "%s/names", directory);
    FILE *to = fopen(host_file, "w"), *to_names = fopen(name_file, "w");
    bench_must(to != NULL && to_names != NULL ? OK : ERR_SYSTEM, NULL);
    print_hosts(to, hosts, count, without);
    for (size_t i = 0; i < names; i++)
        fprintf(to_names, ".domain%zu.example%zu.com\n", i, i % 1000);
    fclose(to);
    fclose(to_names);
    struct set_data *sets[] = { load("ip4tset", host_file), load("dnset", name_file) };
    bench_must(snapshot_build(NULL, sets, 2, &snapshot, &error), &error);
    set_free(sets[0]);
    set_free(sets[1]);
    unlink(host_file);
    unlink(name_file);
    return snapshot;
}

static void write_file(const char *what, const struct age_place *place, const struct snapshot *snapshot,
                       size_t entries)
{
    struct error error;
    uint64_t bytes;

    forget_peak();
    double before = memory("VmRSS"), cpu = bench_cpu(), start = bench_seconds(CLOCK_MONOTONIC);

    bench_must(
        age_write(place, &(struct age_source){ snapshot, lists, time(NULL) }, UINT64_MAX, &bytes, &error),
        &error);
    printf("%-28s %.2f s, %.2f s of processor time; %.1f MB, %.2f bytes an entry; %.1f MB more memory at the "
           "peak\n",
           what, bench_seconds(CLOCK_MONOTONIC) - start, bench_cpu() - cpu, (double)bytes * 1e-6,
           (double)bytes / (double)entries, (memory("VmHWM") - before) * 1e-6);
}

static void look_up(const struct age_place *place, const uint32_t *hosts, size_t count)
{
    size_t found = 0;
    double start = bench_cpu();

    for (unsigned i = 0; i < LOOKUPS; i++) {
        struct range key = { .family = RANGE_IP4, .first = ip4_key(hosts[bench_random() % count]) };
        found += age_find(place, &key, INT64_MAX) != 0;
    }
    printf("%-28s %.1f us; %.0f %% found\n", "a look-up", (bench_cpu() - start) / LOOKUPS * 1e6,
           (double)found * 100 / LOOKUPS);
}

int main(int arguments, char **argument)
{
    size_t count = arguments > 2 ? strtoull(argument[2], NULL, 10) : 10000000;
    size_t names = arguments > 3 ? strtoull(argument[3], NULL, 10) : 0;
    struct age_place place = { argument[1], 0, "bench" };
    char path[AGE_PATH];

    if (arguments < 2) {
        fprintf(stderr, "usage: bench_age DIRECTORY [HOSTS [NAMES]]\n");
        return 1;
    }
    uint32_t *hosts = bench_hosts(&count);
    struct snapshot *snapshot = build(argument[1], hosts, count, names, 0);
    size_t entries = count - count / 10 + names;
    printf("%zu entries\n", entries);
    write_file("first", &place, snapshot, entries);
    write_file("nothing new", &place, snapshot, entries);
    snapshot_free(snapshot);
    snapshot = build(argument[1], hosts, count, names, 1);
    write_file("a tenth new, a tenth gone", &place, snapshot, entries);
    write_file("nothing new", &place, snapshot, entries);
    look_up(&place, hosts, count);
    snapshot_free(snapshot);
    age_path(&place, path);
    unlink(path);
    free(hosts);
    return 0;
}
