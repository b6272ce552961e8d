/* Delistings, listings and allows that there are: list, show, change, end; batches; the overlay as a whole.
 */
#include "delist/items.h"
#include "http/calls.h"
#include "http/item_json.h"
#include "http/page.h"

#include <string.h>

/* ---- List ---- */

static bool filter_open(struct call *call, enum overlay_kind kind, struct item_filter *filter)
{
    static const char *const states[] = { "active", "fulfilled", "expired", "ended", "relisted" };
    int state = -1;
    *filter = (struct item_filter){ .has_kind = true, .kind = kind };
    if (!parameter_word(call, "state", states, ARRAY_SIZE(states), &state) ||
        !parameter_list(call, "list", &filter->has_list, &filter->list) ||
        !parameter_range(call, "covers", true, false, &filter->has_covers, &filter->covers) ||
        !parameter_range(call, "within", false, true, &filter->has_within, &filter->within) ||
        !parameter_time(call, "expires_before", &filter->expires_before))
        return false;
    filter->has_state = state >= 0;
    filter->state = (enum item_state)(state >= 0 ? state : 0);
    filter->created_by = call_parameter(call, "created_by");
    filter->batch_id = call_parameter(call, "batch_id");
    return true;
}

struct taker {
    const struct call *call;
    struct page page;
};

static bool take_item(void *context, const struct item *item)
{
    struct taker *taker = context;
    if (!page_takes(&taker->page))
        return false;
    json_array_append_new(taker->page.array, json_item(taker->call->backend, item));
    taker->page.last = item->number;
    return true;
}

static void list_items(struct call *call, enum overlay_kind kind)
{
    struct taker taker = { .call = call };
    struct item_filter filter;
    struct reader *reader;
    struct error error = { 0 };
    if (!filter_open(call, kind, &filter) || !page_open(call, false, &taker.page))
        return;
    filter.before = taker.page.before;
    if (!read_open(call, &reader)) {
        page_drop(&taker.page);
        return;
    }
    enum err err = items_each(reader, &filter, call->now, take_item, &taker, &error);
    store_read_end(reader);
    if (err) {
        page_drop(&taker.page);
        fail_store(call, &error);
        return;
    }
    page_answer(call, &taker.page, item_kinds(kind));
}

void delistings_index(struct call *call)
{
    list_items(call, OVERLAY_DELIST);
}

void listings_index(struct call *call)
{
    list_items(call, OVERLAY_LIST);
}

void allows_index(struct call *call)
{
    list_items(call, OVERLAY_ALLOW);
}

/* ---- Show ---- */

static void fail_missing(struct call *call, enum overlay_kind kind)
{
    call_fail(call, 404, "not_found", NULL, "There is no %s with this id.", item_kind(kind));
}

static void show_item(struct call *call, enum overlay_kind kind)
{
    struct item item;
    struct reader *reader;
    struct error error = { 0 };
    if (!is_id(call->part[0])) {
        fail_missing(call, kind);
        return;
    }
    if (!read_open(call, &reader))
        return;
    enum err err = items_find(reader, kind, call->part[0], call->now, &item, &error);
    store_read_end(reader);
    if (err == ERR_REFUSED) {
        fail_missing(call, kind);
    } else if (err) {
        fail_store(call, &error);
    } else {
        set_etag(call, item.revision);
        call_answer(call, 200, json_item(call->backend, &item));
    }
}

void delistings_show(struct call *call)
{
    show_item(call, OVERLAY_DELIST);
}

void listings_show(struct call *call)
{
    show_item(call, OVERLAY_LIST);
}

void allows_show(struct call *call)
{
    show_item(call, OVERLAY_ALLOW);
}

/* ---- Change and end ---- */

static bool open_item(struct call *call, enum overlay_kind kind, enum delist_verb verb)
{
    if (!is_id(call->part[0])) {
        fail_missing(call, kind);
        return false;
    }
    call->op.verb = verb;
    call->op.kind = kind;
    memcpy(call->op.id, call->part[0], DELIST_ID);
    return read_if_match(call);
}

static json_t *changed_form(struct call *call, int *status)
{
    *status = 200;
    return json_item(call->backend, &call->op.item);
}

static json_t *ended_form(struct call *call, int *status)
{
    json_t *object = changed_form(call, status);
    json_object_set_new(object, "still_covered_by", json_lists(call->backend, &call->op.still_covered));
    return object;
}

static void changed_then(struct call *call)
{
    set_etag(call, call->op.item.revision);
}

static void submit_item(struct call *call, reply_form *form)
{
    struct reply *reply = reply_new(call);
    reply->then = changed_then;
    reply_submit(call, form);
}

static void change_item(struct call *call, enum overlay_kind kind)
{
    static const char *const known[] = { "expires_in", "expires_at", "reason", "force", NULL };
    struct delist_op *op = &call->op;
    if (!call_fields(call, call->body, known) || !open_item(call, kind, DELIST_CHANGE) ||
        !call_expiry(call, call->body, &op->expiry, &op->has_expiry) ||
        !call_text(call, call->body, "reason", false, op->reason, sizeof(op->reason)) ||
        !call_bool(call, call->body, "force", &op->force))
        return;
    op->has_reason = json_object_get(call->body, "reason") != NULL;
    if (!op->has_expiry && !op->has_reason) {
        call_fail(call, 400, "missing_field", NULL,
                  "There is nothing to change: give expires_in, expires_at or reason.");
        return;
    }
    submit_item(call, changed_form);
}

static void end_item(struct call *call, enum overlay_kind kind)
{
    if (open_item(call, kind, DELIST_END))
        submit_item(call, ended_form);
}

void delistings_change(struct call *call)
{
    change_item(call, OVERLAY_DELIST);
}

void listings_change(struct call *call)
{
    change_item(call, OVERLAY_LIST);
}

void allows_change(struct call *call)
{
    change_item(call, OVERLAY_ALLOW);
}

void delistings_end(struct call *call)
{
    end_item(call, OVERLAY_DELIST);
}

void listings_end(struct call *call)
{
    end_item(call, OVERLAY_LIST);
}

void allows_end(struct call *call)
{
    end_item(call, OVERLAY_ALLOW);
}

/* ---- Batches, and the overlay as a whole ---- */

static json_t *reverted_form(struct call *call, int *status)
{
    *status = 200;
    return json_pack("{s:s, s:I, s:o}", "batch_id", call->op.id, "ended", (json_int_t)call->op.affected,
                     "durable", json_durable(call->backend));
}

void batches_revert(struct call *call)
{
    if (!is_id(call->part[0])) {
        call_fail(call, 404, "not_found", NULL, "There is no batch with this id.");
        return;
    }
    call->op.verb = DELIST_REVERT;
    memcpy(call->op.id, call->part[0], DELIST_ID);
    reply_submit(call, reverted_form);
}

static json_t *suspended_form(struct call *call, int *status)
{
    *status = 200;
    return json_pack("{s:b, s:o}", "suspended", (int)(call->op.verb == DELIST_SUSPEND), "durable",
                     json_durable(call->backend));
}

void overlay_suspend(struct call *call)
{
    call->op.verb = DELIST_SUSPEND;
    reply_submit(call, suspended_form);
}

void overlay_resume(struct call *call)
{
    call->op.verb = DELIST_RESUME;
    reply_submit(call, suspended_form);
}
