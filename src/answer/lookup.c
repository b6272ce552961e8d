#include "answer/lookup.h"

#include "answer/listing.h"
#include "trie/ip.h"

#include <stdio.h>
#include <string.h>

/* A question to one zone. */
struct question {
    const struct view *view;
    struct lookup *out;
    struct plan plan;
    struct matches matches;
    uint32_t ttl; /* of the zone's A records: the lowest of the live listings */
};

/* ---- Asking a zone ---- */

/* Writes the key as labels, as they are in front of a zone; returns their length. */
static size_t key_labels(const struct range *key, uint8_t wire[WIRE_NAME_MAX])
{
    bool ipv4 = key->family == RANGE_IP4;
    unsigned step = ipv4 ? 8 : 4, bits = ipv4 ? 32 : 128;
    size_t length = 0;

    if (key->family == RANGE_NAME) {
        memcpy(wire, key->name, key->name_len - 1u);
        return key->name_len - 1u;
    }
    for (unsigned at = bits; at > 0; at -= step) {
        uint64_t half = at > 64 ? key->first.lo : key->first.hi;
        unsigned value = (unsigned)(half >> (63 - (at - 1) % 64)) & ((1u << step) - 1);
        char label[4];
        int n = snprintf(label, sizeof(label), ipv4 ? "%u" : "%x", value);
        wire[length++] = (uint8_t)n;
        memcpy(wire + length, label, (size_t)n);
        length += (size_t)n;
    }
    return length;
}

/* Writes the name of the question; false if it is too long for DNS. */
static bool write_name(struct query *q, const struct range *key, const struct zone *z)
{
    uint8_t labels[WIRE_NAME_MAX];
    size_t length = key_labels(key, labels);

    if (length + z->name_len > WIRE_NAME_MAX)
        return false;
    memcpy(q->name, labels, length);
    memcpy(q->name + length, z->name, z->name_len);
    q->name_len = (uint16_t)(length + z->name_len);
    q->labels = (uint8_t)name_split(q->name, q->offsets).count;
    return true;
}

/* Finds the matches in the zone as for a DNS query of type A. */
static void find_matches(struct question *a)
{
    plan_look_up(&a->plan, a->view);
    match_find(&a->plan, a->view, false, &a->matches);
}

/* ---- The listings ---- */

/* The code of a listing that has an A record. */
static uint32_t code_of(const struct listing *l)
{
    return l->record != NULL ? wire_get32(wire_record_data(l->record)) : l->code;
}

static enum lookup_state state_of(const struct listing *l)
{
    if (l->protected)
        return LOOKUP_PROTECTED;
    if (l->hidden_by != NULL)
        return l->hidden_by->kind == OVERLAY_ALLOW ? LOOKUP_ALLOWED : LOOKUP_DELISTED;
    return LOOKUP_LIVE;
}

static void name_range(struct range *r, const uint8_t *wire, size_t length, bool subdomains)
{
    *r = (struct range){ .family = RANGE_NAME, .subdomains = subdomains, .name_len = (uint16_t)length };
    memcpy(r->name, wire, length);
}

/* The name that is listed, and whether the names below it are listed too. */
static void listed_name(const struct question *a, const struct listing *l, struct range *out)
{
    const struct names *n = &a->view->snapshot->names;
    const struct query *q = &a->plan.query;
    uint32_t entry = a->matches.name[0].entry;
    unsigned labels = l->match->key_labels, from = labels - l->labels;
    uint8_t wire[WIRE_NAME_MAX];
    size_t length = (size_t)(q->offsets[labels] - q->offsets[from]);

    memcpy(wire, q->name + q->offsets[from], length);
    wire[length] = 0;
    bool below =
        from != 0 || (entry != NAMES_ROOT &&
                      snapshot_verdict_has(a->view->snapshot, names_below(n, entry), l->source->set));
    name_range(out, wire, length + 1, below);
}

static void find_range(const struct question *a, const struct listing *l, struct range *out)
{
    const struct overlay_view *o = &a->view->overlay;
    const struct snapshot *s = a->view->snapshot;
    bool ipv4 = l->match->kind == BY_IP4;
    enum range_family family = ipv4 ? RANGE_IP4 : RANGE_IP6;
    struct trie_key key = ipv4 ? ip4_key(a->plan.ip4) : a->plan.key.ip6;

    if (l->item != NULL && l->item->name != NULL) {
        name_range(out, l->item->name + 1, l->item->name[0], l->item->subdomains);
    } else if (l->match->kind == BY_NAME) {
        listed_name(a, l, out);
    } else {
        *out = (struct range){ .family = family };
        trie_extent(l->item != NULL ? &o->trie[family]
                    : ipv4          ? &s->trie4
                                    : &s->trie6,
                    key, &out->first, &out->last);
    }
}

