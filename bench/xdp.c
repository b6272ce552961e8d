/*
 * The fast path's program in the kernel, by BPF_PROG_TEST_RUN: ns a packet, on lists and queries from files.
 * Usage: xdp OBJECT [--items] QUERIES|--random ZONE zone:type:file...    OBJECT is built from bench/xdp.bpf.c
 *
 * QUERIES has lines "NAME TYPE", as dnsperf's input; those of type A are asked. --random: of random IPv4
 * addresses in ZONE instead. --items: over a million delistings and listings of addresses, half of which are
 * asked for. Beside it are measured an empty program, a random read
 * of 64 bytes in 64 MiB, and a program that only puts each packet into its place. Needs root.
 */
#include "dns/name.h"
#include "dns/wire.h"
#include "lists.h"
#include "xdp/loader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum {
    PACKETS_MAX = 1 << 17,
    ASKED_MAX = 1 << 19,
    PACKET_BYTES = 184,
    CHUNKS = 128,
    ROUNDS = 20,
    HEADERS = 42
};

/* As in xdp.bpf.c, of which CHUNKS is BENCH_PACKETS / BENCH_CHUNK. */
struct bench_packet {
    uint8_t bytes[PACKET_BYTES];
    uint32_t length, unused;
};

static struct bench_packet *packets;
static size_t packets_count;
static uint32_t *asked; /* IPv4 addresses */
static size_t asked_count;

/* A frame to 192.0.2.53, port 53; the UDP checksum is not looked at. */
static void add_packet(const char *name)
{
    static const uint8_t headers[HEADERS] = {
        0, 0,         0,         0,          0,  0,   2, 0,   0, 0, 0,  2,    8,    0, 0x45,
        0, [22] = 64, [23] = 17, [26] = 198, 51, 100, 7, 192, 0, 2, 53, 0x9c, 0x40, 0, 53
    };
    struct bench_packet *p = &packets[packets_count];
    uint8_t wire[WIRE_NAME_MAX];
    uint16_t length;
    struct error error;

    bench_must(name_from_text(name, wire, &length, &error), &error);
    if (packets_count == PACKETS_MAX || HEADERS + WIRE_HEADER + length + 4 > PACKET_BYTES)
        return;
    packets_count++;
    memcpy(p->bytes, headers, HEADERS);
    uint8_t *dns = p->bytes + HEADERS;
    wire_put16(dns + 2, FLAG_RD);
    wire_put16(dns + 4, 1);
    memcpy(dns + WIRE_HEADER, wire, length);
    wire_put16(wire_put16(dns + WIRE_HEADER + length, TYPE_A), CLASS_IN);
    p->length = HEADERS + WIRE_HEADER + length + 4u;
    wire_put16(p->bytes + 16, p->length - 14);
    wire_put16(p->bytes + 38, p->length - 34);
    uint32_t sum = 0;
    for (unsigned i = 14; i < 34; i += 2)
        sum += wire_get16(p->bytes + i);
    sum = (sum & 0xffff) + (sum >> 16);
    wire_put16(p->bytes + 24, ~((sum & 0xffff) + (sum >> 16)) & 0xffff);
}

static void read_queries(const char *path)
{
    char name[NAME_MAX_TEXT], type[16];
    FILE *f = bench_open(path);
    unsigned a, b, c, d;

    while (fscanf(f, "%1023s %15s", name, type) == 2) {
        if (strcmp(type, "A") == 0)
            add_packet(name);
        if (sscanf(name, "%3u.%3u.%3u.%3u.", &d, &c, &b, &a) == 4 && asked_count < ASKED_MAX)
            asked[asked_count++] = a << 24 | b << 16 | c << 8 | d;
    }
    fclose(f);
}

static void make_queries(const char *zone)
{
    char name[NAME_MAX_TEXT];

    bench_state = 2; /* not the addresses that bench/hosts makes */
    for (unsigned i = 0; i < PACKETS_MAX; i++) {
        uint32_t a = bench_random();
        snprintf(name, sizeof(name), "%u.%u.%u.%u.%s", a & 255, a >> 8 & 255, a >> 16 & 255, a >> 24, zone);
        add_packet(name);
    }
}

