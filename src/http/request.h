/*
 * What the files of the server share: the server, and an exchange: one request and its answer, of which
 * handlers see the `struct call` (call.h).
 *
 * The life of an exchange, in one of libmicrohttpd's threads, the connection's:
 *
 *   request line in   http_request_new
 *   headers in        request_head_check: everything that needs no body is judged (path, token, limits); a
 * failure is noted as the answer, and the body only thrown away body in           body_take, piece by piece
 *   all in            body_read, and the route's handler
 *   asleep            the connection is suspended; wake (any thread) resumes it, and `then` goes on
 *   answered          libmicrohttpd sends, then http_request_end
 *
 * While something is under way for it (an operation, a reload) the connection is suspended, which
 * libmicrohttpd takes as it is, whatever the client does: so nothing is freed, and `then` is called even if
 * the client is found to be gone. Only when the server stops is a sleeper answered although it is not done:
 * then whoever comes last of the two frees the exchange.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "http/call.h"
#include "http/client_addr.h"
#include "http/connections.h"
#include "http/files.h"
#include "http/limits.h"
#include "http/route.h"
#include "http/server.h"
#include "http/tokens.h"

#include <microhttpd.h>
#include <pthread.h>

/* What libmicrohttpd runs for a listener. When certificates change another one takes its place, and this one
 * only serves the connections that it has. */
struct mhd_daemon {
    struct http_server *server;
    const struct http_listener *listener;
    struct MHD_Daemon *daemon;
    int socket; /* a descriptor of its own for the listener's */
    bool tls;
    bool retired; /* its connections are to be closed when they are idle */
    struct mhd_daemon *next;
};

struct http_server {
    struct http_options options;
    struct backend backend;
    struct prefixes proxies;
    struct limits *lookups, *failures; /* by client: look-ups without a token, wrong tokens */
    struct connections *connections;
    struct mhd_daemon *serving; /* the keeper's, and at start and stop the main thread's */

    pthread_mutex_t tokens_lock;
    struct tokens *tokens;                                        /* NULL: there is no token file */
    struct file_stamp tokens_stamp, certificate_stamp, key_stamp; /* the keeper's */

    /* Those that sleep, and what goes with it. */
    pthread_mutex_t sleep_lock;
    struct http_request *sleepers;
    unsigned under_way;  /* operations and reloads whose `done` is to come */
    bool stopping;       /* nobody goes to sleep any more */
    bool abandoned;      /* all is stopped, but for what is under way */
    uint64_t generation; /* counts what was published */
    unsigned waiting;    /* sleepers that call_wake wakes */

    int wake_fd; /* wakes the keeper */
    bool reload; /* the keeper looks at the files now */
    bool ended;  /* the keeper's last round */
    pthread_t keeper;
    struct http_counters counters;
    int64_t complained_ms; /* when the log was last told what went wrong with requests... */
    unsigned complaints;   /* ...and what it was not told since */
    unsigned running;      /* exchanges whose request is all in, until their end */
};

enum request_stage { STAGE_HEADERS, STAGE_BODY, STAGE_RUNNING, STAGE_ASLEEP };

#define HEADERS_MOST 8

struct http_request {
    struct call call; /* first: what handlers see */
    struct http_server *server;
    const struct mhd_daemon *serving;
    struct http_connection *from;
    struct MHD_Connection *connection;
    enum request_stage stage;
    unsigned references; /* the connection's, and of what is under way; under sleep_lock */

    const char *method; /* as it came, one that is known; NULL: not yet */
    char *target;       /* path and query as they came */
    char *path;         /* its copy, split into segments */
    const struct route *route;
    struct tokens *tokens; /* keeps the actor's ranges */
    struct client client;  /* see client_addr.h */
    bool has_client;       /* false on a unix socket */
    bool forwarded;        /* a proxy had it */
    bool form;             /* the body is a form's fields, not JSON */
    char *body;
    size_t body_used, body_size, body_most;
    uint64_t body_seen;
    struct idempotency repeat;

    bool answered;
    struct MHD_Response *response; /* NULL when answered: there was no memory for it */
    int status;
    bool close; /* the connection, after the answer, which need not wait for the body */
    struct {
        const char *name;
        char *value;
    } headers[HEADERS_MOST];
    unsigned headers_count;

    /* Asleep; under sleep_lock. */
    void (*then)(struct call *call);
    struct http_request *next, **link; /* among the sleepers; link NULL: awake */
    bool waits;                        /* for call_wake, until... */
    int64_t until_ms;
    bool dropped;        /* by http_stop */
    bool gone;           /* the connection is closed: nobody sleeps or reads an answer */
    uint64_t generation; /* of when the handler (or `then`) was called */
};

static inline struct http_request *http_request_of(const struct call *call)
{
    return (struct http_request *)(uintptr_t)call;
}

/* ---- request.c: what libmicrohttpd calls ---- */

void *http_request_new(void *serving, const char *uri, struct MHD_Connection *connection);
enum MHD_Result http_request_go(void *serving, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *data, size_t *size,
                                void **exchange);
void http_request_end(void *serving, struct MHD_Connection *connection, void **exchange,
                      enum MHD_RequestTerminationCode how);
void http_request_free(struct http_request *x); /* the last reference is gone */

/* By when a request that begins now must be in. */
int64_t http_request_deadline_ms(const struct http_server *server);

/* ---- Judging a request; false: it has failed the call ---- */

/* request_head.c: by its method, path and headers. */
bool request_head_check(struct http_request *x, const char *method) must_use;

/* auth.c: who it is, and whether the route is for him. Fills in the actor. */
bool auth_check(struct http_request *x) must_use;

/* body.c: what the headers say of the body. A POST that takes none may have an empty object, as clients send
 * it. */
bool body_expect(struct http_request *x) must_use;
/* Takes a piece of it; what comes after a failure is thrown away. MHD_NO: the connection is to be closed. */
enum MHD_Result body_take(struct http_request *x, const char *data, size_t size) must_use;
/* Whether it has so much that an answer is better than reading it to its end. */
bool body_is_endless(const struct http_request *x);
/* Makes call->body of it. */
bool body_read(struct http_request *x) must_use;

/* ---- suspend.c ---- */

/* Runs `then` of an exchange that was woken. */
void suspend_over(struct http_request *x);
/* Wakes those whose time is over or for whom something was published. The keeper. */
void suspend_tick(struct http_server *server, int64_t now_ms);
/* Nobody sleeps any more: those that wait are answered 503, others when they are done, or 503 after `ms`. */
void suspend_stop(struct http_server *server, unsigned ms);
/* All connections are closed. False: something is under way even now, and frees the server when it is over.
 */
bool suspend_end(struct http_server *server) must_use;

/* ---- mhd_daemon.c; the main thread while the keeper does not run, then the keeper ---- */

enum err mhd_daemon_start(struct http_server *server, const struct http_listener *listener,
                          struct error *error) must_use;
/* Puts new ones in place of those with TLS, whose certificate has changed. */
void mhd_daemon_renew(struct http_server *server);
/* Ends those that were replaced and have no connections any more. */
void mhd_daemon_reap(struct http_server *server);
void mhd_daemon_stop(struct http_server *server);

/* ---- server.c ---- */

void server_free(struct http_server *server);
/* Has the keeper go round now. Any thread; does not block. */
void server_wake(struct http_server *server);
/* Logs what went wrong with a request, now and then. Any thread. */
void server_complain(struct http_server *server, const char *format, ...) printf_like(2, 3);

#endif
