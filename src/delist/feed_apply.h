/* What a load means for delistings is carried out: the updater's side of feed.h. */
#ifndef DELIST_FEED_APPLY_H
#define DELIST_FEED_APPLY_H

#include "delist/txn.h"

/* DELIST_FEED. */
void feed_apply(struct txn *txn, struct delist_op *op);

/* Records which lists have something in the range of a delisting that was just made. */
void feed_apply_held(struct txn *txn, const struct item *item);

#endif
