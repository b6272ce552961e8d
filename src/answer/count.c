/* Counting replies, for the server and by zone. */
#include "answer/plan.h"
#include "answer/reply.h"

/* The counter of replies like this one. */
static uint64_t *outcome_counter(struct answer_counters *n, const struct plan *p, const struct reply *r,
                                 unsigned rcode)
{
    switch (rcode) {
    case RCODE_NOERROR:
        return r->answers != 0 ? &n->answered : p->kind != PLAN_SLIP ? &n->nodata : NULL;
    case RCODE_NXDOMAIN:
        return &n->nxdomain;
    case RCODE_SERVFAIL:
        return &n->servfail;
    case RCODE_REFUSED:
        return &n->refused;
    case RCODE_NOTIMP:
        return &n->notimp;
    case RCODE_FORMERR:
        return &n->formerr;
    case RCODE_BADVERS:
        return &n->badvers;
    case RCODE_BADCOOKIE:
        return &n->badcookie;
    }
    return NULL;
}

void answer_count(struct answer_context *c, const struct plan *p, const struct reply *r, unsigned rcode,
                  size_t in)
{
    struct answer_counters *n = &c->counters;
    uint64_t *outcome = outcome_counter(n, p, r, rcode);

    if (r->truncated)
        counter_add(&n->truncated, 1);
    if (outcome != NULL)
        counter_add(outcome, 1);
    if (p->zone != NULL)
        answer_count_zone(c, p->zone, rcode, in, (size_t)(r->at - r->packet));
}
