/* What is due by time. Nothing waits for it: what has expired is out of force already. */
#include "delist/txn.h"

#define SWEEP_SECONDS   1
#define HOUSE_SECONDS   60
#define TROUBLE_SECONDS 30

struct expire_run {
    struct txn work;
    unsigned count; /* items that were due */
};

static bool expire(void *context, const struct item *due)
{
    struct expire_run *s = context;
    struct item item = *due;

    delist_end_item(&s->work, &item, ITEM_EXPIRED, item.expires_at, "time");
    s->count++;
    return s->work.err == OK;
}

static bool is_time(int64_t last, int64_t now)
{
    return now < last || now - last >= HOUSE_SECONDS;
}

/* Personal data, history and keys that are past their time; *more: of the first two. */
static void keep_house(struct txn *w, bool *more)
{
    if (txn_ok(w, privacy_sweep(w->store, &w->d->options.retention, w->now, more, &w->error)))
        txn_ok(w, idempotency_expire(w->store, w->now, &w->error));
}

int64_t delist_tick(struct delist *d, int64_t now)
{
    struct expire_run s = { .count = 0 };
    struct txn *w = &s.work;
    bool more = false;

    txn_open(w, d, now);
    if (w->err == OK)
        txn_ok(w, items_each_due(w->eyes, now, expire, &s, &w->error));
    if (w->err == OK && is_time(d->housekept, now))
        keep_house(w, &more);
    if (!txn_close(w))
        return now + TROUBLE_SECONDS;
    if (is_time(d->housekept, now) && !more)
        d->housekept = now;
    return s.count == ITEMS_DUE || more ? now : now + SWEEP_SECONDS;
}
