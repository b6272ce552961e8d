/*
 * The use case "a DNS query": bytes in, bytes out, nothing else touched.
 *
 * Pure over (context, view, now, client, bytes in): no allocation, lock, log, clock or system call. The
 * transports, the tests, the fuzzers and the benchmarks all call this code.
 *
 * A batch is planned as a whole (answer.c: parse, zone, key, prefetch), looked up interleaved, then finished
 * (finish.c: compose, write), so that the cache misses of its look-ups overlap. Beside each of these general
 * steps is a short one for what is most frequent, which gives the same bytes or declines: ip4_query.c parses
 * a query for an IPv4 address, and plain.c writes a reply that is ready-made.
 */
#ifndef ANSWER_ANSWER_H
#define ANSWER_ANSWER_H

#include "answer/hit_sample.h"
#include "answer/policy.h"
#include "answer/rate.h"
#include "view/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ANSWER_BATCH   64   /* queries that one call takes at most */
#define ANSWER_UDP_MAX 4096 /* bytes of a UDP packet's buffer */
#define ANSWER_EDNS_LIMIT                                                                                    \
    1232 /* default limit of a UDP reply: the least MTU of IPv6, 1280, less 48 bytes of headers */
#define ANSWER_NSID_MAX 128 /* bytes of the identity in an NSID option; the rest is cut off */

/* Counters owned by one thread; read by others with relaxed loads. */
struct answer_counters {
    uint64_t queries, bytes_in, bytes_out;
    uint64_t answered, nodata, nxdomain, servfail, refused, notimp, formerr, badvers;
    uint64_t badcookie;
    uint64_t dropped;   /* not answered: no query, ignored by an access list, beyond the rate */
    uint64_t truncated; /* replies with TC */
    /* Cases of the client policy and the rate limit, in a dry run too. */
    uint64_t rate_dropped, rate_slipped; /* beyond the rate: not answered; answered with TC or BADCOOKIE */
    uint64_t key_refused;                /* without a customer key, or with one that may not ask */
    uint64_t key_too_many;               /* beyond the customer's limits */
    uint64_t public_resolver, misspelt;  /* from a public resolver; for a misspelt zone */
};

/* Adds to a counter of the calling thread; other threads read it with relaxed loads. */
static inline void counter_add(uint64_t *counter, uint64_t n)
{
    __atomic_store_n(counter, __atomic_load_n(counter, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

/* Of one zone, as rbldnsd's statistics have them. */
struct answer_zone_counters {
    uint64_t queries, ok, nxdomain, bytes_in, bytes_out;
};

/* One a worker; zero-initialised plus what is set here. */
struct answer_context {
    struct answer_counters counters;
    struct answer_zone_counters *zones; /* by zone id; NULL: not counted */
    uint16_t edns_limit;                /* bytes that a UDP reply with EDNS has at most, 512 to 4096 */
    bool authority;                     /* -A: put the NS set into positive answers */
    bool minimal_any;                   /* ANY over UDP is answered by one RRset (RFC 8482 section 4.1) */
    /* Texts of class CH, at most 255 bytes; NULL: REFUSED. */
    const char *version;         /* version.bind, version.server */
    const char *hostname;        /* hostname.bind */
    const char *identity;        /* id.server (RFC 4892), and the NSID option */
    struct rate *rate;           /* of this worker; NULL: no limit */
    const struct policy *policy; /* valid for the batch; NULL: no rules */
    unsigned worker;             /* its number, by which customer_keys counts */
    struct hit_sample *hits;     /* of this worker; NULL: no sample is kept */
};

/* A packet. The reply is written over it. */
struct answer_query {
    uint8_t *packet;
    uint32_t length;   /* in: bytes of the query; out: bytes of the reply, 0 = send nothing */
    uint32_t capacity; /* bytes that `packet` can hold, at least ANSWER_UDP_MAX for UDP, 65535 for TCP */
    bool tcp;
    const struct sockaddr *client;
};

/* Answers `count` (at most ANSWER_BATCH) packets from `view` at `now` (Unix seconds). Worker thread, online.
 */
void answer_batch(struct answer_context *context, const struct view *view, int64_t now,
                  struct answer_query *queries, unsigned count) hot;

#endif
