/*
 * DNS cookies (RFC 7873), interoperable with other servers on the same anycast address (RFC 9018).
 *
 * A server cookie has 16 bytes: version 1, three reserved bytes, the time of its making, and SipHash-2-4 of
 * the client's cookie, those eight bytes, and the client's address. Pure functions, any thread.
 */
#ifndef DNS_COOKIE_H
#define DNS_COOKIE_H

#include "base/siphash.h"
#include "dns/wire.h"

#include <stdbool.h>

#define COOKIE_SECRET  SIPHASH_KEY
#define COOKIE_SERVER  16 /* bytes of a server cookie */
#define COOKIE_SIZE    (EDNS_COOKIE_CLIENT + COOKIE_SERVER)
#define COOKIE_OLD     3600 /* seconds for which a server cookie is valid: RFC 9018 section 4.3 */
#define COOKIE_FUTURE  300  /* seconds that another server's clock may be ahead: the same section */
#define COOKIE_ADDRESS 16   /* bytes of a client's address, at most */

/* Server cookies are made with `current`, and valid if made with either. */
struct cookie_secrets {
    uint8_t current[COOKIE_SECRET], previous[COOKIE_SECRET];
};

/* A client's address: 4 or 16 bytes in network order. */
struct cookie_client {
    uint8_t address[COOKIE_ADDRESS];
    uint8_t size;
};

/* Writes a server cookie made at `now`, Unix seconds, after the client's cookie at `cookie` (COOKIE_SIZE
 * bytes). */
void cookie_make(const struct cookie_secrets *secrets, const struct cookie_client *client, int64_t now,
                 uint8_t *cookie);

/* Whether `size` bytes at `cookie` are a client's cookie and a server cookie for it and this client, made
 * with our secrets and valid at `now`. */
bool cookie_valid(const struct cookie_secrets *secrets, const struct cookie_client *client, int64_t now,
                  const uint8_t *cookie, size_t size);

#endif
