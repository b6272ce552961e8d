#include "http/response.h"

#include "base/log.h"
#include "http/json_text.h"
#include "http/mhd_daemon.h"
#include "http/request.h"
#include "http/server_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Headers ---- */

void http_set_header(struct http_request *r, const char *name, const char *value)
{
    struct request_response *response = &r->response;
    char *copy =
        response->headers_count < RESPONSE_HEADERS_MAX ? json_text_allocate(strlen(value) + 1) : NULL;
    if (copy != NULL) {
        response->headers[response->headers_count].name = name;
        response->headers[response->headers_count++].value = strcpy(copy, value);
    }
}

static bool has_header(const struct request_response *response, const char *name)
{
    for (unsigned i = 0; i < response->headers_count; i++)
        if (strcasecmp(response->headers[i].name, name) == 0)
            return true;
    return false;
}

void http_set_retry_after(struct http_request *r, unsigned seconds)
{
    char text[16];
    snprintf(text, sizeof(text), "%u", seconds);
    if (seconds > 0 && !has_header(&r->response, "Retry-After"))
        http_set_header(r, "Retry-After", text);
}

/* Adds the handler's headers, and those that every answer has by default. False: out of memory. */
static bool add_headers(struct http_request *r, const char *type)
{
    static const char page_policy[] = "default-src 'none'; style-src 'self'; img-src 'self' data:; "
                                      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    struct request_response *response = &r->response;
    bool html = type != NULL && strncmp(type, "text/html", 9) == 0;
    const struct {
        const char *name, *value;
    } common[] = {
        { "Content-Type", type },
        { "X-Request-Id", r->id },
        { "X-Content-Type-Options", "nosniff" },
        { "Cache-Control", "no-store" },
        { "Content-Security-Policy", html ? page_policy : NULL },
        { "Referrer-Policy", html ? "same-origin" : NULL },
        { "Connection",
          response->close || __atomic_load_n(&r->daemon->retired, __ATOMIC_RELAXED) ? "close" : NULL },
    };
    enum MHD_Result added = MHD_YES;
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (common[i].value != NULL && !has_header(response, common[i].name))
            added &= MHD_add_response_header(response->mhd, common[i].name, common[i].value);
    for (unsigned i = 0; i < response->headers_count; i++)
        added &=
            MHD_add_response_header(response->mhd, response->headers[i].name, response->headers[i].value);
    return added == MHD_YES;
}

/* ---- Answering ---- */

static void answer(struct http_request *r, int status, const char *type, char *text, size_t length,
                   enum MHD_ResponseMemoryMode mode)
{
    struct request_response *response = &r->response;
    if (response->answered)
        log_error("http: a request of %s was answered twice", r->route != NULL ? r->route->path : "no path");
    struct MHD_Response *mhd =
        response->answered ? NULL : MHD_create_response_from_buffer(length, text, mode);
    if (mhd == NULL && mode == MHD_RESPMEM_MUST_FREE)
        free(text);
    if (response->answered)
        return;
    response->answered = true;
    response->status = status;
    response->mhd = mhd;
    if (mhd != NULL && !add_headers(r, type)) {
        MHD_destroy_response(mhd);
        response->mhd = NULL;
    }
}

bool http_fail_memory(struct http_request *r)
{
    static char text[] = "{\"error\":{\"code\":\"no_memory\",\"message\":\"The server is out of memory: try "
                         "again in a moment.\",\"field\":null,\"allowed\":null}}\n";
    http_set_retry_after(r, 1);
    answer(r, 503, "application/json", text, sizeof(text) - 1, MHD_RESPMEM_PERSISTENT);
    return false;
}

void http_answer_text(struct http_request *r, int status, const char *type, char *text, size_t length)
{
    if (text != NULL && !json_text_lost()) {
        answer(r, status, type, text, length, MHD_RESPMEM_MUST_FREE);
        return;
    }
    free(text);
    http_fail_memory(r);
}

void http_answer(struct http_request *r, int status, json_t *body)
{
    char *text = json_text_dump(body);
    size_t length = text != NULL ? strlen(text) : 0;
    if (text != NULL)
        text[length++] = '\n'; /* over the zero byte, which MHD does not need */
    http_answer_text(r, status, "application/json", text, length);
}

/* ---- Failing ---- */

static const int statuses[] = {
    [REFUSE_NONE] = 200,    [REFUSE_INVALID] = 400,  [REFUSE_FORBIDDEN] = 403,
    [REFUSE_MISSING] = 404, [REFUSE_CONFLICT] = 409, [REFUSE_CHANGED] = 412,
    [REFUSE_RULE] = 422,    [REFUSE_TOO_MANY] = 429, [REFUSE_UNAVAILABLE] = 503,
};

int http_refusal_status(const struct refusal *refusal)
{
    return statuses[refusal->kind];
}

static enum refusal_kind kind_of_status(int status)
{
    for (unsigned kind = 0; kind < ARRAY_SIZE(statuses); kind++)
        if (statuses[kind] == status)
            return kind;
    return REFUSE_INVALID;
}

json_t *http_refusal_json(const struct refusal *refusal)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "code", json_text(refusal->code), "message",
                     json_text(refusal->message), "field", json_text(refusal->field), "allowed",
                     json_text(refusal->allowed));
}

static bool fail(struct http_request *r, int status, const struct refusal *refusal)
{
    if (r->caught != NULL) {
        *r->caught = *refusal;
        return false;
    }
    const struct http_program *program = &r->server->program;
    if (program->fail != NULL && program->fail(program->context, r, status, refusal))
        return false;
    http_set_retry_after(r, refusal->retry_after);
    http_answer(r, status, json_pack("{s:o, s:s}", "error", http_refusal_json(refusal), "request_id", r->id));
    return false;
}

bool http_refuse(struct http_request *r, const struct refusal *refusal)
{
    return fail(r, http_refusal_status(refusal), refusal);
}

bool http_fail_allowed(struct http_request *r, int status, const char *code, const char *field,
                       const char *allowed, const char *format, ...)
{
    struct refusal refusal = { .kind = kind_of_status(status), .retry_after = status == 503 };
    va_list args;
    va_start(args, format);
    vsnprintf(refusal.message, sizeof(refusal.message), format, args);
    va_end(args);
    snprintf(refusal.code, sizeof(refusal.code), "%s", code);
    snprintf(refusal.field, sizeof(refusal.field), "%s", field != NULL ? field : "");
    snprintf(refusal.allowed, sizeof(refusal.allowed), "%s", allowed != NULL ? allowed : "");
    return fail(r, status, &refusal);
}
