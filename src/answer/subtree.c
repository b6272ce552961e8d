/* Whether a zone lists something below a name that it does not list itself. */
#include "answer/match.h"

#include "trie/ip.h"

#include <string.h>

struct filter {
    const struct zone *zone;
    const struct snapshot *snapshot;
    const struct overlay_view *overlay; /* NULL: it lists nothing */
    int64_t now;
};

static bool in_zone(void *context, uint32_t verdict)
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

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool below(struct filter *f, enum range_family family, struct trie_key prefix, unsigned bits)
{
    const struct trie *t = family == RANGE_IP6 ? &f->snapshot->trie6 : &f->snapshot->trie4;
    unsigned slot = (unsigned)(prefix.hi >> 48);

    if (slots_hold(f->zone->present[family == RANGE_IP6], slot, least(bits, 16)) &&
        (bits <= 16 || trie_any(t, prefix, bits, in_zone, f)))
        return true;
    return unlikely(f->overlay != NULL) &&
           overlay_lists_below(f->overlay, family, prefix, bits, &f->zone->lists, f->now);
}

static bool below4(struct filter *f, uint32_t address, unsigned bits)
{
    return below(f, RANGE_IP4, ip4_key(address), bits);
}

/* Part of an IPv6 address: IPv6 data below it, or IPv4 data that answers for the mapped and 6to4 addresses
 * below it. */
static bool below6(struct filter *f, struct trie_key k, unsigned bits)
{
    if (f->zone->has4 || (f->overlay != NULL && f->overlay->has[RANGE_IP4])) {
        if (trie_key_matches(k, ip6_mapped(0), least(bits, IP6_MAPPED_BITS))) {
            if (bits <= IP6_MAPPED_BITS || below4(f, ip6_mapped_ip4(k), bits - IP6_MAPPED_BITS))
                return true;
            if (f->zone->has4) /* then mapped addresses have no IPv6 data */
                return false;
        }
        if (trie_key_matches(k, ip6_6to4(0), least(bits, IP6_6TO4_BITS)) &&
            (bits < IP6_6TO4_BITS || below4(f, ip6_6to4_ip4(k), least(bits - IP6_6TO4_BITS, 32))))
            return true;
    }
    return below(f, RANGE_IP6, k, bits);
}

/* Whether a subzone of `zone` is below the question's name. */
static bool above_subzone(const struct plan *plan, const struct zone *zone)
{
    const struct query *q = &plan->query;
    size_t size = labels_size(plan_labels(plan, zone), 0);

    for (size_t i = 0; i < zone->subzones_count; i++) {
        const struct zone *sub = &zone->subzones[i];
        size_t place = (size_t)sub->name_len - zone->name_len;
        if (place > size && memcmp(sub->name + (place - size), q->name, size) == 0)
            return true;
    }
    return false;
}

/* Names below the question's. If that is not in the table, what holds for it holds for them: a verdict that a
 * name above it gives to all below, although the overlay hides the name itself. */
static bool below_name(struct filter *f, const struct plan *plan, const struct match_name *name)
{
    const struct names *n = &f->snapshot->names;

    if (name->entry != NAMES_ROOT
            ? in_zone(f, names_below(n, name->entry)) || names_any_below(n, name->entry, in_zone, f)
            : in_zone(f, name->verdict))
        return true;
    if (likely(f->overlay == NULL))
        return false;
    return name->listed || overlay_lists_below_name(f->overlay, plan_labels(plan, f->zone));
}

bool subtree_has_listing(const struct plan *plan, const struct view *view, const struct zone *zone,
                         const struct match_name *name)
{
    struct filter f = { zone, view->snapshot, view->overlay.lists ? &view->overlay : NULL, plan->now };
    const struct address_key *k = &plan->key;

    if (zone == plan->zone) { /* the plan's key is in front of it */
        if (k->bits4 != 0 && k->bits4 < 32 && below4(&f, k->ip4, k->bits4))
            return true;
        if (k->bits6 != 0 && k->bits6 < 128 && below6(&f, k->ip6, k->bits6))
            return true;
    }
    return below_name(&f, plan, name) || above_subzone(plan, zone);
}
