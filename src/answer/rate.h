/*
 * Response rate limiting: what one neighbourhood of addresses may be sent over UDP, where the sender's
 * address may be forged and the answers meant to flood it.
 *
 * A table of fixed size, of one worker alone, counts the replies of the second to every prefix of clients;
 * what comes beyond the limit is dropped, but for every n-th, which goes out as an empty reply with TC, so
 * that somebody real can come back over TCP. A prefix stands in one of four places, which share a cache line;
 * when they are taken, the one that was asked for longest ago makes room: the limiter may forget, but never
 * takes one prefix for another (up to 64 bits of a secret hash).
 */
#ifndef ANSWER_RATE_H
#define ANSWER_RATE_H

#include "answer/acl_client.h"
#include "answer/prefixes.h"

struct rate_rules {
    uint32_t responses_per_second;     /* to one prefix, from each worker; 0: no limit */
    uint32_t slip;                     /* every slip-th reply beyond goes out truncated; 0: none, 1: all */
    uint32_t ipv4_prefix, ipv6_prefix; /* bits: which clients are counted together; at most 32 and 64 */
    uint32_t table_size;               /* prefixes that are remembered; rounded up to a power of two */
    bool dry_run;                      /* counts what it would do, and does nothing */
};

enum rate_verdict { RATE_PASS, RATE_SLIP, RATE_DROP };

struct rate;

/* Makes the table, 16 bytes a prefix; NULL when memory is out or for want of randomness. `rules` and `exempt`
 * (which may be NULL) must outlive it. rate_free(NULL) does nothing. */
struct rate *rate_new(const struct rate_rules *rules, const struct prefixes *exempt);
void rate_free(struct rate *rate);

/* Counts a reply to `client` at `now`, Unix seconds that never go back, and says what becomes of it. The
 * owner's thread; one cache line. */
enum rate_verdict rate_judge(struct rate *rate, const struct client *client, int64_t now);

/* Whether the verdicts are only to be counted. */
bool rate_is_dry(const struct rate *rate);

#endif
