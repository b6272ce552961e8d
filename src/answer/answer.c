#include "answer/answer.h"

#include "answer/client_policy.h"
#include "answer/ip4_query.h"
#include "trie/ip.h"

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

/* ---- What the queries of a batch share ---- */

struct batch {
    struct trie_probe *probes[PROBES * ANSWER_BATCH]; /* look-ups that are started */
    unsigned started;
    unsigned zones_next;         /* of `zones`, the next to be replaced */
    const struct zone *zones[4]; /* the last ones found, in which those of the next queries mostly are */
    bool has_rules;              /* access lists or customer keys, or the overlay lists something */
    const struct zone *ip4_zone; /* for plan_ip4_query(), or NULL */
};

static void batch_begin(struct batch *b)
{
    b->probes[0] = NULL;
    b->started = b->zones_next = 0;
    b->has_rules = false;
    b->ip4_zone = NULL;
    memset(b->zones, 0, sizeof(b->zones));
}

/* Whether a zone below which there is no other is the question's. */
static inline bool is_zone_of(const struct zone *z, const struct query *q)
{
    if (q->labels < z->labels)
        return false;
    size_t from = q->offsets[q->labels - z->labels];
    return q->name_len - from == z->name_len && name_equal(q->name + from, z->name, z->name_len);
}

static inline const struct zone *find_zone(struct batch *b, const struct view *v, const struct query *q)
{
    for (unsigned i = 0; i < ARRAY_SIZE(b->zones) && b->zones[i] != NULL; i++)
        if (is_zone_of(b->zones[i], q))
            return b->zones[i];
    const struct zone *z = view_find_zone(v, query_labels(q, q->labels));
    if (z != NULL && z->innermost)
        b->zones[b->zones_next++ % ARRAY_SIZE(b->zones)] = z;
    return z;
}

/* ---- Look-ups ---- */

static inline void start(struct batch *b, struct plan *p, unsigned probe, const struct trie *t,
                         struct trie_key key)
{
    p->probes |= (uint8_t)(1u << probe);
    b->probes[b->started++] = &p->probe[probe];
    trie_probe_start(&p->probe[probe], t, key);
}

static inline void start_ip4(struct batch *b, struct plan *p, const struct view *v, uint32_t address)
{
    struct trie_key key = ip4_key(address);

    p->ip4 = address;
    start(b, p, PROBE_IP4, &v->snapshot->trie4, key);
    if (unlikely(v->overlay.has[RANGE_IP4]))
        start(b, p, PROBE_OVERLAY4, &v->overlay.trie[RANGE_IP4], key);
}

static inline void start_ip6(struct batch *b, struct plan *p, const struct view *v, struct trie_key key)
{
    start(b, p, PROBE_IP6, &v->snapshot->trie6, key);
    if (unlikely(v->overlay.has[RANGE_IP6]))
        start(b, p, PROBE_OVERLAY6, &v->overlay.trie[RANGE_IP6], key);
}

/* Of a mapped address only the IPv4 data is read, of a 6to4 address both, as rbldnsd does. In the overlay a
 * mapped address is an IPv4 address in all zones. */
static __attribute__((noinline)) void start_ip6_lookups(struct batch *b, struct plan *p, const struct view *v)
{
    struct trie_key key = p->key.ip6;
    bool mapped = ip6_is_mapped(key);

    if (ip6_is_6to4(key))
        start_ip4(b, p, v, ip6_6to4_ip4(key));
    else if (mapped && (p->zone->has4 || v->overlay.has[RANGE_IP4]))
        start_ip4(b, p, v, ip6_mapped_ip4(key));
    if (!mapped || !p->zone->has4)
        start_ip6(b, p, v, key);
}

static inline void start_lookups(struct batch *b, struct plan *p, const struct view *v)
{
    struct labels labels = plan_labels(p, p->zone);

    p->key_labels = (uint8_t)labels.count;
    address_key_parse(&p->key, &p->query, labels.count);
    if (p->key.bits4 == 32)
        start_ip4(b, p, v, p->key.ip4);
    else if (p->key.bits6 == 128)
        start_ip6_lookups(b, p, v);
    else if (p->zone->has_names)
        p->name = names_probe_start(&v->snapshot->names, labels);
}

