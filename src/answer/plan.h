/*
 * The first half of answering: parse, zone, key, prefetch. Internal to answer/.
 */
#ifndef ANSWER_PLAN_H
#define ANSWER_PLAN_H

#include "answer/acl_client.h"
#include "answer/address_key.h"
#include "answer/answer.h"
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

struct plan {
    enum plan_kind kind;
    uint16_t rcode;
    bool authoritative;
    bool has_client;    /* `client` is valid */
    bool minimal_any;   /* of ANY, one RRset is enough */
    uint8_t probes;     /* look-ups under way: bit n for probe[n] */
    uint8_t keys;       /* labels between the question and the zone: 1 for a customer's key, or 0 */
    uint8_t key_labels; /* labels of the question, in front of those */
    uint32_t code;
    const char *text;
    const struct zone *zone;
    int64_t now;
    struct client client; /* use plan_client */
    struct acl_client_rule rule;
    struct address_key key;
    uint32_t ip4; /* the IPv4 address to look up: the key's, or the one within a mapped or 6to4 address */
    struct trie_probe probe[PROBES];
    struct query query;
};

/* The client's address, made when it is first wanted. */
static inline const struct client *plan_client(struct plan *p, const struct answer_query *packet)
{
    if (!p->has_client) {
        p->client = acl_client_of(packet->client);
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

/* How many labels of the question stand in front of `zone`: the plan's, or its parent. */
static inline unsigned plan_labels(const struct plan *p, const struct zone *zone)
{
    return (unsigned)p->query.labels - zone->labels - p->keys;
}

/* Reads the key that the question has in front of p->zone and starts its look-ups; for a question of type
 * PLAN_LOOKUP, whose zone, query and `keys` are set. */
void plan_lookups(struct plan *p, const struct view *view);

/* Plans the answer to one packet and starts its look-ups. */
void answer_plan(struct answer_context *context, const struct view *view, int64_t now,
                 const struct answer_query *packet, struct plan *plan);

/* The second half: composes the answer and writes it over the packet, once the probes are finished. */
void answer_finish(struct answer_context *context, const struct view *view, struct plan *plan,
                   struct answer_query *packet);

#endif
