/* The body of a request: what the headers say of it, its bytes, its JSON. */
#include "http/percent.h"
#include "http/request.h"
#include "http/server_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_WITHOUT_TOKEN 65536 /* bytes of a body whose sender is not known */

/* A body beyond the limit is read and discarded up to 8 times the limit, so that the answer reaches a client
 * that writes all before it reads; beyond that the connection is closed. */
#define DISCARD_FACTOR 8

bool body_is_type(const char *header, const char *type)
{
    size_t length = strcspn(header, "; \t");
    return length == strlen(type) && strncasecmp(header, type, length) == 0;
}

static bool is_json(const char *header)
{
    size_t length = strcspn(header, "; \t");
    return body_is_type(header, "application/json") ||
           (length > 17 && strncasecmp(header, "application/", 12) == 0 &&
            strncasecmp(header + length - 5, "+json", 5) == 0);
}

/* What Content-Length says; 0 without one. */
static uint64_t content_length(const struct http_request *r)
{
    const char *length = http_header(r, "Content-Length");
    return length != NULL ? strtoull(length, NULL, 10) : 0;
}

static bool check_size(struct http_request *r, uint64_t bytes)
{
    char max[32];
    if (bytes <= r->body.max)
        return true;
    snprintf(max, sizeof(max), "%zu bytes", r->body.max);
    return http_fail_allowed(r, 413, "too_large", NULL, max, "The body has more than %s.", max);
}

static bool fail_body(struct http_request *r)
{
    return http_fail(r, 400, "no_body", NULL, "This call takes no body.");
}

/* A type is required: without one, or with one of the few that need no permission, pages of other sites can
 * have a browser send what they like. */
static bool check_type(struct http_request *r, const char *type)
{
    static const char form[] = "application/x-www-form-urlencoded";
    bool plain = http_header(r, "Content-Encoding") == NULL;
    if (r->body.form)
        return (plain && body_is_type(type, form)) ||
               http_fail_allowed(r, 415, "not_form", NULL, form, "This takes the fields of a form.");
    return (plain && is_json(type)) ||
           http_fail_allowed(r, 415, "not_json", NULL, "application/json",
                             "The body must be plain JSON, with Content-Type: application/json.");
}

bool body_expect(struct http_request *r)
{
    const char *type = http_header(r, "Content-Type");
    uint64_t length = content_length(r), max = r->server->options.body_bytes;
    if (length == 0 && http_header(r, "Transfer-Encoding") == NULL)
        return true;
    if (!r->route->body && strcmp(r->method, "POST") != 0)
        return fail_body(r);
    r->body.form = r->route->form;
    if (!check_type(r, type != NULL ? type : ""))
        return false;
    r->body.max = r->actor.role == ROLE_NONE && max > MAX_WITHOUT_TOKEN ? MAX_WITHOUT_TOKEN : max;
    return check_size(r, length);
}

bool body_is_excessive(const struct http_request *r)
{
    uint64_t bytes = r->body.received > 0 ? r->body.received : content_length(r);
    return bytes / DISCARD_FACTOR > r->server->options.body_bytes;
}

bool body_append(struct http_request *r, const char *data, size_t size)
{
    struct request_body *body = &r->body;
    body->received += size;
    if (body_is_excessive(r))
        return false;
    if (r->response.answered || !check_size(r, body->received))
        return true;
    if (body->size - body->used < size) {
        size_t wanted = 2 * body->size > body->used + size ? 2 * body->size : body->used + size;
        char *bytes = realloc(body->bytes, wanted);
        if (bytes == NULL) {
            http_fail_memory(r);
            return true;
        }
        body->bytes = bytes;
        body->size = wanted;
    }
    memcpy(body->bytes + body->used, data, size);
    body->used += size;
    return true;
}

static json_t *parse_form(struct http_request *r)
{
    json_t *json = percent_parse_form(r->body.bytes, r->body.used);
    if (json == NULL)
        http_fail(r, 400, "bad_form", NULL,
                  "Not a valid form: NAME=VALUE in percent-encoded UTF-8, separated by &, no NAME twice.");
    return json;
}

static json_t *parse_json(struct http_request *r)
{
    json_error_t error;
    json_t *json = json_loadb(r->body.bytes, r->body.used, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        http_fail(r, 400, "bad_json", NULL, "The body is not valid JSON: line %d, column %d: %s.", error.line,
                  error.column, error.text);
    } else if (!json_is_object(json)) {
        http_fail(r, 400, "not_an_object", NULL, "The body must be a JSON object.");
        json_decref(json);
        json = NULL;
    }
    return json;
}

bool body_parse(struct http_request *r)
{
    struct request_body *body = &r->body;
    if (body->used == 0)
        body->json = r->route->body ? json_object() : NULL;
    else
        body->json = body->form ? parse_form(r) : parse_json(r);
    if (r->response.answered)
        return false;
    if (body->json == NULL && r->route->body)
        return http_fail_memory(r);
    return r->route->body || json_object_size(body->json) == 0 || fail_body(r);
}
