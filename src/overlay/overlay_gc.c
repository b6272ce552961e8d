#include "overlay/overlay_writer.h"

#include "trie/trie.h"

enum { SWEEP_LEAST = 1024, SWEEP_SHARE = 8 };

/* What the version uses: a bit for each slot, and for the first unit of each record. */
struct marks {
    const struct overlay_pools *pools;
    struct vec items, records;
};

static bool mark(void *context, uint32_t value)
{
    struct marks *m = context;
    const uint32_t *slots;
    unsigned n = overlay_slots(m->pools, &value, &slots);

    if (value & OVERLAY_RECORD) {
        if (overlay_bit(&m->records, value & ~OVERLAY_RECORD))
            return false;
        overlay_flip(&m->records, value & ~OVERLAY_RECORD);
    }
    for (unsigned i = 0; i < n; i++)
        if (!overlay_bit(&m->items, slots[i]))
            overlay_flip(&m->items, slots[i]);
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

static void sweep_items(struct overlay *o, const struct marks *m, uint64_t generation)
{
    const uint64_t *live = o->pool.live.data, *used = m->items.data;

    for (size_t w = 0; w < VEC_COUNT(&o->pool.live, *live); w++) {
        for (uint64_t bits = live[w] & ~used[w]; bits != 0; bits &= bits - 1) {
            uint32_t slot = (uint32_t)(w * 64) + (uint32_t)__builtin_ctzll(bits);
            if (overlay_pool_retire(&o->pool, slot, generation) != OK)
                return;
            overlay_count(&o->now.counts, &o->pool.readers.items[slot], false);
        }
    }
}

/* Makes the table anew of the records that are used, and retires the others. */
static void sweep_records(struct overlay *o, const struct marks *m, uint64_t generation)
{
    const uint32_t *table = o->pool.table.data;
    size_t count = VEC_COUNT(&o->pool.table, *table), used = 0;
    struct vec next = { 0 };

    if (count == 0 || vec_add(&next, o->pool.table.used) == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        if (table[i] == 0)
            continue;
        if (!overlay_bit(&m->records, table[i] & ~OVERLAY_RECORD) &&
            overlay_pool_retire(&o->pool, table[i], generation) == OK)
            continue;
        overlay_pool_rehash(&o->pool, &next, table[i]);
        used++;
    }
    vec_free(&o->pool.table);
    o->pool.table = next;
    o->pool.table_used = used;
}

void overlay_gc(struct overlay *o, uint64_t generation)
{
    struct marks m = { .pools = &o->pool.readers };

    if (o->left < SWEEP_LEAST + (o->pool.items_used + o->pool.table_used) / SWEEP_SHARE)
        return;
    if (vec_add(&m.items, o->pool.live.used) != NULL &&
        vec_add(&m.records, (o->pool.records_end / 64 + 1) * sizeof(uint64_t)) != NULL) {
        mark_all(o, &m);
        sweep_items(o, &m, generation);
        sweep_records(o, &m, generation);
        o->left = 0;
    }
    vec_free(&m.items);
    vec_free(&m.records);
}
