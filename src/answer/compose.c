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

static void write_listing(struct composition *c, const struct listing *l, unsigned type, uint32_t ttl)
{
    const uint8_t *record = l->record;
    uint8_t data[1 + TEXT_MAX];
    size_t length = 4;

    if (record != NULL) {
        reply_add(c->reply, c->first, type, ttl, wire_record_data(record), wire_record_data_length(record));
        return;
    }
    if (type == TYPE_A) {
        wire_put32(data, l->code);
    } else {
        data[0] = (uint8_t)listing_text(&c->listings, l, c->plan, data + 1);
        length = 1 + (size_t)data[0];
    }
    reply_add(c->reply, c->first, type, ttl, data, length);
}

/* Every key is listed for this client; `$` is its address. */
static void write_template(struct composition *c, unsigned type)
{
    const struct acl_rule *rule = c->plan->acl.rule;
    const struct snapshot_source *source = &c->plan->acl.acl->template;
    const struct client_address *client = &c->plan->client;
    const struct snapshot *snapshot = c->listings.view->snapshot;
    uint8_t data[1 + TEXT_MAX];
    struct text_key key;

    if (type != TYPE_TXT) {
        wire_put32(data, rule->code);
        reply_add(c->reply, c->first, TYPE_A, source->ttl, data, 4);
    }
    if (type != TYPE_A && (rule->text != 0 || source->template != 0)) {
        text_key_address(&key, client->ipv6, client->key);
        data[0] = (uint8_t)text_expand(data + 1, snapshot, source, snapshot_text(snapshot, rule->text), &key);
        reply_add(c->reply, c->first, TYPE_TXT, source->ttl, data, 1 + (size_t)data[0]);
    }
}

/* Writes all records of a type, with the lowest of their TTLs. */
static void write_type(struct composition *c, unsigned type)
{
    const struct listings *all = &c->listings;
    uint32_t lowest = UINT32_MAX;

    for (unsigned i = 0; i < all->count; i++)
        if (all->listing[i].ttl < lowest && listing_has_type(&all->listing[i], type))
            lowest = all->listing[i].ttl;
    for (unsigned i = 0; i < all->count; i++)
        if (listing_has_type(&all->listing[i], type))
            write_listing(c, &all->listing[i], type, lowest);
}

/* The type of a listing, if it is neither A nor TXT, and no listing before has it; else 0. */
static unsigned new_type(const struct composition *c, unsigned listing)
{
    const uint8_t *record = c->listings.listing[listing].record;
    unsigned type = record != NULL ? wire_record_type(record) : 0;

    if (type == TYPE_A || type == TYPE_TXT)
        return 0;
    for (unsigned i = 0; i < listing && type != 0; i++)
        if (listing_has_type(&c->listings.listing[i], type))
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
    if (plan_lists_all(plan) && (type == TYPE_A || type == TYPE_TXT || type == TYPE_ANY))
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
        unsigned other = new_type(&c, i);
        if (other != 0)
            write_type(&c, other);
    }
}
