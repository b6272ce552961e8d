#include "overlay/overlay_pool.h"

#include "base/hash.h"

#include <string.h>

#include <sys/mman.h>
#include <sys/random.h>

enum { STEP = 64 << 10, HUGE_STEP = 2 << 20, FIRST_TABLE = 1024 };

_Static_assert(sizeof(struct overlay_item) == 48, "an item is small");

/* What waits for readers to be gone: the value of an item's slot or of a record. */
struct overlay_retired {
    uint64_t generation; /* the first that does not use it */
    uint32_t value;
};

/* ---- Space ---- */

static bool space_open(struct overlay_space *s, size_t most)
{
    size_t size = (most + HUGE_STEP - 1) & -(size_t)HUGE_STEP;
    char *p = mmap(NULL, size + HUGE_STEP, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (p == MAP_FAILED)
        return false;
    size_t before = -(uintptr_t)p & (HUGE_STEP - 1); /* aligned, huge pages fit */
    if (before != 0)
        munmap(p, before);
    munmap(p + before + size, HUGE_STEP - before);
    *s = (struct overlay_space){ .base = p + before, .most = size };
    return true;
}

static void space_close(struct overlay_space *s)
{
    if (s->base != NULL)
        munmap(s->base, s->most);
}

/* Makes the first `bytes` usable: in small steps at first, as most overlays stay small. */
static enum err space_grow(struct overlay_space *s, size_t bytes)
{
    size_t step = s->mapped < HUGE_STEP ? STEP : HUGE_STEP;

    if (bytes <= s->mapped)
        return OK;
    if (s->mapped == s->most)
        return ERR_LIMIT;
    if (mprotect(s->base + s->mapped, step, PROT_READ | PROT_WRITE) != 0)
        return ERR_MEMORY;
    if (step == HUGE_STEP)
        madvise(s->base + s->mapped, step, MADV_HUGEPAGE);
    s->mapped += step;
    return OK;
}

enum err overlay_pool_open(struct overlay_pool *p, size_t most)
{
    uint64_t seeds[2];

    *p = (struct overlay_pool){ .items_end = 1, .records_end = 1 };
    if (getrandom(seeds, sizeof(seeds), 0) != (ssize_t)sizeof(seeds))
        return ERR_SYSTEM;
    p->seed = seeds[0];
    p->bytes.seed = seeds[1];
    if (!space_open(&p->items, most) || !space_open(&p->records, most))
        return ERR_MEMORY;
    p->readers.items = (struct overlay_item *)(void *)p->items.base;
    p->readers.records = (uint32_t *)(void *)p->records.base;
    return OK;
}

void overlay_pool_close(struct overlay_pool *p)
{
    space_close(&p->items);
    space_close(&p->records);
    vec_free(&p->live);
    vec_free(&p->table);
    vec_free(&p->added);
    vec_free(&p->retired);
    overlay_bytes_free(&p->bytes);
}

size_t overlay_pool_used(const struct overlay_pool *p)
{
    return p->items_used * sizeof(struct overlay_item) + p->units_used * OVERLAY_UNIT * sizeof(uint32_t) +
           p->bytes.memory;
}

size_t overlay_pool_mapped(const struct overlay_pool *p)
{
    return p->items.mapped + p->records.mapped + p->bytes.memory + p->live.size + p->table.size +
           p->added.size + p->retired.size;
}

/* ---- Items ---- */

static enum err take_slot(struct overlay_pool *p, uint32_t *slot)
{
    if (p->items_free != 0) {
        *slot = p->items_free;
        p->items_free = (uint32_t)p->readers.items[*slot].number;
        return OK;
    }
    if (p->items_end == OVERLAY_RECORD)
        return ERR_LIMIT;
    enum err err = space_grow(&p->items, (p->items_end + (size_t)1) * sizeof(struct overlay_item));
    if (err != OK)
        return err;
    if (p->items_end / 64 >= VEC_COUNT(&p->live, uint64_t) && vec_add(&p->live, sizeof(uint64_t)) == NULL)
        return ERR_MEMORY;
    *slot = p->items_end++;
    return OK;
}

/* A slot that nobody reads, with nothing left in it. */
static void put_slot(struct overlay_pool *p, uint32_t slot)
{
    struct overlay_item *item = &p->readers.items[slot];

    overlay_bytes_drop(&p->bytes, item->lists);
    overlay_bytes_drop(&p->bytes, item->text);
    overlay_bytes_drop(&p->bytes, item->name);
    *item = (struct overlay_item){ .number = p->items_free };
    p->items_free = slot;
    p->items_used--;
}

/* Copies a string that has its length in front; NULL stays NULL. */
static bool copy_string(struct overlay_pool *p, const uint8_t **string)
{
    if (*string == NULL)
        return true;
    *string = overlay_bytes_take(&p->bytes, *string, *string[0] + 1u);
    return *string != NULL;
}

enum err overlay_pool_add(struct overlay_pool *p, const struct overlay_item *item, uint32_t *slot)
{
    uint32_t *noted = vec_add(&p->added, sizeof(*noted));
    uint32_t taken;

    if (noted == NULL)
        return ERR_MEMORY;
    p->added.used -= sizeof(*noted); /* until there is a slot; the place is kept */
    enum err err = take_slot(p, &taken);
    if (err != OK)
        return err;
    struct overlay_item *to = &p->readers.items[taken];
    *to = *item;
    to->lists = overlay_bytes_take(&p->bytes, item->lists, sizeof(*item->lists));
    bool copied = to->lists != NULL;
    copied = copy_string(p, &to->text) && copied;
    copied = copy_string(p, &to->name) && copied;
    p->items_used++;
    if (!copied) {
        put_slot(p, taken);
        return ERR_MEMORY;
    }
    *noted = taken;
    p->added.used += sizeof(*noted);
    overlay_flip(&p->live, taken);
    *slot = taken;
    return OK;
}

enum err overlay_pool_retire(struct overlay_pool *p, uint32_t value, uint64_t generation)
{
    struct overlay_retired *r = vec_add(&p->retired, sizeof(*r));

    if (r == NULL)
        return ERR_MEMORY;
    *r = (struct overlay_retired){ generation, value };
    if (!(value & OVERLAY_RECORD))
        overlay_flip(&p->live, value);
    return OK;
}

/* ---- Records ---- */

static unsigned units_of(unsigned count)
{
    return count / OVERLAY_UNIT + 1;
}

static uint32_t *record_at(const struct overlay_pool *p, uint32_t value)
{
    return p->readers.records + (size_t)(value & ~OVERLAY_RECORD) * OVERLAY_UNIT;
}

static uint64_t hash_slots(const struct overlay_pool *p, const uint32_t *slots, unsigned count)
{
    return hash_bytes(p->seed, slots, count * sizeof(*slots));
}

/* The record of these slots, or the free place in the table where it belongs. */
static uint32_t *find(const struct overlay_pool *p, const struct vec *table, const uint32_t *slots,
                      unsigned count)
{
    size_t mask = VEC_COUNT(table, uint32_t) - 1;

    for (size_t i = hash_slots(p, slots, count) & mask;; i = (i + 1) & mask) {
        uint32_t *place = (uint32_t *)table->data + i;
        if (*place == 0)
            return place;
        const uint32_t *record = record_at(p, *place);
        if (record[0] == count && memcmp(record + 1, slots, count * sizeof(*slots)) == 0)
            return place;
    }
}

void overlay_pool_rehash(const struct overlay_pool *p, struct vec *table, uint32_t value)
{
    const uint32_t *record = record_at(p, value);

    *find(p, table, record + 1, record[0]) = value;
}

static enum err grow_table(struct overlay_pool *p)
{
    size_t count = VEC_COUNT(&p->table, uint32_t);
    struct vec next = { 0 };

    if (p->table_used < count / 4 * 3)
        return OK;
    if (vec_add(&next, (count != 0 ? count * 2 : FIRST_TABLE) * sizeof(uint32_t)) == NULL)
        return ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (((uint32_t *)p->table.data)[i] != 0)
            overlay_pool_rehash(p, &next, ((uint32_t *)p->table.data)[i]);
    vec_free(&p->table);
    p->table = next;
    return OK;
}

static enum err take_record(struct overlay_pool *p, unsigned units, uint32_t *value)
{
    uint32_t *free = &p->records_free[units];

    if (*free != 0) {
        *value = *free;
        *free = *record_at(p, *value);
    } else {
        size_t end = (size_t)p->records_end + units;
        enum err err =
            end > OVERLAY_RECORD ? ERR_LIMIT : space_grow(&p->records, end * OVERLAY_UNIT * sizeof(uint32_t));
        if (err != OK)
            return err;
        *value = p->records_end | OVERLAY_RECORD;
        p->records_end = (uint32_t)end;
    }
    p->units_used += units;
    return OK;
}

static void put_record(struct overlay_pool *p, uint32_t value)
{
    uint32_t *record = record_at(p, value);
    unsigned units = units_of(record[0]);

    record[0] = p->records_free[units];
    p->records_free[units] = value;
    p->units_used -= units;
}

enum err overlay_pool_record(struct overlay_pool *p, const uint32_t *slots, unsigned count, uint32_t *value)
{
    if (count < 2) {
        *value = count == 0 ? 0 : slots[0];
        return OK;
    }
    enum err err = grow_table(p);
    if (err != OK)
        return err;
    uint32_t *place = find(p, &p->table, slots, count);
    if (*place == 0) {
        uint32_t taken;
        err = take_record(p, units_of(count), &taken);
        if (err != OK)
            return err;
        uint32_t *record = record_at(p, taken);
        record[0] = count;
        memcpy(record + 1, slots, count * sizeof(*slots));
        *place = taken;
        p->table_used++;
    }
    *value = *place;
    return OK;
}

/* ---- Transactions ---- */

/* Empties a list, and gives its pages back when they are many. */
static void clear(struct vec *v)
{
    v->used = 0;
    if (v->size > 1 << 20)
        vec_free(v);
}

void overlay_pool_commit(struct overlay_pool *p, uint64_t generation)
{
    clear(&p->added);
    p->retired_earlier = VEC_COUNT(&p->retired, struct overlay_retired);
    p->generation = generation;
}

/* Records that the transaction has made stay in the table until the next sweep: what one says is right as
 * long as its slots do, whoever's items they hold by then. */
void overlay_pool_abort(struct overlay_pool *p)
{
    const struct overlay_retired *r = p->retired.data;
    const uint32_t *added = p->added.data;

    for (size_t i = p->retired_earlier; i < VEC_COUNT(&p->retired, *r); i++)
        overlay_flip(&p->live, r[i].value);
    p->retired.used = p->retired_earlier * sizeof(*r);
    for (size_t i = 0; i < VEC_COUNT(&p->added, *added); i++) {
        overlay_flip(&p->live, added[i]);
        put_slot(p, added[i]);
    }
    clear(&p->added);
}

void overlay_pool_reclaim(struct overlay_pool *p, uint64_t generation)
{
    struct overlay_retired *r = p->retired.data;
    size_t n = 0;

    for (; n < p->retired_earlier && r[n].generation <= generation; n++) {
        if (r[n].value & OVERLAY_RECORD)
            put_record(p, r[n].value);
        else
            put_slot(p, r[n].value);
    }
    if (n == 0)
        return;
    p->retired_earlier -= n;
    p->retired.used -= n * sizeof(*r);
    memmove(r, r + n, p->retired.used);
    if (p->retired.used == 0)
        clear(&p->retired);
}
