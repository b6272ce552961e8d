/* What the hit sample keeps of an answer. */
#include "answer/plan.h"
#include "answer/reply.h"
#include "trie/ip.h"

#include <string.h>

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

void answer_record_hit(struct hit_sample *hits, struct plan *p, const struct answer_query *packet,
                       unsigned answers)
{
    uint8_t weight = answers != 0 ? hit_sample_due(hits, p->now) : 0;

    if (weight == 0)
        return;
    const struct client_address *client = plan_client(p, packet);
    struct hit_record record = { .time = p->now,
                                 .client = { client->key.hi, client->key.lo },
                                 .client_ipv6 = client->ipv6,
                                 .weight = weight,
                                 .zone = p->zone->id };
    const uint8_t *at = packet->packet + p->query.question_end;

    for (unsigned i = 0; i < answers && record.code == 0; i++, at = reply_next(at))
        if (wire_record_type(reply_record(at)) == TYPE_A)
            record.code = wire_get32(wire_record_data(reply_record(at)));
    hit_key(p, &record.key);
    hit_sample_put(hits, &record);
}
