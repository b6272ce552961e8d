/* The second half of answering: composes any reply, its TTLs and its OPT record, and counts it. */
#include "answer/alias.h"
#include "answer/client_policy.h"
#include "answer/listing.h"

#include <string.h>

/* ---- The OPT record (RFC 6891 section 6.1), for which the reply keeps room from the start ---- */

static size_t nsid_size(const struct answer_context *c, const struct plan *p)
{
    return p->query.nsid && c->identity != NULL ? strnlen(c->identity, ANSWER_NSID_MAX) : 0;
}

/* Bytes of the options that answer those of the query. */
static size_t opt_options_size(const struct answer_context *c, const struct plan *p)
{
    size_t nsid = nsid_size(c, p);

    return (nsid != 0 ? EDNS_OPTION + nsid : 0) + (plan_uses_cookies(p, c) ? EDNS_OPTION + COOKIE_SIZE : 0);
}

static uint8_t *put_option(uint8_t *o, unsigned code, const void *data, size_t size)
{
    return mempcpy(wire_put16(wire_put16(o, code), (unsigned)size), data, size);
}

/* The client's cookie, followed by a new server cookie (RFC 9018 section 4.3). */
static uint8_t *put_cookie(uint8_t *o, const struct policy *policy, const struct plan *p)
{
    uint8_t cookie[COOKIE_SIZE];
    struct cookie_client client = client_address_octets(&p->client);

    memcpy(cookie, p->query.cookie, EDNS_COOKIE_CLIENT);
    cookie_make(&policy->cookies, &client, p->now, cookie);
    return put_option(o, EDNS_COOKIE, cookie, sizeof(cookie));
}

/* Bytes of the reply's OPT record, 0 without one. */
static size_t opt_size(const struct answer_context *c, const struct plan *p)
{
    return p->query.edns ? REPLY_OPT + opt_options_size(c, p) : 0;
}

/* Appends it to the reply, where opt_size bytes are kept for it. */
static void opt_write(struct reply *r, const struct answer_context *c, const struct plan *p, unsigned rcode)
{
    size_t nsid = nsid_size(c, p);
    uint8_t *o = reply_put_opt(r->at, c->edns_limit, rcode, p->query.edns_do);

    wire_put16(o - 2, (unsigned)opt_options_size(c, p));
    if (nsid != 0)
        o = put_option(o, EDNS_NSID, c->identity, nsid);
    if (plan_uses_cookies(p, c))
        o = put_cookie(o, c->policy, p);
    r->at = o;
}

/* ---- Parts of a reply ---- */

/* Writes an apex record, ready-made from its type on, with its owner; returns where its copy is, or NULL when
 * it does not fit. */
static uint8_t *put_apex_record(struct reply *r, const struct plan *p, const uint8_t *record)
{
    size_t size = wire_record_size(record);
    uint8_t *at = reply_room(r, REPLY_OWNER + size);

    if (at == NULL)
        return NULL;
    wire_put16(at, WIRE_POINTER | (r->owner + p->query.offsets[p->query.labels - p->zone->apex_labels]));
    return memcpy(at + REPLY_OWNER, record, size);
}

/* The SOA record of a negative answer: its TTL is the negative one (RFC 2308 section 3). */
static void put_negative(struct reply *r, const struct plan *p)
{
    const struct zone *z = p->zone;
    uint8_t *record = put_apex_record(r, p, z->soa);

    if (record != NULL) {
        wire_record_set_ttl(record, z->negative_ttl < r->ttl_max ? z->negative_ttl : r->ttl_max);
        r->authority++;
    }
}

/* Writes `count` apex records, one after the other, as far as they fit; returns how many. */
static uint16_t put_apex_records(struct reply *r, const struct plan *p, const uint8_t *record, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++, record += wire_record_size(record))
        if (put_apex_record(r, p, record) == NULL)
            return i;
    return count;
}

static uint16_t put_ns(struct reply *r, const struct plan *p)
{
    return put_apex_records(r, p, p->zone->ns, p->zone->ns_count);
}

