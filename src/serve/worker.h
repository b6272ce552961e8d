/*
 * A worker: a thread that answers queries from its own sockets, and shares nothing with the others but the
 * published view.
 *
 * It has two speeds. While batches come back full it keeps on receiving, with one quiescent state a batch;
 * when they come back short it goes offline and waits. The view is loaded when the packets are in hand, so
 * that a query sent after something was published never meets the view before. Time is read once a batch; it
 * goes back only with a clock that is set back by more than a minute.
 */
#ifndef SERVE_WORKER_H
#define SERVE_WORKER_H

#include "answer/answer.h"
#include "base/error.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "serve/query_ring.h"

struct worker;

/* The sockets of one worker: `count` of each kind, addresses in the same order. */
struct worker_sockets {
    const int *udp, *tcp;
    size_t udp_count, tcp_count;
};

/* What all workers share. */
struct worker_options {
    struct view **view; /* where the published view is loaded from */
    size_t zones_count;
    unsigned number;             /* of this worker, from 0 on */
    uint16_t edns_limit;         /* most bytes of a UDP reply with EDNS */
    bool authority, minimal_any; /* as in answer_context; these too: */
    const char *version, *hostname, *identity;
    const struct policy *const *policy; /* where the published policy is loaded from */
    const struct rate_rules *rate;      /* without a limit nothing is allocated */
    const struct prefixes *rate_exempt;
    struct tcp_limits tcp;
    bool hits; /* keep a sample of listed answers */
};

/* Makes a worker that answers on `sockets`, which it then owns. It does not run yet. */
enum err worker_new(const struct worker_options *options, const struct worker_sockets *sockets,
                    struct worker **out, struct error *error) must_use;

/* Has all queries logged into `ring`, of which the worker becomes the producer. Before worker_start. */
void worker_log(struct worker *worker, struct query_ring *ring);

/* Starts the thread, pinned to the `number`-th of the CPUs that the process may use, modulo their count. */
enum err worker_start(struct worker *worker, unsigned number, struct error *error) must_use;

/* Ends the thread, if it was started, after the batch in hand. */
void worker_stop(struct worker *worker);

/* Asks the worker for a sign of life, and returns whether it gave one since it was last asked. Main thread;
 * the first answer is true. */
bool worker_alive(struct worker *worker);

/* Closes the sockets and frees all; the worker is not running. NULL: nothing. */
void worker_free(struct worker *worker);

/* The counters, which the worker alone writes: read them with relaxed loads. */
const struct answer_context *worker_context(const struct worker *worker);
const struct udp_counters *worker_udp_counters(const struct worker *worker);
const struct tcp_counters *worker_tcp_counters(const struct worker *worker);

#endif
