#include "http/request.h"

#include "api/to_json.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *call_parameter(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(http_request_of(call)->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *call_header(const struct call *call, const char *name)
{
    return MHD_lookup_connection_value(http_request_of(call)->connection, MHD_HEADER_KIND, name);
}

void call_set_header(struct call *call, const char *name, const char *value)
{
    struct http_request *x = http_request_of(call);
    char *copy = x->headers_count < HEADERS_MOST ? strdup(value) : NULL;
    if (copy != NULL) {
        x->headers[x->headers_count].name = name;
        x->headers[x->headers_count++].value = copy;
    }
}

void call_set_etag(struct call *call, uint64_t revision)
{
    char text[32];
    snprintf(text, sizeof(text), "\"%" PRIu64 "\"", revision);
    call_set_header(call, "ETag", text);
}

void call_set_retry_after(struct call *call, unsigned seconds)
{
    char text[16];
    snprintf(text, sizeof(text), "%u", seconds);
    if (seconds > 0)
        call_set_header(call, "Retry-After", text);
}

static bool has_header(const struct http_request *x, const char *name)
{
    for (unsigned i = 0; i < x->headers_count; i++)
        if (strcasecmp(x->headers[i].name, name) == 0)
            return true;
    return false;
}

/* What every answer has, unless the handler said otherwise. */
static void common_headers(struct http_request *x, const char *type)
{
    static const char page_policy[] = "default-src 'none'; style-src 'self'; img-src 'self' data:; "
                                      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    bool html = type != NULL && strncmp(type, "text/html", 9) == 0;
    bool last = x->close || __atomic_load_n(&x->serving->retired, __ATOMIC_RELAXED);
    const struct {
        const char *name, *value;
    } common[] = {
        { "Content-Type", type },
        { "X-Request-Id", x->call.request_id },
        { "X-Content-Type-Options", "nosniff" },
        { "Cache-Control", "no-store" },
        { "Content-Security-Policy", html ? page_policy : NULL },
        { "Referrer-Policy", html ? "no-referrer" : NULL },
        { "Connection", last ? "close" : NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (common[i].value != NULL && !has_header(x, common[i].name))
            MHD_add_response_header(x->response, common[i].name, common[i].value);
    for (unsigned i = 0; i < x->headers_count; i++)
        MHD_add_response_header(x->response, x->headers[i].name, x->headers[i].value);
}

void call_answer_text(struct call *call, int status, const char *type, char *text, size_t length)
{
    struct http_request *x = http_request_of(call);
    if (x->answered) {
        log_error("a call of %s was answered twice", x->route != NULL ? x->route->path : "nothing");
        free(text);
        return;
    }
    x->answered = true;
    x->response = MHD_create_response_from_buffer(length, text, MHD_RESPMEM_MUST_FREE);
    if (x->response == NULL) {
        free(text);
        return; /* no memory: the connection is closed */
    }
    x->status = status;
    common_headers(x, type);
}

void call_answer(struct call *call, int status, json_t *body)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    size_t length = text != NULL ? strlen(text) : 0;
    if (text != NULL)
        text[length++] = '\n'; /* in place of the zero: nobody reads it as a string any more */
    else if (status != 204)
        status = 500;
    json_decref(body);
    call_answer_text(call, status, "application/json", text, length);
}

const char *call_service(const struct call *call)
{
    return http_request_of(call)->server->options.name;
}

const char *call_contact(const struct call *call)
{
    return http_request_of(call)->server->options.contact;
}

/* ---- Failing ---- */

static const struct {
    enum refusal_kind kind;
    int status;
} statuses[] = {
    { REFUSE_NOT, 200 },     { REFUSE_BAD, 400 },      { REFUSE_FORBIDDEN, 403 },
    { REFUSE_MISSING, 404 }, { REFUSE_CONFLICT, 409 }, { REFUSE_CHANGED, 412 },
    { REFUSE_RULE, 422 },    { REFUSE_TOO_MANY, 429 }, { REFUSE_UNAVAILABLE, 503 },
};

int call_refusal_status(const struct refusal *judgement)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
        if (statuses[i].kind == judgement->kind)
            return statuses[i].status;
    return 500;
}

static enum refusal_kind kind_of_status(int status)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].kind;
    return REFUSE_BAD;
}

static void fail(struct call *call, int status, const struct refusal *j)
{
    if (call->caught != NULL) {
        *call->caught = *j;
        return;
    }
    call_set_retry_after(call, j->retry_after);
    call_answer(call, status,
                json_pack("{s:o, s:s}", "error", to_json_refusal(j), "request_id", call->request_id));
}

void call_refuse(struct call *call, const struct refusal *judgement)
{
    fail(call, call_refusal_status(judgement), judgement);
}

static void fail_list(struct call *call, int status, const char *code, const char *field, const char *allowed,
                      const char *format, va_list args)
{
    struct refusal j = { .kind = kind_of_status(status), .retry_after = status == 503 };
    vsnprintf(j.message, sizeof(j.message), format, args);
    snprintf(j.code, sizeof(j.code), "%s", code);
    snprintf(j.field, sizeof(j.field), "%s", field != NULL ? field : "");
    snprintf(j.allowed, sizeof(j.allowed), "%s", allowed != NULL ? allowed : "");
    fail(call, status, &j);
}

void call_fail(struct call *call, int status, const char *code, const char *field, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_list(call, status, code, field, NULL, format, args);
    va_end(args);
}

void call_fail_allowed(struct call *call, int status, const char *code, const char *field,
                       const char *allowed, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fail_list(call, status, code, field, allowed, format, args);
    va_end(args);
}

void call_fail_missing(struct call *call, const char *what)
{
    call_fail(call, 404, "not_found", NULL, "There is no %s with this id.", what);
}

void call_fail_store(struct call *call, const struct error *error)
{
    log_warning("api: request %s: %s", call->request_id, error->text);
    call_fail(call, 503, "store_unavailable", NULL, "The store cannot be read now; try again in a moment.");
}

/* ---- What it is about ---- */

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
        abort();
    return call->scratch;
}
