/*
 * A question to a resolver: over UDP from a port of its own, and over TCP if the answer was truncated.
 *
 * An answer counts if it comes from the address and port that were asked, and has the id (random) and the
 * question. What else arrives is ignored (RFC 5452 section 9.1).
 */
#ifndef RESOLVE_EXCHANGE_H
#define RESOLVE_EXCHANGE_H

#include "net/socket.h"

#include <ldns/ldns.h>

/* When an exchange ends without an answer: at a time of clock_ms(), or when the descriptor `stop` can be
 * read. */
struct exchange_limits {
    int64_t until_ms;
    int stop;
};

/* Asks for the records of `name` (a copy is made) and `type`, with recursion. Returns the answer, for
 * ldns_pkt_free(); NULL: there is none in time, or out of memory or descriptors. Blocks; any thread. */
ldns_pkt *exchange_ask(const struct socket_address *server, const ldns_rdf *name, ldns_rr_type type,
                       const struct exchange_limits *limits);

#endif
