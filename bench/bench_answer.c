/*
 * answer_batch() alone, in process, on lists and queries from files: ns a query, in batches of 64, 16 and 1.
 * Usage: bench_answer [--once] [--edns] QUERIES zone:type:file...
 *
 * QUERIES has lines "NAME TYPE", as dnsperf's input. --once goes over them one time, in batches of 64, so
 * that callgrind can count instructions. --edns gives every query an OPT record.
 */
#include "answer/answer.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "lists.h"

enum { PASSES = 5, STRIDE = ANSWER_UDP_MAX + 128, QUERY_MAX = WIRE_HEADER + WIRE_NAME_MAX + 4 + 11 };

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
    struct error error;
    FILE *f = fopen(path, "r");
    if (f == NULL)
        bench_must(error_set(&error, ERR_SYSTEM, "%s: cannot be read", path), &error);
    while (fscanf(f, "%1023s %15s", name, type) == 2)
        add_packet(packets, name, type, edns);
    fclose(f);
}

/* Goes over all packets in batches of `size`; without `answer` they are only copied into the buffers. CPU
 * seconds. */
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
            __asm__ volatile("" ::: "memory"); /* the copies count even though nobody reads them */
    }
    return bench_cpu() - start;
}

/* The best ns a query of some passes, the copying taken off. */
static double measure(struct bench *b, unsigned size)
{
    double best[2] = { 1e9, 1e9 };
    for (int i = 0; i < 2 * PASSES; i++) {
        double took = pass(b, size, i % 2);
        best[i % 2] = took < best[i % 2] ? took : best[i % 2];
    }
    return (best[1] - best[0]) / (double)(b->packets.count / size * size) * 1e9;
}

static struct bench *new_bench(struct lists *lists, const char *queries, bool edns)
{
    struct error error;
    struct bench *b = bench_array(1, sizeof(*b));
    const struct config *c = &lists->config;
    struct view_spec spec = {
        .zones = c->zones, .zones_count = c->zones_count, .acls = c->acls, .acls_count = c->acls_count
    };
    bench_must(view_build(lists_build(lists), &spec, &b->view, &error), &error);
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
    bool once = false, edns = false;
    int first = 1;
    for (; first < argc && argv[first][0] == '-'; first++) {
        once |= strcmp(argv[first], "--once") == 0;
        edns |= strcmp(argv[first], "--edns") == 0;
    }
    if (argc - first < 2) {
        fprintf(stderr, "usage: bench_answer [--once] [--edns] QUERIES zone:type:file...\n");
        return 1;
    }
    struct lists lists;
    lists_load(&lists, argv + first + 1, argc - first - 1);
    struct bench *b = new_bench(&lists, argv[first], edns);
    if (once)
        pass(b, ANSWER_BATCH, true);
    else
        for (unsigned size = 64; size > 0; size = size == 64 ? 16 : size == 16 ? 1 : 0)
            printf("batches of %u: %.1f ns a query\n", size, measure(b, size));
    const struct answer_counters *n = &b->context.counters;
    printf("%lu queries: %lu answered, %lu nodata, %lu nxdomain, %lu refused, %lu others\n", n->queries,
           n->answered, n->nodata, n->nxdomain, n->refused,
           n->queries - n->answered - n->nodata - n->nxdomain - n->refused);
    free_bench(b);
    lists_free(&lists);
    return 0;
}
