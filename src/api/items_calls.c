/* Existing delistings, listings and allows: list, show, change, end; batches; the overlay as a whole. */
#include "api/calls.h"
#include "api/fields.h"
#include "api/paging.h"
#include "api/parameters.h"
#include "api/submit.h"
#include "api/to_json.h"
#include "store/items.h"

#include <string.h>

/* ---- List ---- */

static bool read_filter(struct call *call, struct item_filter *filter)
{
    static const char states[] = "active, fulfilled, expired, ended, relisted"; /* as enum item_state */
    int state = -1;
    *filter = (struct item_filter){ .has_kind = true, .kind = call->kind };
    if (!parameter_word(call, "state", states, &state) ||
        !parameter_list(call, "list", &filter->has_list, &filter->list) ||
        !parameter_address(call, "covers", &filter->has_covers, &filter->covers) ||
        !parameter_range(call, "within", &filter->has_within, &filter->within) ||
        !parameter_time(call, "expires_before", &filter->expires_before))
        return false;
    filter->has_state = state >= 0;
    filter->state = (enum item_state)(state >= 0 ? state : 0);
    filter->created_by = http_parameter(call->request, "created_by");
    filter->batch_id = http_parameter(call->request, "batch_id");
    return true;
}

static bool add_item(void *context, const struct item *item)
{
    struct paging *page = context;
    if (!paging_has_room(page))
        return false;
    json_array_append_new(page->array, to_json_item(page->call->backend, item, page->call->actor));
    page->last = item->number;
    return true;
}

static enum err read_items(struct store_reader *reader, struct paging *page, struct error *error)
{
    struct item_filter filter = *(const struct item_filter *)page->context;
    uint64_t reached;
    filter.before = page->before;
    filter.reached = &reached;
    enum err err = items_each(reader, &filter, page->call->now, add_item, page, error);
    if (err == OK && reached != 0) { /* enough rows read for one page, though it is not full */
        page->more = true;
        page->last = reached;
    }
    return err;
}

void api_item_index(struct call *call)
{
    struct item_filter filter;
    if (read_filter(call, &filter))
        paging_answer(call, to_json_collection(call->kind), read_items, &filter);
}

/* ---- Show ---- */

void api_item_show(struct call *call)
{
    struct item item;
    struct store_reader *reader;
    struct error error = { 0 };
    if (!call_check_id(call, to_json_kind(call->kind)) || !call_read_store(call, &reader))
        return;
    enum err err = items_find(reader, call->kind, call->part, call->now, &item, &error);
    if (!call_end_read(call, reader, err, to_json_kind(call->kind), &error))
        return;
    call_set_etag(call, item.revision);
    http_answer(call->request, 200, to_json_item(call->backend, &item, call->actor));
}

/* ---- Change and end ---- */

/* Makes the operation one on the item of the path. False: the call has failed. */
static bool set_item(struct call *call, enum delist_verb verb)
{
    call->op.kind = call->kind;
    return submit_set_target(call, verb, to_json_kind(call->kind)) && submit_read_if_match(call);
}

static json_t *changed_json(struct call *call)
{
    return to_json_item(call->backend, &call->op.item, call->actor);
}

static json_t *ended_json(struct call *call)
{
    json_t *object = changed_json(call);
    json_t *ids = json_array();
    for (size_t i = 0; i < call->op.still_covered_count; i++)
        json_array_append_new(ids, json_text(call->op.still_covered[i]));
    json_object_set_new(object, "still_covered_by", ids);
    return object;
}

void api_item_change(struct call *call)
{
    struct delist_op *op = &call->op;
    if (!field_check_known(call, call->body, "expires_in, expires_at, reason, force") ||
        !set_item(call, DELIST_CHANGE) || !field_expiry(call, call->body, &op->expiry, &op->has_expiry) ||
        !field_text(call, call->body, "reason", false, op->reason, sizeof(op->reason)) ||
        !field_bool(call, call->body, "force", &op->force))
        return;
    op->has_reason = json_object_get(call->body, "reason") != NULL;
    if (op->has_expiry || op->has_reason)
        submit_mutation(call, changed_json);
    else
        call_fail(call, 400, "missing_field", NULL,
                  "Nothing to change: give expires_in, expires_at or reason.");
}

void api_item_end(struct call *call)
{
    if (set_item(call, DELIST_END))
        submit_mutation(call, ended_json);
}

/* ---- Batches, and the overlay as a whole ---- */

static json_t *reverted_json(struct call *call)
{
    return json_pack("{s:s, s:I, s:o}", "batch_id", call->op.id, "ended", (json_int_t)call->op.affected,
                     "durable", to_json_durable(call->backend));
}

void api_revert_batch(struct call *call)
{
    if (submit_set_target(call, DELIST_REVERT, "batch"))
        submit_mutation(call, reverted_json);
}

static json_t *suspended_json(struct call *call)
{
    return json_pack("{s:b, s:o}", "suspended", (int)(call->op.verb == DELIST_SUSPEND), "durable",
                     to_json_durable(call->backend));
}

void api_set_suspended(struct call *call)
{
    call->op.verb = (enum delist_verb)call->argument;
    submit_mutation(call, suspended_json);
}
