/* Requests that are malformed, or sent to make this server and a proxy or a browser understand each other
 * wrongly. */
#include "support/http_client.h"
#include "support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

static void show(struct call *call)
{
    http_answer(call->request, 200,
                json_pack("{s:s, s:s?}", "client", call->request->client.text, "a",
                          http_parameter(call->request, "a")));
}

static void echo(struct call *call)
{
    http_answer(call->request, 200, json_incref(call->body));
}

static const struct route test_routes[] = {
    { METHOD_GET, "/", .handle = show },
    { METHOD_GET, "/a", .parameters = "a", .handle = show },
    { METHOD_DELETE, "/a", .role = ROLE_ADMIN, .handle = show },
    { METHOD_GET, "/metrics", .role = ROLE_READER, .loopback = true, .handle = show },
    { METHOD_POST, "/v1/echo", .body = true, .handle = echo },
    { METHOD_POST, "/form", .page = true, .body = true, .form = true, .handle = echo },
    { .path = NULL },
};

static struct http_fixture server;

static int set_up(void **state)
{
    static const char *const trusted[] = { "127.0.0.1" };
    *state = &server;
    server.routes[0] = test_routes;
    server.options = (struct http_options){ .tokens = server.tokens,
                                            .trusted_proxies = trusted,
                                            .trusted_proxies_count = 1 };
    http_fixture_open(&server);
    return 0;
}

#define HOST      "Host: localhost\r\n"
#define AS(token) "Authorization: Bearer " token "\r\n"
#define END       HOST "\r\n"

/* ---- Malformed ---- */

/* Invalid HTTP gets an error or no answer, and the server serves others. */
static void nonsense(void **state)
{
#define MANY(text) text text text text text text text text
    static const char *const texts[] = {
        "\r\n\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nno header\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        " / HTTP/1.1\r\n" END,
        "\x16\x03\x01\x02\x00\x01\xfc\x03\x03",
        "POST /v1/echo HTTP/1.1\r\nContent-Length: -1\r\n" END,
        "POST /v1/echo HTTP/1.1\r\nContent-Length: 1e9\r\n" END,
        "POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "zz\r\n",
        "POST /v1/echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END "ffffffffffffffffff\r\n",
        "GET /a b HTTP/1.1\r\n" END,
        "GET /a?" MANY(MANY(MANY("a=1&"))) " HTTP/1.1\r\n" END,
        "GET /a HTTP/1.1\r\nCookie: " MANY(MANY(MANY("a=1;"))) "\r\n" END,
        "POST /v1/echo HTTP/1.1\r\n" MANY(MANY(MANY("A: 1\r\n"))) END,
    };
    static struct http_response a;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        int fd = http_client_open(server.port);
        http_client_write(fd, texts[i], strlen(texts[i]));
        shutdown(fd, SHUT_WR);
        http_client_read(fd, false, &a);
        if (a.status != 0 && a.status / 100 != 4 && a.status != 505)
            fail_msg("%s -> %d", texts[i], a.status);
        close(fd);
    }
    static char many[40000]; /* headers without end */
    memset(many, 'x', sizeof(many));
    memcpy(many, "GET / HTTP/1.1\r\nX: ", 19);
    int fd = http_client_open(server.port);
    http_client_write(fd, many, sizeof(many));
    http_client_read(fd, false, &a);
    assert_true(a.status == 0 || a.status == 431 || a.status == 413);
    close(fd);
    http_client_ask(server.port, "GET /metrics HTTP/1.1\r\n" END, &a);
    assert_int_equal(a.status, 200);
}

/* ---- Where a request ends ---- */

/* Sends `text`, and then a request that closes the connection; writes the statuses of all answers. */
static void ask_statuses(const char *text, char statuses[64])
{
    static const char last[] = "GET /metrics HTTP/1.1\r\nConnection: close\r\n" END;
    static char answers[1 << 17];
    size_t used = 0;
    ssize_t n;
    int fd = http_client_open(server.port);
    http_client_write(fd, text, strlen(text));
    http_client_write(fd, last, sizeof(last) - 1);
    while ((n = recv(fd, answers + used, sizeof(answers) - 1 - used, 0)) > 0)
        used += (size_t)n;
    answers[used] = '\0';
    statuses[0] = '\0';
    for (const char *at = answers; (at = strstr(at, "HTTP/1.1 ")) != NULL; at += 9)
        snprintf(statuses + strlen(statuses), 64 - strlen(statuses), "%.3s ", at + 9);
    close(fd);
}

