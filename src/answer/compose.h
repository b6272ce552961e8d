/*
 * The one place where an answer is put together from members: TXT and ANY, two sources at once (6to4), and
 * whatever else has no ready-made answer.
 */
#ifndef ANSWER_COMPOSE_H
#define ANSWER_COMPOSE_H

#include "answer/plan.h"
#include "answer/reply.h"
#include "answer/text.h"

/* A source: a verdict, and what `$` stands for in its texts. */
struct source {
    uint32_t verdict;
    struct text_key key;
};

/* Writes the records of `type` (A, TXT or ANY for both) with which the plan's zone lists the sources, in the
 * zone's order; equal data once, the lowest TTL for all records of a type. */
void compose(struct reply *r, const struct base *base, const struct plan *plan, const struct source *sources,
             unsigned count, unsigned type);

#endif
