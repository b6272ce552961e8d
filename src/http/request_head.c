/* What the request line and the headers of a request decide. */
#include "base/utf8.h"
#include "http/mhd_daemon.h"
#include "http/path.h"
#include "http/request.h"
#include "http/server_private.h"
#include "http/string_list.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- Headers ---- */

/* The headers that the server or a handler reads: none may occur twice. */
static const char *const single_headers[] = { "Content-Length", "Transfer-Encoding", "Host",
                                              "Authorization",  "Content-Type",      "Idempotency-Key",
                                              "If-Match" };

struct header_check {
    bool once[ARRAY_SIZE(single_headers)], bad;
};

/* A name is a token (RFC 9110 section 5.6.2). Another server may read over a blank after it, for example. */
static bool is_token(const char *text, size_t length)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)text[i]) && (text[i] == '\0' || strchr(others, text[i]) == NULL))
            return false;
    return length > 0;
}

/* A value has no control characters; a CR may be the end of a line to another server (RFC 9110 section 5.5).
 */
static bool is_value(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (iscntrl((unsigned char)text[i]) && text[i] != '\t')
            return false;
    return true;
}

static enum MHD_Result check_header(void *context, enum MHD_ValueKind kind, const char *key, size_t key_size,
                                    const char *value, size_t value_size)
{
    struct header_check *check = context;
    (void)kind;
    check->bad |= !is_token(key, key_size) || !is_value(value, value != NULL ? value_size : 0);
    for (size_t i = 0; i < ARRAY_SIZE(single_headers); i++) {
        if (strcasecmp(key, single_headers[i]) == 0) {
            check->bad |= check->once[i];
            check->once[i] = true;
        }
    }
    return MHD_YES;
}

/* Refuses what a proxy and this server might understand differently, and closes the connection (RFC 9112
 * section 11.2). */
static bool check_framing(struct http_request *r)
{
    const char *encoding = http_header(r, "Transfer-Encoding");
    struct header_check check = { .bad = encoding != NULL && (strcasecmp(encoding, "chunked") != 0 ||
                                                              http_header(r, "Content-Length") != NULL) };
    MHD_get_connection_values_n(r->mhd, MHD_HEADER_KIND, check_header, &check);
    if (!check.bad)
        return true;
    r->response.close = true;
    return http_fail(
        r, 400, "bad_headers", NULL,
        "A header is malformed or occurs twice, or Transfer-Encoding is not just chunked, without "
        "Content-Length.");
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

static void set_allow(struct http_request *r, unsigned allowed)
{
    char words[64] = "OPTIONS";
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++)
        if (allowed & (unsigned)methods[i].method)
            snprintf(words + strlen(words), sizeof(words) - strlen(words), ", %s", methods[i].word);
    http_set_header(r, "Allow", words);
}

static bool fail_path(struct http_request *r, enum err err)
{
    if (err == ERR_MEMORY)
        return http_fail_memory(r);
    if (err == ERR_SYNTAX)
        return http_fail(r, 400, "bad_path", NULL,
                         "The path must be UTF-8, percent-encoded, without control characters.");
    return http_fail(r, 404, "no_such_path", NULL, "%s",
                     r->page ? "There is nothing at this path." : r->server->program.no_such_path);
}

static bool is_utf8(const char *text)
{
    size_t characters;
    return utf8_length(text, strlen(text), &characters);
}

/* Splits a copy of the target. */
static enum err parse_path(struct http_request *r, struct path *path)
{
    r->path = strdup(r->target);
    enum err err = r->path != NULL ? path_split(r->path, path) : ERR_MEMORY;
    for (size_t i = 0; err == OK && i < path->count; i++)
        if (!is_utf8(path->segment[i]))
            err = ERR_SYNTAX;
    return err;
}

static bool find_route(struct http_request *r, const char *word)
{
    struct path path;
    enum method method = 0;
    unsigned allowed;
    enum err err = parse_path(r, &path);
    if (err != OK)
        return fail_path(r, err);
    for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
        if (strcmp(word, methods[i].word) == 0) {
            method = methods[i].method;
            r->method = methods[i].word;
        }
    }
    r->route = path_find_route(r->server->program.tables, r->page, method, &path, &r->part, &allowed);
    if (r->route != NULL)
        return true;
    if (allowed == 0)
        return fail_path(r, ERR_REFUSED);
    set_allow(r, allowed);
    if (strcmp(word, "OPTIONS") == 0)
        http_answer_text(r, 204, "application/json", strdup(""), 0);
    else
        http_fail(r, 405, "method_not_allowed", NULL, "This path has no such method; see Allow.");
    return false;
}

/* ---- Parameters ---- */

struct parameter_check {
    struct http_request *request;
    char seen[32]; /* by index in the route's parameters */
};

static enum MHD_Result check_parameter(void *context, enum MHD_ValueKind kind, const char *key,
                                       size_t key_size, const char *value, size_t value_size)
{
    struct parameter_check *check = context;
    struct http_request *r = check->request;
    const char *known = r->route->parameters != NULL ? r->route->parameters : "";
    int i = string_list_find(known, key);
    (void)kind, (void)key_size;
    if (i < 0) {
        http_fail_allowed(r, 400, "unknown_parameter", key, *known != '\0' ? known : "none",
                          "There is no such parameter here.");
    } else if (value == NULL || strlen(value) != value_size || !is_utf8(value)) {
        http_fail(r, 400, "bad_parameter", key, "%s must have a value in UTF-8, percent-encoded.", key);
    } else if (i < (int)sizeof(check->seen) && check->seen[i]++) {
        http_fail(r, 400, "bad_parameter", key, "%s occurs twice.", key);
    }
    return r->response.answered ? MHD_NO : MHD_YES;
}

static bool check_parameters(struct http_request *r)
{
    struct parameter_check check = { .request = r };
    MHD_get_connection_values_n(r->mhd, MHD_GET_ARGUMENT_KIND, check_parameter, &check);
    return !r->response.answered;
}

bool request_head_check(struct http_request *r, const char *method)
{
    if (!check_framing(r))
        return false;
    if (__atomic_load_n(&r->server->suspensions.stopping, __ATOMIC_RELAXED)) {
        r->response.close = true;
        return http_fail(r, 503, "stopping", NULL, "The server is stopping: try again in a moment.");
    }
    client_addr_find(r);
    return find_route(r, method) && origin_check(r) && auth_check(r) && check_parameters(r) && body_expect(r);
}
