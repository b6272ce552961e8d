#include "list/intern.h"

#include "base/hash.h"

#include <string.h>
#include <sys/random.h>

struct intern_slot {
    uint32_t hash;
    uint32_t offset;
    uint32_t length_plus_1; /* 0: free */
};

enum { FIRST_SLOTS = 256 };

void intern_start(struct intern *in, struct vec *pool)
{
    *in = (struct intern){ .pool = pool };
    if (getrandom(&in->seed, sizeof(in->seed), 0) != (ssize_t)sizeof(in->seed))
        in->seed = (uintptr_t)in;
}

void intern_free(struct intern *in)
{
    vec_free(&in->slots);
}

/* Finds the slot of the string, or the free one for it. */
static struct intern_slot *find_slot(const struct intern *in, uint32_t hash, const void *bytes, size_t length)
{
    struct intern_slot *slots = in->slots.data;
    size_t mask = VEC_COUNT(&in->slots, struct intern_slot) - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        struct intern_slot *slot = &slots[i];
        if (slot->length_plus_1 == 0)
            return slot;
        if (slot->hash == hash && slot->length_plus_1 == length + 1 &&
            memcmp(&VEC_AT(in->pool, const char, slot->offset), bytes, length) == 0)
            return slot;
    }
}

/* Doubles the table. Hashes are kept, so the strings are not touched. */
static enum err grow(struct intern *in)
{
    size_t old_count = VEC_COUNT(&in->slots, struct intern_slot);
    size_t count = old_count == 0 ? FIRST_SLOTS : old_count * 2;
    struct vec next = { 0 };
    if (vec_add(&next, count * sizeof(struct intern_slot)) == NULL)
        return ERR_MEMORY;
    const struct intern_slot *from = in->slots.data;
    struct intern_slot *to = next.data;
    for (size_t i = 0; i < old_count; i++) {
        if (from[i].length_plus_1 == 0)
            continue;
        size_t at = from[i].hash & (count - 1);
        while (to[at].length_plus_1 != 0)
            at = (at + 1) & (count - 1);
        to[at] = from[i];
    }
    vec_free(&in->slots);
    in->slots = next;
    return OK;
}

enum err intern_add(struct intern *in, const void *bytes, size_t length, uint32_t *offset)
{
    if (in->count >= VEC_COUNT(&in->slots, struct intern_slot) / 4 * 3) {
        enum err err = grow(in);
        if (err != OK)
            return err;
    }
    uint32_t hash = (uint32_t)hash_bytes(in->seed, bytes, length);
    struct intern_slot *slot = find_slot(in, hash, bytes, length);
    if (slot->length_plus_1 == 0) {
        if (in->pool->used + length >= UINT32_MAX)
            return ERR_LIMIT;
        void *p = vec_add(in->pool, length);
        if (p == NULL)
            return ERR_MEMORY;
        memcpy(p, bytes, length);
        *slot = (struct intern_slot){ hash, (uint32_t)(in->pool->used - length), (uint32_t)length + 1 };
        in->count++;
    }
    *offset = slot->offset;
    return OK;
}
