#include "answer/alias.h"

#include "answer/listing.h"

#include <string.h>

enum { ALIASES_MAX = 8 }; /* in one answer: more than sane data has; the client asks on from the last one */

const uint8_t *alias_put(struct reply *r, const struct view *view, struct plan *plan, const struct matches *m)
{
    const uint8_t *at = r->at;
    uint16_t type = plan->query.type, answers = r->answers;

    plan->query.type = TYPE_CNAME;
    listing_compose(r, view, plan, m);
    plan->query.type = type;
    if (r->answers == answers)
        return NULL;
    r->at = (uint8_t *)reply_next(at);
    r->answers = answers + 1;
    return reply_record(at);
}

/* Whether the name at `other` is `name`, of `length` bytes in lower case. */
static bool same_name(const uint8_t *other, const uint8_t *name, size_t length)
{
    uint8_t lower[WIRE_NAME_MAX];

    name_lower(lower, other, length);
    return memcmp(lower, name, length) == 0;
}

/* Whether `name` is the question's, or the target of an alias before the last one. */
static bool was_asked(const struct reply *r, const struct plan *plan, const uint8_t *name, size_t length)
{
    const uint8_t *at = r->packet + plan->query.question_end;

    if (same_name(r->packet + WIRE_HEADER, name, length))
        return true;
    for (unsigned i = 1; i < r->answers; i++, at = reply_next(at)) {
        const uint8_t *record = reply_record(at);
        if (wire_record_data_length(record) == length && same_name(wire_record_data(record), name, length))
            return true;
    }
    return false;
}

bool alias_follow(struct reply *r, const struct view *view, struct plan *plan, const uint8_t *alias)
{
    const uint8_t *target = wire_record_data(alias);
    uint8_t name[WIRE_NAME_MAX], offsets[WIRE_LABELS_MAX + 1];
    size_t length = wire_record_data_length(alias);
    struct query *q = &plan->query;

    name_lower(name, target, length);
    if (r->answers >= ALIASES_MAX || was_asked(r, plan, name, length))
        return false;
    struct labels labels = name_split(name, offsets);
    if (view_find_zone(view, labels) != plan->zone)
        return false;
    memcpy(q->name, name, length);
    memcpy(q->offsets, offsets, labels.count + 1);
    q->labels = (uint8_t)labels.count;
    q->name_len = (uint16_t)length;
    r->owner = (uint16_t)(target - r->packet);
    plan->customer_labels = plan->key_labels = 0;
    plan->kind = q->labels == plan->zone->labels ? PLAN_APEX : PLAN_LOOKUP;
    if (plan->kind == PLAN_LOOKUP)
        plan_look_up(plan, view);
    return true;
}
