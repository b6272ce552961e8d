/*
 * A worker: a thread that answers queries from its own sockets. All it shares with other workers is the
 * published view and policy.
 *
 * While batches are full it continues to receive, with one quiescent state a batch; after a short batch it
 * goes offline and waits. It loads view and policy after receiving, so a query sent after a publish is
 * answered from what was published. It reads the time once a batch; its time goes back only when the clock is
 * set back by more than a minute.
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
    size_t udp_own; /* so many are its own; those after them all workers share */
};

/* All but `log` and `context.worker` are the same for all workers. */
struct worker_options {
    struct answer_context context; /* its settings; `worker` is counted from 0 */
    struct view **view;            /* from which the published view is loaded */
    size_t zones_count;
    const struct policy *const *policy; /* from which the published policy is loaded */
    const struct rate_rules *rate;      /* without a limit: no memory */
    const struct prefixes *rate_exempt;
    struct tcp_limits tcp;
    bool hits;              /* keep a sample of listed answers */
    struct query_ring *log; /* gets all queries, from the worker as its producer; NULL: none */
};

/* Makes a worker that answers on `sockets`, which it then owns. Its thread does not run yet. */
enum err worker_new(const struct worker_options *options, const struct worker_sockets *sockets,
                    struct worker **out, struct error *error) must_use;

/* Starts the thread, pinned to its CPU (steering_cpu). */
enum err worker_start(struct worker *worker, struct error *error) must_use;

/* Ends the thread, if it was started, after its current batch. */
void worker_stop(struct worker *worker);

/* Wakes the worker, and returns whether it has reacted since the last call; the first call returns true. Main
 * thread. */
bool worker_alive(struct worker *worker);

/* Closes the sockets and frees all; the thread does not run. NULL: nothing. */
void worker_free(struct worker *worker);

/* The counters, which the worker alone writes: read them with relaxed loads. */
const struct answer_context *worker_context(const struct worker *worker);
const uint64_t *worker_unsent(const struct worker *worker); /* replies that could not be sent */
const struct tcp_counters *worker_tcp_counters(const struct worker *worker);

/* Its UDP socket number `i`, and whether all workers share it; -1: it has no more. Until worker_free. */
int worker_udp_socket(const struct worker *worker, size_t i, bool *shared);

#endif
