/* The server as clients see it: routing, tokens, bodies, limits. */
#include "support/http_client.h"
#include "support/http_fixture.h"
#include "support/log_capture.h"
#include "support/temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- The calls of this test ---- */

static void show(struct call *call)
{
    http_answer(call->request, 200,
                json_pack("{s:s?, s:s, s:b, s:i, s:s, s:s, s:s?}", "part", call->part, "client",
                          call->request->client.text, "loopback", call->request->client.loopback, "role",
                          (int)call->actor->role, "name", call->actor->name, "origin", call->actor->origin,
                          "a", http_parameter(call->request, "a")));
}

static void echo(struct call *call)
{
    http_answer(call->request, 200, json_incref(call->body));
}

static void html(struct call *call)
{
    http_set_header(call->request, "Cache-Control", "max-age=60");
    http_answer_text(call->request, 200, "text/html; charset=utf-8", strdup("<p>"), 3);
}

static const struct route test_routes[] = {
    { METHOD_GET, "/", .page = true, .handle = html },
    { METHOD_GET, "/v1/show/{x}", .page = true, .limited = true, .handle = show },
    { METHOD_GET, "/v1/show/all", .role = ROLE_READER, .parameters = "a, b", .handle = show },
    { METHOD_DELETE, "/v1/show/{x}", .role = ROLE_ADMIN, .handle = show },
    { METHOD_GET, "/v1/owner", .role = ROLE_OWNER, .handle = show },
    { METHOD_GET, "/metrics", .role = ROLE_READER, .loopback = true, .handle = show },
    { METHOD_POST, "/v1/echo", .body = true, .handle = echo },
    { METHOD_POST, "/form", .page = true, .body = true, .form = true, .handle = echo },
    { METHOD_POST, "/v1/secret", .role = ROLE_OPERATOR, .body = true, .handle = echo },
    { .path = NULL },
};

static struct http_fixture server;

static int set_up(void **state)
{
    static const char *const proxies[] = { "127.0.0.1" };
    *state = &server;
    server.routes[0] = test_routes;
    server.options = (struct http_options){
        .gets_per_minute = 5, .tokens = server.tokens, .trusted_proxies = proxies, .trusted_proxies_count = 1
    };
    http_fixture_open(&server);
    return 0;
}

/* ---- Tests ---- */

#define HOST      "Host: localhost\r\n"
#define AS(token) "Authorization: Bearer " token "\r\n"
#define END       HOST "\r\n"

struct ask {
    const char *text;
    int status;
    const char *expected; /* in the body; NULL: anything */
};

static void ask_all(int port, const struct ask *asks, size_t count)
{
    static struct http_response a;

    for (size_t i = 0; i < count; i++) {
        http_client_ask(port, asks[i].text, &a);
        if (a.status != asks[i].status ||
            (asks[i].expected != NULL && strstr(a.body, asks[i].expected) == NULL))
            fail_msg("%s-> %d %s", asks[i].text, a.status, a.body);
    }
}

