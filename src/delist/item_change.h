/* Verbs that change or end items. */
#ifndef DELIST_ITEM_CHANGE_H
#define DELIST_ITEM_CHANGE_H

#include "delist/txn.h"

void delist_change(struct txn *txn, struct delist_op *op); /* DELIST_CHANGE */
void delist_end(struct txn *txn, struct delist_op *op);    /* DELIST_END */
void delist_revert(struct txn *txn, struct delist_op *op); /* DELIST_REVERT */

#endif
