/*
 * The editable trie on random IPv4 hosts: edits a second one by one and in batches, bytes a host, look-ups.
 * Usage: bench_edit HOSTS...
 */
#include "bench.h"
#include "trie/edit.h"
#include "trie/trie.h"

enum { QUERIES = 4 << 20, BATCH = 1000, PROBES = 32, SINGLES = 100000, PASSES = 3 };

struct bench {
    struct trie_arena *arena;
    uint32_t root;
};

static struct trie_key key4(uint32_t address)
{
    return (struct trie_key){ (uint64_t)address << 32, 0 };
}

static void commit(struct bench *b)
{
    uint64_t generation;
    bench_must(trie_edit_commit(b->arena, &generation), NULL);
    trie_edit_reclaim(b->arena, generation);
}

/* CPU seconds for giving each of `hosts` the value `value`, or its number if that is 1, committing every
 * `batch`. */
static double set_all(struct bench *b, const uint32_t *hosts, size_t n, size_t batch, uint32_t value)
{
    double start = bench_cpu();
    for (size_t i = 0; i < n; i++) {
        uint32_t v = value != 0 ? (uint32_t)i + 1 : 0;
        bench_must(trie_edit_set(b->arena, &b->root, key4(hosts[i]), 32, trie_edit_replace, &v), NULL);
        if ((i + 1) % batch == 0 || i + 1 == n)
            commit(b);
    }
    return bench_cpu() - start;
}

static size_t lookup_all(const struct trie *t, const uint32_t *queries)
{
    size_t found = 0;
    for (size_t i = 0; i < QUERIES; i++)
        found += trie_lookup(t, key4(queries[i])) != 0;
    return found;
}

static size_t lookup_batched(const struct trie *t, const uint32_t *queries)
{
    size_t found = 0;
    for (size_t i = 0; i < QUERIES; i += PROBES) {
        struct trie_probe probes[PROBES], *pending[PROBES];
        for (size_t j = 0; j < PROBES; j++) {
            pending[j] = &probes[j];
            trie_probe_start(&probes[j], t, key4(queries[i + j]));
        }
        trie_probe_finish(pending, PROBES);
        for (size_t j = 0; j < PROBES; j++)
            found += probes[j].value != 0;
    }
    return found;
}

/* ns a look-up, the best of some passes; 3/8 of the queries are `hosts`, the rest random. */
static double time_lookups(const struct bench *b, const uint32_t *queries,
                           size_t (*look)(const struct trie *t, const uint32_t *queries))
{
    struct trie t = trie_arena_trie(b->arena, b->root);
    double best = 1e9;
    for (int pass = 0; pass < PASSES; pass++) {
        double start = bench_cpu();
        size_t found = look(&t, queries);
        double took = bench_cpu() - start;
        bench_must(found >= QUERIES / 8 * 3 ? OK : ERR_SYNTAX,
                   &(struct error){ .text = "hosts are missing" });
        best = took < best ? took : best;
    }
    return best / QUERIES * 1e9;
}

static uint32_t *make_queries(const uint32_t *hosts, size_t n)
{
    uint32_t *queries = bench_array(QUERIES, sizeof(*queries));
    for (size_t i = 0; i < QUERIES; i++)
        queries[i] = i % 8 < 3 ? hosts[bench_random() % n] : bench_random();
    return queries;
}

static void shuffle(uint32_t *hosts, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = bench_random() % i;
        uint32_t h = hosts[i - 1];
        hosts[i - 1] = hosts[j];
        hosts[j] = h;
    }
}

static void bench_hosts_edited(size_t n)
{
    struct bench b = { .arena = trie_arena_new((size_t)8 << 30) };
    uint32_t *hosts = bench_hosts(&n);
    bench_must(b.arena == NULL ? ERR_MEMORY : trie_edit_new(b.arena, &b.root), NULL);
    shuffle(hosts, n);
    double in_batches = set_all(&b, hosts, n, BATCH, 1);
    struct trie_usage full = trie_arena_usage(b.arena);
    uint32_t *queries = make_queries(hosts, n);
    double single = time_lookups(&b, queries, lookup_all),
           batched = time_lookups(&b, queries, lookup_batched);
    size_t singles = n < SINGLES ? n : SINGLES;
    double one_by_one = set_all(&b, hosts, singles, 1, 0) / 2 + set_all(&b, hosts, singles, 1, 1) / 2;
    double away = set_all(&b, hosts, n, BATCH, 0);
    printf("%zu random hosts: %.1f bytes each (%.1f mapped), %.1f ns a look-up, %.1f ns batched\n", n,
           (double)full.used / (double)n, (double)full.mapped / (double)n, single, batched);
    printf("  edits a second: %.0f in batches of %d, %.0f one by one, %.0f back to 0; %zu bytes left\n",
           (double)n / in_batches, BATCH, (double)singles / one_by_one, (double)n / away,
           trie_arena_usage(b.arena).used);
    free(queries);
    trie_arena_free(b.arena);
    free(hosts);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        bench_hosts_edited(strtoul(argv[i], NULL, 10));
    return 0;
}
