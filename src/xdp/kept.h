/*
 * What outlives a snapshot's program: the table of the rate limit, so that a reload does not open the limit,
 * and the ring in which the programs put hits.
 *
 * One thread makes and frees it; one, which may be another, reads the hits.
 */
#ifndef XDP_KEPT_H
#define XDP_KEPT_H

#include "answer/hit_sample.h"
#include "answer/rate.h"
#include "xdp/rights.h"

enum { XDP_RING_BYTES = 1 << 18 }; /* some 800 names or 3,600 addresses; a power of two */

struct xdp_kept;

/* For the rules `rate` (NULL: no limit): 16 bytes a slot and CPU, and the ring. `rights`: who makes the maps,
 * as in rights.h. ERR_SYSTEM, ERR_MEMORY. */
enum err xdp_kept_new(struct xdp_rights *rights, const struct rate_rules *rate, struct xdp_kept **out,
                      struct error *error) must_use;

/* Frees the maps; no program that reads them is on an interface. NULL: nothing. */
void xdp_kept_free(struct xdp_kept *kept);

/* The maps XDP_MAP_RATES, of one line without a limit, and XDP_MAP_HITS. */
int xdp_kept_rates(const struct xdp_kept *kept);
int xdp_kept_hits(const struct xdp_kept *kept);

/* The rules, for the layout: with the seed of the table. */
const struct xdp_rate_rules *xdp_kept_rules(const struct xdp_kept *kept);

/* ---- The reader of hits ---- */

/* A descriptor that is readable when there are hits. */
int xdp_kept_hits_fd(const struct xdp_kept *kept);

/* Takes all hits out of the ring and puts them into `sample` with the time `now`, Unix seconds. */
void xdp_kept_read_hits(struct xdp_kept *kept, struct hit_sample *sample, int64_t now);

#endif
