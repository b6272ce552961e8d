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
        like->text = snapshot_text(s, text);
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
        like->text = item->text;
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
    enum overlay_says says = like->list != VIEW_NO_LIST
                                 ? overlay_says(like->match->overlay, like->list, l->now, &item)
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

/* Whether it has a TXT record made of the list's texts. */
static bool has_text(const struct listing *l)
{
    if (l->text == NULL || l->text[0] == 0)
        return l->source != NULL && l->source->template != 0;
    return l->text[0] != 1 || l->text[1] != '='; /* "=" alone: no TXT record, in spite of a base template */
}

bool listing_has_type(const struct listing *l, unsigned type)
{
    if (l->record != NULL)
        return wire_record_type(l->record) == type;
    return type == TYPE_A || (type == TYPE_TXT && has_text(l));
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
