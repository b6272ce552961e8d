#include "serve/worker.h"

#include "answer/hit_rule.h"
#include "answer/hit_sample.h"
#include "base/clock.h"
#include "base/rcu.h"
#include "net/steering.h"
#include "serve/short_slices.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

#define CACHE_LINE  64
#define MAX_EVENTS  32
#define BUSY_ROUNDS 16 /* full batches before epoll is asked for other sources: bounds their delay */

/* Something that epoll reports. `ready` does one batch of work; true: more may be waiting. */
struct event_source {
    int fd;
    bool (*ready)(struct worker *worker, struct event_source *source);
};

struct worker {
    _Alignas(CACHE_LINE) struct answer_context context; /* its counters have cache lines of their own */
    _Alignas(CACHE_LINE) struct view **view;
    const struct policy *const *policy;
    struct udp_batch *udp;
    struct tcp *tcp;
    struct query_ring *log; /* NULL: queries are not logged */
    int64_t now;            /* Unix seconds of the current batch */
    int epoll;
    bool stop;                /* requested by the main thread; atomic */
    uint64_t heartbeats;      /* reactions to worker_alive; atomic */
    uint64_t last_heartbeats; /* at the last worker_alive; the main thread's */
    struct doorbell bell;     /* rung by the main thread */
    struct event_source wake, tcp_source;
    struct event_source *sources; /* UDP sockets, then TCP listeners, which tcp_source stands for */
    size_t sources_count;
    size_t udp_count, udp_own; /* as in struct worker_sockets */
    pthread_t thread;
    bool started;
};

/* When the clock is set back by at most CLOCK_WAIT, w->now does not change, so that no expired item has an
 * effect again. After more than that it changes at once, or new items would have no effect for as long. */
static void read_clock(struct worker *w)
{
    int64_t now = clock_now();
    if (now > w->now || w->now - now > CLOCK_WAIT)
        w->now = now;
}

static hot void answer(struct worker *w, struct answer_query *queries, unsigned count)
{
    read_clock(w);
    w->context.policy = rcu_load(w->policy);
    answer_batch(&w->context, rcu_load(w->view), w->now, queries, count);
    if (w->log != NULL)
        query_ring_add(w->log, w->now, queries, count);
}

static hot bool udp_ready(struct worker *w, struct event_source *source)
{
    unsigned count = udp_receive(w->udp, source->fd);
    if (count == 0)
        return false;
    answer(w, w->udp->queries, count);
    udp_send(w->udp, source->fd, count);
    return count == ANSWER_BATCH;
}

static hot bool tcp_ready(struct worker *w, struct event_source *source)
{
    (void)source;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
    unsigned count = tcp_receive(w->tcp, (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000);
    if (count == 0)
        return false;
    answer(w, w->tcp->queries, count);
    tcp_send(w->tcp, count);
    return true;
}

static bool wake_ready(struct worker *w, struct event_source *source)
{
    uint64_t times;
    if (read(source->fd, &times, sizeof(times)) == sizeof(times))
        counter_add(&w->heartbeats, 1);
    return false;
}

/* Serves the sources that are ready. True: some may have more; do not wait. */
static hot bool serve(struct worker *w, struct event_source **ready, int count)
{
    for (int round = 0; count > 0 && round < BUSY_ROUNDS; round++) {
        int busy = 0;
        for (int i = 0; i < count; i++) {
            if (ready[i]->ready(w, ready[i]))
                ready[busy++] = ready[i];
            rcu_quiescent();
        }
        count = busy;
    }
    return count > 0;
}

static void *run(void *argument)
{
    struct worker *w = argument;
    struct epoll_event events[MAX_EVENTS];
    struct event_source *ready[MAX_EVENTS];
    short_slices_request();
    rcu_enter();
    for (bool busy = false; !__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE);) {
        int count;
        if (busy) {
            count = epoll_wait(w->epoll, events, MAX_EVENTS, 0);
        } else {
            rcu_offline();
            count = epoll_wait(w->epoll, events, MAX_EVENTS, -1);
            rcu_online();
        }
        for (int i = 0; i < count; i++)
            ready[i] = events[i].data.ptr;
        busy = serve(w, ready, count);
    }
    rcu_leave();
    return NULL;
}

/* EPOLLEXCLUSIVE in `events`: a packet on a socket that several workers share wakes only one of them. */
static bool add_source(struct worker *w, struct event_source *source, uint32_t events)
{
    struct epoll_event event = { .events = EPOLLIN | events, .data.ptr = source };
    return source->fd >= 0 && epoll_ctl(w->epoll, EPOLL_CTL_ADD, source->fd, &event) == 0;
}

