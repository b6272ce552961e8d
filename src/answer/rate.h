/*
 * Response rate limiting: bounds the replies that one prefix of clients is sent over UDP, where the address
 * may be forged so that the replies flood it.
 *
 * A table of fixed size, owned by one worker, counts the replies of the current second to every prefix. Those
 * beyond the limit are dropped, except every n-th, which is sent empty with TC, so that a real client can
 * retry over TCP. A prefix has one of four slots, which share a cache line; when they are taken, the one
 * unused for longest is evicted. So the limiter may forget a prefix, but takes one for another only if 63
 * bits of a secret hash are equal.
 */
#ifndef ANSWER_RATE_H
#define ANSWER_RATE_H

#include "answer/client_address.h"
#include "answer/prefixes.h"
#include "answer/rate_line.h"

struct rate_rules {
    uint32_t responses_per_second;     /* to one prefix, from each worker and CPU; 0: no limit */
    uint32_t slip;                     /* every slip-th reply beyond is sent truncated; 0: none, 1: all */
    uint32_t ipv4_prefix, ipv6_prefix; /* bits: which clients are counted together; at most 32 and 64 */
    uint32_t table_size;               /* slots; rounded up to a power of two */
    bool dry_run;                      /* counts only */
};

struct rate;

/* Lines of the table that the rules ask for: a power of two. */
size_t rate_lines(const struct rate_rules *rules);

/* Makes the table, 16 bytes a slot; NULL: out of memory, or no random seed. `rules` and `exempt` (which may
 * be NULL) must outlive it. rate_free(NULL) does nothing. */
struct rate *rate_new(const struct rate_rules *rules, const struct prefixes *exempt);
void rate_free(struct rate *rate);

/* Counts a reply to `client` at `now`, Unix seconds that never decrease, and decides what becomes of it. The
 * owner's thread; one cache line. */
enum rate_action rate_check(struct rate *rate, const struct client_address *client, int64_t now);

/* rate_rules.dry_run: the actions are to be counted, but not taken. */
bool rate_is_dry_run(const struct rate *rate);

#endif
