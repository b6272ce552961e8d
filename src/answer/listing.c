#include "answer/listing.h"

#include "answer/text.h"
#include "trie/ip.h"

void listing_open(struct listings *l, const struct view *view, int64_t now, bool hidden)
{
    l->view = view;
    l->now = now;
    l->hidden = hidden;
    l->count = 0;
}

static void add(struct listings *l, const struct listing *listing)
{
    if (l->count < LISTINGS_MAX)
        l->listing[l->count++] = *listing;
}

/* A text that may be missing: then it is empty. */
static struct text text_of(const uint8_t *stored)
{
    static const uint8_t none = 0;
    return stored_text(stored != NULL ? stored : &none);
}

/* Adds the members that like->source, of this number, has in the verdict. */
static void add_members(struct listings *l, uint16_t source, struct listing *like)
{
    const struct match *match = like->match;
    const struct snapshot *s = l->view->snapshot;
    struct verdict_members m;

    snapshot_members_open(&m, s, match->verdict);
    const struct member *member = m.member;
    for (uint32_t i = 0; i < m.count; i++, member++) {
        uint32_t text = verdict_text(&m, i);
        bool generic = member->kind == MEMBER_RECORD;
        if (member->source != source || (member->labels != 0 && match->by_address) ||
            (!generic && match->records_only))
            continue;
        like->record = generic ? snapshot_record(s, member) : NULL;
        like->code = generic ? 0 : member->code;
        like->ttl = generic ? wire_record_ttl(like->record) : like->source->ttl;
        like->labels = member->labels;
        like->text = text_of(snapshot_text(s, text));
        add(l, like);
    }
}

/* Adds the overlay's listing on like->list: `decides`, or the newest that like->hidden_by hides. */
static void add_item(struct listings *l, const struct overlay_item *decides, struct listing *like)
{
    const struct overlay_record *r = like->match->overlay;

    for (unsigned i = 0; i < r->count; i++) {
        const struct overlay_item *item = r->item[i];
        bool wanted = like->hidden_by == NULL ? item == decides
                                              : item->kind == OVERLAY_LIST && item->until > l->now &&
                                                    list_mask_has(item->lists, like->list);
        if (!wanted)
            continue;
        like->record = NULL;
        like->code = item->code;
        like->ttl = like->source != NULL ? like->source->ttl : VIEW_LISTING_TTL;
        like->labels = 0;
        like->item = item;
        like->text = text_of(NULL);
        if (item->text != NULL) /* this one always has one byte of length */
            like->text = (struct text){ item->text + 1, item->text[0] };
        add(l, like);
        like->item = NULL;
        return;
    }
}

/* Adds what like->list has in the snapshot (of like->source, of number `source`, or NULL) and, `with_item`,
 * in the overlay. */
static void add_list(struct listings *l, uint16_t source, bool with_item, struct listing *like)
{
    const struct overlay_item *item = NULL;
    enum overlay_effect says = like->list != VIEW_NO_LIST
                                   ? overlay_effect(like->match->overlay, like->list, l->now, &item)
                                   : OVERLAY_NOTHING;

    like->hidden_by = says == OVERLAY_HIDES || says == OVERLAY_ALLOWS ? item : NULL;
    if (like->hidden_by != NULL && !l->hidden)
        return;
    if (like->source != NULL)
        add_members(l, source, like);
    if (says != OVERLAY_NOTHING && with_item && !like->match->records_only)
        add_item(l, item, like);
}

/* Adds the overlay's listings on lists of the zone that have no source. `done`: lists of which the overlay's
 * listing was added. */
static void add_sourceless(struct listings *l, const struct zone *z, struct list_mask *done,
                           struct listing *like)
{
    like->source = NULL;
    for (unsigned i = 0; i < z->sources_count; i++) { /* nor of sections that do not count */
        unsigned list = view_list(l->view, z->sources[i]);
        if (list != VIEW_NO_LIST)
            list_mask_add(done, list);
    }
    for (unsigned w = 0; w < ARRAY_SIZE(z->lists.word); w++)
        for (uint64_t left = z->lists.word[w] & ~done->word[w]; left != 0; left &= left - 1) {
            like->list = w * 64 + (unsigned)__builtin_ctzll(left);
            add_list(l, 0, true, like);
        }
}

