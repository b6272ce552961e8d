#include "support/xdp_peer.h"

#include "support/dns_client.h"
#include "support/must.h"
#include "xdp/answer.h"
#include "xdp/export.h"

#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

enum { NOW = 1795321198, EDNS_LIMIT = 1232, LOOPBACK = 1 /* by which the kernel's test runs come */ };

#define NS UINT64_C(1000000000)

static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0, 1 }, client_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t server_ip4[4] = { 192, 0, 2, 53 }, client_ip4[4] = { 198, 51, 100, 7 };
static const uint8_t server_ip6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 0x53 };
static const uint8_t client_ip6[16] = { 0x20, 1, 0xd, 0xb8, 1, [15] = 7 };

/* ---- Frames, byte by byte ---- */

static uint32_t add_sum(uint32_t sum, const uint8_t *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

static uint8_t *put_sum(uint8_t *p, uint32_t sum, bool udp)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return wire_put16(p, udp && sum == 0xffff ? 0xffff : ~sum & 0xffff);
}

static uint8_t *put_ip(uint8_t *p, bool ipv6, bool query, size_t udp_bytes)
{
    if (ipv6) {
        p = wire_put32(p, query ? 0x60012345 : 0x60000000);
        p = wire_put16(p, (unsigned)udp_bytes);
        *p++ = 17;
        *p++ = query ? 57 : 64;
        p = mempcpy(p, query ? client_ip6 : server_ip6, 16);
        return mempcpy(p, query ? server_ip6 : client_ip6, 16);
    }
    uint8_t *ip = p;
    p = wire_put32(p, 0x45000000 | (uint32_t)(20 + udp_bytes));
    p = wire_put32(p, query ? 0xabcd0000 : 0x00004000);
    p = wire_put32(p, query ? 0x39110000 : 0x40110000);
    p = mempcpy(p, query ? client_ip4 : server_ip4, 4);
    p = mempcpy(p, query ? server_ip4 : client_ip4, 4);
    put_sum(ip + 10, add_sum(0, ip, 20), false);
    return p;
}

size_t xdp_peer_frame(uint8_t *frame, unsigned way, bool query, const uint8_t *message, size_t size)
{
    bool ipv6 = way & XDP_PEER_IPV6;
    uint8_t *p = mempcpy(frame, query ? server_mac : client_mac, 6);

    p = mempcpy(p, query ? client_mac : server_mac, 6);
    if (way & XDP_PEER_VLAN)
        p = wire_put32(p, 0x81000064);
    p = wire_put16(p, ipv6 ? 0x86dd : 0x0800);
    p = put_ip(p, ipv6, query, 8 + size);
    uint8_t *udp = p;
    p = wire_put16(p, query ? XDP_PEER_CLIENT_PORT : XDP_PEER_PORT);
    p = wire_put16(p, query ? XDP_PEER_PORT : XDP_PEER_CLIENT_PORT);
    p = wire_put16(p, (unsigned)(8 + size));
    p = wire_put16(p, 0);
    p = mempcpy(p, message, size);
    size_t addresses = ipv6 ? 32 : 8;
    uint32_t sum = add_sum(17 + 8 + (uint32_t)size, udp - addresses, addresses + 8 + size);
    put_sum(udp + 6, sum, true);
    return (size_t)(p - frame);
}

/* ---- The peer ---- */

