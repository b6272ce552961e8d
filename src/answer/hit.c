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

    if (k->bits4 == 32 || k->bits6 == 128) {
        *key = hit_sample_address(k->bits6 == 128, k->bits6 == 128 ? k->ip6 : ip4_key(k->ip4));
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
