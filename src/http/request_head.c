#include "http/path.h"
#include "http/request.h"
#include "http/string_list.h"

#include <string.h>

/* ---- Headers ---- */

/* Those that mean something to us, and must not mean two things. */
static const char *const single[] = { "Content-Length", "Transfer-Encoding", "Host",    "Authorization",
                                      "Content-Type",   "Idempotency-Key",   "If-Match" };

struct seen {
    bool once[ARRAY_SIZE(single)], twice;
};

static enum MHD_Result count(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct seen *seen = context;
    (void)kind;
    (void)value;
    for (size_t i = 0; i < ARRAY_SIZE(single); i++) {
        if (strcasecmp(key, single[i]) == 0) {
            seen->twice |= seen->once[i];
            seen->once[i] = true;
        }
    }
    return MHD_YES;
}

/* What two programs in a row might understand differently is refused, and the connection closed (RFC 9112
 * section 11.2). */
static bool check_framing(struct http_request *x)
{
    const char *encoding = call_header(&x->call, "Transfer-Encoding");
    bool clear = encoding == NULL ||
                 (strcasecmp(encoding, "chunked") == 0 && call_header(&x->call, "Content-Length") == NULL);
    struct seen seen = { .twice = false };
    MHD_get_connection_values(x->connection, MHD_HEADER_KIND, count, &seen);
    if (clear && !seen.twice)
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

static void set_allow(struct http_request *x, unsigned allowed)
{
    char words[64] = "OPTIONS";
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
        if (allowed & (unsigned)methods[i].method)
            string_list_append(words, sizeof(words), methods[i].word);
    call_set_header(&x->call, "Allow", words);
}

static bool no_path(struct http_request *x)
{
    call_fail(&x->call, 404, "no_such_path", NULL, "There is nothing at this path; see /v1/openapi.json.");
    return false;
}

static bool bad_path(struct http_request *x)
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

static bool find_route(struct http_request *x, const char *word)
{
    struct path path;
    enum method method = 0;
    unsigned allowed;
    x->path = strdup(x->target);
    enum err err = x->path != NULL ? path_split(x->path, &path) : ERR_MEMORY;
    if (err != OK)
        return err == ERR_SYNTAX ? bad_path(x) : no_path(x);
    for (size_t i = 0; i < path.count; i++)
        if (!is_utf8(path.segment[i]))
            return bad_path(x);
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (strcmp(word, methods[i].word) == 0) {
            method = methods[i].method;
            x->method = methods[i].word;
        }
    }
    x->route = path_find_route(http_routes, x->call.page, method, &path, &x->call.part, &allowed);
    if (x->route != NULL) {
        x->call.kind = x->route->kind;
        return true;
    }
    if (allowed == 0)
        return no_path(x);
    set_allow(x, allowed);
    if (strcmp(word, "OPTIONS") == 0)
        call_answer(&x->call, 204, NULL);
    else
        call_fail(&x->call, 405, "method_not_allowed", NULL, "This path has no such method; see Allow.");
    return false;
}

/* ---- Parameters ---- */

struct parameters {
    struct http_request *x;
    char seen[32]; /* by place among the route's parameters */
};

static enum MHD_Result check_parameter(void *context, enum MHD_ValueKind kind, const char *key,
                                       size_t key_size, const char *value, size_t value_size)
{
    struct parameters *p = context;
    struct call *call = &p->x->call;
    static const char *const none[] = { NULL };
    const char *const *known = p->x->route->parameters != NULL ? p->x->route->parameters : none;
    char allowed[256];
    size_t i = 0;
    (void)kind;
    (void)key_size;
    while (known[i] != NULL && strcmp(known[i], key) != 0)
        i++;
    if (known[i] == NULL) {
        string_list_join(allowed, sizeof(allowed), known);
        call_fail_allowed(call, 400, "unknown_parameter", key, *allowed != '\0' ? allowed : "none",
                          "There is no such parameter here.");
    } else if (value == NULL || strlen(value) != value_size || !is_utf8(value)) {
        call_fail(call, 400, "bad_parameter", key, "%s must have a value in UTF-8, percent-encoded.", key);
    } else if (i < sizeof(p->seen) && p->seen[i]++) {
        call_fail(call, 400, "bad_parameter", key, "%s is there twice.", key);
    }
    return p->x->answered ? MHD_NO : MHD_YES;
}

static bool check_parameters(struct http_request *x)
{
    struct parameters p = { .x = x };
    MHD_get_connection_values_n(x->connection, MHD_GET_ARGUMENT_KIND, check_parameter, &p);
    return !x->answered;
}

bool request_head_check(struct http_request *x, const char *method)
{
    if (!check_framing(x))
        return false;
    if (__atomic_load_n(&x->server->stopping, __ATOMIC_RELAXED)) {
        x->close = true;
        call_fail(&x->call, 503, "stopping", NULL, "The server stops: try again in a moment.");
        return false;
    }
    client_addr_find(x);
    return find_route(x, method) && auth_check(x) && check_parameters(x) && body_expect(x);
}
