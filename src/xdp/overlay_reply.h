/*
 * What the overlay's items do to a reply, as answer/match.c and answer/listing.c have it.
 *
 * Answered here: whatever hides members of a reply, and listings that add one code. Left to the sockets
 * (pass_up): listings of several codes, replies of more than XDP_FROM_MAX members, items for a name and for
 * names above it together, and more than XDP_NAMES_ABOVE names above.
 */
#ifndef XDP_OVERLAY_REPLY_H
#define XDP_OVERLAY_REPLY_H

#include "xdp/overlay.h"
#include "xdp/packet.h"

enum { XDP_A = 16 }; /* bytes of a ready-made record: ZONE_A_SIZE */

/* ---- What a record does ---- */

/* Lets an item of this kind, until then in force, decide about those of its lists that are not decided yet.
 * `lists`: the address of these. */
static inline void xdp_decide(struct xdp_work *w, uint64_t lists, int64_t until, uint32_t kind, uint32_t code)
{
    struct xdp_overlay_work *o = &w->overlay;
    uint64_t any = 0;

    for (unsigned i = 0; i < 4; i++) {
        uint64_t fresh = xdp_overlay_word(w, OVERLAY_LISTS, lists + i) & o->lists[i] & ~o->decided[i];
        o->decided[i] |= fresh;
        if (kind == OVERLAY_LIST)
            o->adds[i] |= fresh;
        else
            o->hides[i] |= fresh;
        any |= fresh;
    }
    if (any == 0)
        return;
    o->decides = 1;
    o->until = until < o->until ? until : o->until;
    if (kind == OVERLAY_LIST) {
        o->pass_up |= o->adds_any && o->code != code;
        o->adds_any = 1;
        o->code = code;
    }
}

/* Weighs the item in a slot if it is an allow, or if not. */
XDP_STEP uint32_t xdp_weigh_item(struct xdp_work *w, uint32_t slot, uint32_t allow)
{
    if (w == 0)
        return 0;
    struct xdp_overlay_work *o = &w->overlay;
    uint64_t at = (uint64_t)slot * (OVERLAY_ITEM_BYTES / 8);
    uint64_t rest = xdp_overlay_word(w, OVERLAY_ITEMS, at + OVERLAY_ITEM_CODE / 8);
    uint32_t kind = rest >> 32 & 0xff, subdomains = rest >> 48 & 0xff;
    if ((kind == OVERLAY_ALLOW) != allow || (o->below && !subdomains))
        return 0;
    int64_t until = (int64_t)xdp_overlay_word(w, OVERLAY_ITEMS, at + OVERLAY_ITEM_UNTIL / 8);
    const struct xdp_overlay_state *s = xdp_overlay_state(w);
    if (s == 0 || until <= xdp_now(w))
        return 0;
    o->listed_below |= kind == OVERLAY_LIST && subdomains;
    uint64_t lists = xdp_overlay_word(w, OVERLAY_ITEMS, at + OVERLAY_ITEM_LISTS / 8) - s->lists;
    xdp_decide(w, lists / 8, until, kind, __builtin_bswap32((uint32_t)rest));
    return 0;
}

static inline uint32_t xdp_record_u32(struct xdp_work *w, uint64_t index)
{
    return (uint32_t)(xdp_overlay_word(w, OVERLAY_RECORDS, index / 2) >> index % 2 * 32);
}

/* Lets the items that `value` stands for decide: overlay_effect, for all lists of the zone at once. */
XDP_STEP uint32_t xdp_weigh(struct xdp_work *w, uint32_t value)
{
    if (w == 0)
        return 0;
    struct xdp_overlay_work *o = &w->overlay;
    uint64_t record = (uint64_t)(value & ~OVERLAY_RECORD) * OVERLAY_UNIT;
    uint32_t count = value & OVERLAY_RECORD ? xdp_record_u32(w, record) : 1;
    o->decides = o->adds_any = o->code = 0;
    for (unsigned i = 0; i < 4; i++)
        o->decided[i] = o->hides[i] = o->adds[i] = 0;
    for (uint32_t allow = 2; allow-- > 0;)
        for (uint32_t i = 0; i < OVERLAY_ITEMS_MAX; i++) {
            if (i >= count)
                break;
            xdp_weigh_item(w, value & OVERLAY_RECORD ? xdp_record_u32(w, record + 1 + i) : value, allow);
        }
    return 0;
}

/* ---- The records ---- */

/* Lowers the listing's place and TTL to those on a list, which word `at` of the table says. */
XDP_STEP uint32_t xdp_place_on(struct xdp_work *w, uint32_t at)
{
    if (w == 0)
        return 0;
    struct xdp_overlay_work *o = &w->overlay;
    uint64_t of_list = xdp_word(w, at);
    uint32_t place = (uint32_t)(of_list >> XDP_FROM_PLACE_SHIFT), ttl = (uint32_t)of_list;
    o->place = place < o->place ? place : o->place;
    o->place_ttl = ttl < o->place_ttl ? ttl : o->place_ttl;
    return 0;
}

/* Finds where the listing is put, and its TTL: the lowest of those on all lists that it is on. */
XDP_STEP uint32_t xdp_place_listing(struct xdp_work *w, uint32_t listings)
{
    if (w == 0)
        return 0;
    struct xdp_overlay_work *o = &w->overlay;
    o->place = o->place_ttl = UINT32_MAX;
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t lists = o->adds[i];
        for (uint32_t n = 0; n < 64; n++) {
            if (lists == 0)
                break;
            xdp_place_on(w, listings + 64 * i + trie_popcount((lists & -lists) - 1));
            lists &= lists - 1;
        }
    }
    return 0;
}

