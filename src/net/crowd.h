/*
 * The open connections of all clients of one service: how many a client has, and which one to close when
 * there is no room for another.
 *
 * That is, of the client with the most connections that wait for it, the one that has waited longest (RFC
 * 7766 section 6.2.3 permits it). So connections that are held and not used are closed for those that are
 * used, and whoever holds most loses first. A client is an IPv4 address or an IPv6 /48, which one
 * customer may have. A connection whose query is being answered is never closed.
 *
 * One owner, or under the owner's lock. Each function takes constant time, but for crowd_count().
 */
#ifndef NET_CROWD_H
#define NET_CROWD_H

#include "answer/client_address.h"
#include "base/attr.h"

#include <sys/queue.h>

struct crowd;
struct crowd_group;

/* A connection; a part of the owner's. */
struct crowd_connection {
    TAILQ_ENTRY(crowd_connection) link; /* among those of its group that wait, or do not */
    struct crowd_group *group;
    struct client_address client;
    bool waits; /* for its client */
};

/* For about `max` connections. NULL: out of memory, or no random bytes. No connection is in it when it is
 * freed; NULL: nothing. */
struct crowd *crowd_new(size_t max);
void crowd_free(struct crowd *crowd);

/* A connection was opened, and waits. `client` NULL: of a client of its own, as it has no address, or that of
 * a proxy. False: out of memory; nothing has changed. */
bool crowd_add(struct crowd *crowd, struct crowd_connection *connection,
               const struct client_address *client) must_use;

/* It is about to be closed. */
void crowd_remove(struct crowd *crowd, struct crowd_connection *connection);

/* It waits for its client from now on: the next query, or until the answer was read. */
void crowd_wait(struct crowd *crowd, struct crowd_connection *connection);

/* A query of it is being answered, until crowd_wait(). */
void crowd_work(struct crowd *crowd, struct crowd_connection *connection);

/* How many an IPv4 address, or an IPv6 /64, has open. Compares with each connection of its /48. */
unsigned crowd_count(const struct crowd *crowd, const struct client_address *client);

/* The connection to close when there is no room; NULL: none waits. */
struct crowd_connection *crowd_idlest(const struct crowd *crowd);

#endif
