/*
 * Open connections: how many a client has, and how long they take.
 *
 * libmicrohttpd closes a connection on which nothing happens. These limits go beyond that: on a client's
 * connections, and on one that sends its request, or reads its answer, a byte at a time. Any thread.
 */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include "answer/client_address.h"

struct connections;
struct http_connection;

/* NULL: out of memory, or no random bytes. No connection is open when it is freed; NULL: nothing. */
struct connections *connections_new(void);
void connections_free(struct connections *connections);

/* How many the client has open: an address, or an IPv6 /64. */
unsigned connections_count(struct connections *connections, const struct client_address *client);
uint64_t connections_total(struct connections *connections);

/* A connection was opened. `plain`: it has no TLS; `client` NULL: it has no address. NULL: out of memory. */
struct http_connection *connections_add(struct connections *connections, int socket, bool plain,
                                        const struct client_address *client, int64_t deadline_ms);

/* A connection is about to be closed. NULL: nothing. */
void connections_remove(struct connections *connections, struct http_connection *connection);

/* Sets the deadline of the next step: reading the client's request, or another one. INT64_MAX: there is none.
 * NULL: nothing. */
void connections_expect(struct http_connection *connection, bool reading, int64_t deadline_ms);

/* Shuts down connections past their deadline. Clients whose request is incomplete are answered 408. */
void connections_close_overdue(struct connections *connections, int64_t now_ms);

#endif
