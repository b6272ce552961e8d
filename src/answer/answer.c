#include "answer/answer.h"

#include "answer/client_policy.h"
#include "trie/ip.h"

#include <endian.h>
#include <string.h>

/* ---- Access lists ---- */

/* Reads some more access lists: of all rules for the client the strictest one counts. */
static void read_acls(struct plan *p, const struct answer_query *packet,
                      const struct snapshot_acl *const *acls, size_t count)
{
    static const uint8_t strictness[] = {
        [0] = 1, [ACL_EMPTY] = 2, [ACL_REFUSE] = 3, [ACL_IGNORE] = 4, [ACL_PASS] = 0
    };

    for (size_t i = 0; i < count; i++) {
        const struct client_address *client = plan_client(p, packet);
        const struct acl_rule *rule = snapshot_acl_rule(acls[i], client->ipv6, client->key);
        unsigned now = p->acl.rule != NULL ? strictness[p->acl.rule->action] : 0;
        if (rule != NULL && strictness[rule->action] > now)
            p->acl = (struct plan_acl){ rule, acls[i] };
    }
}

static inline bool acl_is(const struct plan *p, enum acl_action action)
{
    return p->acl.rule != NULL && p->acl.rule->action == action;
}

/* ---- The key ---- */

/* The value of a label that is a decimal octet without leading zeros, or -1. Four bytes are read. */
static int octet_label(const uint8_t *label)
{
    static const uint8_t least[] = { 0, 0, 10, 100 };
    uint32_t word;

    memcpy(&word, label, sizeof(word));
    word = le32toh(word);
    unsigned count = word & 0xff, missing = 8 * (3 - count);
    if (count - 1 > 2)
        return -1;
    /* Three digits, the first in the low octet; those missing in front are 0. */
    uint32_t digits = ((word >> 8) ^ 0x303030) << missing & 0xffffff;
    unsigned value = (digits & 0xff) * 100 + (digits >> 8 & 0xff) * 10 + (digits >> 16);
    bool valid = ((digits | (digits + 0x767676)) & 0x808080) == 0; /* each is at most 9 */
    return valid && value <= 255 && value >= least[count] ? (int)value : -1;
}

static int nibble_label(const uint8_t *label)
{
    unsigned digit = label[1] - '0', letter = label[1] - 'a';

    if (label[0] != 1)
        return -1;
    return digit <= 9 ? (int)digit : letter <= 5 ? (int)letter + 10 : -1;
}

static uint8_t parse4(const struct query *q, unsigned labels, uint32_t *address)
{
    uint32_t value = 0;

    for (unsigned i = labels; i-- > 0;) {
        int octet = octet_label(q->name + q->offsets[i]);
        if (octet < 0)
            return 0;
        value = value << 8 | (uint32_t)octet;
    }
    *address = value << (32 - 8 * labels);
    return (uint8_t)(8 * labels);
}

static uint8_t parse6(const struct query *q, unsigned labels, struct trie_key *address)
{
    uint64_t half[2] = { 0, 0 };

    /* From the lowest nibble up; labels of one octet stand two bytes apart. */
    for (unsigned i = 0; i < labels; i++) {
        int nibble = nibble_label(q->name + 2 * (size_t)i);
        if (nibble < 0)
            return 0;
        unsigned from_top = labels - 1 - i;
        half[from_top / 16] |= (uint64_t)nibble << (60 - 4 * (from_top % 16));
    }
    *address = (struct trie_key){ half[0], half[1] };
    return (uint8_t)(4 * labels);
}

/* Parses the first `labels` labels of the query's name. An octet with leading zeros makes it a name. */
static struct address_key parse_key(const struct query *q, unsigned labels)
{
    struct address_key key = { 0 };

    if (labels >= 1 && labels <= 4)
        key.bits4 = parse4(q, labels, &key.ip4);
    if (labels >= 1 && labels <= 32 && q->name[0] == 1)
        key.bits6 = parse6(q, labels, &key.ip6);
    return key;
}

/* ---- Look-ups ---- */

static inline void start(struct plan *p, unsigned probe, const struct trie *t, struct trie_key key)
{
    p->probes |= (uint8_t)(1u << probe);
    trie_probe_start(&p->probe[probe], t, key);
}

static inline void start_ip4(struct plan *p, const struct view *v, uint32_t address)
{
    struct trie_key key = ip4_key(address);

    p->ip4 = address;
    start(p, PROBE_IP4, &v->snapshot->trie4, key);
    if (unlikely(v->overlay.has[RANGE_IP4]))
        start(p, PROBE_OVERLAY4, &v->overlay.trie[RANGE_IP4], key);
}

