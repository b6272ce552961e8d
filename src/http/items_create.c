/* POST /v1/delistings, /v1/listings, /v1/allows, and /bulk of each. */
#include "http/calls.h"
#include "http/item_json.h"
#include "http/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#define DEFAULT_CODE 0x7f000002

/* What becomes of a body. Items that cannot be parsed do not reach the updater: their results stand at the
 * end of `created`, the others' at its start, and `slot` says for each item of the body where its own is. */
struct creation {
    struct reply reply;
    enum overlay_kind kind;
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
    if (!call_text(call, object, "list", true, name, sizeof(name)) ||
        !call_text(call, object, "code", false, code, sizeof(code)) ||
        !call_text(call, object, "text", false, text, sizeof(text)))
        return false;
    int number = delist_list_number(call->backend->delist, name);
    if (number < 0) {
        call_fail(call, 400, "unknown_list", "list",
                  "There is no list of this name; GET /v1/lists names them.");
        return false;
    }
    if (inet_pton(AF_INET, code, &address) != 1) {
        call_fail(call, 400, "bad_code", "code", "code is an address of 127.0.0.0/8 as 127.0.0.2.");
        return false;
    }
    out->lists_given = true;
    list_mask_add(&out->lists, (unsigned)number);
    out->code = ntohl(address.s_addr);
    out->text[0] = (uint8_t)strlen(text);
    memcpy(out->text + 1, text, out->text[0]);
    return true;
}

static bool read_sticky(struct call *call, const json_t *object, struct create *out)
{
    bool sticky = false;
    if (!call_bool(call, object, "sticky", &sticky))
        return false;
    out->sticky = !json_object_get(object, "sticky") ? UNSAID : sticky ? YES : NO;
    return true;
}

static bool read_range(struct call *call, const json_t *object, struct create *out)
{
    bool subdomains = false;
    if (!call_bool(call, object, "include_subdomains", &subdomains) ||
        !call_range(call, object, "range", subdomains, &out->range))
        return false;
    if (subdomains && out->range.family != RANGE_NAME) {
        call_fail(call, 400, "not_a_name", "include_subdomains",
                  "include_subdomains is for domain names only.");
        return false;
    }
    return true;
}

static bool read_item(struct call *call, const json_t *object, enum overlay_kind kind, struct create *out)
{
    static const char *const known[3][12] = {
        [OVERLAY_DELIST] = { "range", "lists", "include_subdomains", "expires_in", "expires_at", "reason",
                             "requester", "sticky", "dry_run", "force" },
        [OVERLAY_LIST] = { "range", "list", "include_subdomains", "code", "text", "expires_in", "expires_at",
                           "reason", "requester", "dry_run", "force" },
        [OVERLAY_ALLOW] = { "range", "lists", "include_subdomains", "expires_in", "expires_at", "reason",
                            "requester", "dry_run", "force" },
    };
    bool timed;
    out->kind = kind;
    return call_fields(call, object, known[kind]) && read_range(call, object, out) &&
           (kind == OVERLAY_LIST ? read_list(call, object, out)
                                 : call_lists(call, object, "lists", &out->lists_given, &out->lists)) &&
           (kind != OVERLAY_DELIST || read_sticky(call, object, out)) &&
           call_expiry(call, object, &out->expiry, &timed) &&
           call_text(call, object, "reason", false, out->reason, sizeof(out->reason)) &&
           call_text(call, object, "requester", false, out->requester, sizeof(out->requester)) &&
           call_bool(call, object, "dry_run", &out->dry_run) && call_bool(call, object, "force", &out->force);
}

/* ---- Results ---- */

