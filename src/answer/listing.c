#include "answer/listing.h"

#include "answer/text.h"
#include "trie/ip.h"

#include <string.h>

struct listing_walk {
    const struct view *view;
    int64_t now;
    bool hidden; /* with what is hidden */
    bool (*accept)(void *context, const struct listing *listing);
    void *context;
    struct verdict_members members; /* of the last source */
};

/* A text that may be missing: then it is empty. */
static struct text text_of(const uint8_t *stored)
{
    static const uint8_t none = 0;
    return stored_text(stored != NULL ? stored : &none);
}

/* What is said in place of the texts of like->source, or of the overlay's listings on like->list. */
static const char *withheld(const struct listing_walk *v, const struct listing *like)
{
    return v->hidden ? NULL : view_withheld(v->view, like->source, like->list);
}

/* Visits the members that like->source, of this number, has in the verdict. True: no more is wanted, as from
 * the functions below. */
static bool visit_members(struct listing_walk *v, uint16_t source, struct listing *like)
{
    const struct match *match = like->match;
    const struct snapshot *s = v->view->snapshot;
    struct verdict_members *m = &v->members;

    snapshot_members_of(m, s, match->verdict, source);
    const struct member *member = m->member;
    for (uint32_t i = 0; i < m->count; i++, member++) {
        uint32_t text = verdict_text(m, i);
        bool generic = member->kind == MEMBER_RECORD;
        if ((member->labels != 0 && match->by_address) || (!generic && match->records_only))
            continue;
        like->record = generic ? snapshot_record(s, member) : NULL;
        like->code = generic ? 0 : member->code;
        like->ttl = generic ? wire_record_ttl(like->record) : like->source->ttl;
        like->labels = member->labels;
        like->text = text_of(snapshot_text(s, text));
        if (v->accept(v->context, like))
            return true;
    }
    return false;
}

/* Visits the overlay's listing on like->list: `decides`, or the newest that like->hidden_by hides. */
static bool visit_item(struct listing_walk *v, const struct overlay_item *decides, struct listing *like)
{
    const struct overlay_record *r = like->match->overlay;

    for (unsigned i = 0; i < r->count; i++) {
        const struct overlay_item *item = r->item[i];
        bool wanted = like->hidden_by == NULL ? item == decides
                                              : item->kind == OVERLAY_LIST && item->until > v->now &&
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
        bool done = v->accept(v->context, like);
        like->item = NULL;
        return done;
    }
    return false;
}

/* Visits what like->list has in the snapshot (of like->source, of number `source`, or NULL) and, `with_item`,
 * in the overlay. */
static bool visit_list(struct listing_walk *v, uint16_t source, bool with_item, struct listing *like)
{
    const struct overlay_item *item = NULL;
    enum overlay_effect says = like->list != VIEW_NO_LIST
                                   ? overlay_effect(like->match->overlay, like->list, v->now, &item)
                                   : OVERLAY_NOTHING;

    like->hidden_by = says == OVERLAY_HIDES || says == OVERLAY_ALLOWS ? item : NULL;
    if (like->hidden_by != NULL && !v->hidden)
        return false;
    if (like->source != NULL && visit_members(v, source, like))
        return true;
    return says != OVERLAY_NOTHING && with_item && !like->match->records_only && visit_item(v, item, like);
}

/* Visits the overlay's listings on lists of the zone that have no source. `done`: lists of which the
 * overlay's listing was visited. */
static bool visit_sourceless(struct listing_walk *v, const struct zone *z, struct list_mask *done,
                             struct listing *like)
{
    like->source = NULL;
    for (unsigned i = 0; i < z->sources_count; i++) { /* nor of sections that do not count */
        unsigned list = view_list(v->view, z->sources[i]);
        if (list != VIEW_NO_LIST)
            list_mask_add(done, list);
    }
    for (unsigned w = 0; w < ARRAY_SIZE(z->lists.word); w++)
        for (uint64_t left = z->lists.word[w] & ~done->word[w]; left != 0; left &= left - 1) {
            like->list = w * 64 + (unsigned)__builtin_ctzll(left);
            like->withheld = withheld(v, like);
            if (visit_list(v, 0, true, like))
                return true;
        }
    return false;
}

static bool visit_source(struct listing_walk *v, uint16_t source, struct list_mask *done,
                         struct listing *like)
{
    like->source = &v->view->snapshot->sources[source];
    like->list = view_list(v->view, source);
    if (like->match->whole_sets && like->source->combined)
        return false;
    like->withheld = withheld(v, like);
    if (like->match->overlay == NULL)
        return visit_members(v, source, like);
    bool known = like->list != VIEW_NO_LIST, first = known && !list_mask_has(done, like->list);
    if (known)
        list_mask_add(done, like->list);
    return visit_list(v, source, first, like);
}

bool listing_visit(const struct view *view, const struct match *match, int64_t now, bool hidden,
                   bool (*accept)(void *context, const struct listing *listing), void *context)
{
    struct listing_walk v = {
        .view = view, .now = now, .hidden = hidden, .accept = accept, .context = context
    };
    const struct zone *z = match->zone;
    struct listing like = { .match = match, .protected = view_protects(view, match->verdict) };
    struct list_mask done = { { 0 } }; /* lists of which the overlay's listing was visited */

    if (like.protected && !hidden)
        return false;
    for (unsigned i = 0; i < z->sources_count; i++)
        if (visit_source(&v, z->sources[i], &done, &like))
            return true;
    return match->overlay != NULL && visit_sourceless(&v, z, &done, &like);
}

