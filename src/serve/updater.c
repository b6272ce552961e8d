#include "serve/updater.h"

#include "base/clock.h"
#include "store/fault.h"

#include <stdlib.h>
#include <string.h>

#include <pthread.h>
#include <semaphore.h>

/* A queue of operations, oldest first. */
struct ring {
    struct delist_op *ops[UPDATER_QUEUE];
    size_t first, count;
};

struct updater {
    struct delist *delist;
    struct publisher *publisher;
    struct reclaimer *reclaimer;
    void (*published)(void *context);
    void *context;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct ring known, publics; /* operations of those with a token, and of the public */
    bool stop;
};

/* ---- Callbacks of delist.h ---- */

static const struct view *open_view(void *context)
{
    return publisher_open(((struct updater *)context)->publisher);
}

static void close_view(void *context)
{
    publisher_close(((struct updater *)context)->publisher);
}

static void publish(void *context, const struct overlay_view *overlay, uint64_t generation)
{
    publisher_overlay(((struct updater *)context)->publisher, overlay, generation);
}

/* ---- The thread ---- */

/* Pops at most `most` operations; returns how many. */
static size_t pop(struct ring *ring, struct delist_op **ops, size_t most)
{
    size_t n = 0;
    for (; ring->count > 0 && n < most; ring->count--) {
        ops[n++] = ring->ops[ring->first];
        ring->first = (ring->first + 1) % UPDATER_QUEUE;
    }
    return n;
}

/* Pops at most a group into `ops`, and waits for the first operation until `deadline` (Unix time). False: the
 * updater stops, and the queue is empty. */
static bool pop_group(struct updater *u, struct delist_op **ops, size_t *count, int64_t deadline)
{
    pthread_mutex_lock(&u->lock);
    while (u->known.count + u->publics.count == 0 && !u->stop && clock_now() < deadline) {
        struct timespec until; /* at most a second, as the clock of the deadline may be set */
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_cond_clockwait(&u->filled, &u->lock, CLOCK_MONOTONIC, &until);
    }
    size_t n = pop(&u->known, ops, UPDATER_GROUP - UPDATER_GROUP_PUBLIC);
    n += pop(&u->publics, ops + n, UPDATER_GROUP_PUBLIC);
    bool stop = u->stop && n == 0;
    pthread_mutex_unlock(&u->lock);
    *count = n;
    return !stop;
}

static void *run(void *argument)
{
    struct updater *u = argument;
    struct delist_op *ops[UPDATER_GROUP];
    int64_t due = clock_now();
    size_t count;
    while (pop_group(u, ops, &count, due)) {
        int64_t now = clock_now();
        delist_reclaim(u->delist, reclaimer_generation(u->reclaimer));
        if (count > 0)
            delist_apply(u->delist, ops, count, now);
        for (size_t i = 0; i < count; i++) {
            ops[i]->done(ops[i]);
            fault_pass("answered");
        }
        if (count > 0 && u->published != NULL)
            u->published(u->context);
        if (now >= due || due > now + 3600) /* or the clock was set back */
            due = delist_tick(u->delist, now);
    }
    return NULL;
}

/* ---- Start, queue, stop ---- */

enum err updater_new(const struct delist_options *options, struct publisher *publisher,
                     struct reclaimer *reclaimer, struct updater **out, struct error *error)
{
    struct updater *u = calloc(1, sizeof(*u));
    struct delist_options own = *options;
    if (u == NULL)
        return error_set(error, ERR_MEMORY, "updater: out of memory");
    u->publisher = publisher;
    u->reclaimer = reclaimer;
    own.view_open = open_view;
    own.view_close = close_view;
    own.publish = publish;
    own.context = u;
    enum err err = delist_open(&own, clock_now(), &u->delist, error);
    if (err != OK) {
        free(u);
        return err;
    }
    pthread_mutex_init(&u->lock, NULL);
    pthread_cond_init(&u->filled, NULL);
    *out = u;
    return OK;
}

enum err updater_start(struct updater *updater, void (*published)(void *context), void *context,
                       struct error *error)
{
    updater->published = published;
    updater->context = context;
    int failure = pthread_create(&updater->thread, NULL, run, updater);
    if (failure != 0)
        return error_set(error, ERR_SYSTEM, "cannot start the updater's thread: %s", strerror(failure));
    pthread_setname_np(updater->thread, "updater");
    updater->started = true;
    return OK;
}

struct delist *updater_delist(const struct updater *updater)
{
    return updater->delist;
}

bool updater_submit(struct updater *updater, struct delist_op *op)
{
    struct ring *ring = delist_is_public(op) ? &updater->publics : &updater->known;
    size_t most = ring == &updater->known ? UPDATER_QUEUE : UPDATER_QUEUE_PUBLIC;
    pthread_mutex_lock(&updater->lock);
    bool queued = !updater->stop && ring->count < most;
    if (queued) {
        ring->ops[(ring->first + ring->count++) % UPDATER_QUEUE] = op;
        pthread_cond_signal(&updater->filled);
    }
    pthread_mutex_unlock(&updater->lock);
    return queued;
}

static void post_done(struct delist_op *op)
{
    sem_post(op->context);
}

bool updater_perform(struct updater *updater, struct delist_op *op)
{
    static _Thread_local sem_t over; /* not on the stack: sem_post may access it after sem_wait returned */
    sem_init(&over, 0, 0);
    op->done = post_done;
    op->context = &over;
    bool queued = updater_submit(updater, op);
    while (queued && sem_wait(&over) != 0)
        ; /* interrupted by a signal */
    sem_destroy(&over);
    return queued;
}

void updater_stop(struct updater *updater)
{
    if (updater == NULL || !updater->started)
        return;
    pthread_mutex_lock(&updater->lock);
    updater->stop = true;
    pthread_cond_signal(&updater->filled);
    pthread_mutex_unlock(&updater->lock);
    pthread_join(updater->thread, NULL);
    updater->started = false;
}

void updater_free(struct updater *updater)
{
    if (updater == NULL)
        return;
    delist_close(updater->delist);
    pthread_cond_destroy(&updater->filled);
    pthread_mutex_destroy(&updater->lock);
    free(updater);
}
