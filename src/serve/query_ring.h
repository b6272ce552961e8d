/*
 * What a worker says about its queries on the way to the log: a ring with one producer, the worker, and one
 * consumer, the log's thread. No lock and no waiting on either side; when the ring is full, what does not fit
 * is dropped and counted.
 *
 *  Q1  The consumer sees a record whole, or not yet.
 *  Q2  Records come out in the order in which they went in.
 */
#ifndef SERVE_QUERY_RING_H
#define SERVE_QUERY_RING_H

#include "answer/answer.h"
#include "serve/query_line.h"

#define QUERY_RING_SIZE 8192 /* records; a power of two */

struct query_ring;

/* Some 2.4 MiB, of which what is used becomes memory; NULL when there is none. free with query_ring_free. */
struct query_ring *query_ring_new(void);
void query_ring_free(struct query_ring *ring);

/* Adds the `count` queries of a batch as they are after answer_batch: each reply that has a question. The
 * producer; some 20 ns a query. */
void query_ring_add(struct query_ring *ring, int64_t now, const struct answer_query *queries,
                    unsigned count) hot;

/* The oldest record, or NULL. The consumer; valid until query_ring_next. */
const struct query_record *query_ring_first(struct query_ring *ring);

/* Gives the oldest record's place back. The consumer. */
void query_ring_next(struct query_ring *ring);

/* How many queries were dropped so far. Any thread. */
uint64_t query_ring_dropped(const struct query_ring *ring);

#endif
