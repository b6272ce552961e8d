/*
 * Response rate limiting: answer/rate.h, with a table for each CPU.
 *
 * Counted are the queries that the sockets would count and that are plain, whether they are answered here or
 * go up. So who is over the limit here sends none of them to the sockets. Other queries go up uncounted, as
 * they may have a cookie, which only the sockets can check; their limit is the workers'.
 */
#ifndef XDP_RATE_H
#define XDP_RATE_H

#include "view/name_record.h"
#include "xdp/client.h"
#include "xdp/overlay.h"

/* The hash of a prefix; hash_bytes, without 128 bits. Not 0. */
static inline uint64_t xdp_prefix_hash(struct xdp_work *w, uint64_t prefix)
{
    uint64_t seed = xdp_layout_of(w)->rate.seed[0] + w->ipv6, secret = xdp_layout_of(w)->rate.seed[1] | 1;
    return name_fold_parts(name_fold_parts(seed ^ prefix, secret) ^ secret, UINT64_C(0x3c6ef372fe94f82b)) | 1;
}

/* Counts a reply to the client, unless it is exempt; enum rate_action. */
XDP_STEP uint32_t xdp_count_reply(struct xdp_work *w)
{
    if (w == 0)
        return RATE_PASS;
    if (xdp_is_one_of(w, &xdp_layout_of(w)->exempt))
        return RATE_PASS;
    uint32_t bits = w->ipv6 ? xdp_layout_of(w)->rate.bits[1] : xdp_layout_of(w)->rate.bits[0];
    uint64_t hash = xdp_prefix_hash(w, rate_prefix(w->client[0], bits));
    struct rate_line *line = xdp_rate_line(w, (uint32_t)(hash >> 1) & xdp_layout_of(w)->rate.lines_mask);
    if (line == 0)
        return RATE_PASS;
    return rate_action_of(rate_line_count(line, hash, (uint32_t)xdp_now(w)), xdp_layout_of(w)->rate.limit,
                          xdp_layout_of(w)->rate.slip);
}

#endif