static json_t *skipped(const struct backend *backend, const struct created *created)
{
    json_t *array = json_array();
    size_t told = 0;
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        if (!list_mask_has(&created->skipped, list))
            continue;
        const struct judgement *why = told < ARRAY_SIZE(created->why) ? &created->why[told++] : NULL;
        json_array_append_new(
            array, json_pack("{s:o, s:o, s:o}", "list", json_list(backend, list), "why",
                             why ? json_text(why->message) : json_string("Its rules do not permit it."),
                             "code", why ? json_text(why->code) : json_null()));
    }
    return array;
}

/* One item's: the object that there is now, or what there would be. */
static json_t *outcome(const struct call *call, const struct create *create, const struct created *created,
                       int *status)
{
    const struct backend *backend = call->backend;
    json_t *object;
    if (create->dry_run) {
        *status = 200;
        object = json_pack("{s:o, s:o, s:o, s:o}", "range", json_range(&create->range), "addresses",
                           json_size(&create->range), "listed_now",
                           created->listed_now == UINT64_MAX ? json_null()
                                                             : json_integer((json_int_t)created->listed_now),
                           "lists", json_lists(backend, &created->lists));
    } else {
        *status = created->existed ? 200 : 201;
        object = json_item(backend, &created->item);
    }
    if (create->kind != OVERLAY_LIST)
        json_object_set_new(object, "skipped", skipped(backend, created));
    return object;
}

static json_t *one_form(struct call *call, int *status)
{
    const struct creation *c = call->scratch;
    return outcome(call, c->create, c->created, status);
}

static void one_then(struct call *call)
{
    const struct creation *c = call->scratch;
    char text[96];
    if (c->create->dry_run)
        return;
    snprintf(text, sizeof(text), "/v1/%s/%s", item_kinds(c->kind), c->created->item.id);
    call_set_header(call, "Location", text);
    set_etag(call, c->created->item.revision);
}

/* ---- Batches ---- */

static json_t *failed(int status, const struct judgement *judgement)
{
    return json_pack("{s:i, s:o}", "status", status, "error", call_judgement_json(judgement));
}

/* One element for each item of the body. `undone`: of those that went well nothing is left, because of
 * others.
 */
static json_t *results(const struct call *call, bool undone)
{
    const struct creation *c = call->scratch;
    struct judgement other;
    json_t *array = json_array();
    rules_refuse(&other, JUDGE_CONFLICT, "not_done", NULL, "Nothing was done, because another item failed.");
    for (size_t i = 0; i < c->count; i++) {
        const struct created *created = &c->created[c->slot[i]];
        if (created->judgement.kind != JUDGE_OK) {
            json_array_append_new(array,
                                  failed(call_judgement_status(&created->judgement), &created->judgement));
        } else if (undone) {
            json_array_append_new(array, failed(424, &other));
        } else {
            const struct create *create = &c->create[c->slot[i]];
            int status;
            json_t *object = outcome(call, create, created, &status);
            json_array_append_new(array, json_pack("{s:i, s:o}", "status", status,
                                                   create->dry_run ? "dry_run" : item_kind(c->kind), object));
        }
    }
    return array;
}

static size_t count_failed(const struct creation *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->count; i++)
        n += c->created[i].judgement.kind != JUDGE_OK;
    return n;
}

static json_t *bulk_form(struct call *call, int *status)
{
    const struct creation *c = call->scratch;
    size_t bad = count_failed(c);
    *status = 200;
    return json_pack("{s:o, s:I, s:I, s:o, s:o}", "batch_id", json_text(call->op.batch_id), "done",
                     (json_int_t)(c->count - bad), "failed", (json_int_t)bad, "durable",
                     json_durable(call->backend), "results", results(call, false));
}

