/* The XDP program: what answer.h answers is sent from here, all else goes up. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "xdp/data.h"

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1); /* here and below the loader says how many */
    __type(key, __u32);
    __type(value, struct xdp_line);
} table SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct xdp_line);
} control SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1); /* the number of CPUs */
    __type(key, __u32);
    __type(value, struct xdp_counters);
} counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1); /* by CPU, by zone id */
    __type(key, __u32);
    __type(value, struct xdp_zone_counters);
} zone_counters SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, XDP_INTERFACE_SLOTS);
    __type(key, __u32);
    __type(value, struct xdp_interface);
} interfaces SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct xdp_overlay_state);
} overlay_state SEC(".maps");

struct xdp_chunk {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, XDP_CHUNK_LINES);
    __type(key, __u32);
    __type(value, struct xdp_line);
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct xdp_chunk);
} overlay SEC(".maps");

const volatile struct xdp_layout xdp_layout = { 0 };

#include "xdp/answer.h"

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct xdp_work);
} work SEC(".maps");

static inline __u32 count(__u32 outcome, __u32 in, __u32 out)
{
    __u32 cpu = bpf_get_smp_processor_id();
    struct xdp_counters *c = bpf_map_lookup_elem(&counters, &cpu);

    if (c != 0 && outcome < XDP_OUTCOMES) {
        c->outcome[outcome]++;
        c->bytes_in += in;
        c->bytes_out += out;
    }
    return XDP_PASS;
}

static inline void count_zone(struct xdp_work *w, __u32 outcome, __u32 out)
{
    __u32 at = bpf_get_smp_processor_id() * xdp_layout.zone_ids + w->zone_id;
    struct xdp_zone_counters *c = bpf_map_lookup_elem(&zone_counters, &at);

    if (c == 0)
        return;
    c->queries++;
    c->ok += outcome != XDP_NXDOMAIN;
    c->nxdomain += outcome == XDP_NXDOMAIN;
    c->bytes_in += w->query_bytes;
    c->bytes_out += out;
}

static inline __u32 frame_length(struct xdp_md *ctx)
{
    __u64 length = (__u64)ctx->data_end - (__u64)ctx->data;

    barrier_var(length); /* otherwise clang computes with the pointers later, which the verifier refuses */
    return (__u32)length;
}

enum { PART = 32, PARTS = 6 }; /* bytes that are copied at a time; how many times */

static inline void copy_part(__u8 *to, const __u8 *from)
{
    for (unsigned i = 0; i < PART; i += 8)
        *(xdp_unaligned64 *)(to + i) = *(const xdp_unaligned64 *)(from + i);
}

/* Copies the packet's `length` bytes to w->frame, or, if `back`, from there; false: the kernel refuses. A
 * call for it takes longer than the copy, so that what is usual is copied here: in parts, of which the last
 * one overlaps the one before. */
static inline bool copy_frame(struct xdp_md *ctx, struct xdp_work *w, __u32 length, bool back)
{
    __u8 *data = (__u8 *)(long)ctx->data, *end = (__u8 *)(long)ctx->data_end;
    __u32 last = length - PART;

    if (last > PART * PARTS)
        return (back ? bpf_xdp_store_bytes(ctx, 0, w->frame, length)
                     : bpf_xdp_load_bytes(ctx, 0, w->frame, length)) == 0;
    for (unsigned i = 0; i < PARTS; i++) {
        if (PART * i >= last || data + PART * (i + 1) > end)
            break;
        if (back)
            copy_part(data + PART * i, w->frame + PART * i);
        else
            copy_part(w->frame + PART * i, data + PART * i);
    }
    data += last;
    barrier_var(data); /* one pointer for the check and the copy */
    if (data + PART > end)
        return false;
    if (back)
        copy_part(data, w->frame + last);
    else
        copy_part(w->frame + last, data);
    return true;
}

/* Sends the reply in w->frame: the packet grows at its head, where every driver has room. */
static inline __u32 send(struct xdp_md *ctx, struct xdp_work *w, __u32 outcome)
{
    __u32 length = w->end;

    if (length < XDP_ETHER)
        return count(XDP_FAULT, 0, 0);
    barrier_var(length); /* two conditions of order: Linux 6.1 learns nothing of `length != 0` */
    if (length > XDP_FRAME)
        return count(XDP_FAULT, 0, 0);
    if (bpf_xdp_adjust_head(ctx, (int)w->length - (int)length) != 0)
        return count(XDP_TOO_LONG, 0, 0);
    if (!copy_frame(ctx, w, length, true)) {
        count(XDP_FAULT, 0, 0);
        return XDP_ABORTED; /* the query is gone; not seen */
    }
    count_zone(w, outcome, length - w->dns);
    count(outcome, w->query_bytes, length - w->dns);
    return XDP_TX;
}

/* What becomes of a packet: XDP_TX, a reply is sent; XDP_PASS, it goes up. */
static inline __u32 process(struct xdp_md *ctx)
{
    __u32 zero = 0, length = frame_length(ctx);
    struct xdp_line *c = bpf_map_lookup_elem(&control, &zero);
    struct xdp_work *w = bpf_map_lookup_elem(&work, &zero);

    if (c == 0 || w == 0)
        return count(XDP_FAULT, 0, 0);
    __u32 bits = (__u32) * (const volatile __u64 *)&c->w[0]; /* it may change at any time: read once */
    if (!(bits & XDP_CONTROL_ON))
        return count(XDP_OFF, 0, 0);
    if (length < XDP_ETHER)
        return count(XDP_NOT_DNS, 0, 0);
    barrier_var(length); /* as in send() */
    if (length > XDP_QUERY_MAX)
        return count(XDP_NOT_DNS, 0, 0);
    if (!copy_frame(ctx, w, length, false))
        return count(XDP_FAULT, 0, 0);
    w->length = length;
    w->interface = ctx->ingress_ifindex;
    __u32 outcome = xdp_answer(w);
    return outcome > XDP_NXDOMAIN ? count(outcome, 0, 0) : send(ctx, w, outcome);
}

SEC("xdp")
int xdp_dnsbld(struct xdp_md *ctx)
{
    return process(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
