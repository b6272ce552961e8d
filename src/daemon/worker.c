#include "daemon/worker.h"

#include "base/log.h"
#include "base/rcu.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define CACHE_LINE  64
#define MAX_EVENTS  32
#define BUSY_ROUNDS 16 /* full batches taken before other sources are asked again */

/* Something that epoll reports. `ready` takes one batch of work and returns true when more may be waiting. */
struct source {
    int fd;
    bool (*ready)(struct worker *worker, struct source *source);
};

struct worker {
    _Alignas(CACHE_LINE) struct answer_context context; /* its counters have cache lines of their own */
    _Alignas(CACHE_LINE) struct view **view;
    struct udp_batch *udp;
    int64_t now; /* Unix seconds of the batch in hand */
    int epoll;
    bool stop;
    struct source wake;
    struct source *sources;
    size_t sources_count;
    pthread_t thread;
    bool started;
};

static void read_clock(struct worker *w)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    if (t.tv_sec > w->now)
        w->now = t.tv_sec;
}

static hot bool udp_ready(struct worker *w, struct source *source)
{
    unsigned count = udp_receive(w->udp, source->fd);
    if (count == 0)
        return false;
    read_clock(w);
    answer_batch(&w->context, rcu_load(w->view), w->now, w->udp->queries, count);
    udp_send(w->udp, source->fd, count);
    return count == ANSWER_BATCH;
}

static bool wake_ready(struct worker *w, struct source *source)
{
    uint64_t times;
    if (read(source->fd, &times, sizeof(times)) == sizeof(times))
        w->stop = true;
    return false;
}

/* Serves the sources that are ready; true when some are so busy that waiting makes no sense. */
static hot bool serve(struct worker *w, struct source **ready, int count)
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
    struct source *ready[MAX_EVENTS];
    rcu_enter();
    for (bool busy = false; !w->stop;) {
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

static bool add_source(struct worker *w, struct source *source)
{
    struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };
    return source->fd >= 0 && epoll_ctl(w->epoll, EPOLL_CTL_ADD, source->fd, &event) == 0;
}

static size_t whole_lines(size_t bytes)
{
    return bytes / CACHE_LINE * CACHE_LINE + CACHE_LINE;
}

enum err worker_new(const struct worker_options *options, const int *fds, size_t count, struct worker **out,
                    struct error *error)
{
    struct worker *w = aligned_alloc(CACHE_LINE, sizeof(*w));
    size_t zones_size = whole_lines(options->zones_count * sizeof(*w->context.zones));
    if (w == NULL)
        return error_set(error, ERR_MEMORY, "worker: out of memory");
    *w = (struct worker){ .context = { .zones = aligned_alloc(CACHE_LINE, zones_size),
                                       .edns_limit = ANSWER_EDNS_LIMIT,
                                       .authority = options->authority,
                                       .version = options->version },
                          .view = options->view,
                          .udp = udp_new(),
                          .epoll = epoll_create1(EPOLL_CLOEXEC),
                          .wake = { eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), wake_ready },
                          .sources = calloc(count, sizeof(*w->sources)) };
    bool ok = w->context.zones != NULL && w->udp != NULL && w->sources != NULL && add_source(w, &w->wake);
    if (ok)
        memset(w->context.zones, 0, zones_size);
    for (; ok && w->sources_count < count; w->sources_count++) {
        struct source *s = &w->sources[w->sources_count];
        *s = (struct source){ fds[w->sources_count], udp_ready };
        ok = add_source(w, s);
    }
    if (!ok) {
        enum err err = error_set(error, ERR_SYSTEM, "cannot make a worker: %s", strerror(errno));
        worker_free(w);
        return err;
    }
    *out = w;
    return OK;
}

/* Pins the thread to one CPU. Not being able to costs speed only. */
static void pin(pthread_t thread, unsigned number)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return;
    unsigned left = number % (unsigned)CPU_COUNT(&allowed);
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (CPU_ISSET(cpu, &allowed) && left-- == 0) {
            CPU_ZERO(&one);
            CPU_SET(cpu, &one);
            pthread_setaffinity_np(thread, sizeof(one), &one);
            return;
        }
    }
}

enum err worker_start(struct worker *worker, unsigned number, struct error *error)
{
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

void worker_stop(struct worker *worker)
{
    uint64_t one = 1;
    if (!worker->started)
        return;
    if (write(worker->wake.fd, &one, sizeof(one)) < 0)
        log_error("cannot wake a worker: %s", strerror(errno));
    pthread_join(worker->thread, NULL);
    worker->started = false;
}

void worker_free(struct worker *worker)
{
    if (worker == NULL)
        return;
    for (size_t i = 0; i < worker->sources_count; i++)
        close(worker->sources[i].fd);
    if (worker->wake.fd >= 0)
        close(worker->wake.fd);
    if (worker->epoll >= 0)
        close(worker->epoll);
    udp_free(worker->udp);
    free(worker->sources);
    free(worker->context.zones);
    free(worker);
}

const struct answer_context *worker_context(const struct worker *worker)
{
    return &worker->context;
}

const struct udp_counters *worker_udp_counters(const struct worker *worker)
{
    return &worker->udp->counters;
}
