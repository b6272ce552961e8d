/* The operator's rules (policy.h) on a question: customer keys, public resolvers, misspelt zones. */
#ifndef ANSWER_CLIENT_POLICY_H
#define ANSWER_CLIENT_POLICY_H

#include "answer/plan.h"
#include "answer/reply.h"

/* Applies the rules of plan->zone, where zones have rules: strips a customer key off the question, and then
 * may move plan->zone to a subzone. False if that completes the plan: it refuses, or answers a code. */
bool client_policy_zone(struct answer_context *context, struct plan *plan, const struct answer_query *packet);

/* A question in no zone, whose plan is to refuse: plans a code if the name may be a misspelt zone. */
void client_policy_no_zone(struct answer_context *context, struct plan *plan,
                           const struct answer_query *packet);

/* Writes the answer of a PLAN_CODE. */
void client_policy_answer(struct reply *reply, const struct answer_context *context, const struct plan *plan);

#endif