void listing_add(struct listings *l, const struct match *match)
{
    const struct zone *z = match->zone;
    struct listing like = { .match = match, .protected = view_protects(l->view, match->verdict) };
    struct list_mask done = { { 0 } }; /* lists of which the overlay's listing was added */

    if (like.protected && !l->hidden)
        return;
    for (unsigned i = 0; i < z->sources_count; i++) {
        uint16_t source = z->sources[i];
        like.source = &l->view->snapshot->sources[source];
        like.list = view_list(l->view, source);
        if (match->whole_sets && like.source->combined)
            continue;
        if (match->overlay == NULL) {
            add_members(l, source, &like);
            continue;
        }
        bool known = like.list != VIEW_NO_LIST;
        add_list(l, source, known && !list_mask_has(&done, like.list), &like);
        if (known)
            list_mask_add(&done, like.list);
    }
    if (match->overlay != NULL)
        add_sourceless(l, z, &done, &like);
}

bool listing_has_type(const struct listing *l, unsigned type)
{
    if (l->record != NULL || type != TYPE_TXT)
        return type == (l->record != NULL ? wire_record_type(l->record) : TYPE_A);
    if (l->text.length == 0)
        return l->source != NULL && l->source->template != 0;
    return l->text.length != 1 ||
           l->text.bytes[0] != '='; /* "=" alone: no TXT record, in spite of a base template */
}

/* What `$` stands for: the address, or the name that is listed. */
static void listing_key(const struct listing *l, const struct plan *plan, struct text_key *key)
{
    const struct query *q = &plan->query;
    unsigned end = q->offsets[l->match->key_labels];

    if (l->labels != 0) {
        unsigned from = q->offsets[l->match->key_labels - l->labels];
        text_key_name(key, q->name + from, (size_t)(end - from));
    } else if (l->item != NULL && l->item->name != NULL) {
        text_key_name(key, l->item->name + 1, l->item->name[0]);
    } else {
        bool ipv6 = l->match->kind == BY_IP6;
        text_key_address(key, ipv6, ipv6 ? plan->key.ip6 : ip4_key(plan->ip4));
    }
}

size_t listing_text(const struct listings *l, const struct listing *listing, const struct plan *plan,
                    uint8_t *out)
{
    struct text_key key;

    listing_key(listing, plan, &key);
    return text_expand(out, l->view->snapshot, listing->source, listing->text, &key);
}

/* ---- Composing an answer ---- */

struct composition {
    struct reply *reply;
    const struct plan *plan;
    const uint8_t *first; /* where the answer section begins */
    struct listings listings;
};

/* Adds a TXT record of the `length` octets from data[1] on, of TEXT_STRINGS_MAX. */
static void add_txt(struct composition *c, uint32_t ttl, uint8_t *data, size_t length)
{
    if (length <= TEXT_MAX)
        reply_add(c->reply, c->first, TYPE_TXT, ttl, data, text_to_strings(data, length));
    else
        c->reply->truncated = true;
}

static void write_listing(struct composition *c, const struct listing *l, unsigned type, uint32_t ttl)
{
    const uint8_t *record = l->record;
    uint8_t data[TEXT_STRINGS_MAX];

    if (record != NULL) {
        reply_add(c->reply, c->first, type, ttl, wire_record_data(record), wire_record_data_length(record));
    } else if (type == TYPE_A) {
        wire_put32(data, l->code);
        reply_add(c->reply, c->first, TYPE_A, ttl, data, 4);
    } else {
        add_txt(c, ttl, data, listing_text(&c->listings, l, c->plan, data + 1));
    }
}

/* Every key is listed for this client; `$` is its address. */
static void write_template(struct composition *c, unsigned type)
{
    const struct acl_rule *rule = c->plan->acl.rule;
    const struct snapshot_source *source = &c->plan->acl.acl->template;
    const struct client_address *client = &c->plan->client;
    const struct snapshot *snapshot = c->listings.view->snapshot;
    uint8_t data[TEXT_STRINGS_MAX];
    struct text_key key;

    if (type != TYPE_TXT) {
        wire_put32(data, rule->code);
        reply_add(c->reply, c->first, TYPE_A, source->ttl, data, 4);
    }
    if (type != TYPE_A && (rule->text != 0 || source->template != 0)) {
        text_key_address(&key, client->ipv6, client->key);
        struct text own = text_of(snapshot_text(snapshot, rule->text));
        add_txt(c, source->ttl, data, text_expand(data + 1, snapshot, source, own, &key));
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

void listing_compose(struct reply *r, const struct view *view, const struct plan *plan,
                     const struct matches *m)
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
