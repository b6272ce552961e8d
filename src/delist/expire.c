/* What is due by time. Nothing waits for it: answers ignore an item from its expiry on. */
#include "delist/item.h"
#include "store/removal_counts.h"

#define TICK_SECONDS         1  /* between two rounds: how late the end of an item is recorded */
#define HOUSEKEEPING_SECONDS 60 /* between two purges */
#define RETRY_SECONDS        30 /* after a failure of the store */

struct expire_run {
    struct txn txn;
    unsigned count; /* items that were due */
};

static bool expire(void *context, const struct item *due)
{
    struct expire_run *run = context;
    struct item item = *due;

    item_end_on_all(&run->txn, &item, ITEM_EXPIRED, item.expires_at, "time");
    run->count++;
    return run->txn.err == OK;
}

/* Purges data past its retention. What is erased does not come back, so a clock that is wrong for a moment
 * must not erase anything. */
static void purge(struct txn *txn, bool *more)
{
    int64_t time;
    if (!clock_confirm(&txn->d->looks, txn->now, clock_ms(), &time))
        return;
    if (txn->err == OK)
        txn_ok(txn, privacy_purge(txn->store, &txn->d->options.retention, time, more, &txn->error));
    if (txn->err == OK)
        txn_ok(txn, idempotency_purge(txn->store, time, &txn->error));
    if (txn->err == OK)
        txn_ok(txn, removal_counts_purge(txn->store, time, &txn->error));
}

int64_t delist_tick(struct delist *d, int64_t now)
{
    struct expire_run run = { .count = 0 };
    struct txn *txn = &run.txn;
    int64_t since = now - d->last_housekeeping;
    bool more = false, due = since < 0 || since >= HOUSEKEEPING_SECONDS; /* < 0: the clock was set back */

    txn_open(txn, d, now);
    if (txn->err == OK)
        txn_ok(txn, items_each_due(txn->reader, now, expire, &run, &txn->error));
    if (due)
        purge(txn, &more);
    if (!txn_close(txn))
        return now + RETRY_SECONDS;
    if (due && !more)
        d->last_housekeeping = now;
    return run.count == ITEMS_DUE || more ? now : now + TICK_SECONDS;
}
