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

/* The parameters that say what items are about. */
static bool read_subject(struct call *call, struct item_filter *filter)
{
    *filter = (struct item_filter){ .has_kind = true, .kind = call->kind };
    return parameter_list(call, "list", &filter->has_list, &filter->list) &&
           parameter_range(call, "range", &filter->has_range, &filter->range) &&
           parameter_address(call, "covers", &filter->has_covers, &filter->covers) &&
           parameter_range(call, "within", &filter->has_within, &filter->within);
}

static bool read_filter(struct call *call, struct item_filter *filter)
{
    static const char states[] = "active, fulfilled, expired, ended, relisted"; /* as enum item_state */
    int state = -1;
    if (!read_subject(call, filter) || !parameter_word(call, "state", states, &state) ||
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

/* Whether the path has an id, or the beginning of one. False: there is no such item, 404. */
static bool check_id(struct call *call)
{
    uint8_t first[16], last[16];
    return store_parse_id_prefix(call->part, first, last) ||
           call_fail_missing(call, to_json_kind(call->kind));
}

void api_item_show(struct call *call)
{
    struct item item;
    struct store_reader *reader;
    struct error error = { 0 };
    if (!check_id(call) || !call_read_store(call, &reader))
        return;
    enum err err = items_find(reader, call->kind, call->part, call->now, &item, &error);
    if (err == ERR_REFUSED && error.text[0] != '\0') {
        store_read_end(reader);
        call_fail(call, 409, "ambiguous_id", NULL, "The ids of several begin so: give more of it.");
    } else if (call_end_read(call, reader, err, to_json_kind(call->kind), &error)) {
        call_set_etag(call, item.revision);
        http_answer(call->request, 200, to_json_item(call->backend, &item, call->actor));
    }
}

/* ---- Change and end ---- */

/* Makes the operation one on the item of the path. False: the call has failed. */
static bool set_item(struct call *call, enum delist_verb verb)
{
    if (!check_id(call))
        return false;
    call->op.kind = call->kind;
    call->op.verb = verb;
    strcpy(call->op.id, call->part);
    return submit_read_if_match(call);
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

/* ---- End by value ---- */

static json_t *ended_count_json(struct call *call)
{
    return json_pack("{s:I, s:b, s:o}", "ended", (json_int_t)call->op.affected, "dry_run",
                     (int)call->op.dry_run, "durable", to_json_durable(call->backend));
}

void api_item_end_matching(struct call *call)
{
    struct item_filter *filter = call_new_scratch(call, sizeof(*filter));
    int dry_run = 0;
    call->op.verb = DELIST_END_MATCHING;
    call->op.filter = filter;
    call->op.most = 1;
    if (filter == NULL || !read_subject(call, filter) ||
        !parameter_number(call, "max", 1, DELIST_ITEMS_BULK, &call->op.most) ||
        !parameter_word(call, "dry_run", "false, true", &dry_run))
        return;
    call->op.dry_run = dry_run != 0;
    if (filter->has_range + filter->has_covers + filter->has_within == 1)
        submit_mutation(call, ended_count_json);
    else
        call_fail(call, 400, "missing_parameter", "range", "Give one of range, covers and within.");
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
