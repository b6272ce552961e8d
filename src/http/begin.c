#include "http/exchange.h"
#include "http/form.h"
#include "http/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_WITHOUT_TOKEN 65536 /* bytes; nobody knows who sends them */

/* ---- Headers ---- */

static enum MHD_Result count(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
    /* Those that mean something to us, and must not mean two things. */
    static const char *const names[] = { "Content-Length", "Transfer-Encoding", "Host",    "Authorization",
                                         "Content-Type",   "Idempotency-Key",   "If-Match" };
    unsigned *seen = context;

    (void)kind;
    (void)value;
    for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
        if (strcasecmp(key, names[i]) != 0)
            continue;
        if (*seen & 1u << i)
            *seen |= 1u << 31;
        *seen |= 1u << i;
    }
    return MHD_YES;
}

/* What two programs in a row might understand differently is refused, and the connection closed (RFC 9112
 * section 11.2). */
static bool check_framing(struct exchange *x)
{
    const char *encoding = call_header(&x->call, "Transfer-Encoding");
    unsigned seen = 0;

    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, count, &seen);
    if (!(seen & 1u << 31) && (encoding == NULL || (strcasecmp(encoding, "chunked") == 0 &&
                                                    call_header(&x->call, "Content-Length") == NULL)))
        return true;
    x->close = true;
    call_fail(&x->call, 400, "bad_headers", NULL,
              "A header came twice, or Transfer-Encoding is not chunked alone.");
    return false;
}

/* ---- Method and path ---- */

static const struct {
    const char *word;
    enum method method;
} methods[] = { { "GET", METHOD_GET },
                { "HEAD", METHOD_GET },
                { "POST", METHOD_POST },
                { "PATCH", METHOD_PATCH },
                { "DELETE", METHOD_DELETE } };

static void allow(struct exchange *x, unsigned allowed)
{
    char text[64] = "OPTIONS";

    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        size_t used = strlen(text);
        if (allowed & (unsigned)methods[i].method)
            snprintf(text + used, sizeof(text) - used, ", %s", methods[i].word);
    }
    call_set_header(&x->call, "Allow", text);
}

static bool no_path(struct exchange *x)
{
    call_fail(&x->call, 404, "no_such_path", NULL, "There is nothing at this path; see /v1/openapi.json.");
    return false;
}

static bool bad_path(struct exchange *x)
{
    call_fail(&x->call, 400, "bad_path", NULL,
              "The path must be UTF-8, percent-encoded, without control characters.");
    return false;
}

static bool is_utf8(const char *text)
{
    json_t *json = json_string(text);
    bool good = json != NULL;

    json_decref(json);
    return good;
}

static bool find_route(struct exchange *x, const char *word)
{
    struct path path;
    unsigned allowed;
    const char *part[CALL_PARTS] = { NULL };

    x->path = strdup(x->target);
    enum err err = x->path != NULL ? path_split(x->path, &path) : ERR_MEMORY;
    if (err != OK)
        return err == ERR_SYNTAX ? bad_path(x) : no_path(x);
    for (size_t i = 0; i < path.count; i++)
        if (!is_utf8(path.segment[i]))
            return bad_path(x);
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
        if (strcmp(word, methods[i].word) == 0)
            x->call.method = methods[i].method;
    x->route = route_find(http_routes, x->call.page, x->call.method, &path, part, &allowed);
    for (size_t i = 0; i < CALL_PARTS; i++)
        x->call.part[i] = (char *)(uintptr_t)part[i];
    if (x->route != NULL)
        return true;
    if (allowed == 0)
        return no_path(x);
    allow(x, allowed);
    if (strcmp(word, "OPTIONS") == 0)
        call_answer(&x->call, 204, NULL);
    else
        call_fail(&x->call, 405, "method_not_allowed", NULL, "This path has no such method; see Allow.");
    return false;
}

/* ---- Parameters ---- */

struct parameters {
    struct exchange *x;
    char seen[32]; /* by place among the route's parameters */
};

