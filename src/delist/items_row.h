/* Items between rows and structs, and their end. Not for others than the store. */
#ifndef DELIST_ITEMS_ROW_H
#define DELIST_ITEMS_ROW_H

#include "delist/items.h"
#include "delist/rows.h"

/* What the overlay needs, and all. */
#define ITEM_SHORT                                                                                           \
    "number, kind, state, cover, bounds, subdomains, lists, over, sticky, code, text, expires_at"
#define ITEM_FULL                                                                                            \
    ITEM_SHORT ", id, created_at, updated_at, ended_at, revision, batch_id, origin, created_by, ended_by,"   \
               " requester, reason"

/* Reads the fields of a row from its first on; false: it is damaged, which has been logged. */
bool item_read_short(struct rows *q, int64_t now, struct item *item);
bool item_read(struct rows *q, int64_t now, struct item *item);

/* Deletes items that have been history since before `until`, ITEMS_FORGET at most; *rows: how many. */
#define ITEMS_FORGET 500
enum err items_forget(struct store *s, int64_t until, unsigned *rows, struct error *error) must_use;

#endif
