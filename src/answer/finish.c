/* The second half of answering: composes the reply, its TTLs and its OPT record, and counts. */
#include "answer/alias.h"
#include "answer/client_policy.h"
#include "answer/listing.h"
#include "trie/ip.h"

#include <string.h>

#define OPT_SIZE 11 /* bytes of an OPT record without options */

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
static inline size_t opt_size(const struct answer_context *c, const struct plan *p)
{
    const struct query *q = &p->query;
    return !q->edns                                 ? 0
           : likely(!q->nsid && q->cookie_len == 0) ? OPT_SIZE
                                                    : OPT_SIZE + opt_options_size(c, p);
}

/* Appends it to the reply, where opt_size bytes are kept for it. */
static void opt_write(struct reply *r, const struct answer_context *c, const struct plan *p, unsigned rcode)
{
    const struct query *q = &p->query;
    uint8_t *o = r->at;

    /* RFC 6891 section 6.1.2; the DO bit is copied (RFC 3225 section 3). */
    *o++ = 0;
    o = wire_put16(o, TYPE_OPT);
    o = wire_put16(o, c->edns_limit);
    o = wire_put32(o, (uint32_t)rcode >> 4 << 24 | (q->edns_do ? 0x8000u : 0));
    if (likely(!q->nsid && q->cookie_len == 0)) {
        r->at = wire_put16(o, 0);
        return;
    }
    size_t nsid = nsid_size(c, p);
    o = wire_put16(o, (unsigned)opt_options_size(c, p));
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

static uint16_t put_ns(struct reply *r, const struct plan *p)
{
    const struct zone *z = p->zone;
    const uint8_t *record = z->ns;

    for (uint16_t i = 0; i < z->ns_count; i++, record += wire_record_size(record))
        if (put_apex_record(r, p, record) == NULL)
            return i;
    return z->ns_count;
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

/* ---- The header ---- */

static void end_reply(struct reply *r, const struct answer_context *c, const struct plan *p, unsigned rcode)
{
    const struct query *q = &p->query;
    unsigned flags = FLAG_QR | (q->flags & (FLAG_OPCODE | FLAG_RD)) | (rcode & 15);

    if (p->authoritative)
        flags |= FLAG_AA;
    if (r->truncated)
        flags |= FLAG_TC;
    wire_put16(r->packet + 2, flags);
    wire_put16(r->packet + 4, q->question_end > WIRE_HEADER);
    wire_put16(r->packet + 6, r->answers);
    wire_put16(r->packet + 8, r->authority);
    wire_put16(r->packet + 10, r->additional + (unsigned)q->edns);
    if (q->edns)
        opt_write(r, c, p, rcode);
}

static size_t reply_limit(const struct answer_context *c, const struct query *q,
                          const struct answer_query *packet)
{
    size_t limit = !q->edns ? 512 : q->edns_size < c->edns_limit ? q->edns_size : c->edns_limit;
    return packet->tcp ? packet->capacity : limit;
}

/* ---- The hit sample ---- */

/* What was asked for. */
static void hit_key(const struct plan *p, struct range *key)
{
    const struct address_key *k = &p->key;
    const struct query *q = &p->query;
    bool mapped = k->bits6 == 128 && ip6_is_mapped(k->ip6);

    if (k->bits4 == 32 || mapped) {
        *key = range_of_address(RANGE_IP4, ip4_key(mapped ? ip6_mapped_ip4(k->ip6) : k->ip4));
    } else if (k->bits6 == 128) {
        *key = range_of_address(RANGE_IP6, k->ip6);
    } else {
        *key = (struct range){ .family = RANGE_NAME, .name_len = (uint16_t)(q->offsets[p->key_labels] + 1) };
        memcpy(key->name, q->name, q->offsets[p->key_labels]);
    }
}

static void put_hit(struct hit_sample *hits, uint8_t weight, struct plan *p,
                    const struct answer_query *packet, const struct reply *r)
{
    const struct client_address *client = plan_client(p, packet);
    struct hit_record record = { .time = p->now,
                                 .client = { client->key.hi, client->key.lo },
                                 .client_ipv6 = client->ipv6,
                                 .weight = weight,
                                 .zone = p->zone->id };
    const uint8_t *at = r->packet + p->query.question_end;

    for (unsigned i = 0; i < r->answers && record.code == 0; i++, at = reply_next(at))
        if (wire_record_type(reply_record(at)) == TYPE_A)
            record.code = wire_get32(wire_record_data(reply_record(at)));
    hit_key(p, &record.key);
    hit_sample_put(hits, &record);
}

void answer_finish(struct answer_context *context, const struct view *view, struct plan *p,
                   struct answer_query *packet)
{
    size_t in = packet->length;
    unsigned rcode = RCODE_NOERROR;
    struct reply r;
    struct matches m;

    counter_add(&context->counters.queries, 1);
    if (p->kind == PLAN_DROP) {
        counter_add(&context->counters.dropped, 1);
        packet->length = 0;
        return;
    }
    if (p->query.cookie_len != 0)
        plan_client(p, packet); /* the reply's cookie is for it */
    reply_begin(&r, packet->packet, &p->query,
                reply_limit(context, &p->query, packet) - opt_size(context, p));
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
    if (context->hits != NULL && p->kind == PLAN_LOOKUP && r.answers != 0) {
        uint8_t weight = hit_sample_due(context->hits, p->now);
        if (weight != 0)
            put_hit(context->hits, weight, p, packet, &r);
    }
    if (context->authority && r.answers != 0 && r.authority == 0 && p->zone != NULL &&
        p->query.type != TYPE_NS)
        put_authority(&r, p);
    if (r.glue)
        put_glue(&r, p->zone);
    end_reply(&r, context, p, rcode);
    packet->length = (uint32_t)(r.at - r.packet);
    answer_count(context, p, &r, rcode, in);
}
