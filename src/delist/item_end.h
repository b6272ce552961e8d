/* Ending items: the row, the event and the overlay. */
#ifndef DELIST_ITEM_END_H
#define DELIST_ITEM_END_H

#include "delist/txn.h"

/* Ends an active item on all lists: `state` ENDED or EXPIRED, at `when`, by `by`. Updates `item`. */
void item_end_on_all(struct txn *txn, struct item *item, enum item_state state, int64_t when, const char *by);

/* Ends it on one list, by the feed: FULFILLED there, or RELISTED (also after it was fulfilled). The item ends
 * when no list is left: RELISTED if one of them relisted it, else FULFILLED. Call after items_watch. */
void item_end_on_list(struct txn *txn, struct item *item, unsigned list, enum item_state state);

#endif
