/*
 * Requests that wait: their connection is suspended and holds no thread.
 *
 * libmicrohttpd keeps a suspended connection as it is, whatever the client does. So nothing is freed, and
 * `then` is called even if the client turns out to be gone. Only when the server stops may a request be
 * answered before what it waits for is done; then whichever ends last frees it.
 */
#ifndef HTTP_SUSPEND_H
#define HTTP_SUSPEND_H

#include "base/attr.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct call;
struct http_request;
struct http_server;

/* Of a server; all but `lock` zeroed at first. */
struct suspensions {
    pthread_mutex_t lock;
    struct http_request *first;
    unsigned under_way;  /* http_suspend() whose http_resume() is to come */
    bool stopping;       /* no further request is suspended; read without the lock */
    uint64_t generation; /* counts http_notify() */
    unsigned waiting;    /* requests in http_wait(); written under the lock */
    void (*free_server)(struct http_server *server); /* after the last http_resume(); NULL: not yet */
};

/* Of a request; what links it to others is under the lock. */
struct request_suspension {
    void (*then)(struct call *call);
    struct http_request *next, **link; /* among the suspended; link NULL: it is not */
    bool waiting;                      /* in http_wait, until... */
    int64_t until_ms;
    bool dropped;        /* resumed because the server stops */
    bool gone;           /* the connection is closed: there is nothing to suspend, and no answer to send */
    uint64_t generation; /* when the handler (or `then`) was called */
};

/* ---- For handlers ---- */

/* Suspends the request until http_resume(), which the caller arranges for after this returned true; then
 * `then` is called in one of the server's threads, also if the client has gone, unless the server has
 * stopped. False: the server stops, and the request was answered 503. */
bool http_suspend(struct http_request *request, void (*then)(struct call *call)) must_use;

/* Ends that, once for each http_suspend() that returned true. Any thread; does not block. The request may be
 * gone afterwards. */
void http_resume(struct http_request *request);

/* Suspends the request for `seconds` or until http_notify(), whichever is first; then `then` is called. For
 * long polls. An http_notify() since the handler (or `then`) was called ends it at once. */
void http_wait(struct http_request *request, unsigned seconds, void (*then)(struct call *call));

/* Something was published: ends each http_wait(). Any thread; does not block. */
void http_notify(struct http_server *server);

/* ---- For the engine ---- */

/* A handler is about to be called. */
void suspend_begin(struct http_request *request);

/* Calls `then` of a request that was resumed. */
void suspend_continue(struct http_request *request);

/* Resumes requests in http_wait() whose time has come, or after http_notify(). The housekeeper. */
void suspend_resume_due(struct http_server *server, int64_t now_ms);

/* Requests in http_wait() are answered 503, others when they are done, or 503 after `ms`. */
void suspend_stop(struct http_server *server, unsigned ms);

/* All connections are closed. Calls `free_server` now (true), or after the last http_resume() (false). */
bool suspend_end(struct http_server *server, void (*free_server)(struct http_server *server)) must_use;

#endif
