/*
 * The overlay: items (delistings, dynamic listings and allows) over a snapshot, which does not change.
 *
 * It maps an address or a name to a record: up to OVERLAY_ITEMS_MAX items, newest first. A query looks up the
 * snapshot and, unless it is empty, the overlay. For each list the answer is that of
 *   - an allow in force: the list lists nothing, neither by the snapshot nor by a listing;
 *   - else the newest delisting or listing in force: a delisting hides what the snapshot has of the list,
 *     a listing adds its code and text;
 *   - else the snapshot.
 * In force means `until > now`: expiry needs no write, no publish and no timer.
 *
 * Readers get a struct overlay_view by value, within the view (view/view.h), and are as wait-free as on the
 * snapshot. The writer edits by path copying (trie/edit.h): a transaction becomes visible as a whole when the
 * next overlay_view is published. Items and records that no published version reaches are free after a grace
 * period.
 */
#ifndef OVERLAY_OVERLAY_H
#define OVERLAY_OVERLAY_H

#include "base/error.h"
#include "overlay/overlay_layout.h"
#include "overlay/range.h"
#include "trie/lookup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Immutable once added. Equal masks, texts and names of items are stored once. */
struct overlay_item {
    uint64_t number; /* the store's: a newer item has a higher one */
    int64_t until;   /* Unix seconds: in force before that; INT64_MAX: without end */
    const struct list_mask *lists;
    uint32_t code;       /* OVERLAY_LIST: the A record, host byte order */
    uint8_t kind;        /* enum overlay_kind */
    uint8_t family;      /* enum range_family: of the range */
    bool subdomains;     /* of a name: it holds for all names below it too */
    const uint8_t *text; /* OVERLAY_LIST: a length byte and the text as in a list file; NULL: none */
    const uint8_t *name; /* of a name: a length byte and the lower-case wire form; NULL: of addresses */
};

/* ---- Readers ---- */

struct overlay_pools; /* items and records; overlay_pool.h */

/* A version, for readers. All zero: empty. */
struct overlay_view {
    struct trie trie[3];      /* by enum range_family; names by a keyed hash of 128 bits */
    bool has[3];              /* whether the family has items; otherwise it needs no look-up */
    bool has_subdomains;      /* some items hold for names below their own... */
    unsigned subdomains_most; /* ...whose names have at most so many labels */
    bool lists;               /* some items are listings: names may exist that are not in the snapshot */
    const struct overlay_pools *pools;
    uint8_t key[2][16]; /* of the hash of names */
};

/* The items of one key, newest first; some may have expired. */
struct overlay_record {
    const struct overlay_item *item[OVERLAY_ITEMS_MAX];
    unsigned count;
};

/* Whether a query needs no look-up in the overlay. */
static inline bool overlay_is_empty(const struct overlay_view *o)
{
    return !(o->has[RANGE_IP4] | o->has[RANGE_IP6] | o->has[RANGE_NAME]);
}

/* The record that a value of one of the tries stands for. Any thread that may read the version; no
 * allocation. */
void overlay_record(const struct overlay_view *o, uint32_t value, struct overlay_record *out);

/* The record of an address. */
void overlay_lookup(const struct overlay_view *o, enum range_family family, struct trie_key key,
                    struct overlay_record *out);

/* What is in force for a name at `now`: items of the name itself, and items with subdomains of the names
 * above it; the newest OVERLAY_ITEMS_MAX of all. Two hashes of a name and a look-up, and again for each name
 * above it of at most subdomains_most labels. */
void overlay_lookup_name(const struct overlay_view *o, struct labels name, int64_t now,
                         struct overlay_record *out);

/* What a record does to a list. */
enum overlay_effect { OVERLAY_NOTHING, OVERLAY_HIDES, OVERLAY_ADDS, OVERLAY_ALLOWS };

/* The effect of a record on a list at `now`; *item is what decides, NULL for OVERLAY_NOTHING. O(items). */
enum overlay_effect overlay_effect(const struct overlay_record *r, unsigned list, int64_t now,
                                   const struct overlay_item **item);

/* Whether one of `lists` lists something by OVERLAY_ADDS at `now` below the first `bits` bits of `prefix` in
 * an address family. The work is bounded: true also when that does not decide it, and for fewer than 16 bits
 * once anything was listed there. Always false unless o->lists. */
bool overlay_lists_below(const struct overlay_view *o, enum range_family family, struct trie_key prefix,
                         unsigned bits, const struct list_mask *lists, int64_t now);

/* Likewise below a name: true once a name below it was listed, on any list, and rarely by a collision of
 * hashes. */
bool overlay_lists_below_name(const struct overlay_view *o, struct labels name);

/* ---- The writer; one thread at a time ---- */

struct overlay;

/* A new, empty overlay that takes at most `most_bytes` bytes. ERR_MEMORY, ERR_LIMIT, ERR_SYSTEM (no
 * random numbers). */
enum err overlay_new(size_t most_bytes, struct overlay **out, struct error *error) must_use;

/* The bytes of address space that a part of an overlay of `most_bytes` has. Pure. */
size_t overlay_part_bytes(size_t most_bytes, enum overlay_part part);

struct arena_memory; /* base/arena.h */

/* As overlay_new, with memory from memory[part], which must outlive it; NULL: the system's. */
enum err overlay_new_in(size_t most_bytes, const struct arena_memory *memory, struct overlay **out,
                        struct error *error) must_use;

/* Frees the overlay; no reader is left. NULL: nothing. */
void overlay_free(struct overlay *o);

/* Whether every address of `range` has fewer than OVERLAY_ITEMS_MAX items in force at `now`: a walk of the
 * range. For a name, its own items count and those with subdomains of the names above it. Names below it are
 * not checked: where they and those above have more than 16 items together, the newest 16 hold. */
bool overlay_has_room(const struct overlay *o, const struct range *range, int64_t now);

/* Adds an item over `range`. Copies `item` with its lists and text; family, name and subdomains are those of
 * the range. Removes items expired by `now` from the records that change; does not add an item that has
 * expired itself. Numbers may come in any order but are unique. ERR_LIMIT (17th item, or most_bytes),
 * ERR_MEMORY: the transaction can then only be aborted. */
enum err overlay_add(struct overlay *o, const struct range *range, const struct overlay_item *item,
                     int64_t now, struct error *error) must_use;

/* Removes item `number` from `range`, exactly that over which it was added; does nothing if it is not there.
 * To change `until` or lists, remove the item and add it again under the same number. Errors as of
 * overlay_add. */
enum err overlay_remove(struct overlay *o, const struct range *range, uint64_t number,
                        struct error *error) must_use;

/* Ends the transaction: *out is the version to publish, *generation its number. On an error it is aborted. */
enum err overlay_commit(struct overlay *o, struct overlay_view *out, uint64_t *generation,
                        struct error *error) must_use;

/* Undoes the transaction. */
void overlay_abort(struct overlay *o);

/* No reader has a version older than `generation` any more: frees what only those used. */
void overlay_reclaim(struct overlay *o, uint64_t generation);

struct overlay_usage {
    uint64_t items; /* in the current version, with expired ones that are not removed yet */
    size_t bytes;   /* of memory, in total */
};
struct overlay_usage overlay_usage(const struct overlay *o);

#endif