/* Where one request ends and the next begins (RFC 9112 sections 2 to 7). What a proxy may read differently is
 * refused, and what follows is not answered: it may be a part of the body. */
static void framing(void **state)
{
#define ECHO(headers) "POST /v1/echo HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n" headers "\r\n"
#define CHUNKED       "Transfer-Encoding: chunked\r\n"
#define SHOW(headers) "GET /metrics HTTP/1.1\r\n" HOST headers "\r\n"
    static const struct {
        const char *text, *statuses;
    } table[] = {
        { ECHO("Content-Length: 2\r\n") "{}", "200 200 " },
        { ECHO("Content-Length: 2\r\n" CHUNKED) "0\r\n\r\n", "400 " },
        { ECHO(CHUNKED "Content-Length: 2\r\n") "0\r\n\r\n", "400 " },
        { ECHO(CHUNKED CHUNKED) "0\r\n\r\n", "400 " },
        { ECHO("Content-Length: 2\r\nContent-Length: 2\r\n") "{}", "400 " },
        { ECHO("Content-Length: 2\r\nContent-Length: 3\r\n") "{}", "400 " },
        { ECHO("Content-Length : 2\r\n") "{}", "400 " },
        { ECHO("Content-Length\t: 2\r\n") "{}", "400 " },
        { ECHO("Transfer-Encoding : chunked\r\n") "0\r\n\r\n", "400 " },
        { ECHO("Transfer-Encoding: identity\r\nContent-Length: 2\r\n") "{}", "400 " },
        { ECHO("Transfer-Encoding: xchunked\r\n") "0\r\n\r\n", "400 " },
        { ECHO("Transfer-Encoding:\tCHUNKED\r\n") "2\r\n{}\r\n0\r\n\r\n", "200 200 " },
        { ECHO("X: a\r\n Content-Length: 2\r\n") "{}", "400 " }, /* section 5.2 */
        { ECHO("X: a\rContent-Length: 2\r\n") "{}", "400 " },
        { ECHO("X Y: 2\r\n"), "400 " },
        { ECHO("X\x7f: 2\r\n"), "400 " },
        { ECHO("X: \x01\r\n"), "400 " },
        { ECHO("X: \xc3\xa4\t\r\n"), "200 200 " },
        { ECHO(CHUNKED) "2;name=value\r\n{}\r\n0\r\nTrailer: x\r\n\r\n", "200 200 " },
        { ECHO(CHUNKED) "002\r\n{}\r\n000\r\n\r\n", "200 200 " },
        { ECHO(CHUNKED) " 2\r\n{}\r\n0\r\n\r\n", "400 " },
        { ECHO(CHUNKED) "0x2\r\n{}\r\n0\r\n\r\n", "400 " },
        { ECHO(CHUNKED) "-2\r\n{}\r\n0\r\n\r\n", "400 " },
        { ECHO(CHUNKED) "2\r\n{}x\r\n0\r\n\r\n", "400 " },
        { ECHO(CHUNKED) "10000000000000002\r\n{}\r\n0\r\n\r\n", "413 " },
        { SHOW("Content-Length: 5\r\n") "hello", "400 200 " }, /* no body here, but this is one */
        { SHOW("Upgrade: h2c\r\nConnection: Upgrade\r\n"), "200 200 " },
        { SHOW("Host: localhost\r\n"), "400 " },
        { "GET /metrics HTTP/1.1\r\n\r\n", "400 " },
        { "GET /metrics HTTP/2.0\r\n" END, "505 " },
        { "HEAD /metrics HTTP/1.1\r\n" END, "200 200 " },
        { "HEAD /v1/nothing HTTP/1.1\r\n" END, "404 200 " },
        { "OPTIONS /metrics HTTP/1.1\r\n" END, "204 200 " },
        { "TRACE /metrics HTTP/1.1\r\n" END, "405 200 " },
        { "CONNECT h:443 HTTP/1.1\r\n" END, "404 200 " },
    };
    char statuses[64];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        ask_statuses(table[i].text, statuses);
        /* libmicrohttpd answers some before it closes and what followed once more, with 400. */
        bool refused = strncmp(table[i].statuses, "4", 1) == 0 && strlen(table[i].statuses) == 4;
        if (refused ? strncmp(statuses, table[i].statuses, 4) != 0 || strstr(statuses, "200") != NULL
                    : strcmp(statuses, table[i].statuses) != 0)
            fail_msg("%s -> %s", table[i].text, statuses);
    }
}

