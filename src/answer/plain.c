/*
 * The plain path: nearly all replies. A question of type A for a key in front of a zone, of which one verdict
 * decides, whose answer in the zone is ready-made, or which is listed nowhere; the OPT record has no options.
 * The general path (finish.c) writes the same bytes; what this file does not know goes there.
 */
#include "answer/match.h"
#include "answer/plan.h"
#include "answer/reply.h"

#include <string.h>

/* Whether the question, the client and the zone are such that one verdict may be all that counts. */
static inline bool is_plain(const struct answer_context *c, const struct plan *p)
{
    const struct query *q = &p->query;

    return p->kind == PLAN_LOOKUP && q->type == TYPE_A && p->zone->parent == NULL && p->acl.rule == NULL &&
           !q->nsid && q->cookie_len == 0 && !c->authority;
}

/* The verdict of one look-up in the snapshot, unless the overlay has something for the key. */
static inline bool use_probe(const struct plan *p, unsigned probe, unsigned overlay, struct name_match *m)
{
    unsigned alone = 1u << probe;

    m->verdict = p->probe[probe].value;
    return p->probes == alone || (p->probes == (alone | 1u << overlay) && p->probe[overlay].value == 0);
}

/* Finds the verdict that decides, and of a name its entry. False: there are several, or the overlay may
 * change it, or it is that of an IPv4 address within an IPv6 one. */
static inline bool find_verdict(const struct plan *p, const struct view *v, struct name_match *m)
{
    if (p->key.bits4 == 32)
        return use_probe(p, PROBE_IP4, PROBE_OVERLAY4, m);
    if (p->key.bits6 == 128)
        return use_probe(p, PROBE_IP6, PROBE_OVERLAY6, m);
    if (p->zone->has_names)
        *m = names_probe_finish(&v->snapshot->names, plan_labels(p, p->zone), p->name);
    return likely(overlay_is_empty(&v->overlay));
}

/* Writes header and OPT record of a reply whose records end at `at`, and counts it for the zone. */
static inline void end_reply(struct answer_context *c, const struct plan *p, struct answer_query *packet,
                             uint8_t *at, unsigned rcode, struct reply_counts counts)
{
    if (p->query.edns)
        at = reply_put_opt(at, c->edns_limit, rcode, p->query.edns_do);
    reply_put_header(packet->packet, plan_flags(p, rcode), counts);
    size_t in = packet->length, out = (size_t)(at - packet->packet);
    packet->length = (uint32_t)out;
    answer_count_zone(c, p->zone, rcode, in, out);
}

static inline void answer_listed(struct answer_context *c, struct plan *p, struct answer_query *packet,
                                 struct zone_answer ready)
{
    const uint8_t *records = &VEC_AT(&p->zone->wire, const uint8_t, ready.wire);
    uint8_t *at = packet->packet + p->query.question_end, *end = at + ready.count * (size_t)ZONE_A_SIZE;

    for (; at < end; at += ZONE_A_SIZE, records += ZONE_A_SIZE)
        memcpy(at, records, ZONE_A_SIZE);
    if (unlikely(c->hits != NULL))
        answer_record_hit(c->hits, p, packet, ready.count);
    counter_add(&c->counters.answered, 1);
    end_reply(c, p, packet, at, RCODE_NOERROR, (struct reply_counts){ 1, ready.count, 0, p->query.edns });
}

/* Whether a key that is not listed exists nevertheless. `entry`: of a name. */
static inline bool exists(const struct plan *p, const struct view *v, uint32_t entry)
{
    struct match_name name = { .entry = p->probes != 0 ? match_find_name(p, v, p->zone).entry : entry };

    return p->key_labels == 0 || subtree_has_listing(p, v, p->zone, &name);
}

static __attribute__((noinline)) void answer_unlisted(struct answer_context *c, const struct view *v,
                                                      struct plan *p, struct answer_query *packet,
                                                      uint32_t entry)
{
    const struct zone *z = p->zone;
    bool found = !p->unnamed && exists(p, v, entry);
    uint8_t *at = packet->packet + p->query.question_end;
    size_t size = wire_record_size(z->soa);

    wire_put16(at, WIRE_POINTER | (WIRE_HEADER + p->query.offsets[p->query.labels - z->labels]));
    memcpy(at + REPLY_OWNER, z->soa, size);
    wire_record_set_ttl(at + REPLY_OWNER, z->negative_ttl);
    counter_add(found ? &c->counters.nodata : &c->counters.nxdomain, 1);
    end_reply(c, p, packet, at + REPLY_OWNER + size, found ? RCODE_NOERROR : RCODE_NXDOMAIN,
              (struct reply_counts){ 1, 0, 1, p->query.edns });
}

bool answer_plain(struct answer_context *c, const struct view *v, struct plan *p, struct answer_query *packet)
{
    struct name_match m = { 0, NAMES_ROOT };

    if (!is_plain(c, p) || !find_verdict(p, v, &m))
        return false;
    struct zone_answer ready = zone_answer(p->zone, v->snapshot, m.verdict);
    size_t records = ready.count != 0 ? ready.count * (size_t)ZONE_A_SIZE
                                      : REPLY_OWNER + (size_t)wire_record_size(p->zone->soa);
    if (p->query.question_end + records + (p->query.edns ? REPLY_OPT : 0) > plan_limit(p, c, packet))
        return false;
    if (ready.count != 0)
        answer_listed(c, p, packet, ready);
    else
        answer_unlisted(c, v, p, packet, m.entry);
    return true;
}
