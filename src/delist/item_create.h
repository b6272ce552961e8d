/* Making items: delistings, listings, allows. */
#ifndef DELIST_ITEM_CREATE_H
#define DELIST_ITEM_CREATE_H

#include "delist/txn.h"

/* DELIST_CREATE. */
void delist_create(struct txn *txn, struct delist_op *op);

/* Makes one item: checks, stores, shows, records. False: out->refusal says why, and nothing was done (or the
 * group has failed). `batch_id` NULL: none. */
bool item_create_one(struct txn *txn, const struct actor *actor, const struct item_spec *in,
                     const char *batch_id, struct item_result *out);

#endif
