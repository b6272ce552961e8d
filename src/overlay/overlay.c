/* Reading the overlay: all of it runs for queries. */
#include "base/siphash.h"
#include "overlay/overlay_pool.h"
#include "trie/trie.h"

#include <string.h>

hot struct trie_key overlay_name_key(const uint8_t key[2][16], struct labels name, unsigned from)
{
    const uint8_t *labels = name.wire + name.offsets[from];
    size_t size = labels_size(name, from);

    return (struct trie_key){ siphash(key[0], labels, size), siphash(key[1], labels, size) };
}

hot void overlay_record(const struct overlay_view *o, uint32_t value, struct overlay_record *out)
{
    const uint32_t *slots;

    out->count = 0;
    if (value == 0)
        return;
    out->count = overlay_slots(o->pools, &value, &slots);
    for (unsigned i = 0; i < out->count; i++)
        out->item[i] = &o->pools->items[slots[i]];
}

hot void overlay_lookup(const struct overlay_view *o, enum range_family family, struct trie_key key,
                        struct overlay_record *out)
{
    overlay_record(o, o->has[family] ? trie_lookup(&o->trie[family], key) : 0, out);
}

/* ---- Names ---- */

/* Inserts an item by its number, if it is one of the newest. */
static void insert(struct overlay_record *out, const struct overlay_item *item)
{
    unsigned at = out->count;

    while (at > 0 && out->item[at - 1]->number < item->number)
        at--;
    if (at == OVERLAY_ITEMS_MAX)
        return;
    if (out->count < OVERLAY_ITEMS_MAX)
        out->count++;
    memmove(out->item + at + 1, out->item + at, (out->count - at - 1) * sizeof(*out->item));
    out->item[at] = item;
}

/* Adds the items of the name that label `from` begins: those in force for it, or for names `below` it. */
static void add_name(const struct overlay_view *o, struct labels name, unsigned from, bool below, int64_t now,
                     struct overlay_record *out)
{
    const uint8_t *labels = name.wire + name.offsets[from];
    size_t size = labels_size(name, from);
    uint32_t value = trie_lookup(&o->trie[RANGE_NAME], overlay_name_key(o->key, name, from));
    const uint32_t *slots;

    if (value == 0)
        return;
    unsigned count = overlay_slots(o->pools, &value, &slots);
    for (unsigned i = 0; i < count; i++) {
        const struct overlay_item *item = &o->pools->items[slots[i]];
        if (item->until > now && (item->subdomains || !below) && item->name[0] == size + 1 &&
            memcmp(item->name + 1, labels, size) == 0)
            insert(out, item);
    }
}

hot void overlay_lookup_name(const struct overlay_view *o, struct labels name, int64_t now,
                             struct overlay_record *out)
{
    out->count = 0;
    if (!o->has[RANGE_NAME] || name.count == 0)
        return;
    add_name(o, name, 0, false, now, out);
    if (!o->has_subdomains)
        return;
    for (unsigned i = name.count > o->subdomains_most ? name.count - o->subdomains_most : 1; i < name.count;
         i++)
        add_name(o, name, i, true, now, out);
}

/* ---- Evaluating a record ---- */

hot enum overlay_effect overlay_effect(const struct overlay_record *r, unsigned list, int64_t now,
                                       const struct overlay_item **item)
{
    const struct overlay_item *newest = NULL;

    for (unsigned i = 0; i < r->count; i++) {
        const struct overlay_item *it = r->item[i];
        if (it->until <= now || !list_mask_has(it->lists, list))
            continue;
        if (it->kind == OVERLAY_ALLOW) {
            *item = it;
            return OVERLAY_ALLOWS;
        }
        if (newest == NULL)
            newest = it;
    }
    *item = newest;
    if (newest == NULL)
        return OVERLAY_NOTHING;
    return newest->kind == OVERLAY_DELIST ? OVERLAY_HIDES : OVERLAY_ADDS;
}

/* ---- Below a prefix ---- */

struct below {
    const struct overlay_view *overlay;
    const struct list_mask *lists;
    int64_t now;
};

/* Whether a value stands for OVERLAY_ADDS on one of the lists; evaluates all lists at once. */
static bool adds(void *context, uint32_t value)
{
    const struct below *b = context;
    struct overlay_record r;
    struct list_mask decided = { { 0 } }, added = { { 0 } };

    overlay_record(b->overlay, value, &r);
    for (unsigned i = 0; i < r.count; i++) {
        const struct overlay_item *item = r.item[i];
        if (item->until <= b->now)
            continue;
        struct list_mask open = list_mask_less(item->lists, &decided);
        if (item->kind == OVERLAY_LIST)
            list_mask_join(&added, &open);
        else if (item->kind == OVERLAY_ALLOW)
            added = list_mask_less(&added, item->lists);
        list_mask_join(&decided, item->lists);
    }
    return list_mask_meets(&added, b->lists);
}

/* Whether something was ever listed in one of the `count` places, a power of two, from `first` on. */
static bool was_listed(const uint64_t *listed, unsigned first, unsigned count)
{
    uint64_t mask = count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;

    for (unsigned i = first / 64; i <= (first + count - 1) / 64; i++)
        if (__atomic_load_n(&listed[i], __ATOMIC_RELAXED) & mask << first % 64)
            return true;
    return false;
}

hot bool overlay_lists_below(const struct overlay_view *o, enum range_family family, struct trie_key prefix,
                             unsigned bits, const struct list_mask *lists, int64_t now)
{
    struct below b = { o, lists, now };
    unsigned places = OVERLAY_PLACES >> (bits < TRIE_ROOT_BITS ? bits : TRIE_ROOT_BITS);
    unsigned place = (unsigned)(prefix.hi >> 48) & ~(places - 1);

    if (!o->lists || !o->has[family])
        return false;
    if (family == RANGE_NAME)
        return true;
    if (!was_listed(o->pools->listed[family], place, places))
        return false;
    return bits < TRIE_ROOT_BITS || trie_any(&o->trie[family], prefix, bits, adds, &b);
}

hot bool overlay_lists_below_name(const struct overlay_view *o, struct labels name)
{
    if (!o->lists || !o->has[RANGE_NAME])
        return false;
    if (name.count == 0)
        return true;
    unsigned place = (unsigned)(overlay_name_key(o->key, name, 0).hi >> 48);
    return was_listed(o->pools->listed[RANGE_NAME], place, 1);
}
