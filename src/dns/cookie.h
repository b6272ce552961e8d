/*
 * DNS cookies (RFC 7873), interoperable with other servers on the same anycast address (RFC 9018).
 *
 * A server cookie has 16 bytes: version 1, three reserved bytes, the time when it was made, and SipHash-2-4
 * of the client's cookie, those eight bytes, and the client's address. Pure functions, any thread.
 */
#ifndef DNS_COOKIE_H
#define DNS_COOKIE_H

#include "base/siphash.h"
#include "dns/wire.h"

#include <stdbool.h>

/* Bytes. */
#define COOKIE_SECRET  SIPHASH_KEY
#define COOKIE_SERVER  16 /* of a server cookie */
#define COOKIE_SIZE    (EDNS_COOKIE_CLIENT + COOKIE_SERVER)
#define COOKIE_ADDRESS 16 /* of a client's address, at most */

/* Seconds (RFC 9018 section 4.3): how old a valid server cookie may be, and how far another server's clock
 * may be ahead. */
#define COOKIE_AGE_MAX   3600
#define COOKIE_AHEAD_MAX 300

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
hot void cookie_make(const struct cookie_secrets *secrets, const struct cookie_client *client, int64_t now,
                     uint8_t *cookie);

/* Whether `size` bytes at `cookie` are a client's cookie and a server cookie for it and this client, made
 * with one of the secrets and valid at `now`. */
hot bool cookie_valid(const struct cookie_secrets *secrets, const struct cookie_client *client, int64_t now,
                      const uint8_t *cookie, size_t size);

#endif
