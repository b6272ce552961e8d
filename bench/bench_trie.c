/* The trie alone: bytes an entry, build time, look-up time, on random hosts. Usage: bench_trie [hosts...] */
#include "trie/trie.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t random_state = 1;

static uint32_t random32(void)
{
    uint64_t x = random_state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(x >> 32);
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static size_t unique(uint32_t *sorted, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (i == 0 || sorted[i] != sorted[i - 1])
            sorted[kept++] = sorted[i];
    return kept;
}

static struct trie_key key4(uint32_t address)
{
    return (struct trie_key){ (uint64_t)address << 32, 0 };
}

static void must(enum err e)
{
    if (e != OK)
        abort();
}

static struct trie build(const uint32_t *hosts, size_t n, struct vec *words)
{
    struct trie t;
    struct trie_builder *b = trie_builder_new();
    must(b == NULL ? ERR_MEMORY : trie_build_begin(b));
    for (size_t i = 0; i < n; i++) {
        trie_build_add(b, key4(hosts[i]), 1);
        if (hosts[i] != UINT32_MAX && (i + 1 == n || hosts[i + 1] != hosts[i] + 1))
            trie_build_add(b, key4(hosts[i] + 1), 0);
    }
    must(trie_build_end(b, &t.root));
    must(trie_builder_finish(b, words, &t.pairs));
    t.words = words->data;
    return t;
}

/* 3/8 of the queries hit. */
static void fill_queries(uint32_t *queries, size_t count, const uint32_t *hosts, size_t n)
{
    for (size_t i = 0; i < count; i++)
        queries[i] = i % 8 < 3 ? hosts[random32() % n] : random32();
}

static void bench(size_t n)
{
    enum { QUERIES = 4 << 20, BATCH = 32 };
    uint32_t *hosts = malloc(n * sizeof(*hosts)), *queries = malloc(QUERIES * sizeof(*queries)), found = 0,
             batched = 0;
    struct vec words = { 0 };

    for (size_t i = 0; i < n; i++)
        hosts[i] = random32();
    qsort(hosts, n, sizeof(*hosts), compare_u32);
    n = unique(hosts, n);
    double start = seconds();
    struct trie t = build(hosts, n, &words);
    double built = seconds() - start;
    fill_queries(queries, QUERIES, hosts, n);
    start = seconds();
    for (size_t i = 0; i < QUERIES; i++)
        found += trie_lookup(&t, key4(queries[i]));
    double single = seconds() - start;
    start = seconds();
    for (size_t i = 0; i < QUERIES; i += BATCH) {
        struct trie_probe probes[BATCH], *pending[BATCH];
        for (size_t j = 0; j < BATCH; j++) {
            pending[j] = &probes[j];
            trie_probe_start(&probes[j], &t, key4(queries[i + j]));
        }
        trie_probe_finish(pending, BATCH);
        for (size_t j = 0; j < BATCH; j++)
            batched += probes[j].value;
    }
    double together = seconds() - start;
    if (found != batched)
        abort();
    printf("%9zu random hosts: %5.2f bytes each, built in %.3f s, %4.1f ns a look-up, %4.1f ns batched\n", n,
           (double)words.used / (double)n, built, single / QUERIES * 1e9, together / QUERIES * 1e9);
    vec_free(&words);
    free(hosts);
    free(queries);
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        bench(1000000);
        bench(10000000);
    }
    for (int i = 1; i < argc; i++)
        bench(strtoul(argv[i], NULL, 10));
    return 0;
}
