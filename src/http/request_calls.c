/* Removal requests: from the public, and the queue that operators review. */
#include "delist/requests.h"
#include "http/calls.h"
#include "http/item_json.h"
#include "http/page.h"

#include <string.h>

/* ---- What the public may do ---- */

bool request_read(struct call *call, struct removal_request *r)
{
    static const char *const known[] = { "query",   "lists",    "contact_name", "email", "company",
                                         "details", "category", "fixed",        "lang",  NULL };
    const json_t *body = call->body;
    bool given;
    return call_fields(call, body, known) && call_range(call, body, "query", true, &r->range) &&
           call_lists(call, body, "lists", &given, &r->lists) &&
           call_text(call, body, "contact_name", false, r->contact_name, sizeof(r->contact_name)) &&
           call_text(call, body, "email", false, r->email, sizeof(r->email)) &&
           call_text(call, body, "company", false, r->company, sizeof(r->company)) &&
           call_text(call, body, "details", false, r->details, sizeof(r->details)) &&
           call_text(call, body, "category", false, r->category, sizeof(r->category)) &&
           call_bool(call, body, "fixed", &r->fixed) &&
           call_text(call, body, "lang", false, r->lang, sizeof(r->lang));
}

/* A repeat finds the request that there is, and leaves no event. */
static json_t *created_form(struct call *call, int *status)
{
    *status = call->op.sequence == 0 ? 200 : 201;
    return json_request(call->backend, &call->op.request, false);
}

static void created_then(struct call *call)
{
    char path[64] = "/v1/requests/";
    call_set_header(call, "Location", strcat(path, call->op.request.id));
    set_etag(call, call->op.request.revision);
}

void requests_create(struct call *call)
{
    if (!request_read(call, &call->op.request))
        return;
    call->op.verb = DELIST_REQUEST;
    memcpy(call->op.request.client, call->actor.client, sizeof(call->op.request.client));
    reply_new(call)->then = created_then;
    reply_submit(call, created_form);
}

static void fail_missing(struct call *call)
{
    call_fail(call, 404, "not_found", NULL, "There is no request with this id.");
}

bool request_find(struct call *call, struct removal_request *out)
{
    struct reader *reader;
    struct error error = { 0 };
    if (!is_id(call->part[0])) {
        fail_missing(call);
        return false;
    }
    if (!read_open(call, &reader))
        return false;
    enum err err = requests_find(reader, call->part[0], out, &error);
    store_read_end(reader);
    if (err == ERR_REFUSED)
        fail_missing(call);
    else if (err)
        fail_store(call, &error);
    return err == OK;
}

/* The queue's view of it is for those who may decide it. */
static bool may_review(const struct call *call, const struct removal_request *request)
{
    struct judgement ignored;
    return call->actor.role >= ROLE_OWNER &&
           rules_reach(&call->actor, &request->range, &request->lists, &ignored);
}

void requests_show(struct call *call)
{
    struct removal_request request;
    if (!request_find(call, &request))
        return;
    set_etag(call, request.revision);
    call_answer(call, 200, json_request(call->backend, &request, may_review(call, &request)));
}

/* ---- Decisions ---- */

static json_t *public_form(struct call *call, int *status)
{
    *status = 200;
    return json_request(call->backend, &call->op.request, false);
}

static json_t *decided_form(struct call *call, int *status)
{
    *status = 200;
    return json_request(call->backend, &call->op.request, true);
}

static bool open_request(struct call *call, enum delist_verb verb)
{
    if (!is_id(call->part[0])) {
        fail_missing(call);
        return false;
    }
    call->op.verb = verb;
    memcpy(call->op.id, call->part[0], DELIST_ID);
    return true;
}

void requests_verify(struct call *call)
{
    static const char *const known[] = { "code", NULL };
    if (call_fields(call, call->body, known) &&
        call_text(call, call->body, "code", true, call->op.reason, sizeof(call->op.reason)) &&
        open_request(call, DELIST_VERIFY))
        reply_submit(call, public_form);
}

static void decide(struct call *call, enum delist_verb verb, const char *const *known)
{
    if (call_fields(call, call->body, known) &&
        call_text(call, call->body, "reply", false, call->op.reason, sizeof(call->op.reason)) &&
        call_expiry(call, call->body, &call->op.expiry, &call->op.has_expiry) &&
        call_bool(call, call->body, "force", &call->op.force) && open_request(call, verb) &&
        read_if_match(call))
        reply_submit(call, decided_form);
}

void requests_approve(struct call *call)
{
    static const char *const known[] = { "reply", "expires_in", "expires_at", "force", NULL };
    decide(call, DELIST_APPROVE, known);
}

void requests_deny(struct call *call)
{
    static const char *const known[] = { "reply", NULL };
    decide(call, DELIST_DENY, known);
}

/* ---- The queue ---- */

struct taker {
    const struct call *call;
    struct page page;
};

static bool take_request(void *context, const struct removal_request *request)
{
    struct taker *taker = context;
    if (!may_review(taker->call, request))
        return true;
    if (!page_takes(&taker->page))
        return false;
    json_array_append_new(taker->page.array, json_request(taker->call->backend, request, true));
    memcpy(taker->page.last_id, request->id, DELIST_ID);
    return true;
}

void requests_index(struct call *call)
{
    static const char *const states[] = { "removed", "pending", "verify", "denied" };
    static const char *const orders[] = { "oldest", "newest" };
    struct taker taker = { .call = call };
    struct reader *reader;
    struct error error = { 0 };
    int status = -1, order = 0;
    if (!parameter_word(call, "status", states, ARRAY_SIZE(states), &status) ||
        !parameter_word(call, "order", orders, ARRAY_SIZE(orders), &order) ||
        !page_open(call, true, &taker.page))
        return;
    if (!read_open(call, &reader)) {
        page_drop(&taker.page);
        return;
    }
    enum err err = requests_each(reader, status, order == 1, taker.page.after, take_request, &taker, &error);
    store_read_end(reader);
    if (err) {
        page_drop(&taker.page);
        fail_store(call, &error);
        return;
    }
    page_answer(call, &taker.page, "requests");
}