static inline void start_ip6(struct plan *p, const struct view *v, struct trie_key key)
{
    start(p, PROBE_IP6, &v->snapshot->trie6, key);
    if (unlikely(v->overlay.has[RANGE_IP6]))
        start(p, PROBE_OVERLAY6, &v->overlay.trie[RANGE_IP6], key);
}

/* Of a mapped address only the IPv4 data is read, of a 6to4 address both, as rbldnsd does. In the overlay a
 * mapped address is an IPv4 address in all zones. */
static inline __attribute__((always_inline)) void start_lookups(struct plan *p, const struct view *v)
{
    p->key_labels = (uint8_t)plan_labels(p, p->zone).count;
    p->key = parse_key(&p->query, p->key_labels);
    const struct address_key *k = &p->key;

    if (k->bits4 == 32) {
        start_ip4(p, v, k->ip4);
    } else if (k->bits6 == 128) {
        bool mapped = ip6_is_mapped(k->ip6);
        if (ip6_is_6to4(k->ip6))
            start_ip4(p, v, ip6_6to4_ip4(k->ip6));
        else if (mapped && (p->zone->has4 || v->overlay.has[RANGE_IP4]))
            start_ip4(p, v, ip6_mapped_ip4(k->ip6));
        if (!mapped || !p->zone->has4)
            start_ip6(p, v, k->ip6);
    }
}

void plan_look_up(struct plan *p, const struct view *view)
{
    struct trie_probe *probes[PROBES];
    unsigned started = 0;

    probes[0] = NULL;
    p->probes = 0;
    start_lookups(p, view);
    for (unsigned left = p->probes; left != 0; left &= left - 1)
        probes[started++] = &p->probe[__builtin_ctz(left)];
    trie_probe_finish(probes, started);
}

/* ---- Plans ---- */

/* A question of class CH: the server's version and identity (RFC 4892). */
static void plan_chaos(const struct answer_context *c, struct plan *p)
{
    const struct {
        const char *name; /* in wire form */
        const char *text;
    } table[] = {
        { "\7version\4bind", c->version },
        { "\7version\6server", c->version },
        { "\10hostname\4bind", c->hostname },
        { "\2id\6server", c->identity },
    };
    const struct query *q = &p->query;

    plan_rcode(p, RCODE_REFUSED, false);
    for (unsigned i = 0; q->type == TYPE_TXT && i < ARRAY_SIZE(table); i++)
        if (table[i].text != NULL && q->name_len == strlen(table[i].name) + 1 &&
            memcmp(q->name, table[i].name, q->name_len) == 0) {
            p->kind = PLAN_TEXT;
            p->text = table[i].text;
        }
}

/* A question in a zone that is ready and that the client may ask. */
static void plan_name(struct plan *p, const struct view *v)
{
    const struct query *q = &p->query;

    p->authoritative = q->class == CLASS_IN;
    p->key_labels = 0;
    p->kind = q->labels == p->zone->labels ? PLAN_APEX : PLAN_LOOKUP;
    if (p->kind == PLAN_LOOKUP)
        start_lookups(p, v);
}

/* `last`: the zone of the query before, or NULL. */
static void plan_zone(struct answer_context *c, struct plan *p, const struct view *v,
                      const struct answer_query *packet, const struct zone *last)
{
    const struct query *q = &p->query;
    struct labels name = query_labels(q, q->labels);

    p->zone = last != NULL && view_is_zone_of(last, name) ? last : view_find_zone(v, name);
    if (p->zone == NULL) {
        plan_rcode(p, RCODE_REFUSED, false);
        if (unlikely(c->policy != NULL && c->policy->parents_count != 0))
            client_policy_no_zone(c, p, packet);
        return;
    }
    if (p->zone->acls_count != 0)
        read_acls(p, packet, p->zone->acls, p->zone->acls_count);
    if (acl_is(p, ACL_IGNORE)) {
        p->kind = PLAN_DROP;
        return;
    }
    if (!p->zone->ready || p->now >= p->zone->valid_until) {
        plan_rcode(p, RCODE_SERVFAIL, false);
        return;
    }
    if (acl_is(p, ACL_REFUSE)) {
        plan_rcode(p, RCODE_REFUSED, false);
        return;
    }
    if (c->policy == NULL || c->policy->keyed == NULL || client_policy_zone(c, p, packet))
        plan_name(p, v);
}

