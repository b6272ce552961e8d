/* Garbage collection of the overlay: items and records that no version uses any more. */
#include "overlay/overlay_writer.h"

#include "trie/trie.h"

/* A sweep visits all items and records: it waits for 1024 drops and 1/8 as many as there are of these, so
 * that its cost for each drop is bounded. */
enum { SWEEP_LEAST = 1024, SWEEP_SHARE = 8 };

/* What the version uses: a bit for each slot, and for the first unit of each record. */
struct marks {
    struct overlay_pool *pool;
    struct vec items, records;
};

static void set(struct vec *bits, size_t i)
{
    if (!vec_bit(bits, i))
        vec_flip(bits, i);
}

static bool mark(void *context, uint32_t value)
{
    struct marks *m = context;
    const uint32_t *slots;
    unsigned n = overlay_slots(&m->pool->readers, &value, &slots);

    if (value & OVERLAY_RECORD) {
        if (vec_bit(&m->records, value & ~OVERLAY_RECORD))
            return false;
        vec_flip(&m->records, value & ~OVERLAY_RECORD);
    }
    for (unsigned i = 0; i < n; i++)
        set(&m->items, slots[i]);
    return false;
}

static void mark_all(const struct overlay *o, struct marks *m)
{
    for (unsigned f = 0; f < ARRAY_SIZE(o->now.root); f++) {
        struct trie t = trie_arena_trie(o->arena, o->now.root[f]);
        if (o->now.counts.items[f] != 0)
            trie_visit(&t, (struct trie_key){ 0, 0 }, 0, mark, m);
    }
}

/* Releases the items that the version does not use, unless they are free or released already. */
static void sweep_items(struct overlay *o, struct marks *m)
{
    const struct arena *items = &o->pool.items;

    for (size_t i = 0; i < VEC_COUNT(&items->retired, struct arena_retired); i++)
        set(&m->items, VEC_AT(&items->retired, struct arena_retired, i).block.index);
    for (uint32_t slot = 1; slot < items->end; slot++) {
        const struct overlay_item *item = &o->pool.readers.items[slot];
        if (vec_bit(&m->items, slot) || item->lists == NULL)
            continue;
        struct overlay_item released = *item; /* a fresh one is cleared at once */
        if (overlay_pool_release(&o->pool, slot) != OK)
            return;
        overlay_count(&o->now.counts, &released, false);
    }
}

/* Releases a record that is not used; true if it stays. */
static bool keep_record(void *context, uint32_t unit)
{
    const struct marks *m = context;
    return vec_bit(&m->records, unit) || overlay_pool_release(m->pool, unit | OVERLAY_RECORD) != OK;
}

void overlay_gc(struct overlay *o)
{
    struct marks m = { .pool = &o->pool };

    if (o->dropped < SWEEP_LEAST + (o->pool.items.used + o->pool.index.count) / SWEEP_SHARE)
        return;
    if (vec_add(&m.items, (o->pool.items.end / 64 + 1) * sizeof(uint64_t)) != NULL &&
        vec_add(&m.records, (o->pool.records.end / 64 + 1) * sizeof(uint64_t)) != NULL) {
        mark_all(o, &m);
        sweep_items(o, &m);
        if (hash_index_filter(&o->pool.index, keep_record, &m))
            o->dropped = 0;
    }
    vec_free(&m.items);
    vec_free(&m.records);
}
