/* POST /v1/delistings, /v1/listings, /v1/allows, and /bulk of each. */
#include "api/calls.h"
#include "api/fields.h"
#include "api/submit.h"
#include "api/to_json.h"

#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

/* The items of a body. Those that are not valid do not reach the updater: their results are at the end of
 * `created`, those of the others at its start; `slot` has the index of each item's result. */
struct creation {
    size_t count, valid;
    struct item_spec *create;
    struct item_result *created;
    uint16_t *slot;
};

/* ---- Parsing ---- */

static bool parse_list(struct call *call, const json_t *object, struct item_spec *out)
{
    char name[STORE_NAME], code[INET_ADDRSTRLEN] = "127.0.0.2", text[sizeof(out->text)] = "";
    struct in_addr address;
    unsigned number;
    if (!field_bytes(call, object, "list", true, name, sizeof(name)) ||
        !field_bytes(call, object, "code", false, code, sizeof(code)) ||
        !field_bytes(call, object, "text", false, text, sizeof(text)) ||
        !call_find_list(call, "list", name, &number))
        return false;
    if (inet_pton(AF_INET, code, &address) != 1)
        return call_fail(call, 400, "bad_code", "code",
                         "code must be an address of 127.0.0.0/8 as 127.0.0.2.");
    out->lists_given = true;
    list_mask_add(&out->lists, number);
    out->code = ntohl(address.s_addr);
    out->text[0] = (uint8_t)strlen(text);
    memcpy(out->text + 1, text, out->text[0]);
    return true;
}

static bool parse_sticky(struct call *call, const json_t *object, struct item_spec *out)
{
    bool sticky = false;
    if (!field_bool(call, object, "sticky", &sticky))
        return false;
    out->sticky = json_object_get(object, "sticky") == NULL ? UNSET : sticky ? YES : NO;
    return true;
}

static bool parse_range(struct call *call, const json_t *object, struct item_spec *out)
{
    bool subdomains = false;
    return field_bool(call, object, "include_subdomains", &subdomains) &&
           field_range(call, object, "range", subdomains, &out->range) &&
           (!subdomains || out->range.family == RANGE_NAME ||
            call_fail(call, 400, "not_a_name", "include_subdomains",
                      "include_subdomains is for domain names only."));
}

static bool parse_item(struct call *call, const json_t *object, struct item_spec *out)
{
    static const char *const known[] = {
        [OVERLAY_DELIST] = "range, lists, include_subdomains, expires_in, expires_at, reason, requester, "
                           "sticky, dry_run, force",
        [OVERLAY_LIST] = "range, list, include_subdomains, code, text, expires_in, expires_at, reason, "
                         "requester, dry_run, force",
        [OVERLAY_ALLOW] = "range, lists, include_subdomains, expires_in, expires_at, reason, requester, "
                          "dry_run, force",
    };
    const enum overlay_kind kind = call->kind;
    bool timed;
    out->kind = kind;
    return field_check_known(call, object, known[kind]) && parse_range(call, object, out) &&
           (kind == OVERLAY_LIST ? parse_list(call, object, out)
                                 : field_lists(call, object, "lists", &out->lists_given, &out->lists)) &&
           (kind != OVERLAY_DELIST || parse_sticky(call, object, out)) &&
           field_expiry(call, object, &out->expiry, &timed) &&
           field_text(call, object, "reason", false, out->reason, sizeof(out->reason)) &&
           field_text(call, object, "requester", false, out->requester, sizeof(out->requester)) &&
           field_bool(call, object, "dry_run", &out->dry_run) &&
           field_bool(call, object, "force", &out->force);
}

/* ---- Results ---- */

/* A reason without the name of the list, which its element has. */
static const char *without_name(const char *message, const char *list)
{
    const size_t length = strlen(list);
    bool named = strncmp(message, list, length) == 0 && strncmp(message + length, ": ", 2) == 0;
    return named ? message + length + 2 : message;
}

