/*
 * The HTTP server: listeners, threads, limits, TLS; libmicrohttpd with epoll and threads of its own.
 *
 * A request is parsed, authenticated, routed (call.h) and answered by one of its threads; a call that waits
 * for the updater or the loader suspends its connection and holds no thread.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/backend.h"

#define HTTP_LISTENERS_MAX 16

struct http_listener {
    const char *address; /* ADDR:PORT, [ADDR6]:PORT or unix:PATH, as configured: for errors */
    bool page;  /* public: only the routes that say so; nobody has a role, tokens are not looked at */
    int socket; /* from http_bind; owned by the server from http_start on */
    bool unix_socket;
};

/* By which option it was asked for, for errors. */
static inline const char *http_listener_option(const struct http_listener *listener)
{
    return listener->page ? "--page" : "--api";
}

struct http_options {
    struct http_listener listener[HTTP_LISTENERS_MAX];
    size_t listeners;
    const char *tokens;                    /* file; NULL: writes are refused on TCP */
    const char *tls_certificate, *tls_key; /* PEM files, for the API's TCP listeners; NULL: no TLS */
    /* Addresses and prefixes of proxies whose X-Forwarded-For, or Forwarded if there is none, says who the
     * client is; a proxy must not pass on what the client wrote into the other. */
    const char *const *trusted_proxies;
    size_t trusted_proxies_count;
    uint32_t threads, connections; /* of each listener; 2, 1000 */
    uint32_t per_client;   /* connections of an address, or a /64 of IPv6; proxies have no limit; 100 */
    uint32_t idle_seconds; /* after which a connection is closed; a request takes twice that at most; 30 */
    uint32_t body_bytes;   /* of a body, 64 KiB of it without a token; 1 MiB */
    uint32_t lookups_per_minute; /* without a token, of one /24 or /48; 300; 0: any number */
    enum privacy privacy;
    const char *name;    /* of the service, for the page: "dnsbld" */
    const char *contact; /* of the operator, for the page; NULL: none */
};

/* Binds a listener's address, before root is dropped: fills in socket and unix_socket. A unix socket of a
 * server that is gone is replaced, one that answers is not (ERR_REFUSED); its mode is 0660. Main thread. */
enum err http_bind(struct http_listener *listener, struct error *error) must_use;

struct http_server;

/* Starts, and owns the listeners' sockets from then on, also when it fails; `options` and `backend` are
 * copied, what they point at must outlive the server. */
enum err http_start(const struct http_options *options, const struct backend *backend,
                    struct http_server **out, struct error *error) must_use;

/* Has the token file and certificates read again if they have changed; also done by itself every second. */
void http_reload(struct http_server *server);

/* Ends: no new requests, and those that wait for something to be published are answered 503; what was
 * submitted is answered when it is done, so the updater goes on until this returns. After 5 seconds what is
 * not done is answered 503 too; its `done` may still be called, whenever that is. NULL: nothing. Main thread.
 */
void http_stop(struct http_server *server);

/* Counters for the metrics; any thread. */
struct http_counters {
    uint64_t requests, by_status[6]; /* by_status[4]: 4xx */
    uint64_t connections, refused_tokens, limited;
};
void http_look(const struct http_server *server, struct http_counters *out);

#endif