bool listing_has_type(const struct listing *l, unsigned type)
{
    if (l->withheld != NULL && l->record == NULL && type == TYPE_TXT)
        return true;
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

size_t listing_text(const struct view *view, const struct listing *listing, const struct plan *plan,
                    uint8_t *out)
{
    struct text_key key;

    listing_key(listing, plan, &key);
    if (listing->withheld != NULL) {
        struct text own = { (const uint8_t *)listing->withheld, strlen(listing->withheld) };
        return text_expand(out, view->snapshot, NULL, own, &key);
    }
    return text_expand(out, view->snapshot, listing->source, listing->text, &key);
}

/* ---- Composing an answer ---- */

enum { OTHER_TYPES_MAX = 32 }; /* types of generic records that ANY answers, beside A and TXT */

struct composition {
    struct reply *reply;
    const struct view *view;
    const struct plan *plan;
    const struct matches *matches;
    const uint8_t *first; /* where the answer section begins */
    unsigned type;        /* that is being written */
    uint32_t ttl;         /* of its records */
    unsigned others_count;
    uint16_t others[OTHER_TYPES_MAX];
};

/* Adds a TXT record of the `length` octets from data[1] on, of TEXT_STRINGS_MAX. */
static void add_txt(struct composition *c, uint32_t ttl, uint8_t *data, size_t length)
{
    if (length <= TEXT_MAX)
        reply_add(c->reply, c->first, TYPE_TXT, ttl, data, text_to_strings(data, length));
    else
        c->reply->truncated = true;
}

static void visit_all(struct composition *c, bool (*accept)(void *context, const struct listing *listing))
{
    for (unsigned i = 0; i < c->matches->count; i++)
        if (listing_visit(c->view, &c->matches->match[i], c->plan->now, false, accept, c))
            return;
}

/* The TTL of all records that the matches have, if it is the same whatever they are; else 0. */
static uint32_t common_ttl(const struct matches *m)
{
    uint32_t ttl = m->count != 0 ? m->match[0].zone->ttl : 0;

    for (unsigned i = 0; i < m->count; i++)
        if (m->match[i].overlay != NULL || m->match[i].zone->ttl != ttl)
            return 0;
    return ttl;
}

static bool lower_ttl(void *context, const struct listing *l)
{
    struct composition *c = context;

    if (l->ttl < c->ttl && listing_has_type(l, c->type))
        c->ttl = l->ttl;
    return false;
}

/* Nothing follows once the reply is full. */
static bool write_listing(void *context, const struct listing *l)
{
    struct composition *c = context;
    const uint8_t *record = l->record;
    uint8_t data[TEXT_STRINGS_MAX];

    if (!listing_has_type(l, c->type))
        return false;
    if (record != NULL && (l->withheld == NULL || c->type != TYPE_TXT)) {
        reply_add(c->reply, c->first, c->type, c->ttl, wire_record_data(record),
                  wire_record_data_length(record));
    } else if (c->type == TYPE_A) {
        wire_put32(data, l->code);
        reply_add(c->reply, c->first, TYPE_A, c->ttl, data, 4);
    } else {
        add_txt(c, c->ttl, data, listing_text(c->view, l, c->plan, data + 1));
    }
    return c->reply->truncated;
}

/* Every key is listed for this client; `$` is its address. */
static void write_template(struct composition *c, unsigned type)
{
    const struct acl_rule *rule = c->plan->acl.rule;
    const struct snapshot_source *source = &c->plan->acl.acl->template;
    const struct client_address *client = &c->plan->client;
    const struct snapshot *snapshot = c->view->snapshot;
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
    c->type = type;
    c->ttl = common_ttl(c->matches);
    if (c->ttl == 0) {
        c->ttl = UINT32_MAX;
        visit_all(c, lower_ttl);
    }
    visit_all(c, write_listing);
}

static bool add_other_type(void *context, const struct listing *l)
{
    struct composition *c = context;
    unsigned type = l->record != NULL ? wire_record_type(l->record) : TYPE_A;
    bool known = type == TYPE_A || type == TYPE_TXT;

    for (unsigned i = 0; i < c->others_count && !known; i++)
        known = c->others[i] == type;
    if (!known && c->others_count < OTHER_TYPES_MAX)
        c->others[c->others_count++] = (uint16_t)type;
    return false;
}

/* Whether ANY has been answered well enough (RFC 8482 section 4.1), or no more fits. */
static bool enough(const struct composition *c)
{
    return c->reply->truncated || (c->plan->minimal_any && c->reply->answers != 0);
}

static void write_any(struct composition *c)
{
    write_type(c, TYPE_A);
    if (!enough(c))
        write_type(c, TYPE_TXT);
    if (!enough(c))
        visit_all(c, add_other_type);
    for (unsigned i = 0; i < c->others_count && !enough(c); i++)
        write_type(c, c->others[i]);
}

void listing_compose(struct reply *r, const struct view *view, const struct plan *plan,
                     const struct matches *m)
{
    struct reply_seen seen;
    struct composition c;
    unsigned type = plan->query.type;

    seen.seed = view->snapshot->names.seed;
    seen.begun = false;
    r->seen = &seen;
    c.reply = r;
    c.view = view;
    c.plan = plan;
    c.matches = m;
    c.first = r->at;
    c.others_count = 0;
    if (plan_lists_all(plan) && (type == TYPE_A || type == TYPE_TXT || type == TYPE_ANY))
        write_template(&c, type);
    if (type == TYPE_ANY)
        write_any(&c);
    else
        write_type(&c, type);
    r->seen = NULL;
}
