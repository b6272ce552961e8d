#include "http/suspend.h"

#include "base/clock.h"
#include "http/json_text.h"
#include "http/request.h"
#include "http/server_private.h"

#include <microhttpd.h>
#include <time.h>

#define DROP_MS 1000 /* for the answers to requests that were not done in time */

/* ---- Suspending and resuming ---- */

/* Suspends for `seconds` or until http_notify(); with `seconds` < 0 until http_resume(), which cannot come
 * first, as the request is handed over after this. False: it has answered. */
static bool suspend(struct http_request *r, void (*then)(struct call *call), int64_t seconds)
{
    struct suspensions *all = &r->server->suspensions;
    struct request_suspension *s = &r->suspension;
    pthread_mutex_lock(&all->lock);
    bool stopping = all->stopping;
    if (!stopping && seconds < 0) {
        __atomic_add_fetch(&r->references, 1, __ATOMIC_RELAXED);
        all->under_way++;
    }
    if (!stopping && !s->gone) {
        s->then = then;
        r->stage = STAGE_SUSPENDED;
        s->waiting = seconds >= 0;
        s->until_ms = clock_ms() + seconds * 1000;
        __atomic_add_fetch(&all->waiting, s->waiting, __ATOMIC_SEQ_CST);
        s->next = all->first;
        s->link = &all->first;
        if (s->next != NULL)
            s->next->suspension.link = &s->next;
        all->first = r;
        MHD_suspend_connection(r->mhd);
    }
    pthread_mutex_unlock(&all->lock);
    if (stopping) {
        r->response.close = true;
        http_fail(r, 503, "stopping", NULL, "The server is stopping: try again in a moment.");
    }
    return !stopping;
}

/* Resumes the connection, once for each time that it was suspended; under the lock. */
static void resume(struct suspensions *all, struct http_request *r)
{
    struct request_suspension *s = &r->suspension;
    if (s->link == NULL)
        return;
    *s->link = s->next;
    if (s->next != NULL)
        s->next->suspension.link = s->link;
    s->link = NULL;
    __atomic_sub_fetch(&all->waiting, s->waiting, __ATOMIC_RELAXED);
    s->waiting = false;
    MHD_resume_connection(r->mhd);
}

bool http_suspend(struct http_request *r, void (*then)(struct call *call))
{
    return suspend(r, then, -1);
}

/* http_stop() frees the server only if under_way is 0. Else it leaves that to the last http_resume(), which
 * frees the server after releasing its lock. */
void http_resume(struct http_request *r)
{
    struct http_server *server = r->server;
    struct suspensions *all = &server->suspensions;
    pthread_mutex_lock(&all->lock);
    resume(all, r);
    void (*free_server)(struct http_server *) = --all->under_way == 0 ? all->free_server : NULL;
    request_release(r);
    pthread_mutex_unlock(&all->lock);
    if (free_server != NULL)
        free_server(server);
}

void suspend_begin(struct http_request *r)
{
    json_text_begin();
    r->suspension.generation = __atomic_load_n(&r->server->suspensions.generation, __ATOMIC_ACQUIRE);
}

void suspend_continue(struct http_request *r)
{
    r->stage = STAGE_RUNNING;
    suspend_begin(r);
    if (!r->suspension.dropped) {
        r->suspension.then(r->call);
        return;
    }
    r->response.close = true;
    http_fail(r, 503, "stopping", NULL,
              "The server is stopping, and it is not known yet whether this was done: ask again.");
}

/* ---- Waiting for http_notify() ---- */

void http_wait(struct http_request *r, unsigned seconds, void (*then)(struct call *call))
{
    if (!suspend(r, then, seconds))
        return;
    /* An http_notify() since the handler began has not resumed this request: the housekeeper does. */
    if (__atomic_load_n(&r->server->suspensions.generation, __ATOMIC_SEQ_CST) != r->suspension.generation)
        server_wake_housekeeper(r->server);
}

void http_notify(struct http_server *server)
{
    __atomic_add_fetch(&server->suspensions.generation, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&server->suspensions.waiting, __ATOMIC_SEQ_CST) > 0)
        server_wake_housekeeper(server);
}

void suspend_resume_due(struct http_server *server, int64_t now_ms)
{
    struct suspensions *all = &server->suspensions;
    uint64_t generation = __atomic_load_n(&all->generation, __ATOMIC_SEQ_CST);
    pthread_mutex_lock(&all->lock);
    for (struct http_request *r = all->first, *next; r != NULL; r = next) {
        next = r->suspension.next;
        if (r->suspension.waiting &&
            (r->suspension.until_ms <= now_ms || r->suspension.generation != generation))
            resume(all, r);
    }
    pthread_mutex_unlock(&all->lock);
}

/* ---- Stopping ---- */

/* Resumes requests in http_wait(), with `under_way` all others too, to be answered 503. */
static void drop(struct suspensions *all, bool under_way)
{
    pthread_mutex_lock(&all->lock);
    __atomic_store_n(&all->stopping, true, __ATOMIC_RELAXED);
    for (struct http_request *r = all->first, *next; r != NULL; r = next) {
        next = r->suspension.next;
        r->suspension.dropped = r->suspension.waiting || under_way;
        if (r->suspension.dropped)
            resume(all, r);
    }
    pthread_mutex_unlock(&all->lock);
}

static bool is_idle(struct http_server *server)
{
    struct suspensions *all = &server->suspensions;
    pthread_mutex_lock(&all->lock);
    bool idle = all->first == NULL && __atomic_load_n(&server->running, __ATOMIC_RELAXED) == 0;
    pthread_mutex_unlock(&all->lock);
    return idle;
}

/* Waits until all requests are answered, at most `ms`. */
static void await_idle(struct http_server *server, unsigned ms)
{
    for (unsigned i = 0; i < ms / 10 && !is_idle(server); i++)
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
}

void suspend_stop(struct http_server *server, unsigned ms)
{
    drop(&server->suspensions, false);
    await_idle(server, ms);
    drop(&server->suspensions, true);
    await_idle(server, DROP_MS);
}

bool suspend_end(struct http_server *server, void (*free_server)(struct http_server *server))
{
    struct suspensions *all = &server->suspensions;
    pthread_mutex_lock(&all->lock);
    bool idle = all->under_way == 0;
    all->free_server = idle ? NULL : free_server;
    pthread_mutex_unlock(&all->lock);
    if (idle)
        free_server(server);
    return idle;
}