static bool add_sources(struct worker *w, const struct worker_sockets *sockets)
{
    w->tcp_source = (struct event_source){ tcp_fd(w->tcp), tcp_ready };
    w->wake = (struct event_source){ w->bell.event, wake_ready };
    bool ok = add_source(w, &w->wake, 0) && add_source(w, &w->tcp_source, 0);
    for (size_t i = 0; ok && i < sockets->udp_count; i++) {
        w->sources[i] = (struct event_source){ sockets->udp[i], udp_ready };
        ok = add_source(w, &w->sources[i], EPOLLEXCLUSIVE);
    }
    for (size_t i = 0; i < sockets->tcp_count; i++)
        w->sources[sockets->udp_count + i].fd = sockets->tcp[i];
    return ok;
}

enum err worker_new(const struct worker_options *options, const struct worker_sockets *sockets,
                    struct worker **out, struct error *error)
{
    struct worker *w = aligned_alloc(CACHE_LINE, sizeof(*w));
    size_t zones_lines = options->zones_count * sizeof(*w->context.zones) / CACHE_LINE + 1;
    size_t zones_size = zones_lines * CACHE_LINE;
    if (w == NULL)
        return error_set(error, ERR_MEMORY, "worker: out of memory");
    *w = (struct worker){ .context = options->context,
                          .view = options->view,
                          .policy = options->policy,
                          .udp = udp_new(),
                          .tcp = tcp_new(&options->tcp, sockets->tcp, sockets->tcp_count),
                          .epoll = epoll_create1(EPOLL_CLOEXEC),
                          .last_heartbeats = UINT64_MAX,
                          .log = options->log,
                          .udp_count = sockets->udp_count,
                          .udp_own = sockets->udp_own,
                          .sources =
                              calloc(sockets->udp_count + sockets->tcp_count + 1, sizeof(*w->sources)) };
    w->context.zones = aligned_alloc(CACHE_LINE, zones_size);
    if (w->context.zones != NULL)
        memset(w->context.zones, 0, zones_size);
    bool limited = options->rate->responses_per_second != 0;
    if (limited)
        w->context.rate = rate_new(options->rate, options->rate_exempt);
    bool sampled = !options->hits || hit_sample_new(HIT_KEPT, HIT_RATE, HIT_ALL, &w->context.hits) == OK;
    if (!doorbell_open(&w->bell) || !sampled || w->context.zones == NULL ||
        (limited && w->context.rate == NULL) || w->udp == NULL || w->tcp == NULL || w->sources == NULL ||
        !add_sources(w, sockets)) {
        enum err err = error_set(error, ERR_SYSTEM, "cannot make a worker: %s", strerror(errno));
        worker_free(w);
        return err;
    }
    w->sources_count = sockets->udp_count + sockets->tcp_count; /* from here on the worker owns the sockets */
    *out = w;
    return OK;
}

/* Pins the thread to the worker's CPU. A failure costs only speed. */
static void pin(pthread_t thread, unsigned number)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return;
    CPU_ZERO(&one);
    CPU_SET(steering_cpu(&allowed, number), &one);
    pthread_setaffinity_np(thread, sizeof(one), &one);
}

enum err worker_start(struct worker *worker, struct error *error)
{
    unsigned number = worker->context.worker;
    int failure = pthread_create(&worker->thread, NULL, run, worker);
    if (failure != 0)
        return error_set(error, ERR_SYSTEM, "cannot start worker %u: %s", number, strerror(failure));
    char name[16];
    snprintf(name, sizeof(name), "worker-%u", number);
    pthread_setname_np(worker->thread, name);
    worker->started = true;
    pin(worker->thread, number);
    return OK;
}

bool worker_alive(struct worker *worker)
{
    uint64_t heartbeats = __atomic_load_n(&worker->heartbeats, __ATOMIC_RELAXED);
    bool alive = heartbeats != worker->last_heartbeats;
    worker->last_heartbeats = heartbeats;
    doorbell_wake(&worker->bell);
    return alive;
}

void worker_stop(struct worker *worker)
{
    if (!worker->started)
        return;
    __atomic_store_n(&worker->stop, true, __ATOMIC_RELEASE);
    doorbell_wake(&worker->bell);
    pthread_join(worker->thread, NULL);
    worker->started = false;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    for (size_t i = 0; i < worker->sources_count; i++)
        close(worker->sources[i].fd);
    doorbell_close(&worker->bell);
    if (worker->epoll >= 0)
        close(worker->epoll);
    tcp_free(worker->tcp);
    udp_free(worker->udp);
    free(worker->sources);
    free(worker->context.zones);
    rate_free(worker->context.rate);
    hit_sample_free(worker->context.hits);
    free(worker);
}

const struct answer_context *worker_context(const struct worker *worker)
{
    return &worker->context;
}

const uint64_t *worker_unsent(const struct worker *worker)
{
    return &worker->udp->unsent;
}

const struct tcp_counters *worker_tcp_counters(const struct worker *worker)
{
    return &worker->tcp->counters;
}

int worker_udp_socket(const struct worker *worker, size_t i, bool *shared)
{
    if (i >= worker->udp_count)
        return -1;
    *shared = i >= worker->udp_own;
    return worker->sources[i].fd;
}