/* Whether a valid cookie proves that the client's address is not forged. */
static bool has_valid_cookie(const struct answer_context *c, struct plan *p,
                             const struct answer_query *packet)
{
    const struct query *q = &p->query;

    if (q->cookie_len != COOKIE_SIZE || !plan_uses_cookies(p, c))
        return false;
    struct cookie_client client = client_address_octets(plan_client(p, packet));
    return cookie_valid(&c->policy->cookies, &client, p->now, q->cookie, q->cookie_len);
}

/* The rate of replies over UDP. True if the client is beyond it: then the plan is complete. `formed`: the
 * query is well-formed. */
static bool plan_rate(struct answer_context *c, struct plan *p, const struct answer_query *packet,
                      bool formed)
{
    if (packet->tcp || has_valid_cookie(c, p, packet))
        return false;
    enum rate_action action = rate_check(c->rate, plan_client(p, packet), p->now);
    counter_add(&c->counters.rate_dropped, action == RATE_DROP);
    counter_add(&c->counters.rate_slipped, action == RATE_SLIP);
    if (action == RATE_PASS || rate_is_dry_run(c->rate) || (action == RATE_SLIP && !formed))
        return false;
    p->kind = action == RATE_DROP ? PLAN_DROP : PLAN_SLIP;
    if (action == RATE_SLIP && plan_uses_cookies(p, c))
        plan_rcode(p, RCODE_BADCOOKIE,
                   false); /* the client will return with the cookie that this reply brings */
    return true;
}

static void plan_begin(struct plan *p, int64_t now)
{
    p->probes = p->customer_labels = 0;
    p->zone = NULL;
    p->authoritative = p->has_client = p->minimal_any = false;
    p->acl = (struct plan_acl){ NULL, NULL };
    p->now = now;
}

static hot void plan_query(struct answer_context *context, const struct view *view, int64_t now,
                           const struct answer_query *packet, const struct zone *last, struct plan *p)
{
    struct query *q = &p->query;

    plan_begin(p, now);
    if (view->acls_count != 0)
        read_acls(p, packet, view->acls, view->acls_count);
    enum query_outcome outcome =
        acl_is(p, ACL_IGNORE) ? QUERY_DROP : query_parse(packet->packet, packet->length, q);
    if (outcome == QUERY_DROP) {
        p->kind = PLAN_DROP;
        return;
    }
    if (context->rate != NULL && plan_rate(context, p, packet, outcome == QUERY_OK))
        return;
    if (outcome == QUERY_FORMERR)
        plan_rcode(p, q->flags & FLAG_OPCODE ? RCODE_NOTIMP : RCODE_FORMERR, false);
    else if (q->flags & (FLAG_OPCODE | FLAG_AA | FLAG_TC))
        plan_rcode(p, RCODE_NOTIMP, false);
    else if (q->edns && q->edns_version != 0)
        plan_rcode(p, RCODE_BADVERS, false);
    else if (q->type >= TYPE_TSIG && q->type <= TYPE_MAILA)
        plan_rcode(p, RCODE_NOTIMP, false); /* TSIG, IXFR, AXFR, MAILB, MAILA: no data types */
    else if (q->class == CLASS_CH)
        plan_chaos(context, p);
    else if (q->class != CLASS_IN && q->class != CLASS_ANY)
        plan_rcode(p, RCODE_REFUSED, false);
    else {
        p->minimal_any = context->minimal_any && !packet->tcp;
        plan_zone(context, p, view, packet, last);
    }
}

void answer_batch(struct answer_context *context, const struct view *view, int64_t now,
                  struct answer_query *queries, unsigned count)
{
    struct plan plans[ANSWER_BATCH];
    struct trie_probe *probes[PROBES * ANSWER_BATCH];
    const struct zone *last = NULL;
    unsigned started = 0;

    probes[0] = NULL;
    for (unsigned i = 0; i < count; i++) {
        plan_query(context, view, now, &queries[i], last, &plans[i]);
        last = plans[i].zone != NULL ? plans[i].zone : last;
        for (unsigned left = plans[i].probes; left != 0; left &= left - 1)
            probes[started++] = &plans[i].probe[__builtin_ctz(left)];
    }
    trie_probe_finish(probes, started);
    for (unsigned i = 0; i < count; i++)
        answer_finish(context, view, &plans[i], &queries[i]);
}
