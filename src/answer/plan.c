#include "answer/plan.h"

#include <string.h>

static void plan_rcode(struct plan *p, unsigned rcode, bool authoritative)
{
    p->kind = PLAN_RCODE;
    p->rcode = (uint16_t)rcode;
    p->authoritative = authoritative;
}

static bool is_version_query(const struct query *q)
{
    static const uint8_t bind[] = "\7version\4bind", server[] = "\7version\6server";
    return q->class == CLASS_CH && q->type == TYPE_TXT &&
           ((q->name_len == sizeof(bind) && memcmp(q->name, bind, sizeof(bind)) == 0) ||
            (q->name_len == sizeof(server) && memcmp(q->name, server, sizeof(server)) == 0));
}

static void start_ip4(struct plan *p, const struct base *b, uint32_t address)
{
    p->ip4 = address;
    p->probes |= 1;
    trie_probe_start(&p->probe[0], &b->trie4, (struct trie_key){ (uint64_t)address << 32, 0 });
}

/* IPv4-mapped addresses read the IPv4 data only, 6to4 ones (2002::/16, RFC 3056) both, as rbldnsd has it. */
static void start_lookups(struct plan *p, const struct base *b)
{
    const struct address_key *k = &p->key;

    if (k->bits4 == 32) {
        start_ip4(p, b, k->ip4);
    } else if (k->bits6 == 128) {
        bool mapped = k->ip6.hi == 0 && k->ip6.lo >> 32 == 0xffff;
        if (mapped && p->zone->has4) {
            start_ip4(p, b, (uint32_t)k->ip6.lo);
            return;
        }
        if (k->ip6.hi >> 48 == 0x2002)
            start_ip4(p, b, (uint32_t)(k->ip6.hi >> 16));
        p->probes |= 2;
        trie_probe_start(&p->probe[1], &b->trie6, k->ip6);
    }
}

static void plan_zone(struct plan *p, const struct view *v, int64_t now, const struct answer_query *packet)
{
    const struct query *q = &p->query;

    p->zone = view_find_zone(v, q->name, q->name_len, q->offsets, q->labels);
    if (p->zone == NULL) {
        plan_rcode(p, RCODE_REFUSED, false);
        return;
    }
    if (p->zone->acls_count != 0) {
        if (v->acls_count == 0)
            p->client = client_of(packet->client);
        client_ask(&p->rule, &p->client, p->zone->acls, p->zone->acls_count);
    }
    if (client_is(&p->rule, ACL_IGNORE)) {
        p->kind = PLAN_DROP;
        return;
    }
    if (!p->zone->ready || now >= p->zone->valid_until) {
        plan_rcode(p, RCODE_SERVFAIL, false);
        return;
    }
    if (client_is(&p->rule, ACL_REFUSE)) {
        plan_rcode(p, RCODE_REFUSED, false);
        return;
    }
    p->authoritative = q->class == CLASS_IN;
    p->key_labels = (uint8_t)(q->labels - p->zone->labels);
    p->kind = p->key_labels == 0 ? PLAN_APEX : PLAN_LOOKUP;
    if (p->kind == PLAN_LOOKUP) {
        p->key = address_key_parse(q, p->key_labels);
        start_lookups(p, v->base);
    }
}

void answer_plan(const struct answer_context *context, const struct view *view, int64_t now,
                 const struct answer_query *packet, struct plan *p)
{
    struct query *q = &p->query;

    p->probes = 0;
    p->zone = NULL;
    p->authoritative = false;
    p->rule = (struct client_rule){ NULL, NULL };
    if (view->acls_count != 0) {
        p->client = client_of(packet->client);
        client_ask(&p->rule, &p->client, view->acls, view->acls_count);
        if (client_is(&p->rule, ACL_IGNORE)) {
            p->kind = PLAN_DROP;
            return;
        }
    }
    switch (query_parse(packet->packet, packet->length, q)) {
    case QUERY_DROP:
        p->kind = PLAN_DROP;
        return;
    case QUERY_FORMERR:
        plan_rcode(p, q->flags & FLAG_OPCODE ? RCODE_NOTIMP : RCODE_FORMERR, false);
        return;
    case QUERY_OK:
        break;
    }
    if (q->flags & (FLAG_OPCODE | FLAG_AA | FLAG_TC))
        plan_rcode(p, RCODE_NOTIMP, false);
    else if (q->edns && q->edns_version != 0)
        plan_rcode(p, RCODE_BADVERS, false);
    else if (q->type >= TYPE_TSIG && q->type <= TYPE_MAILA)
        plan_rcode(p, RCODE_NOTIMP, false); /* TSIG, IXFR, AXFR, MAILB, MAILA: no data types */
    else if (is_version_query(q) && context->version != NULL)
        p->kind = PLAN_VERSION;
    else if (q->class != CLASS_IN && q->class != CLASS_ANY)
        plan_rcode(p, RCODE_REFUSED, false);
    else
        plan_zone(p, view, now, packet);
}
