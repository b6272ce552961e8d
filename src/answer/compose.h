/*
 * Composing an answer from listings, where there is none ready-made: TXT and ANY, generic records, two
 * verdicts at once (6to4; a subzone and its parent), and what the overlay changes.
 */
#ifndef ANSWER_COMPOSE_H
#define ANSWER_COMPOSE_H

#include "answer/match.h"
#include "answer/reply.h"

/* Writes the records of the type asked for (ANY: all) that the matches have, in the order of the matches, of
 * the zone's sources, and of their lines; equal data once, the lowest TTL for all records of a type. */
void compose(struct reply *r, const struct view *view, const struct plan *plan, const struct matches *m);

#endif