static json_t *skipped_json(const struct call *call, const struct item_spec *create,
                            const struct item_result *created)
{
    const struct delist *d = call->backend->delist;
    json_t *array = json_array();
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        const struct list_policy *policy = delist_policy(d, list);
        struct refusal why;
        if (!list_mask_has(&created->skipped, list) || policy == NULL)
            continue;
        delist_why_skipped(d, call->actor, create, created, list, &why);
        json_array_append_new(array, json_pack("{s:o, s:o, s:o}", "list", json_text(policy->name), "why",
                                               json_text(without_name(why.message, policy->name)), "code",
                                               json_text(why.code)));
    }
    return array;
}

/* One item's result: the item as it is now, or would be; *status if it is not 200. */
static json_t *result_json(const struct call *call, const struct item_spec *create,
                           const struct item_result *created, int *status)
{
    const struct backend *backend = call->backend;
    json_t *object;
    if (create->dry_run) {
        object = json_pack("{s:o, s:o, s:o, s:o}", "range", to_json_range(&create->range), "addresses",
                           to_json_size(&create->range), "listed_now",
                           created->listed_now == UINT64_MAX ? json_null()
                                                             : json_integer((json_int_t)created->listed_now),
                           "lists", to_json_lists(backend, &created->lists));
    } else {
        *status = created->existed ? 200 : 201;
        object = to_json_item(backend, &created->item, call->actor);
    }
    if (create->kind != OVERLAY_LIST)
        json_object_set_new(object, "skipped", skipped_json(call, create, created));
    return object;
}

static json_t *one_json(struct call *call)
{
    const struct creation *c = call->scratch;
    return result_json(call, c->create, c->created, &call->op.status);
}

/* ---- Batches ---- */

static json_t *failure_json(int status, const struct refusal *refusal)
{
    return json_pack("{s:i, s:o}", "status", status, "error", http_refusal_json(refusal));
}

/* One element for each item of the body. `undone`: nothing was done, because other items failed. */
static json_t *results_json(const struct call *call, bool undone)
{
    const struct creation *c = call->scratch;
    static const struct refusal other = { .code = "not_done",
                                          .message = "Nothing was done, because another item failed." };
    json_t *array = json_array();
    for (size_t i = 0; i < c->count; i++) {
        const struct item_result *created = &c->created[c->slot[i]];
        if (created->refusal.kind != REFUSE_NONE) {
            json_array_append_new(array,
                                  failure_json(http_refusal_status(&created->refusal), &created->refusal));
        } else if (undone) {
            json_array_append_new(array, failure_json(424, &other));
        } else {
            const struct item_spec *create = &c->create[c->slot[i]];
            int status = 200;
            json_t *object = result_json(call, create, created, &status);
            json_array_append_new(array,
                                  json_pack("{s:i, s:o}", "status", status,
                                            create->dry_run ? "dry_run" : to_json_kind(call->kind), object));
        }
    }
    return array;
}

static json_t *bulk_json(struct call *call)
{
    const struct creation *c = call->scratch;
    size_t failed = 0;
    for (size_t i = 0; i < c->count; i++)
        failed += c->created[i].refusal.kind != REFUSE_NONE;
    return json_pack("{s:o, s:I, s:I, s:o, s:o}", "batch_id", json_text(call->op.batch_id), "done",
                     (json_int_t)(c->count - failed), "failed", (json_int_t)failed, "durable",
                     to_json_durable(call->backend), "results", results_json(call, false));
}

/* Answers with the error of the first item that failed, named as in the body, and the results of all. */
static void bulk_fail(struct call *call)
{
    const struct creation *c = call->scratch;
    struct refusal refusal = call->op.refusal;
    for (size_t i = 0; i < c->count && refusal.kind != REFUSE_UNAVAILABLE; i++) {
        const struct refusal *its = &c->created[c->slot[i]].refusal;
        if (its->kind == REFUSE_NONE)
            continue;
        refusal = *its;
        snprintf(refusal.field, sizeof(refusal.field), "items[%u]%s%.32s", (unsigned)(uint16_t)i,
                 its->field[0] ? "." : "", its->field);
        break;
    }
    http_set_retry_after(call->request, refusal.retry_after);
    http_answer(call->request, http_refusal_status(&refusal),
                json_pack("{s:o, s:s, s:o}", "error", http_refusal_json(&refusal), "request_id",
                          call->request->id, "results", results_json(call, true)));
}

