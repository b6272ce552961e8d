/*
 * The fast path's program beside programs that do less, for bench/xdp.c: all step through packets of a map
 * and put each of them in the place of what the run before has made of it. Each program notes what every
 * BENCH_CHUNK packets took at best.
 */
#include "xdp/program.bpf.c"

enum { BENCH_PACKETS = 1 << 17, BENCH_CHUNK = 1 << 10 };

struct bench_packet {
    __u8 bytes[184];
    __u32 length;
    __u32 unused;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, BENCH_PACKETS);
    __type(key, __u32);
    __type(value, struct bench_packet);
} packets SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1 << 20); /* 64 MiB */
    __type(key, __u32);
    __type(value, struct xdp_line);
} large SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, BENCH_PACKETS / BENCH_CHUNK); /* ns of each chunk, the least seen */
    __type(key, __u32);
    __type(value, __u64);
} times SEC(".maps");

static __u32 next_packet;
static __u64 next_random = 1, sum, chunk_start;

/* The number of the packet to run; at the end of a chunk, its time is noted. */
static inline __u32 step(void)
{
    __u32 i = next_packet++ & (BENCH_PACKETS - 1),
          chunk = (i - 1) / BENCH_CHUNK & (BENCH_PACKETS / BENCH_CHUNK - 1);

    if (i % BENCH_CHUNK == 0) {
        __u64 now = bpf_ktime_get_ns(), *least = bpf_map_lookup_elem(&times, &chunk);
        if (least != 0 && now - chunk_start < *least)
            *least = now - chunk_start;
        chunk_start = now;
    }
    return i;
}

/* Makes the packet the next one of the map. */
static inline bool restore(struct xdp_md *ctx)
{
    __u32 i = step(), length = frame_length(ctx);
    struct bench_packet *p = bpf_map_lookup_elem(&packets, &i);

    if (p == 0)
        return false;
    __u32 bytes = p->length;
    barrier_var(bytes); /* read once: the map may change between two reads */
    if (bytes < PART || bytes > sizeof(p->bytes) || bpf_xdp_adjust_head(ctx, (int)length - (int)bytes) != 0)
        return false;
    __u8 *data = (__u8 *)(long)ctx->data, *end = (__u8 *)(long)ctx->data_end;
    for (unsigned at = 0; at < sizeof(p->bytes) - PART; at += PART) {
        if (at + PART > bytes || data + at + PART > end)
            break;
        copy_part(data + at, p->bytes + at);
    }
    data += bytes - PART;
    barrier_var(data); /* one pointer for the check and the copy */
    if (data + PART > end)
        return false;
    copy_part(data, p->bytes + bytes - PART);
    return true;
}

SEC("xdp")
int bench_empty(struct xdp_md *ctx)
{
    (void)ctx;
    step();
    return XDP_PASS;
}

SEC("xdp")
int bench_read(struct xdp_md *ctx)
{
    (void)ctx;
    step();
    next_random = next_random * 6364136223846793005 + 1442695040888963407;
    __u32 i = (next_random + sum % 2) >> 44; /* each read waits for the one before */
    struct xdp_line *line = bpf_map_lookup_elem(&large, &i);
    if (line != 0)
        sum += line->w[0];
    return XDP_PASS;
}

SEC("xdp")
int bench_restore(struct xdp_md *ctx)
{
    return restore(ctx) ? XDP_PASS : XDP_ABORTED;
}

SEC("xdp")
int bench_answer(struct xdp_md *ctx)
{
    return restore(ctx) ? process(ctx) : XDP_ABORTED;
}
