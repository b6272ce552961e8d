/*
 * The HTTP server: listeners, threads, limits, TLS; libmicrohttpd with epoll and its own threads.
 *
 * It reads a request, finds its route, checks who makes it, and hands it to the route's handler in one of its
 * threads. A handler answers (response.h), or suspends the request, which then holds no thread (suspend.h).
 * What the program serves comes with struct http_program; the server knows none of it.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/language.h"
#include "delist/refusal.h"
#include "http/route.h"
#include "http/tokens.h"

#define HTTP_LISTENERS_MAX 16

/* Whose page it is: for the page, the server does not read it. NULL: none. */
struct http_service {
    struct localized name;
    const char *contact;           /* of the operator */
    const char *imprint, *privacy; /* pages of the operator, http:// or https:// */
    const char *logo, *style;      /* files */
};

struct http_listener {
    const char *address; /* ADDR:PORT, [ADDR6]:PORT or unix:PATH, as configured: for errors */
    bool page;           /* public: only routes that say so; nobody has a role, tokens are ignored */
    bool control;        /* a unix socket for root and the server's user alone; tokens are ignored. The only
                            listener of its server, which has one thread that sleeps until somebody connects,
                            no tokens, no TLS and no http_wait() */
    int socket;          /* from http_bind; the server's from http_start on */
    bool unix_socket;
    int directory, lock; /* of a unix socket: where it is, open; the file that says whose it is, locked */
};

/* The option that asks for it, for errors. */
static inline const char *http_listener_option(const struct http_listener *listener)
{
    return listener->page ? "--page" : listener->control ? "control socket" : "--api";
}

struct http_options {
    struct http_listener listener[HTTP_LISTENERS_MAX];
    size_t listeners;
    const char *tokens;                    /* the token file; NULL: over TCP only routes of ROLE_NONE */
    const char *tls_certificate, *tls_key; /* PEM files, for the API's TCP listeners; NULL: no TLS */
    /* Addresses and prefixes of proxies whose X-Forwarded-For, or without one Forwarded, names the client.
     * Such a proxy must not pass on the other header as the client sent it. */
    const char *const *trusted_proxies;
    size_t trusted_proxies_count;
    uint32_t threads, connections; /* of each listener */
    uint32_t per_client;           /* of those, from an address, or an IPv6 /64; proxies have no limit */
    uint32_t idle_seconds; /* until an idle connection is closed; a request takes at most twice that to
                              arrive, and its answer ten times that to be read */
    uint32_t body_bytes;   /* of a body; without a token at most 64 KiB */
    /* Calls of a client without a token (answer/throttle.h) to limited routes; 0: any number. */
    uint32_t gets_per_minute, posts_per_minute;
    struct http_service service;
};

/* Connections of a listener beyond `connections`: those that were shut down and are about to be closed. */
static inline uint32_t http_spare_connections(const struct http_options *options)
{
    return options->threads + 4; /* each thread can accept one */
}

/* Descriptors of a listener, besides those of `connections`: sockets, what a unix socket has beside it,
 * threads; the same again while a certificate is replaced. */
static inline uint32_t http_listener_descriptors(const struct http_options *options)
{
    uint32_t own = 4 + 2 * options->threads;
    return (options->tls_certificate != NULL ? 2 * own : own) + http_spare_connections(options);
}

struct http_server;
struct http_request;

/* How a call over such a limit is refused. */
struct http_limit_error {
    enum refusal_kind kind;
    const char *code, *calls; /* calls: what there are too many of, "look-ups" */
};

/* What the program serves. */
struct http_program {
    const struct route *const *tables; /* ends in NULL */
    struct token_lists lists;          /* for the token file */
    const char *no_such_path;          /* the message of a 404 where the API is served */
    const struct http_limit_error *gets_error, *posts_error;
    void *context;
    /* Answers a request that fails in another form than JSON. False: it does not want to. NULL: never. One of
     * the server's threads. */
    bool (*fail)(void *context, struct http_request *request, int status, const struct refusal *refusal);
    /* Makes what the route's handler is called with, of a complete request; NULL: out of memory (503). One of
     * the server's threads. */
    struct call *(*new_call)(void *context, struct http_request *request);
    /* Frees it, with the request. Any thread. */
    void (*free_call)(struct call *call);
};

/* Binds a listener's address, before root is dropped: fills in the rest of it. The mode of a unix socket is
 * 0660, of a control socket 0600. One that was left behind is replaced; it is another server's (ERR_REFUSED)
 * as long as that holds the lock of PATH.lock, or if it answers. Main thread. */
enum err http_bind(struct http_listener *listener, struct error *error) must_use;

/* Closes what http_bind opened. The file of a unix socket is removed, also after chroot(), if the user who
 * the server has become may write to its directory. */
void http_unbind(struct http_listener *listener);

/* Starts. From then on the listeners' sockets are the server's, also after a failure. `options` and `program`
 * are copied; what they point at must outlive the server. A token file or certificate that cannot be read, or
 * is not valid, is a failure. */
enum err http_start(const struct http_options *options, const struct http_program *program,
                    struct http_server **out, struct error *error) must_use;

/* Reads changed files (tokens, certificates) now; without this call, within a second. Any thread. */
void http_reload(struct http_server *server);

/* Why the token file on disk is not the one in use: file, line and reason. False: it is. Any thread. */
bool http_token_failure(struct http_server *server, struct error *out);

/* Stops: accepts no new requests, and answers 503 to those in http_wait(). Others are answered as they are
 * done, so the threads that resume them must run until this returns; after 5 seconds they are answered 503,
 * too, and http_resume() may still be called for them at any time. NULL: nothing. Main thread. */
void http_stop(struct http_server *server);

/* Counters for the metrics; any thread. */
struct http_counters {
    uint64_t requests, by_status[6]; /* by_status[4]: 4xx */
    uint64_t connections, evicted, refused_tokens, limited;
};
void http_get_counters(const struct http_server *server, struct http_counters *out);

#endif
