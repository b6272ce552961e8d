#include "overlay/overlay_pool.h"

#include "base/hash.h"

#include <string.h>

#include <sys/random.h>

_Static_assert(sizeof(struct overlay_item) == OVERLAY_ITEM_BYTES, "there may be millions: no padding");
_Static_assert(offsetof(struct overlay_item, until) == OVERLAY_ITEM_UNTIL &&
                   offsetof(struct overlay_item, lists) == OVERLAY_ITEM_LISTS &&
                   offsetof(struct overlay_item, code) == OVERLAY_ITEM_CODE &&
                   offsetof(struct overlay_item, kind) == OVERLAY_ITEM_CODE + 4 &&
                   offsetof(struct overlay_item, subdomains) == OVERLAY_ITEM_CODE + 6,
               "as overlay_layout.h says");

/* Empties a slot that nobody reads any more. */
static void clear_item(void *context, uint32_t slot)
{
    struct overlay_pool *p = context;
    struct overlay_item *item = &p->readers.items[slot];

    overlay_bytes_unref(&p->lists_bytes, item->lists);
    overlay_bytes_unref(&p->bytes, item->text);
    overlay_bytes_unref(&p->bytes, item->name);
    *item = (struct overlay_item){ 0 };
}

_Static_assert(OVERLAY_BYTES_HEAD + sizeof(struct list_mask) <= OVERLAY_LISTS_UNIT, "a set in a unit");

enum err overlay_pool_open(struct overlay_pool *p, size_t most, const struct arena_memory *memory)
{
    uint64_t seeds[3];

    *p = (struct overlay_pool){ .items = { .on_free = clear_item, .context = p } };
    if (memory != NULL) {
        p->items.memory = &memory[OVERLAY_ITEMS];
        p->records.memory = &memory[OVERLAY_RECORDS];
        p->lists.memory = &memory[OVERLAY_LISTS];
    }
    if (getrandom(seeds, sizeof(seeds), 0) != (ssize_t)sizeof(seeds))
        return ERR_SYSTEM;
    p->seed = seeds[0];
    p->bytes.seed = seeds[1];
    p->lists_bytes.seed = seeds[2];
    p->lists_bytes.arena = &p->lists;
    enum err err = arena_open(&p->items, most, sizeof(struct overlay_item), 1);
    if (err == OK)
        err = arena_open(&p->records, most, OVERLAY_UNIT * sizeof(uint32_t), 1);
    if (err == OK)
        err = arena_open(&p->lists, most, OVERLAY_LISTS_UNIT, 1);
    p->readers.items = (struct overlay_item *)(void *)p->items.base;
    p->readers.records = (uint32_t *)(void *)p->records.base;
    p->readers.lists = p->lists.base;
    return err;
}

void overlay_pool_close(struct overlay_pool *p)
{
    arena_close(&p->items);
    arena_close(&p->records);
    overlay_bytes_free(&p->lists_bytes);
    arena_close(&p->lists);
    hash_index_free(&p->index);
    overlay_bytes_free(&p->bytes);
}

size_t overlay_pool_used(const struct overlay_pool *p)
{
    return p->items.used * p->items.unit + p->records.used * p->records.unit + p->lists.used * p->lists.unit +
           p->lists_bytes.memory + p->bytes.memory;
}

size_t overlay_pool_memory(const struct overlay_pool *p)
{
    return arena_memory(&p->items) + arena_memory(&p->records) + arena_memory(&p->lists) +
           p->index.slots.size + p->lists_bytes.memory + p->bytes.memory;
}

/* ---- Items ---- */

/* Copies a string that has its length in front; NULL stays NULL. */
static bool copy_string(struct overlay_pool *p, const uint8_t **string)
{
    if (*string == NULL)
        return true;
    *string = overlay_bytes_ref(&p->bytes, *string, *string[0] + 1u);
    return *string != NULL;
}

enum err overlay_pool_add(struct overlay_pool *p, const struct overlay_item *item, uint32_t *slot)
{
    uint32_t added;
    enum err err = arena_add(&p->items, 1, &added);

    if (err != OK)
        return err;
    struct overlay_item *to = &p->readers.items[added];
    *to = *item;
    to->lists = overlay_bytes_ref(&p->lists_bytes, item->lists, sizeof(*item->lists));
    bool copied = to->lists != NULL;
    copied = copy_string(p, &to->text) && copied;
    copied = copy_string(p, &to->name) && copied;
    if (!copied) {
        err = arena_release(&p->items, added, 1); /* fresh: it does not fail */
        return err != OK ? err : ERR_MEMORY;
    }
    *slot = added;
    return OK;
}

/* ---- Records ---- */

static unsigned units_of(unsigned count)
{
    return count / OVERLAY_UNIT + 1;
}

/* The unit of the record of these slots, or HASH_INDEX_NONE. */
static uint32_t find_record(const struct overlay_pool *p, uint64_t hash, const uint32_t *slots,
                            unsigned count)
{
    uint32_t unit;

    for (size_t at = hash_index_first(&p->index, hash);
         (unit = hash_index_id(&p->index, hash, &at)) != HASH_INDEX_NONE; at++) {
        const uint32_t *record = arena_at(&p->records, unit);
        if (record[0] == count && memcmp(record + 1, slots, count * sizeof(*slots)) == 0)
            break;
    }
    return unit;
}

enum err overlay_pool_record(struct overlay_pool *p, const uint32_t *slots, unsigned count, uint32_t *value)
{
    if (count < 2) {
        *value = count == 0 ? 0 : slots[0];
        return OK;
    }
    uint64_t hash = hash_bytes(p->seed, slots, count * sizeof(*slots));
    uint32_t unit = find_record(p, hash, slots, count);
    if (unit == HASH_INDEX_NONE) {
        enum err err = arena_add(&p->records, units_of(count), &unit);
        if (err != OK)
            return err;
        uint32_t *record = arena_at(&p->records, unit);
        record[0] = count;
        memcpy(record + 1, slots, count * sizeof(*slots));
        if (!hash_index_add(&p->index, hash, unit)) {
            err = arena_release(&p->records, unit, units_of(count)); /* fresh: it does not fail */
            return err != OK ? err : ERR_MEMORY;
        }
    }
    *value = unit | OVERLAY_RECORD;
    return OK;
}

enum err overlay_pool_release(struct overlay_pool *p, uint32_t value)
{
    if (!(value & OVERLAY_RECORD))
        return arena_release(&p->items, value, 1);
    uint32_t unit = value & ~OVERLAY_RECORD;
    return arena_release(&p->records, unit, units_of(*(uint32_t *)arena_at(&p->records, unit)));
}

/* ---- Transactions ---- */

void overlay_pool_commit(struct overlay_pool *p, uint64_t generation)
{
    arena_commit(&p->items, generation);
    arena_commit(&p->records, generation);
    arena_commit(&p->lists, generation);
}

void overlay_pool_abort(struct overlay_pool *p)
{
    arena_abort(&p->items);
    arena_commit(&p->records, p->records.generation);
    arena_commit(&p->lists, p->lists.generation);
}

void overlay_pool_reclaim(struct overlay_pool *p, uint64_t generation)
{
    arena_reclaim(&p->items, generation);
    arena_reclaim(&p->records, generation);
    arena_reclaim(&p->lists, generation);
}
