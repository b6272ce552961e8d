/*
 * A tournament: which of many sorted streams has the lowest key next. For merges of any number of streams: a
 * step costs the logarithm of their number (Knuth, The Art of Computer Programming, volume 3, section 5.4.1:
 * a tree of losers).
 *
 * Streams are numbers of 16 bits, from 0 on. What they hold is the caller's; the tournament knows the first
 * 48 bits of the key of each, enough to tell IPv4 addresses apart, and asks `before` where those are equal.
 * One owner.
 */
#ifndef VIEW_TOURNAMENT_H
#define VIEW_TOURNAMENT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

struct tournament {
    uint32_t count;
    /* The first 48 bits of a stream's key, then its number. Node 0: the first stream; nodes 1 to count - 1:
     * the one that lost there. */
    uint64_t *node;
    /* Whether stream `a` comes before `b`, whose keys begin alike. One that has ended comes last. */
    bool (*before)(const void *context, unsigned a, unsigned b);
    const void *context;
};

#define TOURNAMENT_HEAD  (~UINT64_C(0) << 16) /* the bits of a key's upper half that count */
#define TOURNAMENT_ENDED TOURNAMENT_HEAD      /* the head of a stream that has ended */

/* A tournament of `count` streams, 1 to 65,535. False when out of memory; tournament_free is due in any case.
 */
bool tournament_new(struct tournament *t, uint32_t count) must_use;

/* Enters a stream; all must be before tournament_begin. `head`: the upper half of its key. */
void tournament_enter(struct tournament *t, uint32_t stream, uint64_t head);

/* Finds the first stream. */
void tournament_begin(struct tournament *t);

/* Finds the first stream, after that which was first has gone on to a key with this head. */
void tournament_next(struct tournament *t, uint64_t head);

/* The lowest head of the other streams; TOURNAMENT_ENDED if there are none. O(log streams). */
uint64_t tournament_second(const struct tournament *t);

/* The stream with the lowest key, and the head of that. */
static inline unsigned tournament_first(const struct tournament *t)
{
    return t->node[0] & ~TOURNAMENT_HEAD;
}

static inline uint64_t tournament_head(const struct tournament *t)
{
    return t->node[0] & TOURNAMENT_HEAD;
}

void tournament_free(struct tournament *t);

#endif
