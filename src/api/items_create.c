/* POST /v1/delistings, /v1/listings, /v1/allows, and /bulk of each. */
#include "api/calls.h"
#include "api/fields.h"
#include "api/mutation.h"
#include "api/to_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

/* What becomes of a body. Items that cannot be parsed do not reach the updater: their results stand at the
 * end of `created`, the others' at its start, and `slot` says for each item of the body where its own is. */
struct creation {
    size_t count, good;
    struct create *create;
    struct created *created;
    uint16_t *slot;
};

/* ---- Reading ---- */

static bool read_list(struct call *call, const json_t *object, struct create *out)
{
    char name[DELIST_NAME], code[INET_ADDRSTRLEN] = "127.0.0.2", text[sizeof(out->text)] = "";
    struct in_addr address;
    unsigned number;
    if (!field_text(call, object, "list", true, name, sizeof(name)) ||
        !field_text(call, object, "code", false, code, sizeof(code)) ||
        !field_text(call, object, "text", false, text, sizeof(text)) ||
        !call_find_list(call, "list", name, &number))
        return false;
    if (inet_pton(AF_INET, code, &address) != 1) {
        call_fail(call, 400, "bad_code", "code", "code is an address of 127.0.0.0/8 as 127.0.0.2.");
        return false;
    }
    out->lists_given = true;
    list_mask_add(&out->lists, number);
    out->code = ntohl(address.s_addr);
    out->text[0] = (uint8_t)strlen(text);
    memcpy(out->text + 1, text, out->text[0]);
    return true;
}

static bool read_sticky(struct call *call, const json_t *object, struct create *out)
{
    bool sticky = false;
    if (!field_bool(call, object, "sticky", &sticky))
        return false;
    out->sticky = json_object_get(object, "sticky") == NULL ? UNSAID : sticky ? YES : NO;
    return true;
}

static bool read_range(struct call *call, const json_t *object, struct create *out)
{
    bool subdomains = false;
    if (!field_bool(call, object, "include_subdomains", &subdomains) ||
        !field_range(call, object, "range", subdomains, &out->range))
        return false;
    if (subdomains && out->range.family != RANGE_NAME) {
        call_fail(call, 400, "not_a_name", "include_subdomains",
                  "include_subdomains is for domain names only.");
        return false;
    }
    return true;
}

static bool read_item(struct call *call, const json_t *object, struct create *out)
{
    static const char *const known[3][12] = {
        [OVERLAY_DELIST] = { "range", "lists", "include_subdomains", "expires_in", "expires_at", "reason",
                             "requester", "sticky", "dry_run", "force" },
        [OVERLAY_LIST] = { "range", "list", "include_subdomains", "code", "text", "expires_in", "expires_at",
                           "reason", "requester", "dry_run", "force" },
        [OVERLAY_ALLOW] = { "range", "lists", "include_subdomains", "expires_in", "expires_at", "reason",
                            "requester", "dry_run", "force" },
    };
    const enum overlay_kind kind = call->kind;
    bool timed;
    out->kind = kind;
    return field_check_known(call, object, known[kind]) && read_range(call, object, out) &&
           (kind == OVERLAY_LIST ? read_list(call, object, out)
                                 : field_lists(call, object, "lists", &out->lists_given, &out->lists)) &&
           (kind != OVERLAY_DELIST || read_sticky(call, object, out)) &&
           field_expiry(call, object, &out->expiry, &timed) &&
           field_text(call, object, "reason", false, out->reason, sizeof(out->reason)) &&
           field_text(call, object, "requester", false, out->requester, sizeof(out->requester)) &&
           field_bool(call, object, "dry_run", &out->dry_run) &&
           field_bool(call, object, "force", &out->force);
}

/* ---- Results ---- */

static json_t *skipped(const struct backend *backend, const struct created *created)
{
    static const struct refusal untold = { .message = "Its rules do not permit it." };
    json_t *array = json_array();
    size_t told = 0;
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        if (!list_mask_has(&created->skipped, list))
            continue;
        const struct refusal *why = told < ARRAY_SIZE(created->why) ? &created->why[told++] : &untold;
        json_array_append_new(array, json_pack("{s:o, s:o, s:o}", "list", to_json_list(backend, list), "why",
                                               json_text(why->message), "code", json_text(why->code)));
    }
    return array;
}

/* One item's: the object that there is now, or what there would be; *status if it is not 200. */
static json_t *outcome(const struct call *call, const struct create *create, const struct created *created,
                       int *status)
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
        object = to_json_item(backend, &created->item);
    }
    if (create->kind != OVERLAY_LIST)
        json_object_set_new(object, "skipped", skipped(backend, created));
    return object;
}

static json_t *one_form(struct call *call)
{
    const struct creation *c = call->scratch;
    return outcome(call, c->create, c->created, &call->op.status);
}

/* ---- Batches ---- */

static json_t *failed(int status, const struct refusal *judgement)
{
    return json_pack("{s:i, s:o}", "status", status, "error", to_json_refusal(judgement));
}

/* One element for each item of the body. `undone`: of those that went well nothing is left, because of
 * others.
 */