static struct view *load_view(int argc, char **argv)
{
    struct lists lists;
    struct view *view;
    struct error error;

    lists_load(&lists, argv, argc);
    uint16_t *set_lists = bench_array(lists.config.sets_count, sizeof(*set_lists));
    for (size_t i = 0; i < lists.config.sets_count; i++)
        set_lists[i] = (uint16_t)i;
    struct view_spec spec = { .zones = lists.config.zones,
                              .zones_count = lists.config.zones_count,
                              .set_lists = set_lists };
    bench_must(view_build(lists_build(&lists), &spec, &view, &error), &error);
    lists_free(&lists);
    free(set_lists);
    return view;
}

/* Items on the view's first lists, as many on asked addresses as on others, most of them delistings. */
static struct xdp_overlay *add_items(struct view *view)
{
    enum { ITEMS = 1000000, LISTS = 3, MOST = 1 << 30 };
    struct xdp_overlay *memory;
    struct overlay *o;
    struct error error;
    uint64_t generation, items = 0;
    double start = bench_seconds(CLOCK_MONOTONIC);

    bench_must(xdp_overlay_new(MOST, NULL, &memory, &error), &error);
    bench_must(overlay_new_in(MOST, xdp_overlay_memory(memory), &o, &error), &error);
    for (unsigned i = 0; i < ITEMS; i++) {
        uint32_t a = i % 2 && asked_count != 0 ? asked[bench_random() % asked_count] : bench_random();
        struct range range = range_of_address(RANGE_IP4, (struct trie_key){ (uint64_t)a << 32, 0 });
        struct list_mask on = list_mask_of(bench_random() % LISTS);
        struct overlay_item item = { .number = i + 1,
                                     .until = INT64_MAX - bench_random() % 86400,
                                     .lists = &on,
                                     .kind = i % 16 == 0 ? OVERLAY_LIST : OVERLAY_DELIST,
                                     .code = 0x7f000010 };
        if (!overlay_has_room(o, &range, 1))
            continue;
        bench_must(overlay_add(o, &range, &item, 1, &error), &error);
        items++;
    }
    bench_must(overlay_commit(o, &view->overlay, &generation, &error), &error);
    xdp_overlay_publish(memory, &view->overlay);
    printf("%u items, %.1f MB, in %.2f s\n", (unsigned)items, (double)overlay_usage(o).bytes / 1e6,
           bench_seconds(CLOCK_MONOTONIC) - start);
    return memory; /* the overlay lives as long as the process */
}

/* The object with room for the packets. Its path borrows nothing of it. */
static struct xdp_path *load_path(const char *path, const struct view *view,
                                  const struct xdp_overlay *overlay)
{
    struct xdp_interface interface = { .index = 1, .addresses_count = 1 }; /* lo, as test runs have it */
    struct xdp_interfaces *interfaces;
    static char object[1 << 22];
    struct xdp_path *out;
    struct error error;
    FILE *f = bench_open(path);
    size_t bytes = fread(object, 1, sizeof(object), f);
    fclose(f);
    memcpy((uint8_t *)interface.addresses[0].word + 10, (const uint8_t[]){ 255, 255, 192, 0, 2, 53 }, 6);
    interface.addresses[0].port_be = __builtin_bswap16(53);
    bench_must(xdp_interfaces_new(NULL, &interfaces, &error), &error);
    xdp_interfaces_put(interfaces, &interface);
    struct xdp_facts facts = { .interfaces = interfaces, .overlay = overlay, .edns_limit = 1232 };
    bench_must(xdp_path_load(object, bytes, view, &facts, &out, &error), &error);
    xdp_path_control(out, XDP_CONTROL_ON);
    return out;
}

static int map_fd(const struct xdp_path *path, const char *name)
{
    return bpf_map__fd(bpf_object__find_map_by_name(xdp_path_object(path), name));
}

