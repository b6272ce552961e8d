#include "list/intern.h"

#include "base/hash.h"

#include <string.h>
#include <sys/random.h>

void intern_start(struct intern *in, struct vec *pool)
{
    *in = (struct intern){ .pool = pool };
    if (getrandom(&in->seed, sizeof(in->seed), 0) != (ssize_t)sizeof(in->seed))
        in->seed = (uintptr_t)in; /* still different from process to process, by address randomisation */
}

void intern_free(struct intern *in)
{
    hash_index_free(&in->index);
}

enum err intern_add(struct intern *in, const void *bytes, size_t length, uint32_t *offset)
{
    struct vec *pool = in->pool;
    uint64_t hash = hash_bytes(in->seed, bytes, length);
    uint32_t found;
    for (size_t slot = hash_index_first(&in->index, hash);
         (found = hash_index_id(&in->index, hash, &slot)) != HASH_INDEX_NONE; slot++) {
        if (found + length <= pool->used && memcmp(&VEC_AT(pool, const char, found), bytes, length) == 0) {
            *offset = found;
            return OK;
        }
    }
    if (pool->used + length >= UINT32_MAX)
        return ERR_LIMIT;
    void *p = vec_add(pool, length);
    if (p == NULL)
        return ERR_MEMORY;
    uint32_t added = (uint32_t)(pool->used - length);
    if (!hash_index_add(&in->index, hash, added)) {
        pool->used = added;
        return ERR_MEMORY;
    }
    memcpy(p, bytes, length);
    *offset = added;
    return OK;
}