static void export_table(struct xdp_peer *p, const struct xdp_interface *interface)
{
    struct xdp_export e;
    struct error error = { .text = "" };

    must(xdp_export_begin(&e, p->view, NULL, &error) == OK, error.text);
    p->table.layout = e.layout;
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

/* Sets the kernel's clock to the start of the peer's second. */
static void set_clock(struct xdp_peer *p)
{
    struct timespec t;

    if (p->overlay == NULL)
        return;
    clock_gettime(CLOCK_MONOTONIC, &t);
    p->table.monotonic_ns = (uint64_t)t.tv_sec * NS + (uint64_t)t.tv_nsec;
    xdp_overlay_maps(p->overlay).state_memory->clock_ns =
        (int64_t)((uint64_t)p->now * NS - p->table.monotonic_ns);
}

void xdp_peer_new(const struct view *view, struct xdp_peer **out)
{
    xdp_peer_new_over(view, NULL, out);
}

void xdp_peer_new_over(const struct view *view, const struct xdp_overlay *overlay, struct xdp_peer **out)
{
    struct xdp_peer *p = calloc(1, sizeof(*p));
    struct xdp_interface interface = { .index = LOOPBACK, .addresses_count = 2 };
    struct xdp_address *address = interface.addresses;

    must(p != NULL, "memory");
    memset((uint8_t *)address[0].word + 10, 0xff, 2);
    memcpy((uint8_t *)address[0].word + 12, server_ip4, 4);
    memcpy(address[1].word, server_ip6, 16);
    address[0].port_be = address[1].port_be = __builtin_bswap16(XDP_PEER_PORT);
    memcpy(interface.mac, server_mac, 6);
    p->view = view;
    p->now = NOW;
    p->overlay = overlay;
    p->context.edns_limit = EDNS_LIMIT;
    p->context.zones = p->zones;
    export_table(p, &interface);
    if (overlay != NULL)
        use_overlay(p);
    if (overlay != NULL && xdp_overlay_maps(overlay).chunks < 0)
        error_set(&p->why_not, ERR_SYSTEM, "no memory that the kernel reads");
    else if (xdp_interfaces_new(NULL, &p->interfaces, &p->why_not) == OK) {
        struct xdp_facts facts = { .interfaces = p->interfaces,
                                   .overlay = overlay,
                                   .edns_limit = EDNS_LIMIT };
        xdp_interfaces_put(p->interfaces, &interface);
        if (xdp_path_new(view, &facts, &p->path, &p->why_not) == OK)
            xdp_path_control(p->path, XDP_CONTROL_ON);
    }
    *out = p;
}

void xdp_peer_free(struct xdp_peer *p)
{
    xdp_path_free(p->path);
    xdp_interfaces_free(p->interfaces);
    free(p->table.lines);
    free(p);
}

/* The kernel's program does with the frame what was done on the host. */
static void run_kernel(struct xdp_peer *p, const uint8_t *frame, size_t length, enum xdp_outcome outcome,
                       const uint8_t *reply, size_t size)
{
    uint8_t out[XDP_FRAME + 256];
    struct xdp_counters before = { { 0 }, .bytes_in = 0 }, after = before;
    struct bpf_test_run_opts run = { .sz = sizeof(run),
                                     .data_in = frame,
                                     .data_size_in = (uint32_t)length,
                                     .data_out = out,
                                     .data_size_out = sizeof(out),
                                     .repeat = 1 };

    int program = bpf_program__fd(bpf_object__find_program_by_name(xdp_path_object(p->path), "xdp_dnsbld"));

    xdp_path_count(p->path, &before);
    must(bpf_prog_test_run_opts(program, &run) == 0, "the kernel runs the program");
    xdp_path_count(p->path, &after);
    must(after.outcome[outcome] == before.outcome[outcome] + 1, "the kernel counts the same outcome");
    must(run.retval == (size != 0 ? 3 : 2), "XDP_TX for a reply, XDP_PASS for what goes up");
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

    memset(&w, 0xa5, sizeof(w));
    w.table = &p->table;
    w.length = (uint32_t)length;
    w.interface = LOOPBACK;
    *size = 0;
    set_clock(p);
    if (length <= XDP_QUERY_MAX) {
        memcpy(w.frame, frame, length);
        outcome = xdp_answer(&w);
    }
    if (outcome <= XDP_NXDOMAIN) {
        *size = w.end;
        must(w.end <= XDP_FRAME, "a reply fits into a frame");
        memcpy(reply, w.frame, w.end);
    }
    if (p->path != NULL && length >= 14)
        run_kernel(p, frame, length, outcome, reply, *size);
    return outcome;
}

enum xdp_outcome xdp_peer_ask(struct xdp_peer *p, unsigned way, const uint8_t *message, size_t size)
{
    uint8_t frame[128 + XDP_QUERY_MAX], reply[XDP_FRAME], expected[XDP_FRAME], packet[ANSWER_UDP_MAX];
    size_t reply_bytes;

    if (size > XDP_QUERY_MAX)
        return XDP_NOT_DNS;
    size_t length = xdp_peer_frame(frame, way, true, message, size);
    enum xdp_outcome outcome = xdp_peer_run(p, frame, length, reply, &reply_bytes);
    if (reply_bytes == 0)
        return outcome;
    struct sockaddr_storage client = dns_client_address("198.51.100.7");
    struct answer_query query = { .packet = packet,
                                  .length = (uint32_t)size,
                                  .capacity = sizeof(packet),
                                  .client = (const struct sockaddr *)&client };
    struct answer_counters *n = &p->context.counters;
    uint64_t of_outcome[] = { n->answered, n->nodata, n->nxdomain };
    memcpy(packet, message, size);
    answer_batch(&p->context, p->view, p->now, &query, 1);
    size_t bytes = xdp_peer_frame(expected, way, false, packet, query.length);
    must(bytes == reply_bytes && memcmp(expected, reply, bytes) == 0,
         "the fast path's reply is the sockets'");
    must((const uint64_t[]){ n->answered, n->nodata, n->nxdomain }[outcome] == of_outcome[outcome] + 1,
         "and counted as the same");
    return outcome;
}
