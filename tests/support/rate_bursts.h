/* How many of so many queries in one second a rate limit passes, lets slip and drops: for the sockets and the
 * fast path. */
#ifndef SUPPORT_RATE_BURSTS_H
#define SUPPORT_RATE_BURSTS_H

#include "answer/rate.h"

static const struct rate_burst {
    struct rate_rules rules;
    unsigned count, passed, slipped, dropped;
    const char *why;
} rate_bursts[] = {
    { { 5, 2, 24, 56, 64, false }, 5, 5, 0, 0, "at the limit" },
    { { 5, 2, 24, 56, 64, false }, 6, 5, 0, 1, "one more" },
    { { 5, 2, 24, 56, 64, false }, 25, 5, 10, 10, "every second slips" },
    { { 5, 3, 24, 56, 64, false }, 35, 5, 10, 20, "every third slips" },
    { { 5, 1, 24, 56, 64, false }, 25, 5, 20, 0, "all slip" },
    { { 5, 0, 24, 56, 64, false }, 25, 5, 0, 20, "none slips" },
    { { 5, 2, 24, 56, 64, true }, 25, 25, 0, 0, "on trial" },
    { { 5, 2, 0, 0, 1, false }, 25, 5, 10, 10, "all clients are one" },
};

#endif
