/* What bench/veth.c and the programs of bench/veth.bpf.c share. */
#ifndef BENCH_VETH_H
#define BENCH_VETH_H

#include <stdbool.h>

#include <linux/types.h>

enum { VETH_FRAME = 184, VETH_WORDS = VETH_FRAME / 8 };

/* A frame to send. */
struct veth_query {
    union {
        __u64 word[VETH_WORDS];
        __u8 frame[VETH_FRAME];
    };
    __u64 length; /* of the frame, bytes */
};

struct veth_state {
    __u64 gap_ns; /* between two bursts */
    __u32 burst, queries, interface;
    __u32 left, next;                              /* queries of this burst; the next one's number */
    __u64 due_ns;                                  /* the next burst */
    __u64 sent, received, bytes, listed, unlisted; /* bytes of the replies' messages */
};

#endif
