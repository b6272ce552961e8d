/* The audit trail in the log: who did what, to what, until when, why. The store has all of it too. */
#ifndef DELIST_AUDIT_H
#define DELIST_AUDIT_H

#include "delist/delist.h"

/* Logs one line for an operation that is done; nothing if it changed nothing. */
void audit_log(const struct delist *d, const struct delist_op *op);

#endif