static void known_parameters(const struct route *route, char *text, size_t size)
{
    size_t used = 0;

    *text = '\0';
    for (size_t i = 0; route->parameters != NULL && route->parameters[i] != NULL && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", route->parameters[i]);
}

static enum MHD_Result check_parameter(void *context, enum MHD_ValueKind kind, const char *key,
                                       size_t key_size, const char *value, size_t value_size)
{
    struct parameters *p = context;
    struct call *call = &p->x->call;
    const char *const *known = p->x->route->parameters;
    char allowed[256];
    size_t i = 0;

    (void)kind;
    (void)key_size;
    while (known != NULL && known[i] != NULL && strcmp(known[i], key) != 0)
        i++;
    if (known == NULL || known[i] == NULL) {
        known_parameters(p->x->route, allowed, sizeof(allowed));
        call_fail_allowed(call, 400, "unknown_parameter", key, *allowed != '\0' ? allowed : "none",
                          "There is no such parameter here.");
    } else if (value == NULL || strlen(value) != value_size || !is_utf8(value)) {
        call_fail(call, 400, "bad_parameter", key, "%s must have a value in UTF-8, percent-encoded.", key);
    } else if (i < sizeof(p->seen) && p->seen[i]++) {
        call_fail(call, 400, "bad_parameter", key, "%s is there twice.", key);
    }
    return p->x->answered ? MHD_NO : MHD_YES;
}

static bool check_parameters(struct exchange *x)
{
    struct parameters p = { .x = x };

    MHD_get_connection_values_n(x->connection, MHD_GET_ARGUMENT_KIND, check_parameter, &p);
    return !x->answered;
}

/* ---- The body ---- */

static bool is_json(const char *type)
{
    size_t length = strcspn(type, "; \t");

    return (length == 16 && strncasecmp(type, "application/json", length) == 0) ||
           (length > 17 && strncasecmp(type, "application/", 12) == 0 &&
            strncasecmp(type + length - 5, "+json", 5) == 0);
}

static bool no_body(struct exchange *x)
{
    call_fail(&x->call, 400, "no_body", NULL, "This call takes no body.");
    return false;
}

/* What the headers say of the body. A POST that takes none may have an empty object, as clients send it. */
static bool expect_body(struct exchange *x)
{
    const char *length = call_header(&x->call, "Content-Length"),
               *type = call_header(&x->call, "Content-Type");
    bool has_body = call_header(&x->call, "Transfer-Encoding") != NULL ||
                    (length != NULL && strspn(length, "0") != strlen(length));
    uint64_t most = x->server->options.body_bytes;

    if (!has_body)
        return true;
    if (!x->route->body && x->call.method != METHOD_POST)
        return no_body(x);
    x->form = x->route->form && type != NULL && form_is(type);
    if ((type != NULL && !x->form && !is_json(type)) || call_header(&x->call, "Content-Encoding") != NULL) {
        call_fail_allowed(&x->call, 415, "not_json", NULL, "application/json",
                          "The body must be plain JSON, and Content-Type say so: application/json.");
        return false;
    }
    x->body_most = x->call.actor.role == ROLE_NONE && most > BODY_WITHOUT_TOKEN ? BODY_WITHOUT_TOKEN : most;
    return length == NULL || request_fits(x, strtoull(length, NULL, 10));
}

bool request_fits(struct exchange *x, uint64_t bytes)
{
    char most[32];

    if (bytes <= x->body_most)
        return true;
    snprintf(most, sizeof(most), "%zu bytes", x->body_most);
    call_fail_allowed(&x->call, 413, "too_large", NULL, most, "The body has more than %zu bytes.",
                      x->body_most);
    return false;
}

bool request_body(struct exchange *x)
{
    json_error_t error;

    if (x->body_used == 0) {
        x->call.body = x->route->body ? json_object() : NULL;
        return true;
    }
    if (x->form) {
        x->call.body = form_read(x->body, x->body_used);
        if (x->call.body == NULL)
            call_fail(&x->call, 400, "bad_form", NULL, "The body is no form.");
        return x->call.body != NULL;
    }
    x->call.body = json_loadb(x->body, x->body_used, JSON_REJECT_DUPLICATES, &error);
    if (x->call.body == NULL) {
        call_fail(&x->call, 400, "bad_json", NULL, "The body is no JSON: line %d, column %d: %s.", error.line,
                  error.column, error.text);
        return false;
    }
    if (json_is_object(x->call.body))
        return x->route->body || json_object_size(x->call.body) == 0 || no_body(x);
    call_fail(&x->call, 400, "not_an_object", NULL, "The body must be a JSON object.");
    return false;
}

bool request_begin(struct exchange *x, const char *method)
{
    if (!check_framing(x))
        return false;
    if (__atomic_load_n(&x->server->stopping, __ATOMIC_RELAXED)) {
        x->close = true;
        call_fail(&x->call, 503, "stopping", NULL, "The server stops.");
        return false;
    }
    origin_find(x);
    return find_route(x, method) && auth_check(x) && check_parameters(x) && expect_body(x);
}