/* -A: the NS set in authority, all of it or nothing: a reply is not truncated for its sake. */
static void put_authority(struct reply *r, const struct plan *p)
{
    uint8_t *start = r->at;

    if (r->truncated)
        return;
    r->authority = put_ns(r, p);
    if (r->authority != p->zone->ns_count) {
        r->at = start;
        r->authority = 0;
        r->truncated = false;
    }
    r->glue = r->authority != 0;
}

/* The addresses of the name servers in the reply, all of them or none. */
static void put_glue(struct reply *r, const struct zone *z)
{
    size_t room = (size_t)(r->end - r->at), size = z->glue.used;

    if (r->truncated || size > room || size == 0)
        return;
    memcpy(reply_room(r, size), z->glue.data, size);
    r->additional = z->glue_count;
}

/* ---- Answers ---- */

/* What lists the question's key. The TTL ends no later than the items of the overlay that decide. */
static void find_matches(struct reply *r, const struct plan *p, const struct view *v, struct matches *m)
{
    match_find(p, v, true, m);
    if (unlikely(m->until != INT64_MAX) && m->until - p->now < r->ttl_max)
        r->ttl_max = (uint32_t)(m->until - p->now);
}

/* The zone's own name, or a subzone's, which has no SOA and NS. */
static void answer_apex(struct reply *r, const struct plan *p, const struct view *v, const struct matches *m)
{
    unsigned type = p->query.type;
    uint16_t before = r->answers; /* aliases that lead here */

    if (p->zone->parent == NULL && (type == TYPE_SOA || type == TYPE_ANY) &&
        put_apex_record(r, p, p->zone->soa) != NULL)
        r->answers++;
    if (p->minimal_any && type == TYPE_ANY && r->answers != 0)
        return;
    if (p->zone->parent == NULL && (type == TYPE_NS || type == TYPE_ANY)) {
        r->answers = (uint16_t)(r->answers + put_ns(r, p));
        r->glue = true;
    }
    if (type == TYPE_TXT || type == TYPE_ANY)
        r->answers =
            (uint16_t)(r->answers + put_apex_records(r, p, p->zone->notices.data, p->zone->notices_count));
    if (m->count != 0 && type != TYPE_SOA && type != TYPE_NS)
        listing_compose(r, v, p, m);
    if (r->answers == before && !r->truncated)
        put_negative(r, p);
}

static void put_ready(struct reply *r, const struct zone *z, struct zone_answer ready)
{
    size_t size = ready.count * (size_t)ZONE_A_SIZE;
    uint8_t *at = reply_room(r, size);

    if (at == NULL)
        return;
    memcpy(at, &VEC_AT(&z->wire, const uint8_t, ready.wire), size);
    r->answers = ready.count;
}

/* A name in front of the zone that has nothing; returns the rcode. */
static inline __attribute__((always_inline)) unsigned
answer_nothing(struct reply *r, const struct plan *p, const struct view *v, const struct matches *m)
{
    put_negative(r, p);
    bool exists = p->key_labels == 0 || /* a customer key, and nothing in front of it */
                  subtree_has_listing(p, v, p->zone, &m->name[0]) ||
                  (p->zone->parent != NULL && subtree_has_listing(p, v, p->zone->parent, &m->name[1]));
    return exists ? RCODE_NOERROR : RCODE_NXDOMAIN;
}

/* A name that has nothing of the type asked for: what it is an alias of, or NODATA; returns the rcode. */
static __attribute__((noinline)) unsigned answer_alias(struct reply *r, struct plan *p, const struct view *v,
                                                       struct matches *m)
{
    const uint8_t *alias;

    while ((alias = alias_put(r, v, p, m)) != NULL) {
        uint16_t before = r->answers;
        if (!alias_follow(r, v, p, alias))
            return RCODE_NOERROR;
        find_matches(r, p, v, m);
        if (p->kind == PLAN_APEX)
            answer_apex(r, p, v, m);
        else
            listing_compose(r, v, p, m);
        if (p->kind == PLAN_APEX || r->answers != before || r->truncated)
            return RCODE_NOERROR;
        if (m->count == 0)
            return answer_nothing(r, p, v, m);
    }
    if (!r->truncated)
        put_negative(r, p);
    return RCODE_NOERROR;
}

