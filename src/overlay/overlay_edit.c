/* Adding and removing. */
#include "overlay/overlay_writer.h"
#include "trie/trie.h"

#include <string.h>

/* ---- Errors ---- */

enum err overlay_fail(struct overlay *o, enum err err, struct error *error)
{
    o->failed = err;
    if (err == ERR_LIMIT)
        return error_set(
            error, err,
            "limit reached: delistings and listings use all of their memory (%zu MiB): end some, or "
            "allow more memory",
            o->most >> 20);
    return error_set(error, err, "out of memory for delistings and listings");
}

static enum err fail_full(struct overlay *o, const struct range *range, struct error *error)
{
    char text[RANGE_TEXT];

    range_format(range, text);
    o->failed = ERR_LIMIT;
    return error_set(
        error, ERR_LIMIT,
        "%.280s: limit reached: %d delistings, listings and allows are in force over a part of it", text,
        OVERLAY_ITEMS_MAX);
}

enum err overlay_refuse(const struct overlay *o, struct error *error)
{
    return error_set(error, o->failed, "an earlier change of the same transaction has failed");
}

/* ---- Ranges ---- */

/* Merges all keys of the range in its trie. */
static enum err edit_range(struct overlay *o, const struct range *range,
                           uint32_t (*merge)(void *context, uint32_t old), void *context)
{
    uint32_t *root = &o->now.root[range->family];
    struct range_cursor cursor;
    struct trie_key prefix;
    unsigned bits;
    enum err err = OK;

    if (range->family == RANGE_NAME) {
        uint8_t offsets[WIRE_LABELS_MAX + 1];
        prefix = overlay_name_key(o->key, name_split(range->name, offsets), 0);
        return trie_edit_set(o->arena, root, prefix, 128, merge, context);
    }
    for (range_open(&cursor, range); err == OK && range_next(&cursor, range, &prefix, &bits);)
        err = trie_edit_set(o->arena, root, prefix, bits, merge, context);
    return err;
}

/* ---- Adding ---- */

struct overlay_edit {
    struct overlay *overlay;
    struct overlay_item *items;
    enum err failed;
    uint32_t slot;   /* of the item to add, or of that to remove once it is found */
    uint64_t number; /* of the item to remove */
    int64_t now;
    bool full; /* failed because of a 17th item */
};

static uint32_t to_value(struct overlay_edit *e, uint32_t old, const uint32_t *slots, unsigned count)
{
    uint32_t value;
    enum err err = overlay_pool_record(&e->overlay->pool, slots, count, &value);

    if (err != OK) {
        e->failed = err;
        return old;
    }
    e->overlay->dropped += (old & OVERLAY_RECORD) != 0;
    e->overlay->gained += (value & OVERLAY_RECORD) != 0;
    return value;
}

static uint32_t merge_add(void *context, uint32_t old)
{
    struct overlay_edit *e = context;
    uint32_t to[OVERLAY_ITEMS_MAX + 1];
    const uint32_t *from;
    unsigned n = overlay_slots(&e->overlay->pool.readers, &old, &from), count = 0;
    bool placed = false;

    for (unsigned i = 0; i < n; i++) {
        const struct overlay_item *item = &e->items[from[i]];
        if (item->until <= e->now) {
            e->overlay->dropped++;
            continue;
        }
        if (!placed && item->number < e->items[e->slot].number) {
            to[count++] = e->slot;
            placed = true;
        }
        to[count++] = from[i];
    }
    if (!placed)
        to[count++] = e->slot;
    if (count > OVERLAY_ITEMS_MAX) {
        e->failed = ERR_LIMIT;
        e->full = true;
        return old;
    }
    return to_value(e, old, to, count);
}

static void mark_place(uint64_t *listed, unsigned place)
{
    __atomic_fetch_or(&listed[place / 64], UINT64_C(1) << place % 64, __ATOMIC_RELAXED);
}

/* Marks where a listing is, for queries about what is below a prefix or name. */
static void mark_listing(struct overlay *o, const struct range *range)
{
    uint64_t *listed = o->pool.readers.listed[range->family];
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    if (range->family != RANGE_NAME) {
        for (uint64_t place = range->first.hi >> 48; place <= range->last.hi >> 48; place++)
            mark_place(listed, (unsigned)place);
        return;
    }
    struct labels name = name_split(range->name, offsets);
    for (unsigned i = 1; i < name.count; i++)
        mark_place(listed, (unsigned)(overlay_name_key(o->key, name, i).hi >> 48));
}

void overlay_count(struct overlay_counts *c, const struct overlay_item *item, bool added)
{
    uint64_t one = added ? 1 : UINT64_MAX;

    c->items[item->family] += one;
    if (item->kind == OVERLAY_LIST)
        c->listings += one;
    if (!item->subdomains)
        return;
    c->subdomains += one;
    if (c->subdomains == 0)
        c->subdomains_most = 0;
    if (added) {
        uint8_t offsets[WIRE_LABELS_MAX + 1];
        unsigned labels = name_split(item->name + 1, offsets).count;
        if (labels > c->subdomains_most)
            c->subdomains_most = labels;
    }
}

