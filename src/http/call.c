#include "http/exchange.h"

#include "base/log.h"
#include "http/item_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *call_parameter(const struct call *call, const char *name)
{
    const struct exchange *x = (const void *)call;
    return MHD_lookup_connection_value(x->connection, MHD_GET_ARGUMENT_KIND, name);
}

const char *call_header(const struct call *call, const char *name)
{
    const struct exchange *x = (const void *)call;
    return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

void call_set_header(struct call *call, const char *name, const char *value)
{
    struct exchange *x = exchange_of(call);
    char *copy = x->headers_count < HEADERS_MOST ? strdup(value) : NULL;

    if (copy != NULL) {
        x->headers[x->headers_count].name = name;
        x->headers[x->headers_count++].value = copy;
    }
}

static bool has_header(const struct exchange *x, const char *name)
{
    for (unsigned i = 0; i < x->headers_count; i++)
        if (strcasecmp(x->headers[i].name, name) == 0)
            return true;
    return false;
}

/* What every answer has, unless the handler said otherwise. */
static void common_headers(struct exchange *x, const char *type)
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

/* `text` is taken over. */
static void answer(struct exchange *x, int status, const char *type, char *text, size_t length)
{
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

void call_answer_text(struct call *call, int status, const char *type, char *text, size_t length)
{
    answer(exchange_of(call), status, type, text, length);
}

void call_answer(struct call *call, int status, json_t *body)
{
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
    size_t length = text != NULL ? strlen(text) : 0;

    if (body != NULL && text == NULL)
        status = 500;
    if (text != NULL)
        text[length++] = '\n'; /* in place of the zero: nobody reads it as a string any more */
    json_decref(body);
    answer(exchange_of(call), status, "application/json", text, length);
}

const char *call_service(const struct call *call)
{
    return exchange_of((struct call *)call)->server->options.name;
}

const char *call_contact(const struct call *call)
{
    return exchange_of((struct call *)call)->server->options.contact;
}

/* ---- Failing ---- */

/* The whole error object, `field` and so on null when there is nothing to say. */
static json_t *error_json(const char *code, const char *message, const char *field, const char *allowed)
{
    json_t *error = json_object();

    json_object_set_new(error, "code", json_text(code));
    json_object_set_new(error, "message", json_text(message));
    json_object_set_new(error, "field", field != NULL ? json_text(field) : json_null());
    json_object_set_new(error, "allowed", allowed != NULL ? json_text(allowed) : json_null());
    return error;
}

static const struct {
    enum judgement_kind kind;
    int status;
} statuses[] = {
    { JUDGE_OK, 200 },      { JUDGE_BAD, 400 },      { JUDGE_FORBIDDEN, 403 },
    { JUDGE_MISSING, 404 }, { JUDGE_CONFLICT, 409 }, { JUDGE_CHANGED, 412 },
    { JUDGE_RULE, 422 },    { JUDGE_TOO_MANY, 429 }, { JUDGE_TROUBLE, 503 },
};

int call_judgement_status(const struct judgement *judgement)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
        if (statuses[i].kind == judgement->kind)
            return statuses[i].status;
    return 500;
}

static enum judgement_kind kind_of_status(int status)
{
    for (size_t i = 0; i < ARRAY_SIZE(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].kind;
    return JUDGE_BAD;
}

json_t *call_judgement_json(const struct judgement *j)
{
    return error_json(j->code, j->message, j->field, j->allowed);
}

void call_fail_judgement(struct call *call, const struct judgement *j)
{
    json_t *body;
    char seconds[16];

    if (call->caught != NULL) {
        *call->caught = *j;
        return;
    }
    if (j->retry_after > 0) {
        snprintf(seconds, sizeof(seconds), "%u", j->retry_after);
        call_set_header(call, "Retry-After", seconds);
    }
    body = json_object();
    json_object_set_new(body, "error", call_judgement_json(j));
    json_object_set_new(body, "request_id", json_string(call->request_id));
    call_answer(call, call_judgement_status(j), body);
}

static void fail(struct call *call, int status, const char *code, const char *field, const char *allowed,
                 const char *format, va_list args)
{
    struct judgement j = { .kind = kind_of_status(status) };

    vsnprintf(j.message, sizeof(j.message), format, args);
    snprintf(j.code, sizeof(j.code), "%s", code);
    snprintf(j.field, sizeof(j.field), "%s", field != NULL ? field : "");
    snprintf(j.allowed, sizeof(j.allowed), "%s", allowed != NULL ? allowed : "");
    if (status == 503)
        j.retry_after = 1;
    if (call->caught != NULL || call_judgement_status(&j) == status) {
        call_fail_judgement(call, &j);
        return;
    }
    json_t *body = json_object();
    json_object_set_new(body, "error", call_judgement_json(&j));
    json_object_set_new(body, "request_id", json_string(call->request_id));
    call_answer(call, status, body);
}

void call_fail(struct call *call, int status, const char *code, const char *field, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fail(call, status, code, field, NULL, format, args);
    va_end(args);
}

void call_fail_allowed(struct call *call, int status, const char *code, const char *field,
                       const char *allowed, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fail(call, status, code, field, allowed, format, args);
    va_end(args);
}