static void routing(void **state)
{
    static const struct ask asks[] = {
        { "GET / HTTP/1.1\r\n" END, 200, "<p>" },
        { "GET /metrics HTTP/1.1\r\n" END, 200, "\"part\":null" },
        { "GET /v1/show/all HTTP/1.1\r\n" END, 401, "unauthorized" }, /* not {x}: that has a {} more */
        { "GET /v1/nothing HTTP/1.1\r\n" END, 404, "no_such_path" },
        { "GET /v1/show HTTP/1.1\r\n" END, 404, "no_such_path" },
        { "GET /v1/show/ HTTP/1.1\r\n" END, 404, "no_such_path" },
        { "GET /v1/show/a/b HTTP/1.1\r\n" END, 404, "no_such_path" },
        { "GET //v1/show/a HTTP/1.1\r\n" END, 404, "no_such_path" },
        { "GET /a/b/c/d/e/f/g/h/i/j HTTP/1.1\r\n" END, 404, "no_such_path" },
        { "GET /metrics/../metrics HTTP/1.1\r\n" END, 404, "no_such_path" },
        { "GET http://h/metrics HTTP/1.1\r\n" END, 200, NULL },
        { "GET http://h HTTP/1.1\r\n" END, 400, "bad_path" },
        { "OPTIONS * HTTP/1.1\r\n" END, 404, NULL },
        { "POST /metrics HTTP/1.1\r\n" END, 405, "method_not_allowed" },
        { "BREW /metrics HTTP/1.1\r\n" END, 405, "method_not_allowed" },
        { "get /metrics HTTP/1.1\r\n" END, 405, "method_not_allowed" },
        { "GET /metrics?a=1 HTTP/1.1\r\n" END, 400, "unknown_parameter" },
        { "GET /v1/show/all?a=1&c=2 HTTP/1.1\r\n" AS("reader-token") END, 400, "\"allowed\":\"a, b\"" },
        { "GET /v1/show/all?A=1 HTTP/1.1\r\n" AS("reader-token") END, 400, "unknown_parameter" },
        { "GET /v1/show/all?a=x%20y HTTP/1.1\r\n" AS("reader-token") END, 200, "\"a\":\"x y\"" },
        { "GET /v1/show/all?a=1&a=2 HTTP/1.1\r\n" AS("reader-token") END, 400, "bad_parameter" },
        { "GET /v1/show/all?a=1%002 HTTP/1.1\r\n" AS("reader-token") END, 400, "bad_parameter" },
        { "GET /v1/show/all?a=%ff HTTP/1.1\r\n" AS("reader-token") END, 400, "bad_parameter" },
        { "GET /v1/show/all?a HTTP/1.1\r\n" AS("reader-token") END, 400, "bad_parameter" },
    };
    (void)state;
    ask_all(server.port, asks, ARRAY_SIZE(asks));
}

static void paths(void **state)
{
    static const struct ask asks[] = {
        { "DELETE /v1/show/192.0.2.0%2f24 HTTP/1.1\r\n" AS("admin-token") END, 200, "\"192.0.2.0/24\"" },
        { "DELETE /v1/show/%c3%a4 HTTP/1.1\r\n" AS("admin-token") END, 200, "\"\xc3\xa4\"" },
        { "DELETE /v1/show/a+b HTTP/1.1\r\n" AS("admin-token") END, 200, "\"a+b\"" },
        { "DELETE /v1/show/%00 HTTP/1.1\r\n" AS("admin-token") END, 400, "bad_path" },
        { "DELETE /v1/show/a%0ab HTTP/1.1\r\n" AS("admin-token") END, 400, "bad_path" },
        { "DELETE /v1/show/a%7f HTTP/1.1\r\n" AS("admin-token") END, 400, "bad_path" },
        { "DELETE /v1/show/%ff HTTP/1.1\r\n" AS("admin-token") END, 400, "bad_path" },
        { "DELETE /v1/show/% HTTP/1.1\r\n" AS("admin-token") END, 400, "bad_path" },
        { "DELETE /v1/show/%4 HTTP/1.1\r\n" AS("admin-token") END, 400, "bad_path" },
        { "DELETE /v1/show/%zz HTTP/1.1\r\n" AS("admin-token") END, 400, "bad_path" },
        { "DELETE /v1/show/%252f HTTP/1.1\r\n" AS("admin-token") END, 200, "\"%2f\"" },
    };
    (void)state;
    ask_all(server.port, asks, ARRAY_SIZE(asks));
}

