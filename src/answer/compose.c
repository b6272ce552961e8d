#include "answer/compose.h"

#include "answer/text.h"

#include <string.h>

enum { LISTINGS_MAX = 256 };

/* One member that holds for the question. */
struct listing {
    const struct member *member;
    const struct base_source *source;
    const struct hit *hit;
    uint32_t text; /* offset in base.texts */
};

struct composition {
    struct reply *reply;
    const struct base *base;
    const struct plan *plan;
    const uint8_t *first; /* where the answer section begins */
    unsigned count;
    struct listing listings[LISTINGS_MAX];
};

static void collect(struct composition *c, const struct hit *hit)
{
    for (unsigned i = 0; i < hit->zone->sources_count; i++) {
        struct verdict_members m;
        verdict_members_open(&m, c->base, hit->verdict);
        for (uint32_t j = 0; j < m.count; j++) {
            const struct member *member = &m.member[j];
            uint32_t text = verdict_text(&m, j);
            bool counts = (member->labels == 0 || !hit->by_address) &&
                          (member->kind == MEMBER_RECORD || !hit->records_only) &&
                          !(hit->whole_sets && c->base->sources[member->source].combined);
            if (counts && member->source == hit->zone->sources[i] && c->count < LISTINGS_MAX)
                c->listings[c->count++] =
                    (struct listing){ member, &c->base->sources[member->source], hit, text };
        }
    }
}

bool answer_lists_all(const struct plan *p)
{
    bool address = p->key.bits4 == 32 || p->key.bits6 == 128;

    return p->kind == PLAN_LOOKUP && client_has_template(&p->rule) &&
           (address ? p->zone->has_addresses || p->zone->has_dnset : p->zone->has_dnset);
}

bool compose_lists(const struct base *base, const struct hit *hit)
{
    struct composition c;

    if (!hit->records_only && !hit->whole_sets && (!hit->by_address || !hit->zone->has_names))
        return zone_answer(hit->zone, base, hit->verdict).count != 0;
    c.base = base;
    c.count = 0;
    collect(&c, hit);
    return c.count != 0;
}

/* ---- Records ---- */

void compose_record(struct reply *r, const uint8_t *first, unsigned type, uint32_t ttl, const uint8_t *data,
                    size_t length)
{
    for (const uint8_t *p = first; p < r->at; p += 2 + WIRE_RECORD + wire_get16(p + 10))
        if (wire_get16(p + 2) == type && wire_get16(p + 10) == length && memcmp(p + 12, data, length) == 0)
            return;
    uint8_t *p = reply_room(r, 2 + WIRE_RECORD + length);
    if (p == NULL)
        return;
    p = wire_put_record(wire_put16(p, WIRE_POINTER | WIRE_HEADER), type, ttl, (unsigned)length);
    memcpy(p, data, length);
    r->answers++;
}

static const uint8_t *generic_record(const struct composition *c, const struct listing *l)
{
    return (const uint8_t *)c->base->records.data + l->member->code;
}

/* Whether a listing has a TXT record of the list's kind. */
static bool has_text(const struct composition *c, const struct listing *l)
{
    const uint8_t *text = (const uint8_t *)c->base->texts.data + l->text;

    if (l->text == 0)
        return l->source->template != 0;
    return text[0] != 1 || text[1] != '='; /* "=" alone: no text, and no base template either */
}

static bool has_type(const struct composition *c, const struct listing *l, unsigned type)
{
    if (l->member->kind == MEMBER_RECORD)
        return wire_get16(generic_record(c, l)) == type;
    return type == TYPE_A || (type == TYPE_TXT && has_text(c, l));
}

/* What `$` stands for: the address, or the name that is listed. */
static void listing_key(const struct composition *c, const struct listing *l, struct text_key *key)
{
    const struct plan *plan = c->plan;
    const struct query *q = &plan->query;
    unsigned end = q->offsets[l->hit->key_labels];

    if (l->member->labels != 0) {
        unsigned from = q->offsets[l->hit->key_labels - l->member->labels];
        text_key_name(key, q->name + from, (size_t)(end - from));
    } else if (l->hit->kind == BY_IP6) {
        text_key_ip6(key, plan->key.ip6.hi, plan->key.ip6.lo);
    } else {
        text_key_ip4(key, plan->ip4);
    }
}

