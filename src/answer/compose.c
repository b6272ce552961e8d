#include "answer/compose.h"

#include "answer/listing.h"
#include "answer/text.h"

#include <string.h>

struct composition {
    struct reply *reply;
    const struct plan *plan;
    const uint8_t *first; /* where the answer section begins */
    struct listings listings;
};

bool answer_lists_all(const struct plan *p)
{
    bool address = p->key.bits4 == 32 || p->key.bits6 == 128;

    return p->kind == PLAN_LOOKUP && acl_client_has_template(&p->rule) &&
           (address ? p->zone->has_addresses || p->zone->has_dnset : p->zone->has_dnset);
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
    ttl = ttl < r->ttl_most ? ttl : r->ttl_most;
    p = wire_put_record(wire_put16(p, WIRE_POINTER | WIRE_HEADER), type, ttl, (unsigned)length);
    memcpy(p, data, length);
    r->answers++;
}

static bool has_type(const struct composition *c, const struct listing *l, unsigned type)
{
    const uint8_t *record = listing_record(&c->listings, l);

    if (record != NULL)
        return wire_get16(record) == type;
    return type == TYPE_A || (type == TYPE_TXT && listing_has_text(l));
}

static void write_listing(struct composition *c, const struct listing *l, unsigned type, uint32_t ttl)
{
    const uint8_t *record = listing_record(&c->listings, l);
    uint8_t data[1 + TEXT_MAX];
    size_t length = 4;

    if (record != NULL) {
        compose_record(c->reply, c->first, type, ttl, record + WIRE_RECORD, wire_get16(record + 8));
        return;
    }
    if (type == TYPE_A) {
        wire_put32(data, listing_code(l));
    } else {
        data[0] = (uint8_t)listing_text(&c->listings, l, c->plan, data + 1);
        length = 1 + (size_t)data[0];
    }
    compose_record(c->reply, c->first, type, ttl, data, length);
}

/* Every key is listed for this client; `$` is its address. */
static void write_template(struct composition *c, unsigned type)
{
    const struct acl_client_rule *rule = &c->plan->rule;
    const struct snapshot_source *source = &rule->acl->template;
    struct trie_key client = c->plan->client.key;
    uint8_t data[1 + TEXT_MAX];
    const struct snapshot *snapshot = c->listings.view->snapshot;
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
        const uint8_t *text =
            rule->rule->text != 0 ? (const uint8_t *)snapshot->texts.data + rule->rule->text : NULL;
        data[0] = (uint8_t)text_expand(data + 1, snapshot, source, text, &key);
        compose_record(c->reply, c->first, TYPE_TXT, source->ttl, data, 1 + (size_t)data[0]);
    }
}

/* Writes all records of a type, with the lowest of their TTLs. */
static void write_type(struct composition *c, unsigned type)
{
    const struct listings *all = &c->listings;
    uint32_t lowest = UINT32_MAX;

    for (unsigned i = 0; i < all->count; i++) {
        uint32_t ttl = listing_ttl(all, &all->listing[i]);
        if (has_type(c, &all->listing[i], type) && ttl < lowest)
            lowest = ttl;
    }
    for (unsigned i = 0; i < all->count; i++)
        if (has_type(c, &all->listing[i], type))
            write_listing(c, &all->listing[i], type, lowest);
}

/* The type of a listing that is the first of one other than A and TXT, else 0: every type is to be written
 * once. */
static unsigned brings_type(const struct composition *c, unsigned listing)
{
    const uint8_t *record = listing_record(&c->listings, &c->listings.listing[listing]);
    unsigned type = record != NULL ? wire_get16(record) : 0;

    if (type == TYPE_A || type == TYPE_TXT)
        return 0;
    for (unsigned i = 0; i < listing && type != 0; i++)
        if (has_type(c, &c->listings.listing[i], type))
            return 0;
    return type;
}

/* Whether ANY has been answered well enough (RFC 8482 section 4.1). */
static bool enough(const struct composition *c)
{
    return c->plan->minimal_any && c->reply->answers != 0;
}

void compose(struct reply *r, const struct view *view, const struct plan *plan, const struct matches *m)
{
    struct composition c;

    c.reply = r;
    c.plan = plan;
    c.first = r->at;
    listing_open(&c.listings, view, plan->now, false);
    for (unsigned i = 0; i < m->count; i++)
        listing_add(&c.listings, &m->match[i]);
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
    for (unsigned i = 0; i < c.listings.count && !enough(&c); i++) {
        unsigned other = brings_type(&c, i);
        if (other != 0)
            write_type(&c, other);
    }
}
