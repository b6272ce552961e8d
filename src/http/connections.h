/*
 * The connections that are open: how many a client has, and how long they take.
 *
 * libmicrohttpd closes a connection on which nothing happens; here is what goes beyond that: a client may
 * have so many at once, and one that sends its request, or takes its answer, a byte at a time is closed all
 * the same. Any thread.
 */
#ifndef HTTP_CONNECTIONS_H
#define HTTP_CONNECTIONS_H

#include "answer/acl_client.h"

struct connections;
struct http_connection;

/* NULL: out of memory, or no randomness. No connection is open when it is freed; NULL: nothing. */
struct connections *connections_new(void);
void connections_free(struct connections *connections);

/* How many the client has open: an address, or a /64 of IPv6. */
unsigned connections_count(struct connections *connections, const struct client *client);
uint64_t connections_all(struct connections *connections);

/* A connection was opened; `client` NULL: it has no address. NULL: out of memory. `plain`: the socket speaks
 * HTTP without TLS. */
struct http_connection *connections_add(struct connections *connections, int socket, bool plain,
                                        const struct client *client, int64_t deadline_ms);

/* It is about to be closed. NULL: nothing. */
void connections_remove(struct connections *connections, struct http_connection *connection);

/* When it must have gone on; INT64_MAX: it need not. `reading`: it is the client's request that is waited
 * for. */
void connections_expect(struct http_connection *connection, bool reading, int64_t deadline_ms);

/* Shuts down those whose deadline is over; those whose request is waited for are told by a 408. */
void connections_sweep(struct connections *connections, int64_t now_ms);

#endif
