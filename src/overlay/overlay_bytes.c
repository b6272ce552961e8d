#include "overlay/overlay_bytes.h"

#include "base/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CHAINS = 64, MALLOC_HEAD = 8 /* bytes that malloc adds, about */ };

struct overlay_string {
    struct overlay_string *next;
    uint64_t hash;
    uint32_t references;
    uint32_t size;
    uint64_t data[];
};

_Static_assert(sizeof(struct overlay_string) == OVERLAY_BYTES_HEAD, "as readers of an arena have it");

static size_t memory_of(const struct overlay_bytes *b, size_t size)
{
    return b->arena == NULL ? sizeof(struct overlay_string) + size + MALLOC_HEAD : 0;
}

static struct overlay_string *allocate(struct overlay_bytes *b, size_t size)
{
    uint32_t index;

    if (b->arena == NULL)
        return malloc(sizeof(struct overlay_string) + size);
    return arena_add(b->arena, 1, &index) == OK ? arena_at(b->arena, index) : NULL;
}

static void release(struct overlay_bytes *b, struct overlay_string *s)
{
    if (b->arena == NULL) {
        free(s);
        return;
    }
    size_t offset = (size_t)((char *)s - b->arena->base);
    if (arena_release(b->arena, (uint32_t)(offset / b->arena->unit), 1) != OK)
        return; /* out of memory: its unit is lost */
}

static struct overlay_string **chain_of(const struct overlay_bytes *b, uint64_t hash)
{
    return &b->chains[hash & (b->chains_count - 1)];
}

/* Doubles the chains once there are as many strings. */
static bool grow(struct overlay_bytes *b)
{
    struct overlay_bytes wider = *b;

    if (b->count < b->chains_count)
        return true;
    wider.chains_count = b->chains_count != 0 ? b->chains_count * 2 : FIRST_CHAINS;
    wider.chains = calloc(wider.chains_count, sizeof(*wider.chains));
    if (wider.chains == NULL)
        return b->chains != NULL;
    for (size_t i = 0; i < b->chains_count; i++) {
        for (struct overlay_string *s = b->chains[i], *next; s != NULL; s = next) {
            struct overlay_string **chain = chain_of(&wider, s->hash);
            next = s->next;
            s->next = *chain;
            *chain = s;
        }
    }
    free(b->chains);
    wider.memory += (wider.chains_count - b->chains_count) * sizeof(*wider.chains);
    *b = wider;
    return true;
}

const void *overlay_bytes_ref(struct overlay_bytes *b, const void *data, size_t size)
{
    uint64_t hash = hash_bytes(b->seed, data, size);

    if (!grow(b))
        return NULL;
    struct overlay_string **chain = chain_of(b, hash);
    for (struct overlay_string *s = *chain; s != NULL; s = s->next) {
        if (s->hash == hash && s->size == size && memcmp(s->data, data, size) == 0) {
            s->references++;
            return s->data;
        }
    }
    struct overlay_string *s = allocate(b, size);
    if (s == NULL)
        return NULL;
    *s = (struct overlay_string){ .next = *chain, .hash = hash, .references = 1, .size = (uint32_t)size };
    memcpy(s->data, data, size);
    *chain = s;
    b->count++;
    b->memory += memory_of(b, size);
    return s->data;
}

void overlay_bytes_unref(struct overlay_bytes *b, const void *data)
{
    if (data == NULL)
        return;
    struct overlay_string *s =
        (struct overlay_string *)((uintptr_t)data - offsetof(struct overlay_string, data));
    if (--s->references != 0)
        return;
    struct overlay_string **at = chain_of(b, s->hash);
    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    b->count--;
    b->memory -= memory_of(b, s->size);
    release(b, s);
}

void overlay_bytes_free(struct overlay_bytes *b)
{
    for (size_t i = 0; i < b->chains_count && b->arena == NULL; i++) {
        for (struct overlay_string *s = b->chains[i], *next; s != NULL; s = next) {
            next = s->next;
            free(s);
        }
    }
    free(b->chains);
}
