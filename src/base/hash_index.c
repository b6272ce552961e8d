#include "base/hash_index.h"

static void put(uint64_t *slots, size_t size, uint64_t start, uint64_t slot)
{
    size_t at = start & (size - 1);
    while (slots[at] != 0)
        at = (at + 1) & (size - 1);
    slots[at] = slot;
}

/* Every position is derived from the upper half of the hash too, as that is what a slot keeps. */
static uint64_t start_of(uint64_t slot)
{
    return slot >> 32;
}

int hash_index_add(struct hash_index *t, uint64_t hash, uint32_t id)
{
    size_t size = VEC_COUNT(&t->slots, uint64_t);

    if (((size_t)t->count + 1) * 2 > size) {
        struct vec grown = { 0 };
        size_t grown_size = size != 0 ? size * 2 : 256;
        if (vec_add(&grown, grown_size * sizeof(uint64_t)) == NULL)
            return 0;
        const uint64_t *slots = t->slots.data;
        for (size_t i = 0; i < size; i++)
            if (slots[i] != 0)
                put(grown.data, grown_size, start_of(slots[i]), slots[i]);
        vec_free(&t->slots);
        t->slots = grown;
        size = grown_size;
    }
    uint64_t slot = (hash >> 32 << 32) | (id + 1);
    put(t->slots.data, size, start_of(slot), slot);
    t->count++;
    return 1;
}

void hash_index_free(struct hash_index *t)
{
    vec_free(&t->slots);
    t->count = 0;
}
