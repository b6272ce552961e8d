/*
 * The records of a worker's queries on their way to the log: a ring with one producer, the worker, and one
 * consumer, the log's thread. Neither locks or waits; records that do not fit into a full ring are dropped
 * and counted.
 *
 *  Q1  The consumer sees a whole record, or does not see it yet.
 *  Q2  Records come out in the order in which they went in.
 *  Q3  Records that went in end the consumer's sleep (doorbell.h).
 */
#ifndef SERVE_QUERY_RING_H
#define SERVE_QUERY_RING_H

#include "answer/answer.h"
#include "serve/doorbell.h"
#include "serve/query_line.h"

#define QUERY_RING_SIZE 8192 /* records; a power of two */

struct query_ring;

/* A ring whose producer rings `bell` (NULL: none), which must outlive it. 2.4 MiB of address space; pages
 * become memory when they are used. NULL: out of memory. */
struct query_ring *query_ring_new(struct doorbell *bell);
void query_ring_free(struct query_ring *ring);

/* Adds those of the `count` queries of a batch, after answer_batch, whose reply has a question. The producer;
 * some 20 ns a query, and a system call a batch if the consumer sleeps. */
void query_ring_add(struct query_ring *ring, int64_t now, const struct answer_query *queries,
                    unsigned count) hot;

/* The oldest record, valid until query_ring_next; NULL: the ring is empty. The consumer. */
const struct query_record *query_ring_first(struct query_ring *ring);

/* Removes the oldest record. The consumer. */
void query_ring_next(struct query_ring *ring);

/* The number of queries dropped so far. Any thread. */
uint64_t query_ring_dropped(const struct query_ring *ring);

#endif
