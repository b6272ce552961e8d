#include "answer/subtree.h"

#include <string.h>

struct filter {
    const struct zone *zone;
    const struct snapshot *snapshot;
    const struct overlay_view *overlay; /* NULL: nothing is listed in it */
    int64_t now;
};

static bool in_zone(const void *context, uint32_t verdict)
{
    const struct filter *f = context;
    return zone_answer(f->zone, f->snapshot, verdict).count != 0;
}

/* Whether one of the /16s that begin with the first `bits` <= 16 bits of `slot` holds something. */
static bool slots_hold(const uint64_t *present, unsigned slot, unsigned bits)
{
    unsigned first = slot & ~(0xffffu >> bits) & 0xffff, count = 1u << (16 - bits);

    if (count < 64)
        return (present[first / 64] >> first % 64 & ((UINT64_C(1) << count) - 1)) != 0;
    for (unsigned i = first / 64; i < (first + count) / 64; i++)
        if (present[i] != 0)
            return true;
    return false;
}

static bool below(const struct filter *f, enum range_family family, struct trie_key prefix, unsigned bits)
{
    const struct trie *t = family == RANGE_IP6 ? &f->snapshot->trie6 : &f->snapshot->trie4;
    unsigned slot = (unsigned)(prefix.hi >> 48);

    if (slots_hold(f->zone->present[family == RANGE_IP6], slot, bits < 16 ? bits : 16) &&
        (bits <= 16 || trie_any(t, prefix, bits, in_zone, f)))
        return true;
    return unlikely(f->overlay != NULL) &&
           overlay_lists_below(f->overlay, family, prefix, bits, &f->zone->lists, f->now);
}

static bool below4(const struct filter *f, uint32_t address, unsigned bits)
{
    return below(f, RANGE_IP4, (struct trie_key){ (uint64_t)address << 32, 0 }, bits);
}

/* Part of an IPv6 address: IPv6 data below it, or IPv4 data that answers for mapped and 6to4 addresses below
 * it. */
static bool below6(const struct filter *f, struct trie_key k, unsigned bits)
{
    if (f->zone->has4 || (f->overlay != NULL && f->overlay->has[RANGE_IP4])) {
        unsigned low = bits <= 64  ? 0
                       : bits < 96 ? bits - 64
                                   : 32; /* bits of ::ffff:0:0/96 in the lower half */
        uint64_t mask = low == 0 ? 0 : ~UINT64_C(0) << (64 - low);
        if (k.hi == 0 && ((k.lo ^ UINT64_C(0xffff00000000)) & mask) == 0) {
            if (bits <= 96 || below4(f, (uint32_t)k.lo, bits - 96))
                return true;
            if (f->zone->has4) /* then IPv6 data is not asked for these */
                return false;
        }
        if (k.hi >> 48 == 0x2002 && bits >= 16 &&
            below4(f, (uint32_t)(k.hi >> 16), bits < 48 ? bits - 16 : 32))
            return true;
        if (bits < 16 && (0x2002u >> (16 - bits)) == k.hi >> (64 - bits))
            return true;
    }
    return below(f, RANGE_IP6, k, bits);
}

/* Whether what the question has in front of `zone` is the end of a place that a combined set names there. */
static bool above_subzone(const struct plan *plan, const struct zone *zone)
{
    const struct query *q = &plan->query;
    size_t size = q->offsets[plan_labels(plan, zone)];

    for (size_t i = 0; i < zone->subzones_count; i++) {
        const struct zone *sub = &zone->subzones[i];
        size_t place = (size_t)sub->name_len - zone->name_len;
        if (place > size && memcmp(sub->name + (place - size), q->name, size) == 0)
            return true;
    }
    return false;
}

/* Names below the question's. One that is not in the table has what a name above it says of all below; that
 * it is not listed itself may be the overlay's doing. */
static bool below_name(const struct filter *f, const struct plan *plan, const struct match_name *name)
{
    const struct names *n = &f->snapshot->names;

    if (name->entry != NAMES_ROOT
            ? in_zone(f, names_below(n, name->entry)) || names_any_below(n, name->entry, in_zone, f)
            : in_zone(f, name->verdict))
        return true;
    if (likely(f->overlay == NULL))
        return false;
    return name->listed ||
           overlay_lists_below_name(f->overlay, query_labels(&plan->query, plan_labels(plan, f->zone)));
}

bool subtree_has_listing(const struct plan *plan, const struct view *view, const struct zone *zone,
                         const struct match_name *name)
{
    struct filter f = { zone, view->snapshot, view->overlay.lists ? &view->overlay : NULL, plan->now };
    const struct address_key *k = &plan->key;

    if (zone == plan->zone) { /* the key is what stands in front of it */
        if (k->bits4 != 0 && k->bits4 < 32 && below4(&f, k->ip4, k->bits4))
            return true;
        if (k->bits6 != 0 && k->bits6 < 128 && below6(&f, k->ip6, k->bits6))
            return true;
    }
    return below_name(&f, plan, name) || above_subzone(plan, zone);
}
