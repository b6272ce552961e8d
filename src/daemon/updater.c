#include "daemon/updater.h"

#include "base/clock.h"
#include "delist/fault.h"

#include <stdlib.h>
#include <string.h>

#include <pthread.h>

struct updater {
    struct delist *delist;
    struct publisher *publisher;
    struct reclaimer *reclaimer;
    void (*confirm)(void *context, const struct removal_request *request, const char *code);
    void *confirm_context;
    void (*published)(void *context);
    void *context;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct delist_op *queue[UPDATER_QUEUE]; /* a ring */
    size_t first, count;
    bool stop;
};

/* ---- What delist.h asks for ---- */

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

static void confirm(void *context, const struct removal_request *request, const char *code)
{
    struct updater *u = context;
    u->confirm(u->confirm_context, request, code);
}

/* ---- The thread ---- */

/* Takes what waits, at most a group; waits for something until `deadline` (Unix time). */
static size_t take(struct updater *u, struct delist_op **ops, int64_t deadline)
{
    size_t count = 0;
    pthread_mutex_lock(&u->lock);
    while (u->count == 0 && !u->stop) {
        int64_t left = deadline - clock_now();
        struct timespec until;
        if (left <= 0)
            break;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += left < 1 ? left : 1; /* the clock may be set meanwhile */
        pthread_cond_timedwait(&u->filled, &u->lock, &until);
    }
    while (u->count > 0 && count < UPDATER_GROUP) {
        ops[count++] = u->queue[u->first];
        u->first = (u->first + 1) % UPDATER_QUEUE;
        u->count--;
    }
    pthread_mutex_unlock(&u->lock);
    return count;
}

static bool stopping(struct updater *u)
{
    pthread_mutex_lock(&u->lock);
    bool stop = u->stop && u->count == 0;
    pthread_mutex_unlock(&u->lock);
    return stop;
}

static void *run(void *argument)
{
    struct updater *u = argument;
    struct delist_op *ops[UPDATER_GROUP];
    int64_t due = clock_now();
    while (!stopping(u)) {
        size_t count = take(u, ops, due);
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
        if (now >= due || due > now + 3600)
            due = delist_tick(u->delist, now);
    }
    return NULL;
}

/* ---- From outside ---- */

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
    u->confirm = options->confirm;
    u->confirm_context = options->context;
    own.confirm = options->confirm != NULL ? confirm : NULL;
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
    pthread_mutex_lock(&updater->lock);
    bool taken = !updater->stop && updater->count < UPDATER_QUEUE;
    if (taken) {
        updater->queue[(updater->first + updater->count++) % UPDATER_QUEUE] = op;
        pthread_cond_signal(&updater->filled);
    }
    pthread_mutex_unlock(&updater->lock);
    return taken;
}

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool is_over;
};

static void end_waiting(struct delist_op *op)
{
    struct waiting *w = op->context;
    pthread_mutex_lock(&w->lock);
    w->is_over = true;
    pthread_cond_signal(&w->over);
    pthread_mutex_unlock(&w->lock);
}

bool updater_perform(struct updater *updater, struct delist_op *op)
{
    struct waiting *w = malloc(sizeof(*w));
    if (w == NULL)
        abort();
    *w = (struct waiting){ PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
    op->done = end_waiting;
    op->context = w;
    bool taken = updater_submit(updater, op);
    pthread_mutex_lock(&w->lock);
    while (taken && !w->is_over)
        pthread_cond_wait(&w->over, &w->lock);
    pthread_mutex_unlock(&w->lock);
    free(w);
    return taken;
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
