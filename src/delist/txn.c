#include "delist/txn.h"

#include "base/log.h"
#include "store/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_SECONDS 60 /* between two lines that say that the overlay is full */

/* ---- Groups ---- */

bool txn_ok(struct txn *w, enum err err)
{
    if (err != OK && w->err == OK)
        w->err = err;
    return w->err == OK;
}

void txn_open(struct txn *w, struct delist *d, int64_t now)
{
    *w = (struct txn){ .d = d,
                       .store = d->store,
                       .overlay = d->overlay,
                       .eyes = store_writer_eyes(d->store),
                       .now = now,
                       .suspended = d->suspended };
    txn_ok(w, store_begin(d->store, &w->error));
}

static void publish(struct txn *w)
{
    static const struct overlay_view nothing;
    struct delist *d = w->d;

    if (w->edited && overlay_commit(d->overlay, &d->current, &d->generation, &w->error) != OK)
        abort(); /* it fails only after an edit that failed, and then there was no commit */
    __atomic_store_n(&d->suspended, w->suspended, __ATOMIC_RELAXED);
    struct overlay_usage usage = overlay_usage(d->overlay);
    __atomic_store_n(&d->usage.items, usage.items, __ATOMIC_RELAXED);
    __atomic_store_n(&d->usage.bytes, usage.bytes, __ATOMIC_RELAXED);
    fault_pass("edited");
    d->options.publish(d->options.context, d->suspended ? &nothing : &d->current, d->generation);
    fault_pass("published");
}

/* Says so once, or now and then. */
static void log_failure(struct txn *w)
{
    struct delist *d = w->d;

    if (!w->retry) {
        if (!d->failing)
            log_error("delistings and listings cannot be changed: %s", w->error.text);
        d->failing = true;
    } else if (w->now < d->full || w->now - d->full >= LOG_SECONDS) {
        log_error("%s", w->error.text);
        d->full = w->now;
    }
}

bool txn_close(struct txn *w)
{
    struct delist *d = w->d;

    if (w->err == OK)
        txn_ok(w, store_commit(w->store, &w->error));
    if (w->err == OK) {
        if (w->edited || w->suspended != d->suspended)
            publish(w);
        if (d->failing && w->wrote)
            log_notice("delistings and listings can be changed again");
        d->failing &= !w->wrote;
        return true;
    }
    store_rollback(w->store);
    if (w->edited)
        overlay_abort(d->overlay);
    log_failure(w);
    return false;
}

/* ---- Looking ---- */

const struct view *txn_view_open(const struct delist *d)
{
    return d->options.view_open != NULL ? d->options.view_open(d->options.context) : NULL;
}

void txn_view_close(const struct delist *d)
{
    if (d->options.view_close != NULL)
        d->options.view_close(d->options.context);
}

/* ---- Events ---- */

void txn_event(struct txn *w, struct event *event)
{
    if (w->err != OK)
        return;
    if (event->time == 0)
        event->time = w->now;
    if (txn_ok(w, events_add(w->store, event, &w->error))) {
        w->sequence = event->sequence;
        w->wrote = true;
    }
}

static void sign(const struct txn *w, struct event *event)
{
    if (w->actor == NULL)
        return;
    memcpy(event->actor, w->actor->name, sizeof(event->actor));
    memcpy(event->client, w->actor->client, sizeof(event->client));
}

void txn_item_event(const struct txn *w, enum event_kind kind, const struct item *item, struct event *event)
{
    *event = (struct event){
        .kind = kind,
        .has_item = true,
        .to_json_kind = item->kind,
        .has_range = true,
        .range = item->range,
        .lists = item->lists,
        .code = item->code,
        .expires_at = item->expires_at,
    };
    memcpy(event->item_id, item->id, sizeof(event->item_id));
    memcpy(event->reason, item->reason, sizeof(event->reason));
    sign(w, event);
}

void txn_note(struct txn *w, enum event_kind kind, const char *reason)
{
    struct event event = { .kind = kind };

    snprintf(event.reason, sizeof(event.reason), "%s", reason);
    sign(w, &event);
    txn_event(w, &event);
}

/* ---- Editing ---- */

static void note_edit(struct txn *w, enum err err, uint64_t added)
{
    w->edited = true;
    w->added += added;
    w->retry |= err != OK;
    txn_ok(w, err);
}

void txn_show(struct txn *w, const struct item *item)
{
    struct list_mask lists = item_lists(item);
    struct overlay_item shown = { .number = item->number,
                                  .until = item->expires_at,
                                  .lists = &lists,
                                  .code = item->code,
                                  .kind = (uint8_t)item->kind,
                                  .text = item->text[0] != 0 ? item->text : NULL };

    if (w->err == OK && !list_mask_is_empty(&lists))
        note_edit(w, overlay_add(w->overlay, &item->range, &shown, w->now, &w->error), 1);
}

void txn_hide(struct txn *w, const struct item *item)
{
    if (w->err == OK)
        note_edit(w, overlay_remove(w->overlay, &item->range, item->number, &w->error), UINT64_MAX);
}

static void write_item(struct txn *w, struct item *item)
{
    item->updated_at = w->now;
    if (w->err == OK)
        txn_ok(w, items_change(w->store, item, &w->error));
}

void delist_end_item(struct txn *w, struct item *item, enum item_state state, int64_t when, const char *by)
{
    struct event event;

    item->state = state;
    item->ended_at = when;
    memset(item->ended_by, 0, sizeof(item->ended_by));
    memcpy(item->ended_by, by, strnlen(by, sizeof(item->ended_by) - 1));
    write_item(w, item);
    txn_hide(w, item);
    txn_item_event(w, state == ITEM_EXPIRED ? EVENT_EXPIRED : EVENT_ENDED, item, &event);
    event.time = when;
    if (state == ITEM_EXPIRED) {
        memcpy(event.actor, item->ended_by, sizeof(event.actor));
        memset(event.client, 0, sizeof(event.client));
    }
    txn_event(w, &event);
}

void delist_end_on(struct txn *w, struct item *item, unsigned list, enum item_state state)
{
    struct list_mask left;
    struct event event;

    if (!list_mask_has(&item->over, list)) {
        list_mask_add(&item->over, list);
        txn_hide(w, item);
        txn_show(w, item);
    }
    left = item_lists(item);
    if (list_mask_is_empty(&left)) {
        bool relisted = state == ITEM_RELISTED;
        if (w->err == OK && !relisted)
            txn_ok(w, items_was_relisted(w->store, item, &relisted, &w->error));
        item->state = relisted ? ITEM_RELISTED : ITEM_FULFILLED;
        item->ended_at = item->ended_at != 0 ? item->ended_at : w->now;
        memcpy(item->ended_by, "feed", sizeof("feed"));
    }
    write_item(w, item);
    txn_item_event(w, state == ITEM_FULFILLED ? EVENT_FULFILLED : EVENT_RELISTED, item, &event);
    event.lists = list_mask_of(list);
    txn_event(w, &event);
}