/* A thousand requests at once are answered in their order. */
static void pipelined(void **state)
{
    static struct http_response a;
    static char text[1000 * 96];
    int fd = http_client_open(server.port);
    (void)state;
    for (int i = 0; i < 1000; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text),
                 i % 2 ? "GET /a?a=%d HTTP/1.1\r\n" END : "HEAD /v1/nothing/%d HTTP/1.1\r\n" END, i);
    http_client_write(fd, text, strlen(text));
    for (int i = 0; i < 1000; i++) {
        char expected[24];
        snprintf(expected, sizeof(expected), "\"a\":\"%d\"", i);
        http_client_read(fd, i % 2 == 0, &a);
        assert_int_equal(a.status, i % 2 ? 200 : 404);
        assert_true(i % 2 == 0 || strstr(a.body, expected) != NULL);
    }
    close(fd);
}

/* ---- Browsers and proxies ---- */

struct ask {
    const char *text;
    int status;
    const char *code; /* NULL: any, or none */
};

static void ask_all(const struct ask *asks, size_t count)
{
    static struct http_response a;
    for (size_t i = 0; i < count; i++) {
        http_client_ask(server.port, asks[i].text, &a);
        if (a.status != asks[i].status ||
            (asks[i].code != NULL && strcmp(http_client_code(&a), asks[i].code) != 0))
            fail_msg("%s-> %d %s", asks[i].text, a.status, a.body);
    }
}

/* What pages of other sites may have a browser send, and what they may not (Fetch, section 4.6; Fetch
 * Metadata, section 2.4). */
static void origins(void **state)
{
#define FROM(headers) "POST /v1/echo HTTP/1.1\r\n" headers "\r\n"
#define OWN           "Host: bl.example:8053\r\n"
    static const struct ask asks[] = {
        { FROM(OWN), 200, NULL }, /* a program */
        { FROM(OWN "Origin: http://bl.example:8053\r\n"), 200, NULL },
        { FROM(OWN "Origin: https://BL.example:8053\r\n"), 200, NULL },
        { FROM(OWN "Origin: http://bl.example\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Origin: http://bl.example:80530\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Origin: http://evil.example\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Origin: http://evil.example/bl.example:8053\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Origin: ftp://bl.example:8053\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Origin: null\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Origin: \r\n"), 403, "foreign_origin" },
        { FROM("Host: bl.example\r\nOrigin: https://bl.example\r\n"), 200, NULL },
        { FROM("Host: bl.example:443\r\nOrigin: https://bl.example\r\n"), 200, NULL },
        { FROM("Host: bl.example:443\r\nOrigin: http://bl.example\r\n"), 403, "foreign_origin" },
        { FROM("Host: [2001:db8::1]:8053\r\nOrigin: http://[2001:db8::1]:8053\r\n"), 200, NULL },
        { FROM("Host: [2001:db8::1]\r\nOrigin: http://[2001:db8::2]\r\n"), 403, "foreign_origin" },
        /* The browser says so itself. */
        { FROM(OWN "Sec-Fetch-Site: same-origin\r\n"), 200, NULL },
        { FROM(OWN "Sec-Fetch-Site: none\r\n"), 200, NULL },
        { FROM(OWN "Sec-Fetch-Site: same-site\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Sec-Fetch-Site: cross-site\r\n"), 403, "foreign_origin" },
        { FROM(OWN "Sec-Fetch-Site: \r\n"), 403, "foreign_origin" },
        { FROM(OWN "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n"), 200, NULL },
        { FROM(OWN "Sec-Fetch-Site: cross-site\r\nOrigin: http://bl.example:8053\r\n"), 403, NULL },
        /* Through the trusted proxy, which has changed Host. */
        { FROM(OWN "Origin: https://www.example\r\nX-Forwarded-Host: www.example\r\n"), 200, NULL },
        { FROM(OWN "Origin: https://www.example\r\nX-Forwarded-Host: www.example:443, inner\r\n"), 200,
          NULL },
        { FROM(OWN "Origin: https://www.example:8443\r\nX-Forwarded-Host: www.example\r\n"), 403, NULL },
        { FROM(OWN "Origin: https://evil.example\r\nX-Forwarded-Host: www.example\r\n"), 403, NULL },
        { FROM(OWN "Origin: https://,\r\nX-Forwarded-Host: ,, \r\n"), 403, NULL },
        /* A token changes nothing, and reading is free. */
        { "DELETE /a HTTP/1.1\r\nHost: h\r\nOrigin: http://evil.example\r\n" AS("admin-token") "\r\n", 403,
          "foreign_origin" },
        { "GET / HTTP/1.1\r\nHost: h\r\nOrigin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\n\r\n",
          200, NULL },
        { "POST /form HTTP/1.1\r\nHost: h\r\nOrigin: http://evil.example\r\n\r\n", 403, "foreign_origin" },
        { "POST /form HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\n\r\n", 200, NULL },
    };
    (void)state;
    ask_all(asks, ARRAY_SIZE(asks));
}

