#include "delist/txn.h"

#include "base/log.h"
#include "store/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SECONDS 60 /* between two lines that say that the overlay is full */

bool txn_ok(struct txn *txn, enum err err)
{
    if (err != OK && txn->err == OK)
        txn->err = err;
    return txn->err == OK;
}

void txn_open(struct txn *txn, struct delist *d, int64_t now)
{
    *txn = (struct txn){ .d = d,
                         .store = d->store,
                         .overlay = d->overlay,
                         .reader = store_txn_reader(d->store),
                         .now = now,
                         .suspended = d->suspended };
    txn_ok(txn, store_begin(d->store, &txn->error));
}

/* ---- Closing ---- */

static void publish(struct txn *txn)
{
    static const struct overlay_view nothing;
    struct delist *d = txn->d;

    if (txn->edited && overlay_commit(d->overlay, &d->current, &d->generation, &txn->error) != OK)
        abort(); /* a bug: it fails only after an edit that failed, and such a group is not committed */
    __atomic_store_n(&d->suspended, txn->suspended, __ATOMIC_RELAXED);
    struct overlay_usage usage = overlay_usage(d->overlay);
    __atomic_store_n(&d->usage.items, usage.items, __ATOMIC_RELAXED);
    __atomic_store_n(&d->usage.bytes, usage.bytes, __ATOMIC_RELAXED);
    fault_pass("edited");
    d->options.publish(d->options.context, d->suspended ? &nothing : &d->current, d->generation);
    fault_pass("published");
}

/* A failure of the store is logged once, until it has recovered; a full overlay every LOG_SECONDS. */
static void log_failure(struct txn *txn)
{
    struct delist *d = txn->d;

    if (!txn->retry) {
        if (!d->failing)
            log_error("delistings and listings cannot be changed: %s", txn->error.text);
        d->failing = true;
    } else if (txn->now < d->full_logged || txn->now - d->full_logged >= LOG_SECONDS) {
        log_error("%s", txn->error.text);
        d->full_logged = txn->now;
    }
}

bool txn_close(struct txn *txn)
{
    struct delist *d = txn->d;

    if (txn->err == OK && txn_ok(txn, store_commit(txn->store, &txn->error))) {
        if (txn->edited || txn->suspended != d->suspended)
            publish(txn);
        if (d->failing && txn->wrote)
            log_notice("delistings and listings can be changed again");
        d->failing &= !txn->wrote;
        return true;
    }
    store_rollback(txn->store);
    if (txn->edited)
        overlay_abort(d->overlay);
    log_failure(txn);
    return false;
}

/* ---- The view ---- */

const struct view *txn_view_open(const struct txn *txn)
{
    const struct delist_options *o = &txn->d->options;
    return o->view_open != NULL ? o->view_open(o->context) : NULL;
}

void txn_view_close(const struct txn *txn)
{
    const struct delist_options *o = &txn->d->options;
    if (o->view_close != NULL)
        o->view_close(o->context);
}

/* ---- Events ---- */

void txn_event(struct txn *txn, struct event *event)
{
    if (txn->err != OK)
        return;
    if (event->time == 0)
        event->time = txn->now;
    privacy_client(delist_privacy(txn->d), event->client);
    if (txn_ok(txn, events_add(txn->store, event, &txn->error))) {
        txn->sequence = event->sequence;
        txn->wrote = true;
    }
}

static void set_actor(const struct txn *txn, struct event *event)
{
    if (txn->actor == NULL)
        return;
    memcpy(event->actor, txn->actor->name, sizeof(event->actor));
    memcpy(event->client, txn->actor->client, sizeof(event->client));
}

struct event txn_item_event(const struct txn *txn, enum event_kind kind, const struct item *item)
{
    struct event event = {
        .kind = kind,
        .has_item = true,
        .item_kind = item->kind,
        .has_range = true,
        .range = item->range,
        .lists = item->lists,
        .code = item->code,
        .expires_at = item->expires_at,
    };
    memcpy(event.item_id, item->id, sizeof(event.item_id));
    memcpy(event.reason, item->reason, sizeof(event.reason));
    set_actor(txn, &event);
    return event;
}

void txn_record(struct txn *txn, enum event_kind kind, const char *reason)
{
    struct event event = { .kind = kind };

    snprintf(event.reason, sizeof(event.reason), "%s", reason);
    set_actor(txn, &event);
    txn_event(txn, &event);
}

/* ---- The overlay ---- */

static void record_edit(struct txn *txn, enum err err, uint64_t added)
{
    txn->edited = true;
    txn->added += added;
    txn->retry |= err != OK;
    txn_ok(txn, err);
}

void txn_overlay_add(struct txn *txn, const struct item *item)
{
    struct list_mask lists = item_lists(item);
    struct overlay_item shown = { .number = item->number,
                                  .until = item->expires_at,
                                  .lists = &lists,
                                  .code = item->code,
                                  .kind = (uint8_t)item->kind,
                                  .text = item->text[0] != 0 ? item->text : NULL };

    if (txn->err == OK && !list_mask_is_empty(&lists))
        record_edit(txn, overlay_add(txn->overlay, &item->range, &shown, txn->now, &txn->error), 1);
}

void txn_overlay_remove(struct txn *txn, const struct item *item)
{
    if (txn->err == OK)
        record_edit(txn, overlay_remove(txn->overlay, &item->range, item->number, &txn->error), UINT64_MAX);
}
