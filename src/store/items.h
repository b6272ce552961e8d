/*
 * The table of items: finding, listing, writing.
 *
 * Items that contain an address are found by their *cover* (cidr_key.h): an address lies in at most 33 (IPv6:
 * 129) covers, each of which is looked up in an index.
 */
#ifndef STORE_ITEMS_H
#define STORE_ITEMS_H

#include "store/store.h"

/* Called with one item after the other, until it returns false. */
typedef bool item_visitor(void *context, const struct item *item);

/* What to list. Zero-initialised: everything. */
struct item_filter {
    bool has_kind, has_state, has_list, has_range, has_covers, has_within;
    enum overlay_kind kind;
    enum item_state state;
    unsigned list;
    struct range range;                /* exactly that of the items; a name with or without subdomains */
    struct range covers;               /* an address or a name that the items contain */
    struct range within;               /* an address range or a name (and all below it) that contains them */
    const char *created_by, *batch_id; /* NULL: any */
    int64_t expires_before;            /* 0: any */
    uint64_t before;                   /* only numbers below it, for the next page; 0: from the newest on */
    /* NULL: reads all items. Else reads a bounded number of them, and sets *reached to the number of the last
     * one, or to 0 if there are no more. */
    uint64_t *reached;
};

/* Visits items, newest first; `visit` may read and change items. An item past its expiry at `now` reads as
 * expired. A page costs as much as it returns plus some index probes, whatever the filter, except that
 * `list`, `created_by` and `expires_before` have no index: where only they narrow the result, items are read
 * one by one. Bound that by `reached`, and go on from there. */
enum err items_each(struct store_reader *r, const struct item_filter *filter, int64_t now,
                    item_visitor *visit, void *context, struct error *error) must_use;

/* Likewise for all active items, kind by kind, oldest first, without ids, people and reasons: from them the
 * overlay is built at start. 1 M in a second. */
enum err items_each_active(struct store_reader *r, int64_t now, item_visitor *visit, void *context,
                           struct error *error) must_use;

/* Delistings of a list that are not sticky, have not expired and are active or fulfilled there, by family and
 * first address (names: in the order of range_reversed_name): the input of delist/feed.h. One that is over
 * there but not fulfilled was relisted, and is not visited. */
struct watched {
    uint64_t number;
    struct range range;
    bool fulfilled;     /* over on this list, unless the list relists it */
    bool held;          /* the list had something there in some load */
    int64_t gone_since; /* held, and the list has had nothing there since; 0: it has */
};
enum err items_each_watched(struct store_reader *r, unsigned list, int64_t now,
                            bool (*visit)(void *context, const struct watched *w), void *context,
                            struct error *error) must_use;

/* One item, by its id or its first STORE_ID_PREFIX or more characters. ERR_REFUSED without text: there is
 * none of this kind and id; with a text: more than one has an id that begins so. */
enum err items_find(struct store_reader *r, enum overlay_kind kind, const char *id, int64_t now,
                    struct item *out, struct error *error) must_use;
enum err items_find_number(struct store_reader *r, uint64_t number, int64_t now, struct item *out,
                           struct error *error) must_use;

/* Finds an active item with the same kind, range (subdomains too), lists, code, text and expiry that is over
 * on none of its lists: for repeated requests. Expiries within `tolerance` seconds count as the same. */
enum err items_find_same(struct store_reader *r, const struct item *like, int64_t tolerance, int64_t now,
                         bool *found, struct item *out, struct error *error) must_use;

/* Inserts an item and sets its number, and its revision to 1. Its id must be a UUID. About 40 us. */
enum err items_add(struct store *s, struct item *item, struct error *error) must_use;

/* Writes the fields that can change: state, over, expires_at, ended_at, ended_by, updated_at, reason, sticky.
 * Raises the revision, also in `item`. A delisting that ends or becomes sticky is no longer watched. */
enum err items_change(struct store *s, struct item *item, struct error *error) must_use;

/* Changes the watch of an item on a list: `fulfilled` and `gone_since` as in struct watched, `held` to true.
 * Does nothing if the item is not watched. */
enum err items_change_watch(struct store *s, const struct item *item, unsigned list, bool fulfilled,
                            int64_t gone_since, struct error *error) must_use;

/* Whether the item was relisted, not fulfilled, on one of the lists where it is over. */
enum err items_was_relisted(struct store *s, const struct item *item, bool *yes,
                            struct error *error) must_use;

/* Visits at most ITEMS_DUE items that are stored as active but have expired by `now`, oldest expiry first.
 * `visit` may change them. */
#define ITEMS_DUE 500 /* as STORE_PURGE */
enum err items_each_due(struct store_reader *r, int64_t now, item_visitor *visit, void *context,
                        struct error *error) must_use;

/* Deletes at most STORE_PURGE items that became history before `until`; *rows: how many. */
enum err items_purge(struct store *s, int64_t until, unsigned *rows, struct error *error) must_use;

/* Counts removals of `range` from `list`, and relistings, since a time: items that contain the first address
 * of the range. out->blocker: -1. */
enum err items_count_removals(struct store_reader *r, const struct range *range, unsigned list, int64_t since,
                              struct removal_facts *out, struct error *error) must_use;

/* How many active items there are by kind, and active delistings on a list. Any reader; cheap, from counters:
 * an expired item counts until items_each_due has visited it and it was changed. */
enum err items_count(struct store_reader *r, uint64_t by_kind[3], struct error *error) must_use;
enum err items_count_list(struct store_reader *r, unsigned list, uint64_t *delistings,
                          struct error *error) must_use;

#endif