static void tokens(void **state)
{
    static const struct ask asks[] = {
        { "GET /v1/owner HTTP/1.1\r\n" END, 401, "unauthorized" },
        { "GET /v1/owner HTTP/1.1\r\n" AS("wrong") END, 401, "bad_token" },
        { "GET /v1/owner HTTP/1.1\r\n" AS("old-token") END, 401, "expired_token" },
        { "GET /v1/owner HTTP/1.1\r\nAuthorization: Basic YTpi\r\n" END, 401, "bad_authorization" },
        { "GET /v1/owner HTTP/1.1\r\nAuthorization: bearer   owner-token\r\n" END, 200, "\"own\"" },
        { "GET /v1/owner HTTP/1.1\r\n" AS("reader-token") END, 403, "forbidden" },
        { "GET /v1/owner HTTP/1.1\r\n" AS("operator-token") END, 200, "\"op\"" },
        { "GET /v1/owner HTTP/1.1\r\n" AS("admin-token") AS("admin-token") END, 400, "bad_headers" },
        { "GET /v1/owner HTTP/1.1\r\nUser-Agent: dnsblctl/1\r\n" AS("admin-token") END, 200, "command line" },
        /* A wrong token is an error even where none is needed. */
        { "GET /metrics HTTP/1.1\r\n" AS("wrong") END, 401, "bad_token" },
        { "GET /metrics HTTP/1.1\r\nX-Forwarded-For: 127.0.0.1\r\n" END, 401, "unauthorized" },
        { "GET /metrics HTTP/1.1\r\nForwarded: for=127.0.0.1\r\n" END, 401, "unauthorized" },
        { "GET /metrics HTTP/1.1\r\nVia: 1.1 x\r\n" END, 401, "unauthorized" },
    };
    static struct http_response a;
    (void)state;
    ask_all(server.port, asks, ARRAY_SIZE(asks));
    http_client_ask(server.port, "GET /v1/owner HTTP/1.1\r\n" AS("wrong") END, &a);
    assert_string_equal(http_client_header(&a, "WWW-Authenticate"),
                        "Bearer realm=\"dnsbld\", error=\"invalid_token\"");
}

static void page(void **state)
{
    static const struct ask asks[] = {
        { "GET / HTTP/1.1\r\n" END, 200, "<p>" },
        { "GET /metrics HTTP/1.1\r\n" END, 404, NULL },
        { "GET /v1/show/all HTTP/1.1\r\n" AS("admin-token") END, 200,
          "\"role\":0" }, /* {x}, and tokens are nothing */
        { "DELETE /v1/show/x HTTP/1.1\r\n" AS("admin-token") END, 405, NULL },
    };
    (void)state;
    ask_all(server.page_port, asks, ARRAY_SIZE(asks));
}

