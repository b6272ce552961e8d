/* What is due by time. Nothing waits for it: what has expired is out of force already. */
#include "delist/work.h"

#include <stdlib.h>

#define PORTION         500 /* items of one transaction: some 10 ms */
#define SWEEP_SECONDS   1
#define HOUSE_SECONDS   60
#define TROUBLE_SECONDS 30

struct portion {
    struct item *items;
    unsigned count;
};

static bool take(void *context, const struct item *item)
{
    struct portion *p = context;
    p->items[p->count++] = *item;
    return p->count < PORTION;
}

static void expire(struct work *w, struct portion *p)
{
    if (!work_ok(w, items_each_due(w->eyes, w->now, PORTION, take, p, &w->error)))
        return;
    for (unsigned i = 0; i < p->count && w->err == OK; i++)
        delist_end_item(w, &p->items[i], ITEM_EXPIRED, p->items[i].expires_at, "time");
}

static bool is_time(int64_t last, int64_t now)
{
    return now < last || now - last >= HOUSE_SECONDS;
}

/* Personal data, history and keys that are past their time; *more: of the first two. */
static void keep_house(struct work *w, bool *more)
{
    if (work_ok(w, privacy_sweep(w->store, &w->d->options.retention, w->now, more, &w->error)))
        work_ok(w, repeats_sweep(w->store, w->now, &w->error));
}

int64_t delist_tick(struct delist *d, int64_t now)
{
    struct portion p = { .items = malloc(PORTION * sizeof(*p.items)) };
    struct work w;
    bool more = false;

    if (p.items == NULL)
        return now + TROUBLE_SECONDS;
    work_open(&w, d, now);
    if (w.err == OK)
        expire(&w, &p);
    if (w.err == OK && is_time(d->housekept, now))
        keep_house(&w, &more);
    bool done = work_close(&w);
    free(p.items);
    if (!done)
        return now + TROUBLE_SECONDS;
    if (is_time(d->housekept, now) && !more)
        d->housekept = now;
    return p.count == PORTION || more ? now : now + SWEEP_SECONDS;
}
