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
    __type(value, struct xdp_cpu);
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

/* The next two are of xdp/kept.h: they outlive the program. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1); /* by CPU */
    __type(key, __u32);
    __type(value, struct rate_line);
} rates SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} hits SEC(".maps");

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

/* Returns what becomes of the packet that the program does not send itself. */
static inline __u32 count(struct xdp_counters *c, __u32 outcome)
{
    barrier_var(outcome); /* otherwise clang leaves the bound out that the verifier wants to see */
    if (outcome < XDP_OUTCOMES)
        c->outcome[outcome]++;
    return outcome == XDP_DROPPED ? XDP_DROP : outcome == XDP_LOST ? XDP_ABORTED : XDP_PASS;
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

/* Puts a hit into the ring if one is due. */
static inline void sample_hit(struct xdp_work *w, struct xdp_cpu *cpu)
{
    __u8 weight = hit_rule_due(&cpu->hits, xdp_now(w), HIT_ALL, xdp_layout.hits_rate);

    if (weight == 0)
        return;
    __u32 bytes = xdp_note_hit(w, weight) == XDP_HIT_SHORT ? XDP_HIT_SHORT : sizeof(w->hit);
    if (bpf_ringbuf_output(&hits, &w->hit, bytes, 0) != 0)
        cpu->counters.hits_lost++;
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
static inline __u32 send(struct xdp_md *ctx, struct xdp_work *w, struct xdp_counters *c, __u32 outcome)
{
    __u32 length = w->end;

    if (length < XDP_ETHER)
        return count(c, XDP_FAULT);
    barrier_var(length); /* two conditions of order: Linux 6.1 learns nothing of `length != 0` */
    if (length > XDP_FRAME)
        return count(c, XDP_FAULT);
    if (bpf_xdp_adjust_head(ctx, (int)w->length - (int)length) != 0)
        return count(c, XDP_TOO_LONG);
    if (!copy_frame(ctx, w, length, true))
        return count(c, XDP_LOST);
    count(c, outcome);
    c->bytes_in += w->query_bytes;
    c->bytes_out += length - w->dns;
    if (outcome != XDP_SLIPPED)
        count_zone(w, outcome, length - w->dns);
    return XDP_TX;
}

/* What becomes of a packet while the program is switched on. */
static inline __u32 answer(struct xdp_md *ctx, struct xdp_cpu *cpu)
{
    __u32 zero = 0, length = frame_length(ctx);
    struct xdp_work *w = bpf_map_lookup_elem(&work, &zero);
    struct xdp_counters *c = &cpu->counters;

    if (w == 0)
        return count(c, XDP_FAULT);
    if (length < XDP_ETHER)
        return count(c, XDP_NOT_DNS);
    barrier_var(length); /* as in send() */
    if (length > XDP_QUERY_MAX)
        return count(c, XDP_NOT_DNS);
    if (!copy_frame(ctx, w, length, false))
        return count(c, XDP_FAULT);
    w->length = length;
    w->interface = ctx->ingress_ifindex;
    __u32 outcome = xdp_answer(w);
    if (xdp_layout.rate.limit != 0 && !xdp_is_passed(outcome)) {
        c->rate_dropped += w->action == RATE_DROP;
        c->rate_slipped += w->action == RATE_SLIP;
    }
    if (!xdp_is_sent(outcome))
        return count(c, outcome);
    __u32 result = send(ctx, w, c, outcome);
    if (xdp_layout.hits_rate != 0 && outcome == XDP_LISTED && result == XDP_TX)
        sample_hit(w, cpu);
    return result;
}

/* What becomes of a packet: XDP_TX, a reply is sent; XDP_PASS, it goes up; XDP_DROP, it is beyond the
 * rate. */
static inline __u32 process(struct xdp_md *ctx)
{
    __u32 zero = 0, number = bpf_get_smp_processor_id();
    __u64 start = 0;
    struct xdp_line *line = bpf_map_lookup_elem(&control, &zero);
    struct xdp_cpu *cpu = bpf_map_lookup_elem(&counters, &number);

    if (cpu == 0 || line == 0)
        return XDP_PASS;
    if (++cpu->packets == XDP_TIMED) {
        cpu->packets = 0;
        start = bpf_ktime_get_ns();
    }
    __u32 bits = (__u32) * (const volatile __u64 *)&line->w[0]; /* it may change at any time: read once */
    if (!(bits & XDP_CONTROL_ON))
        return count(&cpu->counters, XDP_OFF);
    __u32 result = answer(ctx, cpu);
    if (start != 0 && result == XDP_TX) {
        cpu->counters.timed++;
        cpu->counters.timed_ns += bpf_ktime_get_ns() - start;
    }
    return result;
}

SEC("xdp")
int xdp_dnsbld(struct xdp_md *ctx)
{
    return process(ctx);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
