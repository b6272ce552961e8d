/*
 * The trie alone, on random hosts of one or several values, and the snapshot on real lists: bytes an entry,
 * build time, look-up time. Usage: bench_trie HOSTS[/VALUES]... | bench_trie zone:type:file...
 */
#include "lists.h"
#include "trie/trie.h"

enum { QUERIES = 4 << 20, BATCH = 32, PASSES = 3 };

static struct trie_key key4(uint32_t address)
{
    return (struct trie_key){ (uint64_t)address << 32, 0 };
}

static struct trie build(const uint32_t *hosts, size_t n, uint32_t values, struct vec *words)
{
    struct trie t = { 0 };
    struct trie_builder *b = trie_builder_new();
    bench_must(b == NULL ? ERR_MEMORY : trie_build_begin(b), NULL);
    for (size_t i = 0; i < n; i++) {
        trie_build_add(b, key4(hosts[i]), 1 + (values > 1 ? bench_random() % values : 0));
        if (hosts[i] != UINT32_MAX && (i + 1 == n || hosts[i + 1] != hosts[i] + 1))
            trie_build_add(b, key4(hosts[i] + 1), 0);
    }
    bench_must(trie_build_end(b, &t.root), NULL);
    bench_must(trie_builder_finish(b, words, &t.pairs), NULL);
    vec_use_huge_pages(words);
    t.words = words->data;
    return t;
}

static uint64_t lookup_all(const struct trie *t, const uint32_t *queries)
{
    uint64_t found = 0;
    for (size_t i = 0; i < QUERIES; i++)
        found += trie_lookup(t, key4(queries[i]));
    return found;
}

static uint64_t lookup_batched(const struct trie *t, const uint32_t *queries)
{
    uint64_t found = 0;
    for (size_t i = 0; i < QUERIES; i += BATCH) {
        struct trie_probe probes[BATCH], *pending[BATCH];
        for (size_t j = 0; j < BATCH; j++) {
            pending[j] = &probes[j];
            trie_probe_start(&probes[j], t, key4(queries[i + j]));
        }
        trie_probe_finish(pending, BATCH);
        for (size_t j = 0; j < BATCH; j++)
            found += probes[j].value;
    }
    return found;
}

/* Prints ns a look-up, single and batched, the best of some passes; 3/8 of the queries are `hosts`, the rest
 * random. */
static void bench_look_ups(const struct trie *t, const uint32_t *hosts, size_t n)
{
    uint32_t *queries = bench_array(QUERIES, sizeof(*queries));
    double best[2] = { 1e9, 1e9 };
    for (size_t i = 0; i < QUERIES; i++)
        queries[i] = n > 0 && i % 8 < 3 ? hosts[bench_random() % n] : bench_random();
    for (int pass = 0; pass < PASSES; pass++) {
        double start = bench_cpu();
        uint64_t found = lookup_all(t, queries);
        double middle = bench_cpu();
        bool same = lookup_batched(t, queries) == found;
        double end = bench_cpu();
        bench_must(same ? OK : ERR_SYNTAX, &(struct error){ .text = "look-ups differ when batched" });
        best[0] = middle - start < best[0] ? middle - start : best[0];
        best[1] = end - middle < best[1] ? end - middle : best[1];
    }
    printf("%.1f ns a look-up, %.1f ns batched\n", best[0] / QUERIES * 1e9, best[1] / QUERIES * 1e9);
    free(queries);
}

static void bench_random_hosts(size_t n, uint32_t values)
{
    struct vec words = { 0 };
    uint32_t *hosts = bench_hosts(&n);
    double start = bench_cpu();
    struct trie t = build(hosts, n, values, &words);
    double built = bench_cpu() - start;
    printf("%zu random hosts of %u value%s: %.2f bytes each, built in %.3f s, ", n, values,
           values == 1 ? "" : "s", (double)words.used / (double)n, built);
    bench_look_ups(&t, hosts, n);
    vec_free(&words);
    free(hosts);
}

/* The hosts among the entries of all sets, to be asked for. */
static uint32_t *listed_hosts(const struct lists *lists, size_t *count)
{
    size_t n = 0;
    for (size_t i = 0; i < lists->config.sets_count; i++)
        n += VEC_COUNT(&lists->sets[i].data->hosts4, uint32_t);
    uint32_t *hosts = bench_array(n + 1, sizeof(*hosts));
    *count = n;
    n = 0;
    for (size_t i = 0; i < lists->config.sets_count; i++) {
        const struct vec *some = &lists->sets[i].data->hosts4;
        if (some->used > 0)
            memcpy(hosts + n, some->data, some->used);
        n += VEC_COUNT(some, uint32_t);
    }
    return hosts;
}

static void bench_lists(char **specs, int count)
{
    struct lists lists;
    struct snapshot *snapshot = NULL;
    double built = 1e9;
    size_t n;
    lists_load(&lists, specs, count);
    for (int pass = 0; pass < PASSES; pass++) {
        snapshot_free(snapshot);
        double start = bench_cpu();
        snapshot = lists_build(&lists);
        double took = bench_cpu() - start;
        built = took < built ? took : built;
    }
    uint32_t *hosts = listed_hosts(&lists, &n);
    printf(
        "%lu entries: parsed in %.3f s, built in %.3f s, %.1f MB in tries, %.1f MB in all, %.2f bytes each, ",
        lists.entries, lists.seconds, built, (double)snapshot->words.used / 1e6,
        (double)snapshot_bytes(snapshot) / 1e6, (double)snapshot->words.used / (double)lists.entries);
    bench_look_ups(&snapshot->trie4, hosts, n);
    free(hosts);
    snapshot_free(snapshot);
    lists_free(&lists);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strchr(argv[1], ':') != NULL) {
        bench_lists(argv + 1, argc - 1);
        return 0;
    }
    for (int i = 1; i < argc; i++) {
        const char *values = strchr(argv[i], '/');
        bench_random_hosts(strtoul(argv[i], NULL, 10),
                           values != NULL ? (uint32_t)strtoul(values + 1, NULL, 10) : 1);
    }
    return 0;
}