/* A name in front of the zone; returns the rcode. */
static unsigned answer_lookup(struct reply *r, struct plan *p, const struct view *v, struct matches *m)
{
    if (m->count == 0 && !plan_lists_all(p))
        return answer_nothing(r, p, v, m);
    const struct match *first = &m->match[0];
    struct zone_answer ready = { .count = ZONE_COMPOSED };
    if (p->query.type == TYPE_A && m->count == 1 && !first->restricted)
        ready = zone_answer(first->zone, v->snapshot, first->verdict);
    if (ready.count != ZONE_COMPOSED)
        put_ready(r, first->zone, ready);
    else
        listing_compose(r, v, p, m);
    return likely(r->answers != 0) || r->truncated ? RCODE_NOERROR : answer_alias(r, p, v, m);
}

/* A question of class CH: plan->text. */
static void answer_chaos(struct reply *r, const struct plan *p)
{
    size_t length = strnlen(p->text, 255);
    uint8_t *record = reply_room(r, REPLY_OWNER + WIRE_RECORD + 1 + length);

    if (record == NULL)
        return;
    record = wire_put16(record, WIRE_POINTER | WIRE_HEADER);
    uint8_t *data = wire_put_record(record, TYPE_TXT, 0, (unsigned)length + 1);
    wire_put16(record + 2, CLASS_CH);
    data[0] = (uint8_t)length;
    memcpy(data + 1, p->text, length);
    r->answers = 1;
}

/* ---- The whole ---- */

static void end_reply(struct reply *r, const struct answer_context *c, const struct plan *p, unsigned rcode)
{
    const struct query *q = &p->query;
    struct reply_counts counts = { q->question_end > WIRE_HEADER, r->answers, r->authority,
                                   r->additional + (unsigned)q->edns };

    reply_put_header(r->packet, plan_flags(p, rcode) | (r->truncated ? FLAG_TC : 0u), counts);
    if (q->edns)
        opt_write(r, c, p, rcode);
}

void answer_finish(struct answer_context *context, const struct view *view, struct plan *p,
                   struct answer_query *packet)
{
    size_t in = packet->length;
    unsigned rcode = RCODE_NOERROR;
    struct reply r;
    struct matches m;

    if (p->kind == PLAN_DROP) {
        counter_add(&context->counters.dropped, 1);
        packet->length = 0;
        return;
    }
    if (p->query.cookie_len != 0)
        plan_client(p, packet); /* the reply's cookie is for it */
    reply_begin(&r, packet->packet, &p->query, plan_limit(p, context, packet) - opt_size(context, p));
    if (p->kind == PLAN_APEX || p->kind == PLAN_LOOKUP)
        find_matches(&r, p, view, &m);
    switch (p->kind) {
    case PLAN_DROP:
        break;
    case PLAN_RCODE:
        rcode = p->rcode;
        break;
    case PLAN_SLIP:
        r.truncated = true;
        break;
    case PLAN_TEXT:
        answer_chaos(&r, p);
        break;
    case PLAN_CODE:
        client_policy_answer(&r, context, p);
        if (r.answers == 0 && p->zone != NULL && !r.truncated)
            put_negative(&r, p);
        break;
    case PLAN_APEX:
        answer_apex(&r, p, view, &m);
        break;
    case PLAN_LOOKUP:
        rcode = answer_lookup(&r, p, view, &m);
        break;
    }
    if (context->hits != NULL && p->kind == PLAN_LOOKUP)
        answer_record_hit(context->hits, p, packet, r.answers);
    if (context->authority && r.answers != 0 && r.authority == 0 && p->zone != NULL &&
        p->query.type != TYPE_NS)
        put_authority(&r, p);
    if (r.glue)
        put_glue(&r, p->zone);
    end_reply(&r, context, p, rcode);
    packet->length = (uint32_t)(r.at - r.packet);
    answer_count(context, p, &r, rcode, in);
}