static void headers(void **state)
{
    static struct http_response a;
    (void)state;
    http_client_ask(server.port, "GET / HTTP/1.1\r\n" END, &a);
    assert_string_equal(http_client_header(&a, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(http_client_header(&a, "Cache-Control"), "max-age=60");
    assert_non_null(strstr(http_client_header(&a, "Content-Security-Policy"), "default-src 'none'"));
    assert_non_null(http_client_header(&a, "Date"));
    http_client_ask(server.port, "GET /metrics HTTP/1.1\r\n" END, &a);
    assert_string_equal(http_client_header(&a, "Cache-Control"), "no-store");
    assert_string_equal(http_client_header(&a, "Content-Type"), "application/json");
    assert_null(http_client_header(&a, "Content-Security-Policy"));
    assert_int_equal(strlen(http_client_header(&a, "X-Request-Id")), 36);
    assert_int_equal(http_client_header(&a, "X-Request-Id")[14], '7'); /* UUIDv7 */
    http_client_ask(server.port, "HEAD /metrics HTTP/1.1\r\n" END, &a);
    assert_int_equal(a.status, 200);
    assert_true(atoi(http_client_header(&a, "Content-Length")) > 0);
    http_client_ask(server.port, "OPTIONS /v1/show/x HTTP/1.1\r\n" END, &a);
    assert_int_equal(a.status, 204);
    assert_string_equal(http_client_header(&a, "Allow"), "OPTIONS, GET, HEAD, DELETE");
    http_client_ask(server.port, "PATCH /v1/echo HTTP/1.1\r\n" END, &a);
    assert_int_equal(a.status, 405);
    assert_string_equal(http_client_header(&a, "Allow"), "OPTIONS, POST");
}

#define POST(length) "POST /v1/echo HTTP/1.1\r\nContent-Length: " length "\r\n" HOST
#define FORM(length) "POST /form HTTP/1.1\r\nContent-Length: " length "\r\n" HOST
#define JSON         "Content-Type: application/json\r\n\r\n"

static void bodies(void **state)
{
    static const struct ask asks[] = {
        { POST("9") JSON "{\"a\": 1 }", 200, "{\"a\":1}" },
        { POST("7") "Content-Type: application/json; charset=utf-8\r\n\r\n{\"a\":1}", 200, "{\"a\":1}" },
        { POST("7") "Content-Type: Application/Merge-Patch+JSON\r\n\r\n{\"a\":1}", 200, "{\"a\":1}" },
        { POST("7") "\r\n{\"a\":1}", 415, "not_json" },
        { POST("7") "Content-Type: application/jsonp\r\n\r\n{\"a\":1}", 415, "not_json" },
        { POST("7") "Content-Type: multipart/form-data\r\n\r\n{\"a\":1}", 415, "not_json" },
        { POST("0") "\r\n", 200, "{}" },
        { "POST /v1/echo HTTP/1.1\r\n" END, 200, "{}" },
        { POST("3") "Content-Encoding: gzip\r\n\r\n{ }", 415, "not_json" },
        { POST("3") "Content-Type: text/plain\r\n\r\n{ }", 415, "not_json" },
        { POST("3") "Content-Type: application/x-www-form-urlencoded\r\n\r\na=1", 415, "application/json" },
        { FORM("3") "Content-Type: application/x-www-form-urlencoded\r\n\r\na=1", 200, "{\"a\":\"1\"}" },
        { FORM("3") "Content-Type: application/x-www-form-urlencoded;charset=utf-8\r\n\r\na=1", 200,
          "\"1\"" },
        { FORM("3") "\r\na=1", 415, "not_form" },
        { FORM("3") "Content-Type: text/plain\r\n\r\na=1", 415, "application/x-www-form-urlencoded" },
        { FORM("7") JSON "{\"a\":1}", 415, "not_form" },
        { FORM("0") "\r\n", 200, "{}" },
        { POST("8") JSON "{\n\"a\": 1", 400, "line 2, column 6" },
        { POST("2") JSON "[]", 400, "not_an_object" },
        { POST("4") JSON "null", 400, "bad_json" }, /* jansson wants an array or an object */
        { POST("13") JSON "{\"a\":1,\"a\":2}", 400, "bad_json" },
        { POST("4") JSON "{} x", 400, "bad_json" },
        { POST("7") JSON "{\"a\":\xff}", 400, "bad_json" },
        { POST("9") JSON "{\"a\":\"\xc3\"}", 400, "bad_json" },
        { POST("14") JSON "{\"a\":\"\\u0000\"}", 400, "bad_json" },
        { "GET /metrics HTTP/1.1\r\nContent-Length: 2\r\n" HOST "\r\n{}", 400, "no_body" },
        { "POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" HOST JSON
          "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n",
          200, "{\"a\":1}" },
        { "POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 7\r\n" HOST JSON
          "7\r\n{\"a\":1}\r\n0\r\n\r\n",
          400, "bad_headers" },
        { "POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n" HOST JSON "0\r\n\r\n", 400,
          "bad_headers" },
        { POST("7") "Content-Length: 0\r\n" JSON "{\"a\":1}", 400, "bad_headers" },
        { POST("100001") "Expect: 100-continue\r\n" JSON, 413, "too_large" },
        { POST("99999999999") JSON "{", 413, "too_large" },
        { "POST /v1/secret HTTP/1.1\r\nContent-Length: 3\r\n" HOST JSON "{ }", 401, "unauthorized" },
    };
    (void)state;
    ask_all(server.port, asks, ARRAY_SIZE(asks));
}

/* A body of `length` bytes, mostly spaces; without a token at most 64 KiB are accepted. */
static void large(const char *token, size_t length, int expected)
{
    static struct http_response a;
    char *body = malloc(length);
    char head[256];
    int fd = http_client_open(server.port);

    memset(body, ' ', length);
    body[0] = '{';
    body[length - 1] = '}';
    snprintf(head, sizeof(head), "POST /v1/echo HTTP/1.1\r\nContent-Length: %zu\r\n%s" HOST JSON, length,
             token);
    http_client_write(fd, head, strlen(head));
    http_client_write(fd, body, length);
    http_client_read(fd, false, &a);
    assert_int_equal(a.status, expected);
    if (expected == 413) { /* it was read, so the connection stays open */
        http_client_send(fd, "GET /metrics HTTP/1.1\r\n" END, &a);
        assert_int_equal(a.status, 200);
    }
    close(fd);
    free(body);
}

static void large_bodies(void **state)
{
    (void)state;
    large("", 65536, 200);
    large("", 65537, 413);
    large(AS("reader-token"), 100000, 200);
    large(AS("reader-token"), 100001, 413);
    large(AS("reader-token"), 700000, 413);
}

/* The depth of JSON is bounded: 60,000 brackets do not overflow the stack. */
static void deep(void **state)
{
    static struct http_response a;
    static char body[60000];
    char head[128];
    int fd = http_client_open(server.port);

    (void)state;
    memset(body, '[', sizeof(body));
    memcpy(body, "{\"a\":", 5);
    snprintf(head, sizeof(head), "POST /v1/echo HTTP/1.1\r\nContent-Length: %zu\r\n" HOST JSON, sizeof(body));
    http_client_write(fd, head, strlen(head));
    http_client_write(fd, body, sizeof(body));
    http_client_read(fd, false, &a);
    assert_int_equal(a.status, 400);
    assert_string_equal(http_client_code(&a), "bad_json");
    close(fd);
}

static void keep_alive(void **state)
{
    static struct http_response a;
    int fd = http_client_open(server.port);

    (void)state;
    for (int i = 0; i < 100; i++) {
        http_client_send(fd,
                         i % 3 == 0   ? "GET /metrics HTTP/1.1\r\n" END
                         : i % 3 == 1 ? POST("7") JSON "{\"a\":1}"
                                      : "GET /nothing HTTP/1.1\r\n" END,
                         &a);
        assert_int_equal(a.status, i % 3 < 2 ? 200 : 404);
    }
    /* Three at once. */
    http_client_write(
        fd, "GET /nothing HTTP/1.1\r\n" END "GET /metrics HTTP/1.1\r\n" END POST("2") JSON "{}",
        strlen("GET /nothing HTTP/1.1\r\n" END "GET /metrics HTTP/1.1\r\n" END POST("2") JSON "{}"));
    http_client_read(fd, false, &a);
    assert_int_equal(a.status, 404);
    http_client_read(fd, false, &a);
    assert_int_equal(a.status, 200);
    http_client_read(fd, false, &a);
    assert_string_equal(a.body, "{}\n");
    http_client_send(fd, "GET /metrics HTTP/1.1\r\nConnection: close\r\n" END, &a);
    assert_int_equal(a.status, 200);
    assert_int_equal(recv(fd, &a, 1, 0), 0);
    close(fd);
}

/* Five look-ups of a client without a token, and eight times as many of its /24; proxies name the client. */
static void lookups(void **state)
{
    static struct http_response a;

    (void)state;
    for (int i = 0; i < 40; i++) {
        char text[256];
        snprintf(text, sizeof(text), "GET /v1/show/x HTTP/1.1\r\nX-Forwarded-For: 198.51.100.%d\r\n" END,
                 9 + i / 5);
        http_client_ask(server.port, text, &a);
        assert_int_equal(a.status, 200);
        if (i % 5 != 4)
            continue;
        http_client_ask(server.port, text, &a);
        assert_int_equal(a.status, 429);
    }
    http_client_ask(server.port,
                    "GET /v1/show/x HTTP/1.1\r\nX-Forwarded-For: 10.0.0.1, 198.51.100.99\r\n" END, &a);
    assert_int_equal(a.status, 429);
    assert_string_equal(http_client_code(&a), "too_many_lookups");
    assert_in_range(atoi(http_client_header(&a, "Retry-After")), 1, 12);
    http_client_ask(server.port,
                    "GET /v1/show/x HTTP/1.1\r\nX-Forwarded-For: 198.51.100.9\r\n" AS("reader-token") END,
                    &a);
    assert_int_equal(a.status, 200);
    http_client_ask(server.port, "GET /v1/show/x HTTP/1.1\r\nX-Forwarded-For: 198.51.101.9\r\n" END, &a);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "\"198.51.101.9\""));
}

