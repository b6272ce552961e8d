/*
 * The operator's rules (policy.h) on a question: keys, public resolvers, misspelt zones.
 */
#ifndef ANSWER_CLIENT_POLICY_H
#define ANSWER_CLIENT_POLICY_H

#include "answer/plan.h"
#include "answer/reply.h"

/* Where zones have rules, a question in plan->zone: takes a key off it, and may move plan->zone to the place
 * of a combined set that then remains. False if the plan is settled by it: refused, or told a code. */
bool client_policy_zone(struct answer_context *context, struct plan *plan, const struct answer_query *packet);

/* A question in no zone, which has been refused: perhaps a misspelt zone, which is told so. */
void client_policy_no_zone(struct answer_context *context, struct plan *plan,
                           const struct answer_query *packet);

/* Writes the answer to a plan of a code. */
void client_policy_answer(struct reply *reply, const struct answer_context *context, const struct plan *plan);

#endif
