#include "support/xdp_peer.h"

#include "support/dns_client.h"
#include "support/must.h"
#include "support/xdp_frame.h"
#include "xdp/answer.h"
#include "xdp/export.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>

enum { NOW = 1795321198, EDNS_LIMIT = 1232, OWN_BYTES = 1 << 20 };

#define NS UINT64_C(1000000000)

/* ---- The peer ---- */

/* Of a CPU's table of the rate limit. */
static size_t rates_bytes(const struct xdp_peer *p)
{
    return (p->table.layout.rate.lines_mask + 1) * sizeof(struct rate_line);
}

static void export_table(struct xdp_peer *p, const struct xdp_facts *facts,
                         const struct xdp_interface *interface)
{
    struct xdp_export e;
    struct error error = { .text = "" };

    must(xdp_export_begin(&e, p->view, facts, &error) == OK, error.text);
    p->table.layout = e.layout;
    p->table.layout.authority = facts->authority;
    if (p->kept != NULL)
        p->table.layout.rate = *xdp_kept_rules(p->kept);
    p->table.rates = calloc(1, rates_bytes(p));
    must(p->table.rates != NULL, "memory");
    p->table.layout.edns_limit = EDNS_LIMIT;
    p->table.interfaces[XDP_INTERFACE_SLOTS - 1] = *interface;
    p->table.lines_count = e.lines_count;
    p->table.lines = calloc(e.lines_count, sizeof(struct xdp_line));
    must(p->table.lines != NULL, "memory");
    xdp_export_fill(&e, p->table.lines);
    xdp_export_free(&e);
}

struct xdp_overlay *xdp_peer_overlay(size_t most_bytes)
{
    struct xdp_overlay *o;
    struct error error;

    if (xdp_overlay_new(most_bytes, NULL, &o, &error) != OK)
        must(xdp_overlay_new_aside(most_bytes, &o, &error) == OK, error.text);
    return o;
}

/* The host reads the same memory as the kernel. */
static void use_overlay(struct xdp_peer *p)
{
    struct xdp_overlay_maps maps = xdp_overlay_maps(p->overlay);

    memcpy(p->table.layout.overlay_lines, maps.lines, sizeof(maps.lines));
    p->table.overlay_state = maps.state_memory;
    p->table.chunks = maps.chunks_memory;
    p->table.chunks_count = maps.chunks_count;
}

static uint64_t monotonic_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
}

/* Sets the kernel's clock to the start of the peer's second. */
static void set_clock(struct xdp_peer *p)
{
    if (p->overlay == NULL)
        return;
    p->table.monotonic_ns = monotonic_ns();
    xdp_overlay_maps(p->overlay).state_memory->clock_ns =
        (int64_t)((uint64_t)p->now * NS - p->table.monotonic_ns);
}

/* The rules as the workers have them. */
static void set_context(struct xdp_peer *p, const struct xdp_peer_rules *rules)
{
    static const bool keyed[ARRAY_SIZE(p->zones)];

    p->context.edns_limit = EDNS_LIMIT;
    p->context.zones = p->zones;
    p->context.authority = rules->authority;
    if (rules->resolvers != NULL) {
        p->policy = (struct policy){ .keyed = keyed, .public_resolvers = rules->resolvers };
        p->context.policy = &p->policy;
    }
    if (rules->rate != NULL)
        p->context.rate = rate_new(rules->rate, rules->exempt);
    must(rules->rate == NULL || p->context.rate != NULL, "memory");
    must(!rules->hits || hit_sample_new(HIT_KEPT, HIT_RATE, HIT_ALL, &p->context.hits) == OK, "memory");
}

/* From now on this thread runs on one CPU, which has its own tables and counters; its number. */
static unsigned keep_to_cpu(void)
{
    unsigned cpu = (unsigned)sched_getcpu();
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    must(sched_setaffinity(0, sizeof(set), &set) == 0, "one CPU");
    return cpu;
}

/* Maps the kernel's table of the rate limit. */
static void map_rates(struct xdp_peer *p)
{
    size_t lines = p->table.layout.rate.lines_mask + 1;

    p->rates_bytes = (size_t)xdp_cpus() * lines * sizeof(struct rate_line);
    p->rates = mmap(NULL, p->rates_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, xdp_kept_rates(p->kept), 0);
    must(p->rates != MAP_FAILED, "a mapping");
    p->kernel_rates = p->rates + p->cpu * lines;
}

