/*
 * Ranges as they are stored, and how an index finds them.
 *
 * The *cover* of a range is the smallest CIDR that contains it; the cover of a name is the name:
 *
 *     family (1 byte)  prefix (4 or 16)  length in bits (1)
 *     family (1 byte)  name from the top label down (range_reversed_name)
 *
 * Covers sort by family and prefix (a name directly before all names below it). The cover of a CIDR is the
 * whole range; a range a-b also has *bounds*, its first and last address (4 or 16 bytes each).
 *
 * Pure functions, any thread.
 */
#ifndef STORE_CIDR_KEY_H
#define STORE_CIDR_KEY_H

#include "overlay/range.h"

#define CIDR_KEY_COVER  (1 + WIRE_NAME_MAX) /* bytes of the longest cover, a name */
#define CIDR_KEY_BOUNDS 32

struct cidr_key {
    uint8_t cover[CIDR_KEY_COVER], bounds[CIDR_KEY_BOUNDS];
    size_t cover_size, bounds_size; /* bounds: 0 for a CIDR or a name */
};

/* Makes the key of a range. */
void cidr_key_of(const struct range *range, struct cidr_key *out);

/* The inverse. False: `key` is not a valid cover with bounds. */
bool cidr_key_to_range(const struct cidr_key *key, bool subdomains, struct range *out);

/* The `step`-th cover that contains `range`, from the widest on. False: there are no more; there are at most
 * 33 (IPv4), 129 (IPv6), or one for each label. */
bool cidr_key_above(const struct range *range, unsigned step, struct cidr_key *out);

/* All covers that begin in `range` sort from `from` (included) to `to` (excluded). */
void cidr_key_within(const struct range *range, struct cidr_key *from, struct cidr_key *to);

/* The sort key of watched delistings: family and first address, or reversed name. Returns its size. */
size_t cidr_key_first(const struct range *range, uint8_t out[CIDR_KEY_COVER]);

#endif
