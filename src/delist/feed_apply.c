/* Carries out what a load means for delistings: the updater's side of feed.h. */
#include "delist/feed.h"
#include "delist/item.h"
#include "delist/verbs.h"

/* Whether a change still applies: the item may have changed since it was evaluated. */
static bool applies(const struct item *item, unsigned list, const struct feed_change *change)
{
    bool over = list_mask_has(&item->over, list);

    if (item->kind != OVERLAY_DELIST || item->sticky || !list_mask_has(&item->lists, list))
        return false;
    if (change->transition == FEED_RELISTED && !change->ends)
        return over && (item->state == ITEM_ACTIVE || item->state == ITEM_FULFILLED);
    return !over && item->state == ITEM_ACTIVE;
}

static void change_watch(struct txn *txn, const struct item *item, unsigned list, bool fulfilled,
                         int64_t gone_since)
{
    if (txn->err == OK)
        txn_ok(txn, items_change_watch(txn->store, item, list, fulfilled, gone_since, &txn->error));
}

static void apply_one(struct txn *txn, struct item *item, const struct feed_changes *changes,
                      enum feed_transition transition)
{
    unsigned list = changes->list;

    change_watch(txn, item, list, transition == FEED_FULFILLED, transition == FEED_GONE ? changes->at : 0);
    if (transition == FEED_HELD) {
        struct event event = txn_item_event(txn, EVENT_HELD, item);
        event.lists = list_mask_of(list);
        event.reason[0] = '\0';
        txn_event(txn, &event);
    } else if (transition == FEED_FULFILLED || transition == FEED_RELISTED) {
        item_end_on_list(txn, item, list, transition == FEED_FULFILLED ? ITEM_FULFILLED : ITEM_RELISTED);
    }
}

void feed_apply(struct txn *txn, struct delist_op *op)
{
    const struct feed_changes *changes = op->feed;

    for (size_t i = 0; i < changes->count && txn->err == OK; i++) {
        struct item item;
        enum err e = items_find_number(txn->reader, changes->changes[i].number, txn->now, &item, &txn->error);
        if (e == ERR_REFUSED)
            continue;
        if (txn_ok(txn, e) && applies(&item, changes->list, &changes->changes[i])) {
            apply_one(txn, &item, changes, changes->changes[i].transition);
            op->affected++;
        }
    }
}

void feed_apply_held(struct txn *txn, const struct item *item)
{
    struct list_mask held = { { 0 } };
    struct coverage coverage;

    if (item->kind != OVERLAY_DELIST || item->sticky)
        return;
    const struct view *view = txn_view_open(txn);
    if (view != NULL) {
        if (coverage_open(&coverage, view->snapshot, view->set_lists) != OK ||
            coverage_lists(&coverage, &item->range, &held) != OK)
            held = (struct list_mask){ { 0 } }; /* out of memory: the next load finds them */
        coverage_close(&coverage);
    }
    txn_view_close(txn);
    for (unsigned list = 0; list < LISTS_MAX; list++)
        if (list_mask_has(&held, list) && list_mask_has(&item->lists, list))
            change_watch(txn, item, list, false, 0);
}
