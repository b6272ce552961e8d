/*
 * UDP in batches: two system calls for up to ANSWER_BATCH queries.
 *
 * udp_receive fills queries[0..count) from one socket; the caller has them answered in place, and udp_send
 * sends the replies from the same buffers. One owner thread; nothing is allocated, locked or cleared for a
 * packet, and neither call ever blocks.
 */
#ifndef NET_UDP_H
#define NET_UDP_H

#include "answer/answer.h"

struct udp_batch {
    struct answer_query queries[ANSWER_BATCH];
    uint64_t unsent; /* replies dropped: the socket's buffer was full, or the system refused them; other
                        threads read it with relaxed loads */
};

/* Allocates the buffers (some 270 KiB, page-aligned); NULL when memory is out. udp_free(NULL) does nothing.
 */
struct udp_batch *udp_new(void);
void udp_free(struct udp_batch *batch);

/* Reads the packets waiting on `fd`, at most ANSWER_BATCH, into batch->queries; returns how many, 0 for none.
 */
unsigned udp_receive(struct udp_batch *batch, int fd) hot;

/* Sends the replies among the first `count` queries, those whose length is not 0. On a wildcard socket each
 * leaves from the address that its query came to. What cannot be sent at once is dropped and counted. */
void udp_send(struct udp_batch *batch, int fd, unsigned count) hot;

#endif
