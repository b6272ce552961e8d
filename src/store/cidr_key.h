/*
 * Ranges as rows have them, and where an index finds them.
 *
 * The *cover* of a range is the smallest CIDR that holds it; of a name, itself:
 *
 *     family (1 byte)  prefix (4 or 16)  length in bits (1)
 *     family (1 byte)  name from the top label down (range_reversed_name)
 *
 * It sorts by family and prefix (names: each directly before all below it). For a CIDR it says all; a range
 * a-b has its first and last address (4 or 16 bytes each) beside it, the *bounds*.
 */
#ifndef STORE_CIDR_KEY_H
#define STORE_CIDR_KEY_H

#include "overlay/range.h"

#define CIDR_KEY_COVER  (1 + NAME_MAX_WIRE)
#define CIDR_KEY_BOUNDS 32

struct cidr_key {
    uint8_t cover[CIDR_KEY_COVER], bounds[CIDR_KEY_BOUNDS];
    size_t cover_size, bounds_size; /* bounds: 0 for a CIDR or a name */
};

void cidr_key_of(const struct range *range, struct cidr_key *out);

/* Back again; false: these are no cover and bounds. */
bool cidr_key_range(const struct cidr_key *place, bool subdomains, struct range *out);

/* The `step`-th cover that holds `range`, from the widest on; false: there are no more. 33, 129, or one a
 * label at most. */
bool cidr_key_above(const struct range *range, unsigned step, struct cidr_key *out);

/* All covers that begin in `range` sort from `from` to before `to`. */
void cidr_key_within(const struct range *range, struct cidr_key *from, struct cidr_key *to);

/* Where watched delistings are sorted: family and first address, or reversed name. Returns the size. */
size_t cidr_key_first(const struct range *range, uint8_t out[CIDR_KEY_COVER]);

#endif
