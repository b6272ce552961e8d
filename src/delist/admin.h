/* Verbs of admins that change no item. */
#ifndef DELIST_ADMIN_H
#define DELIST_ADMIN_H

#include "delist/txn.h"

void delist_suspend(struct txn *txn, struct delist_op *op); /* DELIST_SUSPEND, DELIST_RESUME */
void delist_audit(struct txn *txn, struct delist_op *op);   /* DELIST_AUDIT */
void delist_erase(struct txn *txn, struct delist_op *op);   /* DELIST_ERASE */

#endif
