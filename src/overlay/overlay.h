/*
 * The overlay: what the API has taken off the lists or put on them, over a snapshot that it never touches.
 *
 * It maps an address (or a name) to a record: up to OVERLAY_ITEMS_MAX items, newest first, each one
 * delisting, dynamic listing or allow. A query that has looked up the snapshot looks here too, unless there
 * is nothing here; then, for each list, what holds is
 *   - allowed:  an allow of the list is in force: the list says nothing, neither of its own nor by a listing;
 *   - else the newest delisting or listing of the list that is in force: a delisting hides what the snapshot
 * has of the list; a listing adds its code and text to it;
 *   - else the snapshot.
 * In force means `until > now`: expiry needs no write, no publish and no timer.
 *
 * Readers get a struct overlay_view by value, within the view (view/view.h), and are as wait-free as on the
 * snapshot. The writer edits by path copying (trie/edit.h): what a transaction did becomes visible as a whole
 * when the next overlay_view is published. Items and records that no version since a grace period can reach
 * are free again.
 */
#ifndef OVERLAY_OVERLAY_H
#define OVERLAY_OVERLAY_H

#include "base/error.h"
#include "overlay/list_mask.h"
#include "overlay/range.h"
#include "trie/lookup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OVERLAY_ITEMS_MAX 16 /* items that hold for one address */

enum overlay_kind { OVERLAY_DELIST, OVERLAY_LIST, OVERLAY_ALLOW };

/* Immutable once added; the masks, texts and names of all items are kept once each. */
struct overlay_item {
    uint64_t number; /* the store's; of two items the newer one has the higher one */
    int64_t until;   /* Unix seconds: in force before that; INT64_MAX: no end */
    const struct list_mask *lists;
    uint32_t code;       /* OVERLAY_LIST: the A record, host byte order */
    uint8_t kind;        /* enum overlay_kind */
    uint8_t family;      /* enum range_family: of the range */
    bool subdomains;     /* of a name: and all names below it */
    const uint8_t *text; /* OVERLAY_LIST: a length byte and the text as a list file has it; NULL: none */
    const uint8_t *name; /* of a name: a length byte and the lower-case wire form; NULL: of addresses */
};

/* ---- Readers ---- */

struct overlay_pools; /* where values lead: items and records; overlay_pool.h */

/* A version, as readers have it. All zero: empty. */
struct overlay_view {
    struct trie trie[3]; /* by enum range_family; names by a keyed hash of 128 bits */
    bool has[3];         /* whether there is anything of the family: otherwise it need not be looked up */
    bool has_subdomains; /* some item holds for names below its own... */
    unsigned subdomains_most; /* ...and none of them has a name of more labels */
    bool lists;               /* some item is a listing: names may exist that the snapshot does not know */
    const struct overlay_pools *pools;
    uint8_t key[2][16]; /* of the hash of names */
};

/* The items that hold for one key, newest first, expired ones perhaps among them. */
struct overlay_record {
    const struct overlay_item *item[OVERLAY_ITEMS_MAX];
    unsigned count;
};

/* Whether a query need not look here at all. */
static inline bool overlay_is_empty(const struct overlay_view *o)
{
    return !(o->has[RANGE_IP4] | o->has[RANGE_IP6] | o->has[RANGE_NAME]);
}

/* What a value of one of the tries leads to. Any thread that may read the version; no allocation. */
void overlay_record(const struct overlay_view *o, uint32_t value, struct overlay_record *out);

/* What holds for an address. */
void overlay_lookup(const struct overlay_view *o, enum range_family family, struct trie_key key,
                    struct overlay_record *out);

/* What is in force for a name at `now`, given as names_lookup takes it: items of the name itself, and items
 * with subdomains of the names above it; the newest OVERLAY_ITEMS_MAX of all. Two hashes of a name and a
 * look-up, and again for each label if there are items with subdomains (from subdomains_most labels upwards).
 */
void overlay_lookup_name(const struct overlay_view *o, struct labels name, int64_t now,
                         struct overlay_record *out);

/* What the record says of a list at `now`. */
enum overlay_says { OVERLAY_NOTHING, OVERLAY_HIDES, OVERLAY_ADDS, OVERLAY_ALLOWS };

/* ...and the item that decides, NULL for OVERLAY_NOTHING. O(items). */
enum overlay_says overlay_says(const struct overlay_record *r, unsigned list, int64_t now,
                               const struct overlay_item **item);

/* Whether something is listed (OVERLAY_ADDS), for one of `lists` at `now`, below the first `bits` bits of
 * `prefix` in an address family. Bounded work; true when that is not enough, and for less than 16 bits once
 * anything was listed there. Never true while o->lists is false. */
bool overlay_lists_below(const struct overlay_view *o, enum range_family family, struct trie_key prefix,
                         unsigned bits, const struct list_mask *lists, int64_t now);

/* The same below a name, given as to overlay_lookup_name: true once a name below it was listed, whatever the
 * list, and now and then by chance. */
bool overlay_lists_below_name(const struct overlay_view *o, struct labels name);

/* ---- The writer; one thread at a time ---- */

struct overlay;

/* A new, empty overlay that holds `most_bytes` at most. */
enum err overlay_new(size_t most_bytes, struct overlay **out, struct error *error) must_use;

/* No reader is left. NULL: nothing. */
void overlay_free(struct overlay *o);

/* Whether one more item over `range` would be the 17th in force for one of its addresses at `now`: a walk of
 * the range. Of a name its own items count together with those of the names above it that hold below them.
 * Names below it are not looked at: where they come to more than 16 with what is above, the newest 16 hold.
 */
bool overlay_has_room(const struct overlay *o, const struct range *range, int64_t now);

/* Adds an item over `range`; `item` with its lists and text is copied, family, name and subdomains are taken
 * from the range. What has expired by `now` goes from the records that are touched; an item that has expired
 * itself is not added. ERR_LIMIT (17th item, or most_bytes), ERR_MEMORY: after those the transaction can only
 * be aborted. Numbers may come in any order, but no two items there have the same. */
enum err overlay_add(struct overlay *o, const struct range *range, const struct overlay_item *item,
                     int64_t now, struct error *error) must_use;

/* Takes item `number` out of `range`, which it was added over (not a part of that); nothing if it is not
 * there. For another `until` or other lists take it out and add it anew under the same number. Errors as of
 * overlay_add. */
enum err overlay_remove(struct overlay *o, const struct range *range, uint64_t number,
                        struct error *error) must_use;

/* Ends the transaction; *out is the version to be published and *generation its number. An error aborts. */
enum err overlay_commit(struct overlay *o, struct overlay_view *out, uint64_t *generation,
                        struct error *error) must_use;

/* Takes the transaction back. */
void overlay_abort(struct overlay *o);

/* No reader has a version older than `generation` any more. */
void overlay_reclaim(struct overlay *o, uint64_t generation);

struct overlay_usage {
    uint64_t items; /* in the current version, expired ones that were not taken out yet included */
    size_t bytes;   /* of memory, all told */
};
struct overlay_usage overlay_usage(const struct overlay *o);

#endif