/* Writes record number `n`, without its TTL; `code` as in a record. */
static inline void xdp_put_a(struct xdp_work *w, uint32_t n, uint32_t code)
{
    uint32_t at = w->question_end + XDP_A * n;

    xdp_put16(w, at, WIRE_POINTER | WIRE_HEADER);
    xdp_put16(w, at + 2, TYPE_A);
    xdp_put16(w, at + 4, CLASS_IN);
    xdp_put16(w, at + 10, 4);
    xdp_put_raw32(w, at + 12, code);
}

/* Counts a record's TTL, and writes it unless its code is that of one before it. */
static inline void xdp_add_record(struct xdp_work *w, uint32_t code, uint32_t ttl, bool repeated)
{
    struct xdp_overlay_work *o = &w->overlay;

    o->members_ttl = ttl < o->members_ttl ? ttl : o->members_ttl;
    if (!repeated)
        xdp_put_a(w, o->members++, code);
}

/* Adds member number `i` of a reply, which is at word index `at`, unless an item hides it; before it, the
 * listing if that stands there. */
XDP_STEP uint32_t xdp_add_member(struct xdp_work *w, uint32_t at, uint32_t i)
{
    if (w == 0)
        return 0;
    struct xdp_overlay_work *o = &w->overlay;
    uint64_t member = xdp_word(w, at), rest = xdp_word(w, at + 1);
    uint32_t list = (uint32_t)(member >> XDP_FROM_LIST_SHIFT) & 0xffff, code = (uint32_t)member;
    bool is_code = o->adds_any && code == o->code;
    if (o->pending && member >> XDP_FROM_PLACE_SHIFT > o->place) {
        xdp_add_record(w, o->code, o->place_ttl, o->has_code);
        o->pending = 0;
        o->has_code = 1;
    }
    if (list != XDP_NO_LIST && o->hides[list / 64 & 3] >> list % 64 & 1)
        return 0;
    xdp_add_record(w, code, (uint32_t)rest, (rest >> 32 & o->seen) != 0 || (is_code && o->has_code));
    o->seen |= 1u << (i & 31);
    o->has_code |= is_code;
    return 0;
}

/* Writes what is left of a reply's members, and the listing: listing_compose. `from`: word index of the
 * members, `count` of them. XDP_WRITTEN, or XDP_UNLISTED: nothing. */
XDP_STEP uint32_t xdp_compose(struct xdp_work *w, uint32_t from, uint32_t count)
{
    if (w == 0)
        return XDP_COMPOSED;
    struct xdp_overlay_work *o = &w->overlay;
    o->pending = o->adds_any;
    o->members = o->seen = o->has_code = 0;
    o->members_ttl = UINT32_MAX;
    for (uint32_t i = 0; i < XDP_FROM_MAX; i++) {
        if (i >= count)
            break;
        xdp_add_member(w, from + 2 * i, i);
    }
    if (o->pending)
        xdp_add_record(w, o->code, o->place_ttl, o->has_code);
    if (o->members == 0)
        return XDP_UNLISTED;
    w->answers = o->members;
    o->ttl = o->members_ttl;
    return XDP_WRITTEN;
}

/* What becomes of the zone's answer to a match for which the overlay has `value`. */
XDP_STEP uint32_t xdp_join(struct xdp_work *w, uint32_t answer, uint32_t value)
{
    if (w == 0)
        return XDP_COMPOSED;
    struct xdp_overlay_work *o = &w->overlay;
    const struct xdp_line *zone = xdp_line(w, w->zone);
    uint32_t count = 0, from = answer + 1;
    if (zone == 0 || value == 0)
        return answer;
    for (unsigned i = 0; i < 4; i++)
        o->lists[i] = zone->w[4 + i];
    xdp_weigh(w, value);
    if (!o->decides || answer == XDP_COMPOSED || answer == XDP_PROTECTED)
        return answer;
    if (answer != XDP_UNLISTED) {
        uint32_t head = (uint32_t)xdp_word(w, answer);
        from += (head & XDP_REPLY_COUNT) * (XDP_A / 8);
        count = head >> XDP_REPLY_FROM_SHIFT;
        if (count > XDP_FROM_MAX)
            o->pass_up = 1;
    }
    if (o->adds_any)
        xdp_place_listing(w, (uint32_t)(zone->w[2] >> 32));
    return xdp_compose(w, from, count);
}

/* The TTL, which ends no later than what decides. */
static inline uint32_t xdp_limit_ttl(const struct xdp_work *w, uint32_t ttl)
{
    uint64_t left = (uint64_t)(w->overlay.until - w->overlay.now);
    return w->overlay.until != XDP_NO_END && left < ttl ? (uint32_t)left : ttl;
}

/* Sets the TTL of the A records written. */
XDP_STEP uint32_t xdp_put_ttl(struct xdp_work *w, uint32_t ttl)
{
    if (w == 0)
        return 0;
    for (uint32_t i = 0; i <= XDP_FROM_MAX; i++) {
        if (i >= w->answers)
            break;
        xdp_put_raw32(w, w->question_end + XDP_A * i + 6, __builtin_bswap32(ttl));
    }
    return 0;
}

#endif
