/*
 * Open connections of a listener: how many a client has, how long they take, and which one is closed when all
 * are taken (net/crowd.h).
 *
 * libmicrohttpd closes a connection on which nothing happens. These limits go beyond that: on a client's
 * connections, and on one that sends its request, or reads its answer, a byte at a time. Any thread.
 */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include "net/crowd.h"

struct connections;
struct http_request;

struct http_connection {
    struct http_request *request; /* that it is reading or answering, for mhd_request.c; NULL: none */

    /* connections.c */
    LIST_ENTRY(http_connection) link;
    struct crowd_connection place; /* in the crowd, unless it is shut down */
    int socket;
    bool plain, reading;
    bool shut_down;
    int64_t deadline_ms;
};

/* For `max` at once. NULL: out of memory, or no random bytes. No connection is open when it is freed; NULL:
 * nothing. */
struct connections *connections_new(size_t max);
void connections_free(struct connections *connections);

enum admission { ADMITTED, EVICTED /* another connection */, CLIENT_FULL, ALL_BUSY };

/* Whether a client may open another one, beside fewer than `per_client`: an address, or an IPv6 /64. NULL: it
 * has no address, or is a proxy. When `max` are open, one that waits for its client is shut down; ALL_BUSY:
 * none does. */
enum admission connections_admit(struct connections *connections, const struct client_address *client,
                                 unsigned per_client) must_use;

/* How many are open, with those that were shut down and are about to be closed. */
uint64_t connections_total(struct connections *connections);

/* A connection was opened. `plain`: it has no TLS; `client` as above. NULL: out of memory. */
struct http_connection *connections_add(struct connections *connections, int socket, bool plain,
                                        const struct client_address *client, int64_t deadline_ms);

/* A connection is about to be closed. */
void connections_remove(struct connections *connections, struct http_connection *connection);

/* Sets the deadline of the next step: reading the client's request, or another one. INT64_MAX: there is none,
 * as the request is being answered. */
void connections_expect(struct connections *connections, struct http_connection *connection, bool reading,
                        int64_t deadline_ms);

/* Shuts down connections past their deadline. Clients whose request is incomplete are answered 408. */
void connections_close_overdue(struct connections *connections, int64_t now_ms);

#endif