/* Whoever asks loopback by a name may be a browser that was told a false address for it. */
static void local_hosts(void **state)
{
#define METRICS(host) "GET /metrics HTTP/1.1\r\nHost: " host "\r\n\r\n"
    static const struct ask asks[] = {
        { METRICS("127.0.0.1"), 200, NULL },
        { METRICS("127.0.0.1:8053"), 200, NULL },
        { METRICS("[::1]:8053"), 200, NULL },
        { METRICS("192.0.2.1"), 200, NULL },
        { METRICS("LocalHost:8053"), 200, NULL },
        { METRICS("evil.example"), 403, "foreign_host" },
        { METRICS("evil.example:8053"), 403, "foreign_host" },
        { METRICS("localhost.evil.example"), 403, "foreign_host" },
        { METRICS("127.0.0.1.evil.example"), 403, "foreign_host" },
        { METRICS("local"), 403, "foreign_host" },
        { METRICS(""), 403, "foreign_host" },
        { "GET /metrics HTTP/1.0\r\n\r\n", 200, NULL },
        { "GET /metrics HTTP/1.1\r\nHost: evil.example\r\n" AS("reader-token") "\r\n", 200, NULL },
    };
    (void)state;
    ask_all(asks, ARRAY_SIZE(asks));
}

/* The client of a request with these headers from a trusted proxy. */
static void assert_client(const char *headers, const char *expected)
{
    static struct http_response a;
    static char text[16000], wanted[64];
    snprintf(text, sizeof(text), "DELETE /a HTTP/1.1\r\n%s" AS("admin-token") END, headers);
    snprintf(wanted, sizeof(wanted), "\"client\":\"%s\"", expected);
    http_client_ask(server.port, text, &a);
    if (a.status != 200 || strstr(a.body, wanted) == NULL)
        fail_msg("%.200s -> %d %s", headers, a.status, a.body);
}

/* However much a client writes before what the proxy appends, in one header or several. */
static void proxies(void **state)
{
    static char headers[12000];

    (void)state;
    assert_client("", "127.0.0.1");
    assert_client("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n", "192.0.2.2");
    assert_client("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 127.0.0.1\r\n", "192.0.2.1");
    assert_client("x-forwarded-for: junk\r\nX-FORWARDED-FOR: 192.0.2.2\r\n", "192.0.2.2");
    assert_client("Forwarded: for=192.0.2.1\r\nForwarded: for=\"[2001:db8::1]\"\r\n", "2001:db8::1");
    assert_client("Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n", "192.0.2.2");
    for (size_t length = 1; length < 10000; length = length * 3 / 2 + 7) {
        snprintf(headers, sizeof(headers), "X-Forwarded-For: %0*d, 192.0.2.7\r\n", (int)length, 0);
        assert_client(headers, "192.0.2.7");
        snprintf(headers, sizeof(headers), "X-Forwarded-For: %0*d\r\nX-Forwarded-For: 192.0.2.8\r\n",
                 (int)length, 0);
        assert_client(headers, "192.0.2.8");
        snprintf(headers, sizeof(headers), "Forwarded: for=\"%0*d, for=192.0.2.9\r\n", (int)length, 0);
        assert_client(headers, "192.0.2.9");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nonsense),    cmocka_unit_test(framing),
                                        cmocka_unit_test(pipelined),   cmocka_unit_test(origins),
                                        cmocka_unit_test(local_hosts), cmocka_unit_test(proxies) };
    return cmocka_run_group_tests(tests, set_up, http_fixture_teardown);
}