void plan_look_up(struct plan *p, const struct view *view)
{
    struct batch b;

    batch_begin(&b);
    p->probes = 0;
    start_lookups(&b, p, view);
    trie_probe_finish(b.probes, b.started);
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
static inline void plan_name(struct batch *b, struct plan *p, const struct view *v)
{
    const struct query *q = &p->query;

    p->authoritative = q->class == CLASS_IN;
    p->kind = q->labels == p->zone->labels ? PLAN_APEX : PLAN_LOOKUP;
    if (p->kind == PLAN_LOOKUP)
        start_lookups(b, p, v);
}

/* What the zone's state or the access lists have against an answer; false: nothing. */
static bool plan_obstacle(struct plan *p)
{
    if (acl_is(p, ACL_IGNORE))
        p->kind = PLAN_DROP;
    else if (!p->zone->ready || p->now >= p->zone->valid_until)
        plan_rcode(p, RCODE_SERVFAIL, false);
    else if (acl_is(p, ACL_REFUSE))
        plan_rcode(p, RCODE_REFUSED, false);
    else
        return false;
    return true;
}

/* Whether in `z` nothing but an IPv4 address decides about the question for it. */
static inline bool is_ip4_zone(const struct batch *b, const struct zone *z)
{
    return !b->has_rules && z->acls_count == 0 && z->innermost && z->parent == NULL && !z->has_names;
}

static inline void plan_zone(struct answer_context *c, struct batch *b, struct plan *p, const struct view *v,
                             const struct answer_query *packet)
{
    const struct query *q = &p->query;

    p->zone = find_zone(b, v, q);
    if (p->zone == NULL) {
        plan_rcode(p, RCODE_REFUSED, false);
        if (unlikely(c->policy != NULL && c->policy->parents_count != 0))
            client_policy_no_zone(c, p, packet);
        return;
    }
    const struct zone *z = p->zone;
    if (z->acls_count != 0)
        read_acls(p, packet, z->acls, z->acls_count);
    if (unlikely(p->acl.rule != NULL || !z->ready || p->now >= z->valid_until) && plan_obstacle(p))
        return;
    if (c->policy == NULL || c->policy->keyed == NULL || client_policy_zone(c, p, packet))
        plan_name(b, p, v);
    if (p->probes == 1u << PROBE_IP4 && is_ip4_zone(b, z))
        b->ip4_zone = z;
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
    p->authoritative = p->has_client = p->minimal_any = p->unnamed = false;
    p->probes = p->customer_labels = p->key_labels = 0;
    p->zone = NULL;
    p->acl = (struct plan_acl){ NULL, NULL };
    p->now = now;
}

/* Plans the answer to a query that ip4_query_parse() parses; false: it is another one. */
static inline bool plan_ip4_query(struct answer_context *context, struct batch *b, const struct view *view,
                                  const struct answer_query *packet, struct plan *p)
{
    uint32_t address;

    if (b->ip4_zone == NULL ||
        !ip4_query_parse(packet->packet, packet->length, b->ip4_zone, &p->query, &address))
        return false;
    p->unnamed = true;
    if (context->rate != NULL && plan_rate(context, p, packet, true))
        return true;
    p->zone = b->ip4_zone;
    p->kind = PLAN_LOOKUP;
    p->authoritative = true;
    p->key_labels = 4;
    p->key.bits4 = 32;
    p->key.bits6 = 0;
    p->key.ip4 = address;
    start_ip4(b, p, view, address);
    return true;
}

static inline void plan_query(struct answer_context *context, struct batch *b, const struct view *view,
                              int64_t now, const struct answer_query *packet, struct plan *p)
{
    struct query *q = &p->query;

    plan_begin(p, now);
    if (plan_ip4_query(context, b, view, packet, p))
        return;
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
        plan_zone(context, b, p, view, packet);
    }
}

void answer_batch(struct answer_context *context, const struct view *view, int64_t now,
                  struct answer_query *queries, unsigned count)
{
    struct plan plans[ANSWER_BATCH];
    struct batch b;
    size_t in = 0, out = 0; /* bytes */

    batch_begin(&b);
    b.has_rules = view->acls_count != 0 || view->overlay.lists ||
                  (context->policy != NULL && context->policy->keyed != NULL);
    for (unsigned i = 0; i < count; i++)
        plan_query(context, &b, view, now, &queries[i], &plans[i]);
    trie_probe_finish(b.probes, b.started);
    for (unsigned i = 0; i < count; i++) {
        size_t size = queries[i].length;
        if (!answer_plain(context, view, &plans[i], &queries[i])) {
            if (plans[i].unnamed)
                (void)query_parse(queries[i].packet, queries[i].length, &plans[i].query);
            answer_finish(context, view, &plans[i], &queries[i]);
        }
        in += queries[i].length != 0 ? size : 0;
        out += queries[i].length;
    }
    counter_add(&context->counters.queries, count);
    counter_add(&context->counters.bytes_in, in);
    counter_add(&context->counters.bytes_out, out);
}
