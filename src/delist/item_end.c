#include "delist/item_end.h"

#include <string.h>

static void write_item(struct txn *txn, struct item *item)
{
    item->updated_at = txn->now;
    if (txn->err == OK)
        txn_ok(txn, items_change(txn->store, item, &txn->error));
}

void item_end_on_all(struct txn *txn, struct item *item, enum item_state state, int64_t when, const char *by)
{
    struct event event;

    item->state = state;
    item->ended_at = when;
    memset(item->ended_by, 0, sizeof(item->ended_by));
    memcpy(item->ended_by, by, strnlen(by, sizeof(item->ended_by) - 1));
    write_item(txn, item);
    txn_hide(txn, item);
    txn_item_event(txn, state == ITEM_EXPIRED ? EVENT_EXPIRED : EVENT_ENDED, item, &event);
    event.time = when;
    if (state == ITEM_EXPIRED) {
        memcpy(event.actor, item->ended_by, sizeof(event.actor));
        memset(event.client, 0, sizeof(event.client));
    }
    txn_event(txn, &event);
}

void item_end_on_list(struct txn *txn, struct item *item, unsigned list, enum item_state state)
{
    struct list_mask left;
    struct event event;

    if (!list_mask_has(&item->over, list)) {
        list_mask_add(&item->over, list);
        txn_hide(txn, item);
        txn_show(txn, item);
    }
    left = item_lists(item);
    if (list_mask_is_empty(&left)) {
        bool relisted = state == ITEM_RELISTED;
        if (txn->err == OK && !relisted)
            txn_ok(txn, items_was_relisted(txn->store, item, &relisted, &txn->error));
        item->state = relisted ? ITEM_RELISTED : ITEM_FULFILLED;
        item->ended_at = item->ended_at != 0 ? item->ended_at : txn->now;
        memcpy(item->ended_by, "feed", sizeof("feed"));
    }
    write_item(txn, item);
    txn_item_event(txn, state == ITEM_FULFILLED ? EVENT_FULFILLED : EVENT_RELISTED, item, &event);
    event.lists = list_mask_of(list);
    txn_event(txn, &event);
}
