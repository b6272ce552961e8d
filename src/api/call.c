#include "api/call.h"

#include "api/to_json.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call *call_new(void *backend, struct http_request *request)
{
    struct call *call = calloc(1, sizeof(*call));
    if (call == NULL)
        return NULL;
    call->request = request;
    call->backend = backend;
    call->actor = &request->actor;
    call->part = request->part;
    call->body = request->body.json;
    call->now = request->now;
    call->kind = (enum overlay_kind)request->route->argument;
    return call;
}

void call_free(struct call *call)
{
    free(call->op.body);
    free(call->scratch);
    free(call);
}

void call_set_etag(struct call *call, uint64_t revision)
{
    char text[32];
    snprintf(text, sizeof(text), "\"%" PRIu64 "\"", revision);
    http_set_header(call->request, "ETag", text);
}

/* ---- Failing ---- */

static const struct {
    enum refusal_kind kind;
    int status;
} statuses[] = {
    { REFUSE_NONE, 200 },    { REFUSE_INVALID, 400 },  { REFUSE_FORBIDDEN, 403 },
    { REFUSE_MISSING, 404 }, { REFUSE_CONFLICT, 409 }, { REFUSE_CHANGED, 412 },
    { REFUSE_RULE, 422 },    { REFUSE_TOO_MANY, 429 }, { REFUSE_UNAVAILABLE, 503 },
};

int call_refusal_status(const struct refusal *refusal)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
        if (statuses[i].kind == refusal->kind)
            return statuses[i].status;
    return 500;
}

static enum refusal_kind kind_of_status(int status)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].kind;
    return REFUSE_INVALID;
}

static void fail(struct call *call, int status, const struct refusal *r)
{
    if (call->caught != NULL) {
        *call->caught = *r;
        return;
    }
    http_answer_error(call->request, status,
                      &(struct http_error){ r->code, r->message, r->field, r->allowed, r->retry_after });
}

void call_refuse(struct call *call, const struct refusal *refusal)
{
    fail(call, call_refusal_status(refusal), refusal);
}

void call_fail_allowed(struct call *call, int status, const char *code, const char *field,
                       const char *allowed, const char *format, ...)
{
    struct refusal r = { .kind = kind_of_status(status), .retry_after = status == 503 };
    va_list args;
    va_start(args, format);
    vsnprintf(r.message, sizeof(r.message), format, args);
    va_end(args);
    snprintf(r.code, sizeof(r.code), "%s", code);
    snprintf(r.field, sizeof(r.field), "%s", field != NULL ? field : "");
    snprintf(r.allowed, sizeof(r.allowed), "%s", allowed != NULL ? allowed : "");
    fail(call, status, &r);
}

void call_fail_missing(struct call *call, const char *what)
{
    call_fail(call, 404, "not_found", NULL, "There is no %s with this id.", what);
}

void call_fail_store(struct call *call, const struct error *error)
{
    log_warning("api: request %s: %s", call->request->id, error->text);
    call_fail(call, 503, "store_unavailable", NULL, "The store cannot be read now; try again in a moment.");
}

void call_fail_memory(struct call *call)
{
    call_fail(call, 503, "no_memory", NULL, "The server is out of memory: try again in a moment.");
}

/* ---- What the call is about ---- */

bool call_is_id(const char *text)
{
    static const char form[] = "00000000-0000-0000-0000-000000000000";
    if (strlen(text) != sizeof(form) - 1)
        return false;
    for (size_t i = 0; form[i] != '\0'; i++)
        if (form[i] == '-' ? text[i] != '-' : strchr("0123456789abcdef", text[i]) == NULL)
            return false;
    return true;
}

bool call_check_id(struct call *call, const char *what)
{
    if (call_is_id(call->part))
        return true;
    call_fail_missing(call, what);
    return false;
}

bool call_find_list(struct call *call, const char *field, const char *name, unsigned *out)
{
    int number = delist_list_number(call->backend->delist, name);
    if (number < 0) {
        call_fail(call, 400, "unknown_list", field, "There is no list '%.64s'; GET /v1/lists names them.",
                  name);
        return false;
    }
    *out = (unsigned)number;
    return true;
}

bool call_parse_range(struct call *call, const char *field, const char *text, bool subdomains,
                      struct range *out)
{
    struct error error;
    if (range_parse(text, subdomains, out, &error) == OK)
        return true;
    call_fail(call, 400, "bad_range", field, "%s", error.text);
    return false;
}

bool call_read_store(struct call *call, struct store_reader **out)
{
    struct error error = { 0 };
    if (store_read(delist_store(call->backend->delist), out, &error) == OK)
        return true;
    call_fail_store(call, &error);
    return false;
}

void *call_new_scratch(struct call *call, size_t size)
{
    call->scratch = calloc(1, size);
    if (call->scratch == NULL)
        call_fail_memory(call);
    return call->scratch;
}