static json_t *results(const struct call *call, bool undone)
{
    const struct creation *c = call->scratch;
    struct refusal other;
    json_t *array = json_array();
    list_policy_refuse(&other, REFUSE_CONFLICT, "not_done", NULL,
                       "Nothing was done, because another item failed.");
    for (size_t i = 0; i < c->count; i++) {
        const struct created *created = &c->created[c->slot[i]];
        if (created->judgement.kind != REFUSE_NOT) {
            json_array_append_new(array,
                                  failed(call_refusal_status(&created->judgement), &created->judgement));
        } else if (undone) {
            json_array_append_new(array, failed(424, &other));
        } else {
            const struct create *create = &c->create[c->slot[i]];
            int status = 200;
            json_t *object = outcome(call, create, created, &status);
            json_array_append_new(array,
                                  json_pack("{s:i, s:o}", "status", status,
                                            create->dry_run ? "dry_run" : to_json_kind(call->kind), object));
        }
    }
    return array;
}

static size_t count_failed(const struct creation *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        n += c->created[i].judgement.kind != REFUSE_NOT;
    return n;
}

static json_t *bulk_form(struct call *call)
{
    const struct creation *c = call->scratch;
    size_t bad = count_failed(c);
    return json_pack("{s:o, s:I, s:I, s:o, s:o}", "batch_id", json_text(call->op.batch_id), "done",
                     (json_int_t)(c->count - bad), "failed", (json_int_t)bad, "durable",
                     to_json_durable(call->backend), "results", results(call, false));
}

/* The error of the first item that failed, under its name in the body, with what became of each. */
static void bulk_fail(struct call *call)
{
    const struct creation *c = call->scratch;
    struct refusal judgement = call->op.judgement;
    for (size_t i = 0; i < c->count && judgement.kind != REFUSE_UNAVAILABLE; i++) {
        const struct refusal *its = &c->created[c->slot[i]].judgement;
        if (its->kind == REFUSE_NOT)
            continue;
        judgement = *its;
        snprintf(judgement.field, sizeof(judgement.field), "items[%u]%s%.32s", (unsigned)(uint16_t)i,
                 its->field[0] ? "." : "", its->field);
        break;
    }
    call_set_retry_after(call, judgement.retry_after);
    call_answer(call, call_refusal_status(&judgement),
                json_pack("{s:o, s:s, s:o}", "error", to_json_refusal(&judgement), "request_id",
                          call->request->id, "results", results(call, true)));
}

/* ---- Calls ---- */

static struct creation *creation_new(struct call *call, size_t count)
{
    struct creation *c =
        calloc(1, sizeof(*c) + count * (sizeof(*c->create) + sizeof(*c->created) + sizeof(*c->slot)));
    if (c == NULL) {
        call_fail_memory(call);
        return NULL;
    }
    c->create = (struct create *)(c + 1);
    c->created = (struct created *)(c->create + count);
    c->slot = (uint16_t *)(c->created + count);
    c->count = count;
    call->scratch = c;
    call->op.verb = DELIST_CREATE;
    call->op.kind = call->kind;
    call->op.create = c->create;
    call->op.created = c->created;
    return c;
}

void item_create(struct call *call)
{
    static const struct mutation creating = { .to_json = one_form };
    struct creation *c = creation_new(call, 1);
    if (c == NULL || !read_item(call, call->body, c->create))
        return;
    call->op.count = 1;
    call->op.atomic = true;
    mutation_submit(call, &creating);
}

/* False when a mistake is to fail the whole. */
static bool read_items(struct call *call, const json_t *items, bool atomic)
{
    struct creation *c = call->scratch;
    size_t bad = 0;
    for (size_t i = 0; i < c->count; i++) {
        const json_t *object = json_array_get(items, i);
        struct created *last = &c->created[c->count - 1 - bad];
        call->caught = &last->judgement;
        if (!json_is_object(object))
            call_fail(call, 400, "bad_type", NULL, "Each item is an object.");
        else if (read_item(call, object, &c->create[c->good])) {
            c->slot[i] = (uint16_t)c->good++;
            continue;
        }
        memset(&c->create[c->good], 0, sizeof(*c->create));
        c->slot[i] = (uint16_t)(last - c->created);
        bad++;
    }
    call->caught = NULL;
    return bad == 0 || !atomic;
}

/* The array of items, which may have the collection's name, or NULL when it has failed the call. */
static const json_t *find_items(struct call *call)
{
    const char *name = to_json_collection(call->kind);
    const json_t *items = json_object_get(call->body, "items"), *same = json_object_get(call->body, name);
    if (items != NULL && same != NULL) {
        call_fail(call, 400, "bad_type", name, "%s is another name for items: one of them.", name);
        return NULL;
    }
    items = items != NULL ? items : same;
    size_t count = json_array_size(items);
    if (count > 0 && count <= DELIST_ITEMS_BULK)
        return items;
    if (count == 0)
        call_fail(call, 400, items != NULL ? "bad_type" : "missing_field", "items",
                  "items is an array of one object or more.");
    else
        call_fail(call, 422, "batch_too_large", "items", "At most %d items go into one batch.",
                  DELIST_ITEMS_BULK);
    return NULL;
}

void item_create_bulk(struct call *call)
{
    static const struct mutation creating = { .to_json = bulk_form, .fail = bulk_fail };
    const char *const known[] = { "items", to_json_collection(call->kind), "atomic", NULL };
    bool atomic = true;
    if (!field_check_known(call, call->body, known) || !field_bool(call, call->body, "atomic", &atomic))
        return;
    const json_t *items = find_items(call);
    struct creation *c = items != NULL ? creation_new(call, json_array_size(items)) : NULL;
    if (c == NULL)
        return;
    if (!read_items(call, items, atomic)) {
        bulk_fail(call);
        return;
    }
    if (c->good == 0) {
        call_answer(call, 200, bulk_form(call));
        return;
    }
    call->op.count = c->good;
    call->op.atomic = atomic;
    call->op.batch = true;
    mutation_submit(call, &creating);
}