/* Wrong tokens are counted by address; right ones are always accepted. */
static void guessing(void **state)
{
    static struct http_response a;
    int limited = 0;

    (void)state;
    for (int i = 0; i < 130; i++) {
        http_client_ask(server.port,
                        "GET /v1/owner HTTP/1.1\r\nX-Forwarded-For: 203.0.113.5\r\n" AS("guess") END, &a);
        limited += a.status == 429;
    }
    assert_in_range(limited, 5, 11);
    assert_string_equal(http_client_code(&a), "too_many_tokens");
    for (int i = 5; i <= 6; i++) {
        char request[200];
        snprintf(request, sizeof(request),
                 "GET /v1/owner HTTP/1.1\r\nX-Forwarded-For: 203.0.113.%d\r\n" AS("admin-token") END, i);
        http_client_ask(server.port, request, &a);
        assert_int_equal(a.status, 200);
    }
}

static void unix_socket(void **state)
{
    static struct http_response a;
    struct stat status;

    (void)state;
    assert_int_equal(stat(server.unix_path + 5, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0660);
    int fd = http_client_open_unix(server.unix_path + 5);
    http_client_send(fd, "DELETE /v1/show/x HTTP/1.1\r\n" END, &a);
    assert_int_equal(a.status, 200);
    assert_non_null(strstr(a.body, "\"client\":\"unix\""));
    http_client_send(fd, "DELETE /v1/show/x HTTP/1.1\r\nX-Forwarded-For: 192.0.2.1\r\n" END, &a);
    assert_int_equal(a.status, 401);
    http_client_send(fd, "DELETE /v1/show/x HTTP/1.1\r\n" AS("reader-token") END, &a);
    assert_int_equal(a.status, 403);
    close(fd);
    struct http_listener again = { .address = server.unix_path };
    struct error error;
    assert_int_equal(http_bind(&again, &error), ERR_REFUSED);
}

/* The token file is read again; a file with an invalid line is refused, and the server says why. */
static void other_tokens(void **state)
{
    static struct http_response a;
    struct error error;

    (void)state;
    temp_replace_file(server.tokens, HTTP_FIXTURE_TOKENS "new-token admin\n");
    http_reload(server.http);
    log_capture_await("tokens: 6 tokens");
    assert_false(http_token_failure(server.http, &error));
    temp_replace_file(server.tokens, "new-token nonsense\n");
    http_reload(server.http);
    log_capture_await("the tokens read before stay in use");
    assert_true(http_token_failure(server.http, &error));
    assert_non_null(strstr(error.text, "tokens:1: a role expected"));
    http_client_ask(server.port, "GET /v1/owner HTTP/1.1\r\n" AS("new-token") END, &a);
    assert_int_equal(a.status, 200);
}

/* Of a token file that is gone no token is valid, until there is one again. */
static void tokens_are_gone(void **state)
{
    static struct http_response a;
    struct error error;

    (void)state;
    assert_int_equal(unlink(server.tokens), 0);
    http_reload(server.http);
    log_capture_await("no token is valid");
    assert_true(http_token_failure(server.http, &error));
    assert_non_null(strstr(error.text, server.tokens));
    http_client_ask(server.port, "GET /v1/owner HTTP/1.1\r\n" AS("new-token") END, &a);
    assert_int_equal(a.status, 401);
    log_capture_clear();
    temp_replace_file(server.tokens, HTTP_FIXTURE_TOKENS "new-token admin\n");
    http_reload(server.http);
    log_capture_await("tokens: 6 tokens");
    assert_false(http_token_failure(server.http, &error));
    http_client_ask(server.port, "GET /v1/owner HTTP/1.1\r\n" AS("new-token") END, &a);
    assert_int_equal(a.status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routing),      cmocka_unit_test(paths),
        cmocka_unit_test(tokens),       cmocka_unit_test(page),
        cmocka_unit_test(headers),      cmocka_unit_test(bodies),
        cmocka_unit_test(large_bodies), cmocka_unit_test(deep),
        cmocka_unit_test(keep_alive),   cmocka_unit_test(lookups),
        cmocka_unit_test(guessing),     cmocka_unit_test(unix_socket),
        cmocka_unit_test(other_tokens), cmocka_unit_test(tokens_are_gone),
    };
    return cmocka_run_group_tests(tests, set_up, http_fixture_teardown);
}
