/* Removal requests: of the public, and the queue that operators review. */
#include "api/calls.h"
#include "api/fields.h"
#include "api/paging.h"
#include "api/parameters.h"
#include "api/submit.h"
#include "api/to_json.h"
#include "delist/removal.h"
#include "store/requests.h"

#include <string.h>

/* ---- What the public may do ---- */

/* What can be refused without the updater is: it has one thread, and others wait for it. */
static bool check_early(struct call *call)
{
    const struct backend *backend = call->backend;
    struct list_mask lists;
    struct refusal refusal;
    const struct view *view = backend->view_open(backend->context);
    bool may_be_made = removal_check(backend->delist, view, &call->op.request, &lists, &refusal);
    backend->view_close(backend->context);
    if (may_be_made)
        api_proof_find_hosts(call, &lists);
    else
        http_refuse(call->request, &refusal);
    return may_be_made;
}

bool api_requests_parse(struct call *call)
{
    static const char known[] = "query, lists, contact_name, email, company, details, category, fixed, lang";
    const json_t *body = call->body;
    struct removal_request *r = &call->op.request;
    bool given;
    call->op.verb = DELIST_REQUEST;
    return field_check_known(call, body, known) && field_range(call, body, "query", true, &r->range) &&
           field_lists(call, body, "lists", &given, &r->lists) &&
           field_text(call, body, "contact_name", false, r->contact_name, sizeof(r->contact_name)) &&
           field_bytes(call, body, "email", false, r->email, STORE_EMAIL) &&
           field_text(call, body, "company", false, r->company, sizeof(r->company)) &&
           field_text(call, body, "details", false, r->details, sizeof(r->details)) &&
           field_text(call, body, "category", false, r->category, sizeof(r->category)) &&
           field_bool(call, body, "fixed", &r->fixed) &&
           field_bytes(call, body, "lang", false, r->lang, sizeof(r->lang)) && check_early(call);
}

/* The request as it is now; who decides sees all of it. */
static json_t *request_json(struct call *call)
{
    const struct delist_op *op = &call->op;
    if (op->verb == DELIST_REQUEST && op->sequence != 0) /* otherwise it repeats an earlier one */
        call->op.status = 201;
    return to_json_request(call->backend, &op->request,
                           op->verb == DELIST_APPROVE || op->verb == DELIST_DENY);
}

void api_requests_create(struct call *call)
{
    if (api_requests_parse(call))
        submit_mutation(call, request_json);
}

bool api_requests_read(struct call *call, const char *id, struct removal_request *out)
{
    struct store_reader *reader;
    struct error error = { 0 };
    if (!call_is_id(id))
        return call_fail_missing(call, "request");
    if (!call_read_store(call, &reader))
        return false;
    enum err err = requests_find(reader, id, out, &error);
    return call_end_read(call, reader, err, "request", &error);
}

/* Who may decide a request sees all of it. */
static bool may_review(const struct call *call, const struct removal_request *request)
{
    return list_policy_is_reviewer(call->actor, &request->range, &request->lists);
}

void api_requests_show(struct call *call)
{
    struct removal_request request;
    if (!api_requests_read(call, call->part, &request))
        return;
    call_set_etag(call, request.revision);
    http_answer(call->request, 200, to_json_request(call->backend, &request, may_review(call, &request)));
}

/* ---- Confirming, deciding ---- */

void api_requests_verify(struct call *call)
{
    if (field_check_known(call, call->body, "code") &&
        field_text(call, call->body, "code", true, call->op.reason, sizeof(call->op.reason)) &&
        submit_set_target(call, DELIST_VERIFY, "request"))
        submit_mutation(call, request_json);
}

/* `reason` is another name for `reply`, as items have a reason. */
void api_requests_decide(struct call *call)
{
    const enum delist_verb verb = (enum delist_verb)call->argument;
    const char *known =
        verb == DELIST_APPROVE ? "reply, reason, expires_in, expires_at, force" : "reply, reason";
    struct delist_op *op = &call->op;
    if (field_check_known(call, call->body, known) &&
        field_text(call, call->body, "reason", false, op->reason, sizeof(op->reason)) &&
        field_text(call, call->body, "reply", false, op->reason, sizeof(op->reason)) &&
        field_expiry(call, call->body, &op->expiry, &op->has_expiry) &&
        field_bool(call, call->body, "force", &op->force) && submit_set_target(call, verb, "request") &&
        submit_read_if_match(call))
        submit_mutation(call, request_json);
}

/* ---- The queue ---- */

#define PASSED_MAX 5000 /* requests that are not the token's to see, on one page: some 10 ms */

struct request_filter {
    int status; /* -1: all */
    int newest;
};

static bool add_request(void *context, const struct removal_request *request)
{
    struct paging *page = context;
    bool shown = may_review(page->call, request);
    if (shown && !paging_has_room(page))
        return false;
    page->last = request->number; /* the id of one that is not shown would show it */
    if (shown)
        json_array_append_new(page->array, to_json_request(page->call->backend, request, true));
    else
        page->more = ++page->passed == PASSED_MAX;
    return !page->more;
}

static enum err read_requests(struct store_reader *reader, struct paging *page, struct error *error)
{
    const struct request_filter *filter = page->context;
    return requests_each(reader, filter->status, filter->newest == 1, page->before, add_request, page, error);
}

void api_requests_index(struct call *call)
{
    static const char states[] = "removed, pending, verify, denied"; /* as enum request_status */
    struct request_filter filter = { .status = -1 };
    if (parameter_word(call, "status", states, &filter.status) &&
        parameter_word(call, "order", "oldest, newest", &filter.newest))
        paging_answer(call, "requests", read_requests, &filter);
}
