/*
 * The programs of bench/veth.c: a sender, which runs on frames of its own (live frames of BPF_PROG_TEST_RUN)
 * and sends them into a network interface; what counts the replies there; and, in the place of a server, an
 * echo.
 */
#include "veth.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

enum {
    DNS = 42, /* where the message is in the frame */
    /* As a load of 16 bits sees them: */
    ETHERTYPE_IP4 = 0x0008,
    PORT_53 = 0x3500,
    PORT_FLOOD = 0x3905,
    UDP = 17, /* 8 bits */
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct veth_query);
} queries SEC(".maps");

struct veth_state state; /* all of .bss */

SEC("xdp")
int veth_send(struct xdp_md *ctx)
{
    __u64 *to = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct veth_query *query;

    if (state.left == 0) {
        __u64 now = bpf_ktime_get_ns();
        if (now < state.due_ns)
            return XDP_DROP;
        if (now - state.due_ns > state.gap_ns) /* what the sender was late for is not made up for */
            state.due_ns = now;
        state.due_ns += state.gap_ns;
        state.left = state.burst;
    }
    query = bpf_map_lookup_elem(&queries, &state.next);
    if (query == 0 || to + VETH_WORDS > end)
        return XDP_ABORTED;
    for (int i = 0; i < VETH_WORDS; i++)
        to[i] = query->word[i];
    *(__u16 *)((__u8 *)to + DNS) = state.sent;
    state.left--;
    state.next = state.next + 1 == state.queries ? 0 : state.next + 1;
    state.sent++;
    if (bpf_xdp_adjust_tail(ctx, (int)query->length - VETH_FRAME) != 0)
        return XDP_ABORTED;
    return bpf_redirect(state.interface, 0);
}

/* The frame, if it is a DNS message over UDP and IPv4 without options. */
static inline __u8 *find_dns(struct xdp_md *ctx)
{
    __u8 *frame = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;

    if (frame + DNS + 12 > end || *(__u16 *)(frame + 12) != ETHERTYPE_IP4 || frame[14] != 0x45 ||
        frame[23] != UDP)
        return 0;
    return frame;
}

SEC("xdp")
int veth_receive(struct xdp_md *ctx)
{
    __u8 *frame = find_dns(ctx);

    if (frame == 0 || *(__u16 *)(frame + 36) != PORT_FLOOD)
        return XDP_PASS;
    __u32 rcode = frame[DNS + 3] & 15;
    bool reply = frame[DNS + 2] & 0x80, answers = *(__u16 *)(frame + DNS + 6) != 0;
    state.received++;
    state.bytes += ctx->data_end - ctx->data - DNS;
    state.listed += reply && rcode == 0 && answers;
    state.unlisted += reply && (rcode == 3 || (rcode == 0 && !answers));
    return XDP_DROP;
}

/* Turns addresses and ports around, and nothing else but the bit that makes a query a reply. */
SEC("xdp")
int veth_echo(struct xdp_md *ctx)
{
    __u8 *frame = find_dns(ctx);
    __u16 *half = (__u16 *)frame, from[3];

    if (frame == 0 || half[18] != PORT_53)
        return XDP_PASS;
    __builtin_memcpy(from, half + 3, 6);
    __builtin_memcpy(half + 3, half, 6);
    __builtin_memcpy(half, from, 6);
    __builtin_memcpy(from, half + 13, 4); /* IPv4 addresses */
    __builtin_memcpy(half + 13, half + 15, 4);
    __builtin_memcpy(half + 15, from, 4);
    half[18] = half[17];
    half[17] = PORT_53;
    frame[DNS + 2] |= 0x80;
    return XDP_TX;
}

char text[] SEC("license") = "BSD";
