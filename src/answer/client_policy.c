#include "answer/client_policy.h"

#include "answer/text.h"

#include <stdio.h>
#include <string.h>

#define CODE_TTL 300 /* seconds: short, as the client may remove the cause */

static void plan_code(struct plan *p, const struct answer_query *packet, uint32_t code)
{
    p->kind = PLAN_CODE;
    p->code = code;
    p->authoritative = p->query.class == CLASS_IN;
    plan_client(p, packet); /* the text names it */
}

/* ---- Customer keys ---- */

/* The subzone that the question is in, or the zone: with a key, the subzone's labels are in front of it. */
static const struct zone *find_subzone(const struct plan *p)
{
    const struct zone *zone = p->zone, *best = zone;
    struct labels labels = plan_labels(p, zone);

    for (size_t i = 0; i < zone->subzones_count; i++) {
        const struct zone *sub = &zone->subzones[i];
        unsigned own = (unsigned)sub->labels - zone->labels;
        if (own > labels.count || sub->labels <= best->labels)
            continue;
        size_t size = labels_size(labels, labels.count - own);
        if (size == (size_t)sub->name_len - zone->name_len &&
            memcmp(sub->name, labels.wire + labels.offsets[labels.count - own], size) == 0)
            best = sub;
    }
    return best;
}

/* Strips the key off a question in front of a keyed zone. False if the plan is complete. */
static bool strip_key(struct answer_context *c, struct plan *p, const struct answer_query *packet)
{
    const struct customer_keys *keys = c->policy->keys;
    const struct query *q = &p->query;
    const struct zone *found = p->zone;

    if (found->parent != NULL) /* a subzone: its last label may be a key */
        p->zone = found->parent;
    const struct customer_key *key =
        customer_keys_find(keys, q->name + q->offsets[q->labels - p->zone->labels - 1]);
    if (key == NULL || p->now >= key->expires || !customer_keys_allow(keys, key, p->zone->id)) {
        counter_add(&c->counters.key_refused, 1);
        if (!c->policy->keys_dry_run) {
            plan_rcode(p, RCODE_REFUSED, false);
            return false;
        }
    }
    if (key == NULL) {
        p->zone = found;
        return true;
    }
    p->customer_labels = 1;
    p->zone = find_subzone(p);
    enum key_state state = customer_keys_count(keys, c->worker, key->customer);
    if (likely(state == KEY_SERVED))
        return true;
    counter_add(&c->counters.key_too_many, 1);
    if (state == KEY_TOO_MANY)
        plan_code(p, packet, CODE_TOO_MANY);
    else
        plan_rcode(p, RCODE_REFUSED, false);
    return false;
}

bool client_policy_zone(struct answer_context *c, struct plan *p, const struct answer_query *packet)
{
    const struct policy *policy = c->policy;

    if (policy->keyed[p->zone->id]) {
        const struct zone *apex = p->zone->parent != NULL ? p->zone->parent : p->zone;
        return p->query.labels == apex->labels || strip_key(c, p, packet);
    }
    if (policy->public_resolvers == NULL || p->query.labels == p->zone->labels ||
        !prefixes_contain(policy->public_resolvers, plan_client(p, packet)))
        return true;
    counter_add(&c->counters.public_resolver, 1);
    if (!policy->public_dry_run)
        plan_code(p, packet, CODE_PUBLIC_RESOLVER);
    return policy->public_dry_run;
}

/* ---- Misspelt zones ---- */

void client_policy_no_zone(struct answer_context *c, struct plan *p, const struct answer_query *packet)
{
    const struct query *q = &p->query;

    for (size_t i = 0; i < c->policy->parents_count; i++) {
        const struct policy_parent *parent = &c->policy->parents[i];
        if (q->labels < parent->labels + 2)
            continue;
        size_t at = q->offsets[q->labels - parent->labels];
        if (q->name_len - at != parent->wire_len || memcmp(q->name + at, parent->wire, parent->wire_len) != 0)
            continue;
        counter_add(&c->counters.misspelt, 1);
        if (!c->policy->misspelt_dry_run)
            plan_code(p, packet, CODE_MISSPELT);
        return;
    }
}

/* ---- Answers ---- */

static void write_text(struct reply *r, const struct policy *policy, const struct plan *p)
{
    const char *why = p->code == CODE_TOO_MANY ? "Error: too many queries; you are "
                      : p->code == CODE_PUBLIC_RESOLVER
                          ? "Error: query by way of a public resolver, "
                          : "Error: no such zone, look for a misspelling; you are ";
    const char *see = policy->help[0] != '\0' ? "; see " : "";
    uint8_t text[TEXT_STRINGS_MAX];
    struct text_key key;

    text_key_address(&key, p->client.ipv6, p->client.key);
    int length =
        snprintf((char *)text + 1, TEXT_MAX, "%s%.*s%s%s", why, key.length, key.text, see, policy->help);
    if (length >= TEXT_MAX)
        length = TEXT_MAX - 1;
    reply_add(r, r->at, TYPE_TXT, CODE_TTL, text, text_to_strings(text, (size_t)length));
}

void client_policy_answer(struct reply *r, const struct answer_context *c, const struct plan *p)
{
    unsigned type = p->query.type;
    uint8_t address[4];

    wire_put32(address, p->code);
    if (type == TYPE_A || type == TYPE_ANY)
        reply_add(r, r->at, TYPE_A, CODE_TTL, address, sizeof(address));
    if (type == TYPE_TXT || type == TYPE_ANY)
        write_text(r, c->policy, p);
}