/* Runs all packets through a program, round after round; a chunk ends when the next one begins. */
static void run(const struct xdp_path *path, const char *name)
{
    uint8_t data[HEADERS + PACKET_BYTES] = { 0 };
    struct bpf_test_run_opts options = { .sz = sizeof(options),
                                         .data_in = data,
                                         .data_size_in = sizeof(data),
                                         .repeat = ROUNDS * PACKETS_MAX + 1 };
    struct error error;
    struct bpf_program *program = bpf_object__find_program_by_name(xdp_path_object(path), name);

    if (program == NULL || bpf_prog_test_run_opts(bpf_program__fd(program), &options) != 0)
        bench_must(error_set(&error, ERR_SYSTEM, "%s does not run", name), &error);
}

/* Ns a packet: of each chunk of packets its best round, as others use this machine, too. */
static double measure(const struct xdp_path *path, const char *name)
{
    int times = map_fd(path, "times");
    uint64_t ns = UINT64_MAX, sum = 0;

    for (uint32_t i = 0; i < CHUNKS; i++)
        bench_must(bpf_map_update_elem(times, &i, &ns, BPF_ANY) == 0 ? OK : ERR_MEMORY, NULL);
    run(path, name);
    for (uint32_t i = 0; i < CHUNKS; i++) {
        bench_must(bpf_map_lookup_elem(times, &i, &ns) == 0 ? OK : ERR_MEMORY, NULL);
        sum += ns;
    }
    return (double)sum / PACKETS_MAX;
}

static void put_packets(const struct xdp_path *path)
{
    int fd = map_fd(path, "packets");

    for (uint32_t i = 0; i < PACKETS_MAX; i++)
        if (bpf_map_update_elem(fd, &i, &packets[i % packets_count], BPF_ANY) != 0)
            bench_must(ERR_MEMORY, NULL);
}

static void print_counts(const struct xdp_path *path)
{
    struct xdp_counters sum = { .bytes_in = 0 };
    uint64_t all = 0, sent = 0;

    xdp_path_count(path, &sum);
    for (unsigned i = 0; i < XDP_OUTCOMES; i++) {
        all += sum.outcome[i];
        sent += i <= XDP_NXDOMAIN ? sum.outcome[i] : 0;
    }
    printf("answered: %.2f %%;", 100.0 * (double)sent / (double)all);
    for (unsigned i = 0; i < XDP_OUTCOMES; i++)
        if (sum.outcome[i] != 0)
            printf(" %s %.2f %%", xdp_outcome_name(i), 100.0 * (double)sum.outcome[i] / (double)all);
    printf("\n");
}

int main(int argc, char **argv)
{
    bool items = argc > 2 && strcmp(argv[2], "--items") == 0;
    bool random = argc > 2 + items && strcmp(argv[2 + items], "--random") == 0;
    int queries = random + items + 2;

    if (argc < queries + 2) {
        fprintf(stderr, "usage: xdp OBJECT [--items] QUERIES|--random ZONE zone:type:file...\n");
        return 1;
    }
    packets = bench_array(PACKETS_MAX, sizeof(*packets));
    asked = bench_array(ASKED_MAX, sizeof(*asked));
    if (random)
        make_queries(argv[queries]);
    else
        read_queries(argv[queries]);
    struct view *view = load_view(argc - queries - 1, argv + queries + 1);
    struct xdp_overlay *overlay = items ? add_items(view) : NULL;
    double start = bench_seconds(CLOCK_MONOTONIC);
    struct xdp_path *path = load_path(argv[1], view, overlay);
    printf("loaded in %.2f s, %.1f MB\n", bench_seconds(CLOCK_MONOTONIC) - start,
           (double)xdp_path_bytes(path) / 1e6);
    put_packets(path);
    double empty = measure(path, "bench_empty"), read = measure(path, "bench_read"),
           restore = measure(path, "bench_restore"), answer = measure(path, "bench_answer");
    printf("empty %.0f, read %.0f, restore %.0f, answer %.0f: %.0f ns a packet\n", empty, read, restore,
           answer, answer - restore);
    print_counts(path);
    xdp_path_free(path);
    xdp_overlay_free(overlay);
    view_free(view);
    free(packets);
    free(asked);
    return 0;
}
