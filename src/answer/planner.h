/* The first half of answering: parse, zone, key, prefetch. Internal to answer/. */
#ifndef ANSWER_PLANNER_H
#define ANSWER_PLANNER_H

#include "answer/plan.h"

/* Plans the answer to one packet and starts its look-ups. */
void answer_plan(struct answer_context *context, const struct view *view, int64_t now,
                 const struct answer_query *packet, struct plan *plan) hot;

/* Parses the key that the question has in front of plan->zone and starts its look-ups. The plan is of kind
 * PLAN_LOOKUP, with zone, query and customer_labels set. */
void planner_look_up(struct plan *plan, const struct view *view);

#endif
