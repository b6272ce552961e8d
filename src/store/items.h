/*
 * Rows of items: finding, listing, writing.
 *
 * What covers an address is found by the range's *cover*, the smallest CIDR that holds it (for a name:
 * itself): an address lies in at most 33 (129) covers, which are looked up one by one in an index.
 */
#ifndef STORE_ITEMS_H
#define STORE_ITEMS_H

#include "store/store.h"

/* What to list. Zero-initialised: everything. */
struct item_filter {
    bool has_kind, has_state, has_list, has_covers, has_within;
    enum overlay_kind kind;
    enum item_state state;
    unsigned list;
    struct range covers;               /* an address or a name that the items hold for */
    struct range within;               /* an address range or a name (and all below it) that they lie in */
    const char *created_by, *batch_id; /* NULL: any */
    int64_t expires_before;            /* 0: any */
    uint64_t before;                   /* only numbers below it, for the next page; 0: from the newest on */
    uint64_t
        *reached; /* NULL: all are looked at. Else a bounded number is: the last one's, 0: that was all */
};

/* Calls `take` for each item, newest first; it returns false to stop, and may read and change items. `now`
 * decides what reads as expired. A page costs what it gives and some index probes, whatever the filter; but
 * one that only `list`, `created_by` or `expires_before` make rare is looked for item by item: bound that by
 * `reached`, and go on from there. */
enum err items_each(struct store_reader *r, const struct item_filter *filter, int64_t now,
                    bool (*take)(void *context, const struct item *item), void *context,
                    struct error *error) must_use;

/* The same for all active items, kind by kind, oldest first, and without ids, people and reasons: what the
 * overlay is made from at start. 1 M in a second. */
enum err items_each_active(struct store_reader *r, int64_t now,
                           bool (*take)(void *context, const struct item *item), void *context,
                           struct error *error) must_use;

/* Delistings of a list that are not sticky, have not expired and are active or fulfilled there, by family and
 * first address (names: in the order of range_reversed_name): what delist/feed.h judges. One that is over
 * there but not fulfilled was relisted, and is not given back any more. */
struct watched {
    uint64_t number;
    struct range range;
    bool fulfilled;     /* over on this list; to be seen whether it comes back */
    bool held;          /* the list had something there at some load */
    int64_t gone_since; /* held, and since when the list has had nothing there; 0: it has */
};
enum err items_each_watched(struct store_reader *r, unsigned list, int64_t now,
                            bool (*take)(void *context, const struct watched *w), void *context,
                            struct error *error) must_use;

/* One item: ERR_REFUSED and no text when there is none of this kind and id. */
enum err items_find(struct store_reader *r, enum overlay_kind kind, const char *id, int64_t now,
                    struct item *out, struct error *error) must_use;
enum err items_find_number(struct store_reader *r, uint64_t number, int64_t now, struct item *out,
                           struct error *error) must_use;

/* An active item with the same kind, range (subdomains too), lists, code, text and expiry that is over on
 * none of its lists: what a repeat finds. `tolerance` seconds of difference in expiry count as the same. */
enum err items_find_same(struct store_reader *r, const struct item *like, int64_t tolerance, int64_t now,
                         bool *found, struct item *out, struct error *error) must_use;

/* Inserts; gives it its number and revision 1. Its id must be a UUID. Some 40 us. */
enum err items_add(struct store *s, struct item *item, struct error *error) must_use;

/* Writes what can change: state, over, expires_at, ended_at, ended_by, updated_at, reason, sticky. Raises the
 * revision, also in `item`. A delisting that ends, or becomes sticky, is not watched any more. */
enum err items_change(struct store *s, struct item *item, struct error *error) must_use;

/* Sets what items_each_watched gives back of an item and list, which is held then; nothing if the item is not
 * watched on it. */
enum err items_watch(struct store *s, const struct item *item, unsigned list, bool fulfilled,
                     int64_t gone_since, struct error *error) must_use;

/* Whether one of the lists that the item is over on has relisted it, and not left it fulfilled. */
enum err items_was_relisted(struct store *s, const struct item *item, bool *yes,
                            struct error *error) must_use;

/* Up to ITEMS_DUE items that are active but have expired by `now`, oldest expiry first: for the sweep. `take`
 * may change them. */
#define ITEMS_DUE 500
enum err items_each_due(struct store_reader *r, int64_t now,
                        bool (*take)(void *context, const struct item *item), void *context,
                        struct error *error) must_use;

/* Deletes items that have been history since before `until`, ITEMS_FORGET at most; *rows: how many. */
#define ITEMS_FORGET 500
enum err items_forget(struct store *s, int64_t until, unsigned *rows, struct error *error) must_use;

/* How many removals (delistings of origin "request") `range` had on `list` since a time, when the last was,
 * and how often it was relisted after one since then (by EVENT_RELISTED of such items). Counts items that
 * hold the range's first address. */
struct removal_count {
    unsigned removals, relists;
    int64_t last_removal, last_relist; /* 0: never */
};
enum err items_count_removals(struct store_reader *r, const struct range *range, unsigned list, int64_t since,
                              struct removal_count *out, struct error *error) must_use;

/* How many active items there are by kind, and active delistings on a list. Any reader; from counters, cheap:
 * what has expired counts until items_each_due has given it out and it was changed. */
enum err items_count(struct store_reader *r, uint64_t by_kind[3], struct error *error) must_use;
enum err items_count_list(struct store_reader *r, unsigned list, uint64_t *delistings,
                          struct error *error) must_use;

#endif