static void write_listing(struct composition *c, const struct listing *l, unsigned type, uint32_t ttl)
{
    uint8_t data[1 + TEXT_MAX];
    size_t length = 4;

    if (l->member->kind == MEMBER_RECORD) {
        const uint8_t *record = generic_record(c, l);
        compose_record(c->reply, c->first, type, ttl, record + WIRE_RECORD, wire_get16(record + 8));
        return;
    }
    if (type == TYPE_A) {
        wire_put32(data, l->member->code);
    } else {
        struct text_key key;
        listing_key(c, l, &key);
        data[0] = (uint8_t)text_expand(data + 1, c->base, l->source, l->text, &key);
        length = 1 + (size_t)data[0];
    }
    compose_record(c->reply, c->first, type, ttl, data, length);
}

/* Every key is listed for this client; `$` is its address. */
static void write_template(struct composition *c, unsigned type)
{
    const struct client_rule *rule = &c->plan->rule;
    const struct base_source *source = &rule->acl->template;
    struct trie_key client = c->plan->client.key;
    uint8_t data[1 + TEXT_MAX];
    struct text_key key;

    if (type != TYPE_TXT) {
        wire_put32(data, rule->rule->code);
        compose_record(c->reply, c->first, TYPE_A, source->ttl, data, 4);
    }
    if (type != TYPE_A && (rule->rule->text != 0 || source->template != 0)) {
        if (c->plan->client.ipv6)
            text_key_ip6(&key, client.hi, client.lo);
        else
            text_key_ip4(&key, (uint32_t)(client.hi >> 32));
        data[0] = (uint8_t)text_expand(data + 1, c->base, source, rule->rule->text, &key);
        compose_record(c->reply, c->first, TYPE_TXT, source->ttl, data, 1 + (size_t)data[0]);
    }
}

/* Writes all records of a type, with the lowest of their TTLs. */
static void write_type(struct composition *c, unsigned type)
{
    uint32_t lowest = UINT32_MAX;

    for (unsigned i = 0; i < c->count; i++) {
        const struct listing *l = &c->listings[i];
        uint32_t ttl =
            l->member->kind == MEMBER_RECORD ? wire_get32(generic_record(c, l) + 4) : l->source->ttl;
        if (has_type(c, l, type) && ttl < lowest)
            lowest = ttl;
    }
    for (unsigned i = 0; i < c->count; i++)
        if (has_type(c, &c->listings[i], type))
            write_listing(c, &c->listings[i], type, lowest);
}

/* Whether a listing is the first with a type other than A and TXT: every type is to be written once. */
static bool brings_type(const struct composition *c, unsigned listing)
{
    if (c->listings[listing].member->kind != MEMBER_RECORD)
        return false;
    unsigned type = wire_get16(generic_record(c, &c->listings[listing]));
    for (unsigned i = 0; i < listing; i++)
        if (has_type(c, &c->listings[i], type))
            return false;
    return type != TYPE_A && type != TYPE_TXT;
}

/* Whether ANY has been answered well enough (RFC 8482 section 4.1). */
static bool enough(const struct composition *c)
{
    return c->plan->minimal_any && c->reply->answers != 0;
}

void compose(struct reply *r, const struct base *base, const struct plan *plan, const struct hit *hits,
             unsigned count)
{
    struct composition c;

    c.reply = r;
    c.base = base;
    c.plan = plan;
    c.first = r->at;
    c.count = 0;
    for (unsigned i = 0; i < count; i++)
        collect(&c, &hits[i]);
    unsigned type = plan->query.type;
    if (answer_lists_all(plan) && (type == TYPE_A || type == TYPE_TXT || type == TYPE_ANY))
        write_template(&c, type);
    if (type != TYPE_ANY) {
        write_type(&c, type);
        return;
    }
    write_type(&c, TYPE_A);
    if (enough(&c))
        return;
    write_type(&c, TYPE_TXT);
    for (unsigned i = 0; i < c.count && !enough(&c); i++)
        if (brings_type(&c, i))
            write_type(&c, wire_get16(generic_record(&c, &c.listings[i])));
}