/* The error of the first item that failed, under its name in the body, with what became of each. */
static void bulk_fail(struct call *call)
{
    const struct creation *c = call->scratch;
    struct judgement judgement = call->op.judgement;
    for (size_t i = 0; i < c->count && judgement.kind != JUDGE_TROUBLE; i++) {
        const struct judgement *its = &c->created[c->slot[i]].judgement;
        if (its->kind == JUDGE_OK)
            continue;
        judgement = *its;
        snprintf(judgement.field, sizeof(judgement.field), "items[%u]%s%.32s", (unsigned)(uint16_t)i,
                 its->field[0] ? "." : "", its->field);
        break;
    }
    if (judgement.retry_after > 0) {
        char seconds[16];
        snprintf(seconds, sizeof(seconds), "%u", judgement.retry_after);
        call_set_header(call, "Retry-After", seconds);
    }
    call_answer(call, call_judgement_status(&judgement),
                json_pack("{s:o, s:s, s:o}", "error", call_judgement_json(&judgement), "request_id",
                          call->request_id, "results", results(call, true)));
}

/* ---- Calls ---- */

static struct creation *creation_new(struct call *call, enum overlay_kind kind, size_t count)
{
    struct creation *c =
        calloc(1, sizeof(*c) + count * (sizeof(*c->create) + sizeof(*c->created) + sizeof(*c->slot)));
    if (!c) {
        call_fail(call, 503, "no_memory", NULL, "There is no memory for this now.");
        return NULL;
    }
    c->create = (struct create *)(c + 1);
    c->created = (struct created *)(c->create + count);
    c->slot = (uint16_t *)(c->created + count);
    c->kind = kind;
    c->count = count;
    call->scratch = c;
    call->op.verb = DELIST_CREATE;
    call->op.kind = kind;
    call->op.create = c->create;
    call->op.created = c->created;
    return c;
}

static void create_one(struct call *call, enum overlay_kind kind)
{
    struct creation *c = creation_new(call, kind, 1);
    if (!c || !read_item(call, call->body, kind, c->create))
        return;
    c->reply.then = one_then;
    call->op.count = 1;
    call->op.atomic = true;
    reply_submit(call, one_form);
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
        else if (read_item(call, object, c->kind, &c->create[c->good])) {
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

static void create_bulk(struct call *call, enum overlay_kind kind)
{
    const char *known[] = { "items", item_kinds(kind), "atomic", NULL };
    bool atomic = true;
    if (!call_fields(call, call->body, known) || !call_bool(call, call->body, "atomic", &atomic))
        return;
    const json_t *items = json_object_get(call->body, "items"), *same = json_object_get(call->body, known[1]);
    if (items && same) {
        call_fail(call, 400, "bad_type", known[1], "%s is another name for items: one of them.", known[1]);
        return;
    }
    items = items ? items : same;
    size_t count = json_array_size(items);
    if (count == 0) {
        call_fail(call, 400, items ? "bad_type" : "missing_field", "items",
                  "items is an array of one object or more.");
        return;
    }
    if (count > DELIST_ITEMS_BULK) {
        call_fail(call, 422, "batch_too_large", "items", "At most %d items go into one batch.",
                  DELIST_ITEMS_BULK);
        return;
    }
    struct creation *c = creation_new(call, kind, count);
    if (!c)
        return;
    if (!read_items(call, items, atomic)) {
        bulk_fail(call);
        return;
    }
    if (c->good == 0) {
        int status;
        json_t *body = bulk_form(call, &status);
        call_answer(call, status, body);
        return;
    }
    c->reply.fail = bulk_fail;
    call->op.count = c->good;
    call->op.atomic = atomic;
    call->op.batch = true;
    reply_submit(call, bulk_form);
}

void delistings_create(struct call *call)
{
    create_one(call, OVERLAY_DELIST);
}

void delistings_bulk(struct call *call)
{
    create_bulk(call, OVERLAY_DELIST);
}

void listings_create(struct call *call)
{
    create_one(call, OVERLAY_LIST);
}

void listings_bulk(struct call *call)
{
    create_bulk(call, OVERLAY_LIST);
}

void allows_create(struct call *call)
{
    create_one(call, OVERLAY_ALLOW);
}

void allows_bulk(struct call *call)
{
    create_bulk(call, OVERLAY_ALLOW);
}