/* ---- Calls ---- */

static struct creation *creation_new(struct call *call, size_t count)
{
    struct creation *c = call_new_scratch(
        call, sizeof(*c) + count * (sizeof(*c->create) + sizeof(*c->created) + sizeof(*c->slot)));
    if (c == NULL)
        return NULL;
    c->create = (struct item_spec *)(c + 1);
    c->created = (struct item_result *)(c->create + count);
    c->slot = (uint16_t *)(c->created + count);
    c->count = count;
    call->op.verb = DELIST_CREATE;
    call->op.kind = call->kind;
    call->op.create = c->create;
    call->op.created = c->created;
    return c;
}

void api_item_create(struct call *call)
{
    struct creation *c = creation_new(call, 1);
    if (c == NULL || !parse_item(call, call->body, c->create))
        return;
    call->op.count = 1;
    call->op.atomic = true;
    submit_mutation(call, one_json);
}

/* False: an item is not valid, which fails all if `atomic`. */
static bool parse_items(struct call *call, const json_t *items, bool atomic)
{
    struct creation *c = call->scratch;
    size_t invalid = 0;
    for (size_t i = 0; i < c->count; i++) {
        const json_t *object = json_array_get(items, i);
        struct item_result *last = &c->created[c->count - 1 - invalid];
        call->request->caught = &last->refusal;
        if (!json_is_object(object))
            call_fail(call, 400, "bad_type", NULL, "Each item must be an object.");
        else if (parse_item(call, object, &c->create[c->valid])) {
            c->slot[i] = (uint16_t)c->valid++;
            continue;
        }
        memset(&c->create[c->valid], 0, sizeof(*c->create));
        c->slot[i] = (uint16_t)(last - c->created);
        invalid++;
    }
    call->request->caught = NULL;
    return invalid == 0 || !atomic;
}

/* The array of items, which may have the name of the collection. NULL: the call has failed. */
static const json_t *find_items(struct call *call)
{
    const char *name = to_json_collection(call->kind);
    const json_t *items = json_object_get(call->body, "items"), *same = json_object_get(call->body, name);
    if (items != NULL && same != NULL) {
        call_fail(call, 400, "bad_type", name, "%s is another name for items: give one of them.", name);
        return NULL;
    }
    items = items != NULL ? items : same;
    size_t count = json_array_size(items);
    if (count > 0 && count <= DELIST_ITEMS_BULK)
        return items;
    if (count == 0)
        call_fail(call, 400, items != NULL ? "bad_type" : "missing_field", "items",
                  "items must be an array of at least one object.");
    else
        call_fail(call, 422, "batch_too_large", "items", "At most %d items are allowed in one batch.",
                  DELIST_ITEMS_BULK);
    return NULL;
}

void api_item_create_bulk(struct call *call)
{
    char known[64];
    bool atomic = true;
    snprintf(known, sizeof(known), "items, %s, atomic", to_json_collection(call->kind));
    if (!field_check_known(call, call->body, known) || !field_bool(call, call->body, "atomic", &atomic))
        return;
    const json_t *items = find_items(call);
    struct creation *c = items != NULL ? creation_new(call, json_array_size(items)) : NULL;
    if (c == NULL)
        return;
    if (!parse_items(call, items, atomic)) {
        bulk_fail(call);
        return;
    }
    if (c->valid == 0) {
        http_answer(call->request, 200, bulk_json(call));
        return;
    }
    call->op.count = c->valid;
    call->op.atomic = atomic;
    call->op.batch = true;
    call->fail = bulk_fail;
    submit_mutation(call, bulk_json);
}
