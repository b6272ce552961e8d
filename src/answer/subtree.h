/*
 * Whether a zone lists something below a name that it does not list itself: then the name exists, and the
 * answer is NODATA, not NXDOMAIN (RFC 8020, RFC 9156). Bounded work: where the bound is reached, yes.
 */
#ifndef ANSWER_SUBTREE_H
#define ANSWER_SUBTREE_H

#include "answer/match.h"

/* `name`: the question's, in front of `zone`, which is the plan's zone or its parent. Delistings do not
 * count: a cached NXDOMAIN would outlast them. Some 100 ns, at most 1 us. */
bool subtree_has_listing(const struct plan *plan, const struct view *view, const struct zone *zone,
                         const struct match_name *name);

#endif
