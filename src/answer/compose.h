/*
 * The one place where an answer is put together from members: TXT and ANY, two sources at once (6to4), and
 * whatever else has no ready-made answer.
 */
#ifndef ANSWER_COMPOSE_H
#define ANSWER_COMPOSE_H

#include "answer/plan.h"
#include "answer/reply.h"

/* How a verdict was found, which is what `$` stands for in its texts. */
enum source_kind { BY_NAME, BY_IP4, BY_IP6 };

/* A source of members. */
struct source {
    uint32_t verdict;
    enum source_kind kind;
    bool by_address; /* what was listed by name does not count: the address asked for was another one */
};

/* Whether the plan's zone lists the source. What zone_answer says, but for by_address. */
bool compose_lists(const struct base *base, const struct zone *zone, const struct source *source);

/* Writes the records of the type that is asked for (A, TXT or ANY for both) with which the plan's zone lists
 * the sources, in the zone's order; equal data once, the lowest TTL for all records of a type. */
void compose(struct reply *r, const struct base *base, const struct plan *plan, const struct source *sources,
             unsigned count);

#endif
