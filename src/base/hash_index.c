#include "base/hash_index.h"

/* Positions derive from the upper half of the hash: a slot keeps no more. */
static void put(uint64_t *slots, size_t size, uint64_t slot)
{
    size_t at = slot >> 32 & (size - 1);
    while (slots[at] != 0)
        at = (at + 1) & (size - 1);
    slots[at] = slot;
}

bool hash_index_add(struct hash_index *t, uint64_t hash, uint32_t id)
{
    size_t size = VEC_COUNT(&t->slots, uint64_t);

    if (((size_t)t->count + 1) * 3 > size * 2) {
        struct vec grown = { 0 };
        size_t grown_size = size != 0 ? size * 2 : 256;
        if (vec_add(&grown, grown_size * sizeof(uint64_t)) == NULL)
            return false;
        for (size_t i = 0; i < size; i++)
            if (VEC_AT(&t->slots, uint64_t, i) != 0)
                put(grown.data, grown_size, VEC_AT(&t->slots, uint64_t, i));
        vec_free(&t->slots);
        t->slots = grown;
        size = grown_size;
    }
    put(t->slots.data, size, (hash >> 32 << 32) | (id + 1));
    t->count++;
    return true;
}

bool hash_index_filter(struct hash_index *t, bool (*keep)(void *context, uint32_t id), void *context)
{
    struct hash_index next = { 0 };
    size_t size = VEC_COUNT(&t->slots, uint64_t);

    if (size == 0)
        return true;
    if (vec_add(&next.slots, t->slots.used) == NULL)
        return false;
    for (size_t i = 0; i < size; i++) {
        uint64_t slot = VEC_AT(&t->slots, uint64_t, i);
        if (slot != 0 && keep(context, (uint32_t)slot - 1)) {
            put(next.slots.data, size, slot);
            next.count++;
        }
    }
    hash_index_free(t);
    *t = next;
    return true;
}

void hash_index_free(struct hash_index *t)
{
    vec_free(&t->slots);
    t->count = 0;
}
