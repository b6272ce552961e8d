/*
 * The plan of one answer: what answer.c finds out about a query, and finish.c turns into a reply. Internal to
 * answer/.
 */
#ifndef ANSWER_PLAN_H
#define ANSWER_PLAN_H

#include "answer/address_key.h"
#include "answer/answer.h"
#include "dns/query.h"
#include "trie/trie.h"

enum plan_kind {
    PLAN_DROP,
    PLAN_RCODE,  /* nothing but `rcode` */
    PLAN_SLIP,   /* nothing but TC: beyond the rate */
    PLAN_TEXT,   /* `text`, of class CH */
    PLAN_CODE,   /* `code`, which tells the client about itself */
    PLAN_APEX,   /* the zone's own name */
    PLAN_LOOKUP, /* a name in front of the zone */
};

/* The look-ups of a plan, in the snapshot and in the overlay. */
enum { PROBE_IP4, PROBE_IP6, PROBE_OVERLAY4, PROBE_OVERLAY6, PROBES };

/* The strictest rule that the access lists have for the client: ignore, refuse, empty, then a template. */
struct plan_acl {
    const struct acl_rule *rule;    /* NULL: none, or to pass */
    const struct snapshot_acl *acl; /* that it comes from */
};

struct plan {
    enum plan_kind kind;
    bool authoritative;
    bool has_client;         /* `client` is valid */
    bool minimal_any;        /* of ANY, one RRset suffices */
    bool unnamed;            /* ip4_query_parse() has parsed `query`: its name is missing */
    uint8_t probes;          /* look-ups started: bit n for probe[n] */
    uint8_t customer_labels; /* in front of the zone: 1 for a customer key, or 0 */
    uint8_t key_labels;      /* in front of those: the key's */
    uint16_t rcode;
    uint32_t code;
    const char *text;
    const struct zone *zone;
    int64_t now;
    struct client_address client; /* use plan_client */
    struct plan_acl acl;
    struct address_key key;
    uint32_t ip4; /* the IPv4 address to look up: the key, or the one within a mapped or 6to4 address */
    struct trie_probe probe[PROBES];
    struct name_probe name; /* without probes: the look-up in the zone's names, if it has some */
    struct query query;
};

/* The client's address, computed at the first call. */
static inline const struct client_address *plan_client(struct plan *p, const struct answer_query *packet)
{
    if (!p->has_client) {
        p->client = client_address_of(packet->client);
        p->has_client = true;
    }
    return &p->client;
}

static inline void plan_rcode(struct plan *p, unsigned rcode, bool authoritative)
{
    p->kind = PLAN_RCODE;
    p->rcode = (uint16_t)rcode;
    p->authoritative = authoritative;
}

/* Whether the query has a cookie, and the server answers to cookies. */
static inline bool plan_uses_cookies(const struct plan *p, const struct answer_context *c)
{
    return p->query.cookie_len != 0 && c->policy != NULL && c->policy->use_cookies;
}

/* The labels of the question in front of `zone`, the plan's or its parent, and of a customer key. */
static inline struct labels plan_labels(const struct plan *p, const struct zone *zone)
{
    return query_labels(&p->query, (unsigned)p->query.labels - zone->labels - p->customer_labels);
}

/* Whether the client's rule is a template and the question's name a key of the zone: then it is listed. */
static inline bool plan_lists_all(const struct plan *p)
{
    bool address = p->key.bits4 == 32 || p->key.bits6 == 128;

    return p->kind == PLAN_LOOKUP && p->acl.rule != NULL && p->acl.rule->action == 0 &&
           (p->zone->has_dnset || (address && p->zone->has_addresses));
}

/* Parses the key that the question has in front of plan->zone and looks it up. The plan is of kind
 * PLAN_LOOKUP, with zone, query and customer_labels set. */
void plan_look_up(struct plan *plan, const struct view *view);

/* The flags of an answer that is not truncated. */
static inline unsigned plan_flags(const struct plan *p, unsigned rcode)
{
    return FLAG_QR | (p->query.flags & (FLAG_OPCODE | FLAG_RD)) | (p->authoritative ? FLAG_AA : 0u) |
           (rcode & 15);
}

/* The bytes that the reply may have, its OPT record included. */
static inline size_t plan_limit(const struct plan *p, const struct answer_context *c,
                                const struct answer_query *packet)
{
    const struct query *q = &p->query;
    size_t limit = !q->edns ? 512 : q->edns_size < c->edns_limit ? q->edns_size : c->edns_limit;

    return packet->tcp ? packet->capacity : limit;
}

/* Writes a reply over the packet. The plan's look-ups are finished. */
void answer_finish(struct answer_context *context, const struct view *view, struct plan *plan,
                   struct answer_query *packet) hot;

/* Likewise if the reply is a plain one (plain.c), as nearly all are; false: it is not, and nothing was
 * changed. */
bool answer_plain(struct answer_context *context, const struct view *view, struct plan *plan,
                  struct answer_query *packet) hot;

/* Records an answer of `answers` records, which are in the packet, in the sample, if one is due. */
void answer_record_hit(struct hit_sample *hits, struct plan *plan, const struct answer_query *packet,
                       unsigned answers);

struct reply;

/* Counts a reply with this rcode to a query of `in` bytes, but for what answer_batch() counts. */
void answer_count(struct answer_context *context, const struct plan *plan, const struct reply *reply,
                  unsigned rcode, size_t in);

/* Counts a reply of `out` bytes for its zone. */
static inline void answer_count_zone(struct answer_context *c, const struct zone *zone, unsigned rcode,
                                     size_t in, size_t out)
{
    if (c->zones == NULL)
        return;
    struct answer_zone_counters *z = &c->zones[zone->id];
    counter_add(&z->queries, 1);
    if (rcode == RCODE_NOERROR)
        counter_add(&z->ok, 1);
    else if (rcode == RCODE_NXDOMAIN)
        counter_add(&z->nxdomain, 1);
    counter_add(&z->bytes_in, in);
    counter_add(&z->bytes_out, out);
}

#endif
