#include "delist/verbs.h"

void delist_suspend(struct txn *txn, struct delist_op *op)
{
    bool suspend = op->verb == DELIST_SUSPEND;

    if (txn->suspended == suspend ||
        !txn_ok(txn, store_set_fact(txn->store, "suspended", suspend, &txn->error)))
        return;
    txn->suspended = suspend;
    txn_record(txn, suspend ? EVENT_SUSPENDED : EVENT_RESUMED, op->reason);
}

void delist_audit(struct txn *txn, struct delist_op *op)
{
    txn_record(txn, EVENT_ADMIN, op->reason);
}

/* The event does not say whose data it was. */
void delist_erase(struct txn *txn, struct delist_op *op)
{
    if (txn_ok(txn, privacy_erase(txn->store, op->subject, &op->affected, &txn->error)))
        txn_record(txn, EVENT_ADMIN, "personal data erased");
}
