#include "http/form.h"
#include "http/request.h"

#include <stdlib.h>
#include <string.h>

#define BODY_WITHOUT_TOKEN 65536 /* bytes; nobody knows who sends them */

/* A body beyond the limit is read and thrown away so far, for the answer to reach a client that writes all
 * before it reads; beyond that the connection is closed. */
#define PATIENCE 8

static bool is_json(const char *type)
{
    size_t length = strcspn(type, "; \t");
    return (length == 16 && strncasecmp(type, "application/json", length) == 0) ||
           (length > 17 && strncasecmp(type, "application/", 12) == 0 &&
            strncasecmp(type + length - 5, "+json", 5) == 0);
}

/* What Content-Length says; 0 if it is not there. */
static uint64_t length_of(const struct http_request *x)
{
    const char *length = call_header(&x->call, "Content-Length");
    return length != NULL ? strtoull(length, NULL, 10) : 0;
}

static bool fits(struct http_request *x, uint64_t bytes)
{
    char most[32];
    if (bytes <= x->body_most)
        return true;
    snprintf(most, sizeof(most), "%zu bytes", x->body_most);
    call_fail_allowed(&x->call, 413, "too_large", NULL, most, "The body has more than %s.", most);
    return false;
}

static bool no_body(struct http_request *x)
{
    call_fail(&x->call, 400, "no_body", NULL, "This call takes no body.");
    return false;
}

bool body_expect(struct http_request *x)
{
    const char *type = call_header(&x->call, "Content-Type");
    uint64_t length = length_of(x), most = x->server->options.body_bytes;
    if (length == 0 && call_header(&x->call, "Transfer-Encoding") == NULL)
        return true;
    if (!x->route->body && strcmp(x->method, "POST") != 0)
        return no_body(x);
    x->form = x->route->form && type != NULL && form_is(type);
    if ((type != NULL && !x->form && !is_json(type)) || call_header(&x->call, "Content-Encoding") != NULL) {
        call_fail_allowed(&x->call, 415, "not_json", NULL, "application/json",
                          "The body must be plain JSON, and Content-Type say so: application/json.");
        return false;
    }
    x->body_most = x->call.actor.role == ROLE_NONE && most > BODY_WITHOUT_TOKEN ? BODY_WITHOUT_TOKEN : most;
    return fits(x, length);
}

bool body_is_endless(const struct http_request *x)
{
    uint64_t bytes = x->body_seen > 0 ? x->body_seen : length_of(x);
    return bytes / PATIENCE > x->server->options.body_bytes;
}

enum MHD_Result body_take(struct http_request *x, const char *data, size_t size)
{
    x->body_seen += size;
    if (body_is_endless(x))
        return MHD_NO;
    if (x->answered || !fits(x, x->body_seen))
        return MHD_YES;
    if (x->body_size - x->body_used < size) {
        size_t wanted = 2 * x->body_size > x->body_used + size ? 2 * x->body_size : x->body_used + size;
        char *body = realloc(x->body, wanted);
        if (body == NULL)
            return MHD_NO;
        x->body = body;
        x->body_size = wanted;
    }
    memcpy(x->body + x->body_used, data, size);
    x->body_used += size;
    return MHD_YES;
}

static json_t *read_form(struct http_request *x)
{
    json_t *body = form_read(x->body, x->body_used);
    if (body == NULL)
        call_fail(
            &x->call, 400, "bad_form", NULL,
            "The body is no form: name=value, percent-encoded UTF-8, with & between them, each name once.");
    return body;
}

static json_t *read_json(struct http_request *x)
{
    json_error_t error;
    json_t *body = json_loadb(x->body, x->body_used, JSON_REJECT_DUPLICATES, &error);
    if (body == NULL) {
        call_fail(&x->call, 400, "bad_json", NULL, "The body is no JSON: line %d, column %d: %s.", error.line,
                  error.column, error.text);
    } else if (!json_is_object(body)) {
        call_fail(&x->call, 400, "not_an_object", NULL, "The body must be a JSON object.");
        json_decref(body);
        body = NULL;
    }
    return body;
}

bool body_read(struct http_request *x)
{
    if (x->body_used == 0) {
        x->call.body = x->route->body ? json_object() : NULL;
        return true;
    }
    x->call.body = x->form ? read_form(x) : read_json(x);
    if (x->call.body == NULL)
        return false;
    return x->route->body || json_object_size(x->call.body) == 0 || no_body(x);
}
