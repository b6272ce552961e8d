/* The verbs of operations, one or two for each file; group_commit.c calls them, each in its savepoint. */
#ifndef DELIST_VERBS_H
#define DELIST_VERBS_H

#include "delist/txn.h"

void delist_create(struct txn *txn, struct delist_op *op);
void delist_change(struct txn *txn, struct delist_op *op);
void delist_end(struct txn *txn, struct delist_op *op);
void delist_end_matching(struct txn *txn, struct delist_op *op);
void delist_revert(struct txn *txn, struct delist_op *op);
void feed_apply(struct txn *txn, struct delist_op *op);

/* A code to be sent is put into op->confirm_code; it is sent after the commit. */
void removal_request(struct txn *txn, struct delist_op *op);
void removal_verify(struct txn *txn, struct delist_op *op);
void removal_prove(struct txn *txn, struct delist_op *op);
void removal_review(struct txn *txn, struct delist_op *op);
void removal_decide(struct txn *txn, struct delist_op *op); /* DELIST_APPROVE, DELIST_DENY */

/* Logs who did what, to what, until when, why: one line for an operation that is done; nothing if it changed
 * nothing. The store has all of it too. */
void audit_log(const struct delist *d, const struct delist_op *op);

#endif