static void add_text(const struct question *a, const struct listing *l, struct lookup_listing *to)
{
    if (to->text[0] != '\0' || l->record != NULL || !listing_has_type(l, TYPE_TXT))
        return;
    uint8_t text[TEXT_MAX];
    size_t length = listing_text(a->view, l, &a->plan, text);
    if (length > LOOKUP_TEXT_MAX)
        length = LOOKUP_TEXT_MAX;
    memcpy(to->text, text, length);
    to->text[length] = '\0';
}

static void add_zone(const struct question *a, struct lookup_listing *to)
{
    unsigned known = 0;

    while (known < to->zones_count && to->zones[known] != a->plan.zone->id)
        known++;
    if (known == to->zones_count && known < LOOKUP_ZONES_MAX)
        to->zones[to->zones_count++] = a->plan.zone->id;
}

/* Where there is no room: the last entry of a list that has several, for a list that has none; else NULL. */
static struct lookup_listing *find_repeated(struct lookup *out, unsigned list)
{
    struct lookup_listing *l = out->listing;

    for (unsigned i = 0; i < out->count; i++)
        if (l[i].list == list)
            return NULL;
    for (unsigned i = out->count; i-- > 0;)
        for (unsigned j = 0; j < i; j++)
            if (l[j].list == l[i].list)
                return &l[i];
    return NULL;
}

/* The entry of `out` for a listing: the one of its list and code, or a new one; NULL: no room, or there is a
 * better one. A live listing replaces a hidden one, the first of its list another one of a list with several.
 */
static struct lookup_listing *find_entry(struct question *a, unsigned list, uint32_t code,
                                         enum lookup_state state, bool *new)
{
    struct lookup *out = a->out;
    struct lookup_listing *hidden = NULL;

    for (unsigned i = 0; i < out->count; i++) {
        struct lookup_listing *l = &out->listing[i];
        if (l->list == list && l->code == code) {
            *new = l->state != LOOKUP_LIVE &&state == LOOKUP_LIVE;
            return *new || l->state == state ? l : NULL;
        }
        if (l->state != LOOKUP_LIVE)
            hidden = l;
    }
    *new = true;
    if (out->count < LOOKUP_LISTINGS_MAX)
        return &out->listing[out->count++];
    return state == LOOKUP_LIVE && hidden != NULL ? hidden : find_repeated(out, list);
}

static void add_listing(struct question *a, const struct listing *l)
{
    enum lookup_state state = state_of(l);
    const struct overlay_item *decides = l->hidden_by != NULL ? l->hidden_by : l->item;
    uint32_t code = code_of(l), ttl = state == LOOKUP_LIVE ? a->ttl : l->ttl;
    bool new;

    if (a->matches.until - a->plan.now < ttl)
        ttl = (uint32_t)(a->matches.until - a->plan.now);
    struct lookup_listing *to = find_entry(a, l->list, code, state, &new);
    if (to == NULL)
        return;
    if (new) {
        *to = (struct lookup_listing){ .state = state,
                                       .list = (uint16_t)l->list,
                                       .code = code,
                                       .ttl = ttl,
                                       .dynamic = l->item != NULL,
                                       .number = decides != NULL ? decides->number : 0,
                                       .until = decides != NULL ? decides->until : 0 };
        find_range(a, l, &to->range);
    }
    to->ttl = ttl < to->ttl ? ttl : to->ttl;
    add_text(a, l, to);
    add_zone(a, to);
    a->out->listed |= state == LOOKUP_LIVE;
}

/* ---- All zones ---- */

static bool lower_ttl(void *context, const struct listing *l)
{
    struct question *a = context;

    if (state_of(l) == LOOKUP_LIVE && listing_has_type(l, TYPE_A) && l->ttl < a->ttl)
        a->ttl = l->ttl;
    return false;
}

static bool add_if_a(void *context, const struct listing *l)
{
    if (listing_has_type(l, TYPE_A))
        add_listing(context, l);
    return false;
}

static void visit(struct question *a, bool (*accept)(void *context, const struct listing *listing))
{
    for (unsigned i = 0; i < a->matches.count; i++)
        if (a->matches.match[i].zone ==
            a->plan.zone) /* else the match is of its parent, which is asked by itself */
            listing_visit(a->view, &a->matches.match[i], a->plan.now, true, accept, a);
}

static void ask_zone(struct question *a)
{
    find_matches(a);
    a->ttl = UINT32_MAX;
    visit(a, lower_ttl);
    visit(a, add_if_a);
}

void lookup_key(const struct view *view, const struct range *key, int64_t now, struct lookup *out)
{
    struct question a;

    a.view = view;
    a.out = out;
    out->listed = false;
    out->count = 0;
    for (size_t i = 0; i < view->zones_count; i++) {
        a.plan.kind = PLAN_LOOKUP;
        a.plan.zone = &view->zones[i];
        a.plan.now = now;
        a.plan.customer_labels = 0;
        a.plan.acl = (struct plan_acl){ NULL, NULL };
        a.plan.query.type = TYPE_A;
        if (write_name(&a.plan.query, key, a.plan.zone))
            ask_zone(&a);
    }
}