/* Makes what the kernel's programs share; false: there is none. */
static bool has_kernel(struct xdp_peer *p, const struct xdp_peer_rules *rules, bool kept)
{
    if (p->overlay != NULL && xdp_overlay_maps(p->overlay).chunks < 0) {
        error_set(&p->why_not, ERR_SYSTEM, "no memory that the kernel reads");
        return false;
    }
    return xdp_interfaces_new(NULL, &p->interfaces, &p->why_not) == OK &&
           (!kept || xdp_kept_new(NULL, rules->rate, &p->kept, &p->why_not) == OK);
}

void xdp_peer_new(const struct view *view, const struct xdp_peer_rules *rules, struct xdp_peer **out)
{
    xdp_peer_new_over(view, NULL, rules, out);
}

void xdp_peer_new_over(const struct view *view, const struct xdp_overlay *overlay,
                       const struct xdp_peer_rules *rules, struct xdp_peer **out)
{
    static const struct xdp_peer_rules none;
    struct xdp_peer *p = calloc(1, sizeof(*p));
    struct xdp_interface interface;

    must(p != NULL, "memory");
    rules = rules != NULL ? rules : &none;
    xdp_frame_interface(&interface);
    p->view = view;
    p->now = NOW;
    p->cpu = keep_to_cpu();
    set_context(p, rules);
    bool kept = rules->rate != NULL || rules->hits;
    if (overlay == NULL && kept)
        overlay = p->own = xdp_peer_overlay(OWN_BYTES);
    p->overlay = overlay;
    bool kernel = has_kernel(p, rules, kept);
    p->facts = (struct xdp_facts){ .interfaces = p->interfaces,
                                   .overlay = overlay,
                                   .edns_limit = EDNS_LIMIT,
                                   .authority = rules->authority,
                                   .hits = rules->hits,
                                   .kept = p->kept,
                                   .exempt = rules->exempt,
                                   .resolvers = rules->resolvers };
    export_table(p, &p->facts, &interface);
    if (overlay != NULL)
        use_overlay(p);
    if (p->kept != NULL && rules->rate != NULL)
        map_rates(p);
    if (kernel) {
        xdp_interfaces_put(p->interfaces, &interface);
        xdp_peer_reload(p);
    }
    *out = p;
}

void xdp_peer_reload(struct xdp_peer *p)
{
    xdp_path_free(p->path);
    p->path = NULL;
    if (xdp_path_new(p->view, &p->facts, &p->path, &p->why_not) == OK)
        xdp_path_control(p->path, XDP_CONTROL_ON);
}

void xdp_peer_free(struct xdp_peer *p)
{
    xdp_path_free(p->path);
    xdp_interfaces_free(p->interfaces);
    if (p->rates != NULL)
        munmap(p->rates, p->rates_bytes);
    xdp_kept_free(p->kept);
    rate_free(p->context.rate);
    hit_sample_free(p->context.hits);
    free(p->table.lines);
    free(p->table.rates);
    xdp_overlay_free(p->own);
    free(p);
}

/* ---- The kernel ---- */

/* Runs the program within the peer's second; beginning with the table `before` it must leave the host's.
 * `counters`: before the run. */
static void run_program(struct xdp_peer *p, struct bpf_test_run_opts *run, const struct rate_line *before,
                        struct xdp_counters *counters)
{
    int program = bpf_program__fd(bpf_object__find_program_by_name(xdp_path_object(p->path), "xdp_dnsbld"));
    struct rate_line *rates = p->kernel_rates;

    do {
        set_clock(p);
        if (rates != NULL)
            memcpy(rates, before, rates_bytes(p));
        *counters = (struct xdp_counters){ .bytes_in = 0 };
        xdp_path_count(p->path, counters);
        run->data_size_out = XDP_FRAME + 256;
        must(bpf_prog_test_run_opts(program, run) == 0, "the kernel runs the program");
    } while (rates != NULL && monotonic_ns() - p->table.monotonic_ns >= NS);
    must(rates == NULL || memcmp(rates, p->table.rates, rates_bytes(p)) == 0,
         "the kernel counts replies as the host does");
}

