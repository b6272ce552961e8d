/*
 * The one place where an answer is put together from listings: TXT and ANY, generic records, two verdicts at
 * once (6to4, a place of a combined set and the zone around it), what the overlay has a say in, and whatever
 * else has no ready-made answer.
 */
#ifndef ANSWER_COMPOSE_H
#define ANSWER_COMPOSE_H

#include "answer/match.h"
#include "answer/reply.h"

/* Whether the client's rule is a template and the question's name a key of the zone: then it is listed. */
bool answer_lists_all(const struct plan *plan);

/* Writes the records of the type that is asked for (ANY: all) which the matches have, in the order of the
 * matches, of the zone's sources, and of their lines; equal data once, the lowest TTL for all records of a
 * type. */
void compose(struct reply *r, const struct view *view, const struct plan *plan, const struct matches *m);

/* Adds a record to the answer, its owner the question's name, unless one with this data is there from `first`
 * on. Its TTL is cut to what the reply allows. */
void compose_record(struct reply *r, const uint8_t *first, unsigned type, uint32_t ttl, const uint8_t *data,
                    size_t length);

#endif
