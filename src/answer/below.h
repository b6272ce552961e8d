/*
 * Whether a zone lists something below a name that it does not list itself: then the answer is NODATA, as the
 * name exists (RFC 8020, RFC 9156), and otherwise NXDOMAIN. Bounded work; where it does not suffice the
 * answer is "yes".
 */
#ifndef ANSWER_BELOW_H
#define ANSWER_BELOW_H

#include "answer/plan.h"

/* `name_entry` is the entry in the table of names of the question's name in front of `zone`, which is the
 * plan's zone or its parent, or NAMES_ROOT. Some 100 ns, 1 us at most. */
bool zone_lists_below(const struct plan *plan, const struct base *base, const struct zone *zone,
                      uint32_t name_entry);

#endif
