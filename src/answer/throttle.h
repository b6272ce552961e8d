/*
 * How often a client may do something: `most` times in a period, which may come in one burst; then one for
 * each share of the period that passes.
 *
 * A client is an IPv4 address or an IPv6 /64, in which a host changes addresses at will. The network around
 * it, a /24 or a /48, may do THROTTLE_NETWORK times as much in all: one network often has many clients, and
 * somebody who owns it can use any address of it. This is the one place that says what a client is: look-ups,
 * wrong tokens and removal requests are counted by it.
 *
 * Two tables of fixed size, of clients and of networks, have hashes of the prefixes under a random seed and
 * no addresses: nothing is stored. When a bucket is full, the prefix in it that has used least is forgotten.
 * Any thread.
 */
#ifndef ANSWER_THROTTLE_H
#define ANSWER_THROTTLE_H

#include "answer/client_address.h"
#include "base/attr.h"

#define THROTTLE_NETWORK 8 /* times what a client may do, a network may */

struct throttle;

/* `most`, at least 1, in `period_ms`, at most a day. NULL: out of memory, or no random bytes.
 * throttle_free(NULL) does nothing. */
struct throttle *throttle_new(unsigned most, int64_t period_ms);
void throttle_free(struct throttle *throttle);

/* Counts one use by the client at `now_ms` of a clock that the caller chooses; if that is set back, nobody
 * waits longer than a period. False: the client, or its network, has none left for *seconds, and nothing was
 * counted. */
bool throttle_admit(struct throttle *throttle, const struct client_address *client, int64_t now_ms,
                    unsigned *seconds) must_use;

#endif
