/*
 * answer_batch() alone, in process, on lists and queries from files: ns a query, in batches of 64, 16 and 1.
 * Usage: bench_answer [--once] [--edns] [--overlay] QUERIES zone:type:file...
 *
 * QUERIES has lines "NAME TYPE", as dnsperf's input. --once answers each of them one time, in batches of 64,
 * so that callgrind can count instructions. --edns gives every query an OPT record. --overlay measures again
 * with a million items in the overlay: delistings and some listings, half of them of addresses that the lists
 * have, the others at random.
 */
#include "answer/answer.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "lists.h"

enum {
    ITEMS = 1000000,
    PASSES = 5,
    STRIDE = ANSWER_UDP_MAX + 128,
    QUERY_MAX = WIRE_HEADER + WIRE_NAME_MAX + 4 + 11
};

struct packets {
    struct vec bytes;
    struct vec ends; /* uint32_t: where each packet ends in `bytes` */
    size_t count;
};

struct bench {
    struct answer_context context;
    struct view *view;
    struct packets packets;
    struct answer_query queries[ANSWER_BATCH];
    uint8_t buffers[ANSWER_BATCH][STRIDE];
};

static unsigned type_number(const char *type)
{
    return strcmp(type, "TXT") == 0 ? TYPE_TXT : strcmp(type, "ANY") == 0 ? TYPE_ANY : TYPE_A;
}

static void *add(struct vec *v, size_t bytes)
{
    void *p = vec_add(v, bytes);
    bench_must(p != NULL ? OK : ERR_MEMORY, NULL);
    return p;
}

static void add_packet(struct packets *packets, const char *name, const char *type, bool edns)
{
    static const uint8_t opt[] = { 0, 0, TYPE_OPT, 4, 208, 0, 0, 0, 0, 0, 0 }; /* 1232 bytes */
    uint8_t packet[QUERY_MAX] = { 0 };
    uint16_t length;
    struct error error;
    wire_put16(packet, (unsigned)packets->count & 0xffff);
    wire_put16(packet + 2, FLAG_RD);
    wire_put16(packet + 4, 1);
    wire_put16(packet + 10, edns);
    bench_must(name_from_text(name, packet + WIRE_HEADER, &length, &error), &error);
    uint8_t *end = wire_put16(wire_put16(packet + WIRE_HEADER + length, type_number(type)), CLASS_IN);
    if (edns) {
        memcpy(end, opt, sizeof(opt));
        end += sizeof(opt);
    }
    size_t size = (size_t)(end - packet);
    memcpy(add(&packets->bytes, size), packet, size);
    *(uint32_t *)add(&packets->ends, sizeof(uint32_t)) = (uint32_t)packets->bytes.used;
    packets->count++;
}

static void read_queries(struct packets *packets, const char *path, bool edns)
{
    char name[NAME_MAX_TEXT], type[16];
    FILE *f = bench_open(path);
    while (fscanf(f, "%1023s %15s", name, type) == 2)
        add_packet(packets, name, type, edns);
    fclose(f);
}

/* Answers all packets in batches of `size`; without `answer` they are only copied into the buffers. CPU
 * seconds.
 */
static double pass(struct bench *b, unsigned size, bool answer)
{
    const uint8_t *bytes = b->packets.bytes.data;
    const uint32_t *ends = b->packets.ends.data;
    uint32_t at = 0;
    double start = bench_cpu();
    for (size_t i = 0; i + size <= b->packets.count; i += size) {
        for (unsigned j = 0; j < size; j++) {
            b->queries[j].length = ends[i + j] - at;
            memcpy(b->buffers[j], bytes + at, b->queries[j].length);
            at = ends[i + j];
        }
        if (answer)
            answer_batch(&b->context, b->view, 1, b->queries, size);
        else
            __asm__ volatile("" ::: "memory"); /* keeps the compiler from dropping the copies */
    }
    return bench_cpu() - start;
}

/* Ns a query, the best of some passes, less the time of copying. */
static double measure(struct bench *b, unsigned size)
{
    double best[2] = { 1e9, 1e9 };
    for (int i = 0; i < 2 * PASSES; i++) {
        double took = pass(b, size, i % 2);
        best[i % 2] = took < best[i % 2] ? took : best[i % 2];
    }
    return (best[1] - best[0]) / (double)(b->packets.count / size * size) * 1e9;
}

/* ---- The overlay ---- */

/* How many IPv4 entries the first `sets` sets have. */
static size_t entries4(const struct lists *lists, size_t sets)
{
    size_t entries = 0;
    for (size_t i = 0; i < sets; i++)
        entries += VEC_COUNT(&lists->sets[i].data->hosts4, uint32_t) +
                   VEC_COUNT(&lists->sets[i].data->entries4, struct entry4);
    return entries;
}

