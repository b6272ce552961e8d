/*
 * What the values of the overlay's tries stand for: items and records. Internal to overlay/.
 *
 *   value    0: nothing. 1 to 2^31 - 1: the slot of the only item, as nearly always. Else the top bit is set,
 *            and the others are the unit at which a record begins.
 *   item     a struct overlay_item in its slot.
 *   record   units of four 32-bit words: word 0 is the number of items (2 to 16), then their slots follow,
 *            newest first. Equal records are stored once: a range cut into many runs has few of them.
 *
 * Items and records live in arenas (base/arena.h): what a published version reaches neither moves nor
 * changes, and is free once readers of that version are gone. Items are released when they are removed.
 * Records, and items that have expired and are in no record any more, are released when a sweep finds that
 * the version just committed does not use them (overlay_gc.c).
 */
#ifndef OVERLAY_OVERLAY_POOL_H
#define OVERLAY_OVERLAY_POOL_H

#include "base/arena.h"
#include "base/hash_index.h"
#include "overlay/overlay.h"
#include "overlay/overlay_bytes.h"

enum {
    OVERLAY_PLACES = 1 << TRIE_ROOT_BITS, /* all values of the first 16 bits of a key */
    OVERLAY_LISTS_UNIT = 64,
};

/* What readers index. */
struct overlay_pools {
    struct overlay_item *items; /* by slot; slot 0 is none */
    uint32_t *records;          /* words */
    const char *lists;          /* where the lists of items are: arena units of OVERLAY_LISTS_UNIT bytes */
    /* A bit for each place in which something was listed: a /16; for names, the place of the key of each name
     * above a listed one. Relaxed atomics: set before the listing is published, never cleared. */
    uint64_t listed[3][OVERLAY_PLACES / 64];
};

struct overlay_pool {
    struct overlay_pools readers;
    struct arena items;                      /* of one unit each, a struct overlay_item */
    struct arena records;                    /* in units of OVERLAY_UNIT words */
    struct arena lists;                      /* a unit for each set of lists */
    struct hash_index index;                 /* units of all records, by content */
    uint64_t seed;                           /* of its hash; secret */
    struct overlay_bytes bytes, lists_bytes; /* texts and names; sets of lists */
};

/* Reserves address space for `most` bytes of each; call overlay_pool_close also after an error. `memory`: as
 * overlay_new_in. ERR_MEMORY, ERR_SYSTEM (no randomness). */
enum err overlay_pool_open(struct overlay_pool *p, size_t most, const struct arena_memory *memory) must_use;
void overlay_pool_close(struct overlay_pool *p);

/* Copies `item` with all that it points at to a slot of its own. ERR_MEMORY, ERR_LIMIT. */
enum err overlay_pool_add(struct overlay_pool *p, const struct overlay_item *item, uint32_t *slot) must_use;

/* Releases an item, or in a sweep also a record, that the version in the making does not use. ERR_MEMORY: it
 * stays. */
enum err overlay_pool_release(struct overlay_pool *p, uint32_t value) must_use;

/* The value for `count` items (0 to 16), newest first. ERR_MEMORY, ERR_LIMIT. */
enum err overlay_pool_record(struct overlay_pool *p, const uint32_t *slots, unsigned count,
                             uint32_t *value) must_use;

/* Ends the transaction, after that of the trie and with its number; or undoes it. Records that an undone one
 * has made stay until the next sweep: a record only names slots, so it is correct for any items in them. */
void overlay_pool_commit(struct overlay_pool *p, uint64_t generation);
void overlay_pool_abort(struct overlay_pool *p);

/* No reader has a version older than `generation` any more. */
void overlay_pool_reclaim(struct overlay_pool *p, uint64_t generation);

/* Bytes in use; bytes of memory, with free blocks and all of the pool's own lists. */
size_t overlay_pool_used(const struct overlay_pool *p);
size_t overlay_pool_memory(const struct overlay_pool *p);

/* The slots that value *one stands for, newest first; *slots is `one` or in the pool. */
static inline unsigned overlay_slots(const struct overlay_pools *p, const uint32_t *one,
                                     const uint32_t **slots)
{
    if (!(*one & OVERLAY_RECORD)) {
        *slots = one;
        return *one != 0;
    }
    const uint32_t *record = p->records + (size_t)(*one & ~OVERLAY_RECORD) * OVERLAY_UNIT;
    *slots = record + 1;
    return record[0];
}

/* The key of the name that label `from` begins: two hashes, some 30 ns each for a short name. */
struct trie_key overlay_name_key(const uint8_t key[2][16], struct labels name, unsigned from);

#endif