/* The kernel's program does with the frame what was done on the host. */
static void run_kernel(struct xdp_peer *p, const uint8_t *frame, size_t length, enum xdp_outcome outcome,
                       const uint8_t *reply, size_t size, const struct rate_line *before_rates)
{
    uint8_t out[XDP_FRAME + 256];
    struct xdp_counters before, after = { .bytes_in = 0 };
    struct bpf_test_run_opts run = { .sz = sizeof(run),
                                     .data_in = frame,
                                     .data_size_in = (uint32_t)length,
                                     .data_out = out,
                                     .data_size_out = sizeof(out),
                                     .repeat = 1 };

    run_program(p, &run, before_rates, &before);
    xdp_path_count(p->path, &after);
    must(after.outcome[outcome] == before.outcome[outcome] + 1, "the kernel counts the same outcome");
    must(run.retval == (size != 0                ? 3u
                        : outcome == XDP_DROPPED ? 1u
                                                 : 2u),
         "XDP_TX for a reply, XDP_DROP beyond the rate, XDP_PASS for what goes up");
    if (size == 0) {
        reply = frame;
        size = length;
    }
    must(run.data_size_out == size && memcmp(out, reply, size) == 0, "the kernel's reply is the host's");
}

enum xdp_outcome xdp_peer_run(struct xdp_peer *p, const uint8_t *frame, size_t length, uint8_t *reply,
                              size_t *size)
{
    struct xdp_work w; /* not set to zeros: the program's is not, either */
    enum xdp_outcome outcome = XDP_NOT_DNS;
    struct rate_line *before = malloc(rates_bytes(p));

    must(before != NULL, "memory");
    memcpy(before, p->table.rates, rates_bytes(p));
    memset(&w, 0xa5, sizeof(w));
    w.table = &p->table;
    w.length = (uint32_t)length;
    w.interface = XDP_FRAME_LOOPBACK;
    *size = 0;
    set_clock(p);
    if (length <= XDP_QUERY_MAX) {
        memcpy(w.frame, frame, length);
        outcome = xdp_answer(&w);
        if (p->table.layout.rate.limit != 0 && !xdp_is_passed(outcome))
            p->limited[w.action]++;
    }
    if (xdp_is_sent(outcome)) {
        *size = w.end;
        must(w.end <= XDP_FRAME, "a reply fits into a frame");
        memcpy(reply, w.frame, w.end);
    }
    if (p->path != NULL && length >= 14)
        run_kernel(p, frame, length, outcome, reply, *size, before);
    free(before);
    return outcome;
}

/* Whether the workers are to count the message that goes up. */
static bool counts_in_vain(const struct xdp_peer *p, enum xdp_outcome outcome)
{
    return p->context.rate != NULL && outcome != XDP_ODD_FRAME && outcome != XDP_NO_QUERY &&
           outcome != XDP_OPTIONS && outcome != XDP_ACL;
}

enum xdp_outcome xdp_peer_ask(struct xdp_peer *p, unsigned way, const uint8_t *message, size_t size)
{
    uint8_t frame[128 + XDP_QUERY_MAX], reply[XDP_FRAME], expected[XDP_FRAME], packet[ANSWER_UDP_MAX];
    size_t reply_bytes;

    if (size > XDP_QUERY_MAX)
        return XDP_NOT_DNS;
    size_t length = xdp_peer_frame(frame, way, true, message, size);
    enum xdp_outcome outcome = xdp_peer_run(p, frame, length, reply, &reply_bytes);
    if (xdp_is_passed(outcome) && !counts_in_vain(p, outcome))
        return outcome;
    struct sockaddr_storage client = xdp_frame_client(way & XDP_PEER_IPV6);
    struct answer_query query = { .packet = packet,
                                  .length = (uint32_t)size,
                                  .capacity = sizeof(packet),
                                  .client = (const struct sockaddr *)&client };
    struct answer_counters *n = &p->context.counters;
    uint64_t of_outcome[] = { n->answered, n->nodata, n->nxdomain, n->rate_slipped, n->rate_dropped };
    memcpy(packet, message, size);
    answer_batch(&p->context, p->view, p->now, &query, 1);
    if (xdp_is_passed(outcome)) {
        must(query.length != 0 && !(packet[2] & FLAG_TC >> 8), "the workers do not limit what goes up");
        return outcome;
    }
    size_t bytes = query.length != 0 ? xdp_peer_frame(expected, way, false, packet, query.length) : 0;
    must(bytes == reply_bytes && memcmp(expected, reply, bytes) == 0,
         "the fast path's reply is the sockets'");
    must((const uint64_t[]){ n->answered, n->nodata, n->nxdomain, n->rate_slipped,
                             n->rate_dropped }[outcome] == of_outcome[outcome] + 1,
         "and counted as the same");
    return outcome;
}

enum xdp_outcome xdp_peer_query(struct xdp_peer *peer, unsigned way, const char *name, unsigned type,
                                bool edns)
{
    uint8_t message[512];
    size_t size = dns_client_query(message, name, type, CLASS_IN, edns ? "" : NULL, 0);

    return xdp_peer_ask(peer, way, message, size);
}
