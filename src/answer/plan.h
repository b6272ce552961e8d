/*
 * The first half of answering: parse, zone, key, prefetch. Internal to answer/.
 */
#ifndef ANSWER_PLAN_H
#define ANSWER_PLAN_H

#include "answer/answer.h"
#include "answer/client.h"
#include "answer/key.h"
#include "trie/trie.h"

enum plan_kind {
    PLAN_DROP,
    PLAN_RCODE,   /* nothing but `rcode` */
    PLAN_VERSION, /* version.bind */
    PLAN_APEX,    /* the zone's own name */
    PLAN_LOOKUP,  /* a name in front of the zone */
};

struct plan {
    enum plan_kind kind;
    uint16_t rcode;
    bool authoritative;
    uint8_t probes;     /* look-ups under way: bit 0 IPv4, bit 1 IPv6 */
    uint8_t key_labels; /* labels in front of the zone */
    const struct zone *zone;
    struct client client; /* valid where there is some acl */
    struct client_rule rule;
    struct address_key key;
    uint32_t ip4; /* the IPv4 address to look up: the key's, or the one within a mapped or 6to4 address */
    struct trie_probe probe[2];
    struct query query;
};

/* Plans the answer to one packet and starts its look-ups. */
void answer_plan(const struct answer_context *context, const struct view *view, int64_t now,
                 const struct answer_query *packet, struct plan *plan);

/* The second half: composes the answer and writes it over the packet, once the probes are finished. */
void answer_finish(struct answer_context *context, const struct view *view, const struct plan *plan,
                   struct answer_query *packet);

#endif
