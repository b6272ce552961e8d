/* Opening an overlay, and its transactions. */
#include "overlay/overlay_writer.h"

#include <stdlib.h>
#include <string.h>

#include <sys/random.h>

/* ---- Opening ---- */

size_t overlay_part_bytes(size_t most_bytes, enum overlay_part part)
{
    /* Adding stops at `most` bytes in use. More is reserved, as free blocks may have the wrong size and
     * removing must still work. */
    return part == OVERLAY_TRIES ? 2 * most_bytes : most_bytes;
}

static enum err open_all(struct overlay *o, size_t most, const struct arena_memory *memory)
{
    enum err err = overlay_pool_open(&o->pool, most, memory);

    if (err != OK)
        return err;
    o->most = most;
    o->arena = trie_arena_new_in(overlay_part_bytes(most, OVERLAY_TRIES),
                                 memory != NULL ? &memory[OVERLAY_TRIES] : NULL);
    if (o->arena == NULL)
        return ERR_MEMORY;
    for (unsigned f = 0; f < ARRAY_SIZE(o->now.root); f++) {
        err = trie_edit_new(o->arena, &o->now.root[f]);
        if (err != OK)
            return err;
    }
    uint64_t generation;
    err = trie_edit_commit(o->arena, &generation);
    if (err != OK)
        return err;
    overlay_pool_commit(&o->pool, generation);
    o->committed = o->now;
    return getrandom(o->key, sizeof(o->key), 0) == (ssize_t)sizeof(o->key) ? OK : ERR_SYSTEM;
}

enum err overlay_new(size_t most_bytes, struct overlay **out, struct error *error)
{
    return overlay_new_in(most_bytes, NULL, out, error);
}

enum err overlay_new_in(size_t most_bytes, const struct arena_memory *memory, struct overlay **out,
                        struct error *error)
{
    struct overlay *o = calloc(1, sizeof(*o));
    enum err err = o != NULL ? open_all(o, most_bytes, memory) : ERR_MEMORY;

    if (err == OK) {
        *out = o;
        return OK;
    }
    overlay_free(o);
    return error_set(error, err,
                     err == ERR_SYSTEM ? "the system has no random numbers"
                                       : "out of memory for delistings and listings");
}

void overlay_free(struct overlay *o)
{
    if (o == NULL)
        return;
    overlay_pool_close(&o->pool);
    trie_arena_free(o->arena);
    free(o);
}

/* ---- Transactions ---- */

static struct overlay_view make_view(const struct overlay *o)
{
    const struct overlay_counts *c = &o->now.counts;
    struct overlay_view v = { .has_subdomains = c->subdomains != 0,
                              .subdomains_most = c->subdomains_most,
                              .lists = c->listings != 0,
                              .pools = &o->pool.readers };

    memcpy(v.key, o->key, sizeof(v.key));
    for (unsigned f = 0; f < ARRAY_SIZE(v.trie); f++) {
        v.trie[f] = trie_arena_trie(o->arena, o->now.root[f]);
        v.has[f] = c->items[f] != 0;
    }
    return v;
}

enum err overlay_commit(struct overlay *o, struct overlay_view *out, uint64_t *generation,
                        struct error *error)
{
    enum err err = OK;
    uint64_t number;

    if (o->failed != OK)
        err = overlay_refuse(o, error);
    else if ((err = trie_edit_commit(o->arena, &number)) != OK)
        overlay_fail(o, err, error);
    if (err != OK) {
        overlay_abort(o);
        return err;
    }
    overlay_gc(o);
    overlay_pool_commit(&o->pool, number);
    o->committed = o->now;
    o->gained = 0;
    *out = make_view(o);
    *generation = number;
    return OK;
}

void overlay_abort(struct overlay *o)
{
    trie_edit_abort(o->arena);
    overlay_pool_abort(&o->pool);
    o->now = o->committed;
    o->dropped += o->gained;
    o->gained = 0;
    o->failed = OK;
}

void overlay_reclaim(struct overlay *o, uint64_t generation)
{
    trie_edit_reclaim(o->arena, generation);
    overlay_pool_reclaim(&o->pool, generation);
}

struct overlay_usage overlay_usage(const struct overlay *o)
{
    const uint64_t *items = o->committed.counts.items;

    return (struct overlay_usage){
        .items = items[RANGE_IP4] + items[RANGE_IP6] + items[RANGE_NAME],
        .bytes = sizeof(*o) + trie_arena_usage(o->arena).mapped + overlay_pool_memory(&o->pool),
    };
}
