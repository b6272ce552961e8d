/*
 * The overlay of delisted random IPv4 hosts: bytes an item, what adding costs in one transaction and in
 * transactions of 32, look-ups, a sweep, and building all of it anew. Usage: bench_overlay HOSTS...
 */
#include "bench.h"
#include "overlay/overlay.h"

enum { QUERIES = 4 << 20, BATCH = 32, PASSES = 3 };

static const struct list_mask lists = { { 1 } };

static struct range host(uint32_t address)
{
    uint64_t hi = (uint64_t)address << 32;
    return (struct range){ .family = RANGE_IP4, .first = { hi, 0 }, .last = { hi | 0xffffffff, UINT64_MAX } };
}

static struct overlay *open_overlay(void)
{
    struct overlay *o;
    struct error error;
    bench_must(overlay_new((size_t)4 << 30, &o, &error), &error);
    return o;
}

static void commit(struct overlay *o, struct overlay_view *view)
{
    struct error error;
    uint64_t generation;
    bench_must(overlay_commit(o, view, &generation, &error), &error);
    overlay_reclaim(o, generation);
}

/* CPU seconds for adding an item for each host, committing every `batch`. */
static double add_all(struct overlay *o, const uint32_t *hosts, size_t n, size_t batch,
                      struct overlay_view *view)
{
    struct overlay_item item = { .until = INT64_MAX, .lists = &lists, .kind = OVERLAY_DELIST };
    struct error error;
    double start = bench_cpu();
    for (size_t i = 0; i < n; i++) {
        struct range r = host(hosts[i]);
        item.number = i + 1;
        bench_must(overlay_add(o, &r, &item, 1, &error), &error);
        if ((i + 1) % batch == 0 || i + 1 == n)
            commit(o, view);
    }
    return bench_cpu() - start;
}

static double remove_all(struct overlay *o, const uint32_t *hosts, size_t n, struct overlay_view *view)
{
    struct error error;
    double start = bench_cpu();
    for (size_t i = 0; i < n; i++) {
        struct range r = host(hosts[i]);
        bench_must(overlay_remove(o, &r, i + 1, &error), &error);
        if ((i + 1) % BATCH == 0 || i + 1 == n)
            commit(o, view);
    }
    return bench_cpu() - start;
}

/* ns a look-up, the best of some passes; 3/8 of the queries are hosts, the rest random. */
static double time_lookups(const struct overlay_view *view, const uint32_t *hosts, size_t n)
{
    uint32_t *queries = bench_array(QUERIES, sizeof(*queries));
    double best = 1e9;

    for (size_t i = 0; i < QUERIES; i++)
        queries[i] = i % 8 < 3 ? hosts[bench_random() % n] : bench_random();
    for (int pass = 0; pass < PASSES; pass++) {
        const struct overlay_item *item;
        struct overlay_record r;
        size_t hidden = 0;
        double start = bench_cpu();
        for (size_t i = 0; i < QUERIES; i++) {
            overlay_lookup(view, RANGE_IP4, (struct trie_key){ (uint64_t)queries[i] << 32, 0 }, &r);
            hidden += overlay_effect(&r, 0, 1, &item) == OVERLAY_HIDES;
        }
        double took = bench_cpu() - start;
        bench_must(hidden >= QUERIES / 8 * 3 ? OK : ERR_SYNTAX,
                   &(struct error){ .text = "hosts are missing" });
        best = took < best ? took : best;
    }
    free(queries);
    return best / QUERIES * 1e9;
}

/* Two items over all hosts come and go: every host has a record meanwhile, and all are swept. */
static void bench_sweep(struct overlay *o, struct overlay_view *view)
{
    struct range all = { .family = RANGE_IP4, .last = { UINT64_MAX, UINT64_MAX } };
    struct overlay_item item = { .number = UINT32_MAX, .until = INT64_MAX, .lists = &lists };
    struct error error;
    double start = bench_cpu();

    bench_must(overlay_add(o, &all, &item, 1, &error), &error);
    commit(o, view);
    double added = bench_cpu();
    bench_must(overlay_remove(o, &all, item.number, &error), &error);
    double removed = bench_cpu();
    commit(o, view);
    printf("  one item over all of them: %.3f s to add, %.3f s to remove, %.3f s to commit with a sweep\n",
           added - start, removed - added, bench_cpu() - removed);
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

static void bench_hosts_delisted(size_t n)
{
    struct overlay *o = open_overlay(), *again = open_overlay();
    struct overlay_view view, built;
    uint32_t *hosts = bench_hosts(&n);

    shuffle(hosts, n);
    double in_batches = add_all(o, hosts, n, BATCH, &view);
    struct overlay_usage usage = overlay_usage(o);
    double rebuilt = add_all(again, hosts, n, n, &built);
    printf("%zu random hosts: %.1f bytes each, %.1f ns a look-up\n", n, (double)usage.bytes / (double)n,
           time_lookups(&view, hosts, n));
    printf("  us an item: %.2f to add in transactions of %d, %.2f in one transaction",
           in_batches / (double)n * 1e6, BATCH, rebuilt / (double)n * 1e6);
    printf(", %.2f to remove; built in %.2f s\n", remove_all(o, hosts, n, &view) / (double)n * 1e6, rebuilt);
    bench_sweep(again, &built);
    overlay_free(o);
    overlay_free(again);
    free(hosts);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        bench_hosts_delisted(strtoul(argv[i], NULL, 10));
    return 0;
}
