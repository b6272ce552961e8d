/*
 * Whether a zone lists something below a name that it does not list itself: then the answer is NODATA, as the
 * name exists (RFC 8020, RFC 9156), and otherwise NXDOMAIN. Bounded work; where it does not suffice the
 * answer is "yes".
 */
#ifndef ANSWER_SUBTREE_H
#define ANSWER_SUBTREE_H

#include "answer/match.h"

/* `name` is the question's in front of `zone`, which is the plan's zone or its parent. Delistings hide
 * nothing here: an NXDOMAIN that was cached would hide longer than they last. Some 100 ns, 1 us at most. */
bool subtree_has_listing(const struct plan *plan, const struct view *view, const struct zone *zone,
                         const struct match_name *name);

#endif
