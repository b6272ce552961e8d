/*
 * Aliases: CNAME records of generic sets (RFC 1034 sections 3.6.2 and 4.3.2, step 3a). Internal to answer/.
 */
#ifndef ANSWER_ALIAS_H
#define ANSWER_ALIAS_H

#include "answer/match.h"
#include "answer/reply.h"

/* If the name asked for is an alias, writes its CNAME record and returns it, from its type on. NULL: it is
 * none, or there is no room. Sets of one zone that give it several: the first counts. */
const uint8_t *alias_put(struct reply *r, const struct view *view, struct plan *plan,
                         const struct matches *m);

/* Makes the target of a CNAME record in the reply the name asked for, and looks it up. False where the answer
 * ends: the target is not in the plan's zone, was asked for before, or is too far from the question. Then
 * nothing is changed. All answers so far are CNAME records. */
bool alias_follow(struct reply *r, const struct view *view, struct plan *plan, const uint8_t *alias);

#endif
