/*
 * The one place where an answer is put together from members: TXT and ANY, generic records, two verdicts at
 * once (6to4, a place of a combined set and the zone around it), and whatever else has no ready-made answer.
 */
#ifndef ANSWER_COMPOSE_H
#define ANSWER_COMPOSE_H

#include "answer/plan.h"
#include "answer/reply.h"

/* How a verdict was found, which is what `$` stands for in its texts. */
enum hit_kind { BY_NAME, BY_IP4, BY_IP6 };

/* A verdict that holds for the question, as one zone sees it. */
struct hit {
    const struct zone *zone;
    uint32_t verdict;
    enum hit_kind kind;
    bool records_only;  /* for this client only generic records count */
    bool whole_sets;    /* sections of combined sets do not count: the place that is asked for has its own */
    bool by_address;    /* what was listed by name does not count: the address asked for was another one */
    uint8_t key_labels; /* of the question's name, in front of `zone` */
};

/* Whether the client's rule is a template and the question's name a key of the zone: then it is listed. */
bool answer_lists_all(const struct plan *plan);

/* Whether the zone lists the key. What zone_answer says, but for the three restrictions above. */
bool compose_lists(const struct base *base, const struct hit *hit);

/* Writes the records of the type that is asked for (ANY: all) which the hits have, in the order of the hits,
 * of the zone's sources, and of their lines; equal data once, the lowest TTL for all records of a type. */
void compose(struct reply *r, const struct base *base, const struct plan *plan, const struct hit *hits,
             unsigned count);

/* Adds a record to the answer, its owner the question's name, unless one with this data is there from `first`
 * on. */
void compose_record(struct reply *r, const uint8_t *first, unsigned type, uint32_t ttl, const uint8_t *data,
                    size_t length);

#endif