static bool is_full(const struct overlay *o)
{
    return trie_arena_usage(o->arena).used + overlay_pool_used(&o->pool) >= o->most;
}

enum err overlay_add(struct overlay *o, const struct range *range, const struct overlay_item *item,
                     int64_t now, struct error *error)
{
    struct overlay_item copy = *item;
    struct overlay_edit e = { .overlay = o, .items = o->pool.readers.items, .now = now };
    uint8_t name[WIRE_NAME_MAX + 1];

    if (o->failed != OK)
        return overlay_refuse(o, error);
    if (item->until <= now)
        return OK;
    if (is_full(o))
        return overlay_fail(o, ERR_LIMIT, error);
    copy.family = (uint8_t)range->family;
    copy.subdomains = range->family == RANGE_NAME && range->subdomains;
    copy.name = NULL;
    if (range->family == RANGE_NAME) {
        name[0] = (uint8_t)range->name_len;
        memcpy(name + 1, range->name, range->name_len);
        copy.name = name;
    }
    enum err err = overlay_pool_add(&o->pool, &copy, &e.slot);
    if (err != OK)
        return overlay_fail(o, err, error);
    overlay_count(&o->now.counts, &copy, true);
    if (copy.kind == OVERLAY_LIST)
        mark_listing(o, range);
    err = edit_range(o, range, merge_add, &e);
    if (e.full)
        return fail_full(o, range, error);
    if (err == OK)
        err = e.failed;
    return err != OK ? overlay_fail(o, err, error) : OK;
}

/* ---- Removing ---- */

static uint32_t merge_remove(void *context, uint32_t old)
{
    struct overlay_edit *e = context;
    uint32_t to[OVERLAY_ITEMS_MAX];
    const uint32_t *from;
    unsigned n = overlay_slots(&e->overlay->pool.readers, &old, &from), count = 0;

    for (unsigned i = 0; i < n; i++) {
        if (e->items[from[i]].number == e->number && (e->slot == 0 || e->slot == from[i]))
            e->slot = from[i];
        else
            to[count++] = from[i];
    }
    return count == n ? old : to_value(e, old, to, count);
}

enum err overlay_remove(struct overlay *o, const struct range *range, uint64_t number, struct error *error)
{
    struct overlay_edit e = { .overlay = o, .items = o->pool.readers.items, .number = number };

    if (o->failed != OK)
        return overlay_refuse(o, error);
    enum err err = edit_range(o, range, merge_remove, &e);
    if (err == OK)
        err = e.failed;
    if (err == OK && e.slot != 0) {
        overlay_count(&o->now.counts, &e.items[e.slot], false);
        err = overlay_pool_release(&o->pool, e.slot);
    }
    return err != OK ? overlay_fail(o, err, error) : OK;
}

/* ---- Room ---- */

struct room {
    const struct overlay *overlay;
    int64_t now;
    unsigned most;        /* items in force for one key */
    bool subdomains_only; /* count only items that hold below their name too */
};

static bool count_room(void *context, uint32_t value)
{
    struct room *r = context;
    const struct overlay_pools *pools = &r->overlay->pool.readers;
    const uint32_t *slots;
    unsigned n = overlay_slots(pools, &value, &slots), count = 0;

    for (unsigned i = 0; i < n; i++) {
        const struct overlay_item *item = &pools->items[slots[i]];
        count += item->until > r->now && (item->subdomains || !r->subdomains_only);
    }
    r->most = count > r->most ? count : r->most;
    return r->most >= OVERLAY_ITEMS_MAX;
}

static bool name_has_room(const struct overlay *o, const struct range *range, struct room *r)
{
    struct trie t = trie_arena_trie(o->arena, o->now.root[RANGE_NAME]);
    uint8_t offsets[WIRE_LABELS_MAX + 1];
    struct labels name = name_split(range->name, offsets);
    unsigned count = 0;

    for (unsigned i = 0; i < name.count; i++) {
        r->most = 0;
        count_room(r, trie_lookup(&t, overlay_name_key(o->key, name, i)));
        count += r->most;
        r->subdomains_only = true;
    }
    return count < OVERLAY_ITEMS_MAX;
}

bool overlay_has_room(const struct overlay *o, const struct range *range, int64_t now)
{
    struct room r = { .overlay = o, .now = now };
    struct range_cursor cursor;
    struct trie_key prefix;
    unsigned bits;

    if (range->family == RANGE_NAME)
        return name_has_room(o, range, &r);
    struct trie t = trie_arena_trie(o->arena, o->now.root[range->family]);
    for (range_open(&cursor, range); range_next(&cursor, range, &prefix, &bits);)
        if (trie_visit(&t, prefix, bits, count_room, &r))
            return false;
    return true;
}
