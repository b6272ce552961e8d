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

static size_t memory_of(size_t size)
{
    return sizeof(struct overlay_string) + size + MALLOC_HEAD;
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
    struct overlay_string *s = malloc(sizeof(*s) + size);
    if (s == NULL)
        return NULL;
    *s = (struct overlay_string){ .next = *chain, .hash = hash, .references = 1, .size = (uint32_t)size };
    memcpy(s->data, data, size);
    *chain = s;
    b->count++;
    b->memory += memory_of(size);
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
    b->memory -= memory_of(s->size);
    free(s);
}

void overlay_bytes_free(struct overlay_bytes *b)
{
    for (size_t i = 0; i < b->chains_count; i++) {
        for (struct overlay_string *s = b->chains[i], *next; s != NULL; s = next) {
            next = s->next;
            free(s);
        }
    }
    free(b->chains);
}