/* An address that some list has: a host, or one within a range; at random if there is none. */
static uint32_t listed_address(const struct lists *lists)
{
    size_t all = entries4(lists, lists->config.sets_count), n = all != 0 ? bench_random() % all : 0, set = 0;
    if (all == 0)
        return bench_random();
    while (entries4(lists, set + 1) <= n)
        set++;
    n -= entries4(lists, set);
    const struct vec *hosts = &lists->sets[set].data->hosts4;
    if (n < VEC_COUNT(hosts, uint32_t))
        return ((const uint32_t *)hosts->data)[n];
    const struct entry4 *range = lists->sets[set].data->entries4.data;
    range += n - VEC_COUNT(hosts, uint32_t);
    return range->first + (uint32_t)(bench_random() % ((uint64_t)range->last - range->first + 1));
}

/* An overlay of single addresses, each item on one list. */
static struct overlay *new_overlay(const struct lists *lists, struct overlay_view *version)
{
    struct overlay *overlay;
    struct error error;
    uint64_t generation;
    bench_must(overlay_new((size_t)1 << 30, &overlay, &error), &error);
    for (unsigned i = 0; i < ITEMS; i++) {
        uint64_t key = (uint64_t)(i % 2 ? listed_address(lists) : bench_random()) << 32;
        struct range range = { .family = RANGE_IP4,
                               .first = { key, 0 },
                               .last = { key | UINT32_MAX, UINT64_MAX } };
        struct list_mask mask = { { UINT64_C(1) << bench_random() % lists->config.sets_count } };
        struct overlay_item item = { .number = i + 1,
                                     .until = INT64_MAX - bench_random() % 86400,
                                     .lists = &mask,
                                     .kind = i % 16 == 0 ? OVERLAY_LIST : OVERLAY_DELIST,
                                     .code = 0x7f000010 };
        if (overlay_has_room(overlay, &range, 1))
            bench_must(overlay_add(overlay, &range, &item, 1, &error), &error);
    }
    bench_must(overlay_commit(overlay, version, &generation, &error), &error);
    return overlay;
}

static void run(struct bench *b, const char *unit, bool once)
{
    if (once)
        pass(b, ANSWER_BATCH, true);
    for (unsigned size = 64; size > 0 && !once; size = size == 64 ? 16 : size == 16 ? 1 : 0)
        printf("%s of %u: %.1f ns a query\n", unit, size, measure(b, size));
}

static struct bench *new_bench(struct lists *lists, const char *queries, bool edns)
{
    struct error error;
    struct bench *b = bench_array(1, sizeof(*b));
    const struct config *c = &lists->config;
    uint16_t *set_lists = bench_array(c->sets_count, sizeof(*set_lists));
    for (size_t i = 0; i < c->sets_count; i++)
        set_lists[i] = (uint16_t)i;
    struct view_spec spec = { .zones = c->zones,
                              .zones_count = c->zones_count,
                              .acls = c->acls,
                              .acls_count = c->acls_count,
                              .set_lists = set_lists };
    bench_must(view_build(lists_build(lists), &spec, &b->view, &error), &error);
    free(set_lists);
    b->context = (struct answer_context){
        .zones = bench_array(lists->config.zones_count, sizeof(*b->context.zones)),
        .edns_limit = ANSWER_EDNS_LIMIT,
    };
    for (int i = 0; i < ANSWER_BATCH; i++)
        b->queries[i] = (struct answer_query){ .packet = b->buffers[i], .capacity = ANSWER_UDP_MAX };
    read_queries(&b->packets, queries, edns);
    return b;
}

static void free_bench(struct bench *b)
{
    view_free(b->view);
    vec_free(&b->packets.bytes);
    vec_free(&b->packets.ends);
    free(b->context.zones);
    free(b);
}

int main(int argc, char **argv)
{
    bool once = false, edns = false, with_overlay = false;
    int first = 1;
    for (; first < argc && argv[first][0] == '-'; first++) {
        once |= strcmp(argv[first], "--once") == 0;
        edns |= strcmp(argv[first], "--edns") == 0;
        with_overlay |= strcmp(argv[first], "--overlay") == 0;
    }
    if (argc - first < 2) {
        fprintf(stderr, "usage: bench_answer [--once] [--edns] [--overlay] QUERIES zone:type:file...\n");
        return 1;
    }
    struct lists lists;
    lists_load(&lists, argv + first + 1, argc - first - 1);
    struct bench *b = new_bench(&lists, argv[first], edns);
    run(b, "batches", once);
    struct overlay *overlay = NULL;
    if (with_overlay) {
        struct overlay_view version;
        double start = bench_cpu();
        overlay = new_overlay(&lists, &version);
        struct overlay_usage usage = overlay_usage(overlay);
        printf("overlay: %lu items, %.0f bytes each, %.2f s\n", usage.items,
               (double)usage.bytes / (double)usage.items, bench_cpu() - start);
        b->view->overlay = version;
        run(b, "over it, groups", once);
    }
    const struct answer_counters *n = &b->context.counters;
    printf("%lu queries: %lu answered, %lu nodata, %lu nxdomain, %lu refused, %lu others\n", n->queries,
           n->answered, n->nodata, n->nxdomain, n->refused,
           n->queries - n->answered - n->nodata - n->nxdomain - n->refused);
    free_bench(b);
    overlay_free(overlay);
    lists_free(&lists);
    return 0;
}
