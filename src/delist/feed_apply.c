/* What a judgement found is done: the updater's side of feed.h. */
#include "delist/feed.h"
#include "delist/txn.h"

/* Whether a verdict still is one: time has passed since the item was judged. */
static bool applies(const struct item *item, unsigned list, const struct feed_verdict *verdict)
{
    bool over = list_mask_has(&item->over, list);

    if (item->kind != OVERLAY_DELIST || item->sticky || !list_mask_has(&item->lists, list))
        return false;
    if (verdict->change == FEED_RELISTED && !verdict->ends)
        return over && (item->state == ITEM_ACTIVE || item->state == ITEM_FULFILLED);
    return !over && item->state == ITEM_ACTIVE;
}

static void note_held(struct txn *w, const struct item *item, unsigned list)
{
    struct event event;

    txn_item_event(w, EVENT_HELD, item, &event);
    event.lists = list_mask_of(list);
    event.reason[0] = '\0';
    txn_event(w, &event);
}

static void watch(struct txn *w, const struct item *item, unsigned list, bool fulfilled, int64_t gone_since)
{
    if (w->err == OK)
        txn_ok(w, items_watch(w->store, item, list, fulfilled, gone_since, &w->error));
}

static void apply_one(struct txn *w, struct item *item, const struct feed_verdicts *v,
                      enum feed_change change)
{
    switch (change) {
    case FEED_NOTHING:
        break;
    case FEED_HELD:
        watch(w, item, v->list, false, 0);
        note_held(w, item, v->list);
        break;
    case FEED_GONE:
        watch(w, item, v->list, false, v->at);
        break;
    case FEED_BACK:
        watch(w, item, v->list, false, 0);
        break;
    case FEED_FULFILLED:
        watch(w, item, v->list, true, 0);
        delist_end_on(w, item, v->list, ITEM_FULFILLED);
        break;
    case FEED_RELISTED:
        watch(w, item, v->list, false, 0);
        delist_end_on(w, item, v->list, ITEM_RELISTED);
        break;
    }
}

void feed_apply(struct txn *w, struct delist_op *op)
{
    const struct feed_verdicts *v = op->feed;

    for (size_t i = 0; i < v->count && w->err == OK; i++) {
        struct item item;
        enum err e = items_find_number(w->eyes, v->verdicts[i].number, w->now, &item, &w->error);
        if (e == ERR_REFUSED)
            continue;
        if (txn_ok(w, e) && applies(&item, v->list, &v->verdicts[i])) {
            apply_one(w, &item, v, v->verdicts[i].change);
            op->affected++;
        }
    }
}

void feed_hold(struct txn *w, const struct item *item)
{
    struct list_mask held = { { 0 } };
    struct coverage coverage;

    if (item->kind != OVERLAY_DELIST || item->sticky)
        return;
    const struct view *view = txn_view_open(w->d);
    if (view != NULL) {
        if (coverage_open(&coverage, view_base(view), view->set_lists) != OK ||
            coverage_lists(&coverage, &item->range, &held) != OK)
            held = (struct list_mask){ { 0 } }; /* the next load will tell */
        coverage_close(&coverage);
    }
    txn_view_close(w->d);
    for (unsigned list = 0; list < LISTS_MAX; list++)
        if (list_mask_has(&held, list) && list_mask_has(&item->lists, list))
            watch(w, item, list, false, 0);
}
