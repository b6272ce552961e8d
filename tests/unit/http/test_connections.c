/* Clients with too many connections, slow clients, and TLS. */
#include "support/http_client.h"
#include "support/http_fixture.h"
#include "support/log_capture.h"
#include "support/temp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(struct call *call)
{
    http_answer(call->request, 200, json_object());
}

enum { LARGE = 16 << 20 };

static void show_large(struct call *call)
{
    http_answer_text(call->request, 200, "text/plain", calloc(1, LARGE), LARGE);
}

static void wait_for_change(struct call *call)
{
    http_wait(call->request, 60, show);
}

static const struct route test_routes[] = {
    { METHOD_GET, "/wait", .handle = wait_for_change },
    { METHOD_GET, "/", .handle = show },
    { METHOD_GET, "/large", .handle = show_large },
    { METHOD_POST, "/", .body = true, .handle = show },
    { .path = NULL },
};

static struct http_fixture server;
static char certificate[64], key[64];

/* Makes a new certificate for `name`; false: openssl is missing. */
static bool certify(const char *name)
{
    char command[768];
    snprintf(command, sizeof(command),
             "cd /tmp && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
             "-subj /CN=%s -keyout %s.new -out %s.new 2>/dev/null && mv %s.new %s && mv %s.new %s",
             name, key, certificate, key, key, certificate, certificate);
    return system(command) == 0;
}

static int set_up(void **state)
{
    *state = &server;
    server = (struct http_fixture){ .routes = { test_routes },
                                    .options = { .threads = 1, .per_client = 3, .idle_seconds = 1 } };
    http_fixture_open(&server);
    return 0;
}

#define GET "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

static void many(void **state)
{
    static struct http_response a;
    int fds[3];

    (void)state;
    for (int i = 0; i < 3; i++) {
        fds[i] = http_client_open(server.port);
        http_client_send(fds[i], GET, &a);
        assert_int_equal(a.status, 200);
    }
    http_client_ask(server.port, GET, &a);
    assert_int_equal(a.status, 0);
    close(fds[0]);
    for (int i = 0; i < 100 && a.status == 0; i++) { /* until it has noticed */
        http_client_ask(server.port, GET, &a);
        usleep(10000);
    }
    assert_int_equal(a.status, 200);
    assert_int_equal(recv(fds[1], &a, 1, 0), 0); /* idle for a second */
    close(fds[1]);
    close(fds[2]);
}

static int set_up_few(void **state)
{
    *state = &server;
    server = (struct http_fixture){ .routes = { test_routes },
                                    .options = { .threads = 2, .connections = 3, .per_client = 3 } };
    http_fixture_open(&server);
    return 0;
}

/* A connection from an address of loopback. */
static int open_from(const char *source)
{
    struct sockaddr_in from = { .sin_family = AF_INET }, to = from;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    inet_pton(AF_INET, source, &from.sin_addr);
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    to.sin_port = htons((uint16_t)server.port);
    assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    return fd;
}

/* Waits until `count` of the sockets are closed by the server; returns the last of these. */
static int await_closed(const int *fds, int fds_count, int count)
{
    int last = -1;
    for (int tries = 0; tries < 1000; tries++, usleep(5000)) {
        int closed = 0;
        char byte;
        for (int i = 0; i < fds_count; i++)
            if (recv(fds[i], &byte, 1, MSG_DONTWAIT | MSG_PEEK) >= 0)
                closed++, last = i;
        if (closed == count)
            return last;
    }
    fail_msg("not %d are closed", count);
    return -1;
}

/* All are taken: the client with most loses an idle one, then of those with one each one goes, and whoever
 * comes is answered. */
static void eviction(void **state)
{
    static struct http_response a;
    struct http_counters counters;
    int fds[24]; /* the first, and then two of another client */

    (void)state;
    for (int i = 0; i < 24; i++) {
        char source[16];
        snprintf(source, sizeof(source), "127.0.1.%d", i == 2 ? 1 : i);
        fds[i] = open_from(source);
        http_client_send(fds[i], GET, &a);
        assert_int_equal(a.status, 200);
        if (i == 3)
            assert_in_range(await_closed(fds, 4, 1), 1, 2);
        else if (i > 3)
            await_closed(fds, i + 1, i - 2);
    }
    http_get_counters(server.http, &counters);
    assert_int_equal(counters.evicted, 21);
    assert_int_equal(counters.limited, 0);
    for (int i = 0; i < 24; i++)
        close(fds[i]);
}

/* Connections with a request under way are not closed for others, though their client has most. */
static void busy(void **state)
{
    static struct http_response a;
    const char request[] = "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n";
    struct http_counters counters = { .evicted = 0 };
    int waiting[3], idle = open_from("127.0.1.2");

    (void)state;
    http_client_send(idle, GET, &a);
    for (int i = 0; i < 3; i++) {
        waiting[i] = open_from(i < 2 ? "127.0.1.1" : "127.0.1.3");
        http_client_send(waiting[i], GET, &a); /* so it is accepted */
        assert_int_equal(a.status, 200);
        http_client_write(waiting[i], request, sizeof(request) - 1);
        usleep(200000); /* so the request is under way */
    }
    http_client_read(idle, false, &a);
    assert_int_equal(a.status, 408);
    int refused = open_from("127.0.1.4");
    http_client_send(refused, GET, &a);
    assert_int_equal(a.status, 0);
    http_notify(server.http);
    for (int i = 0; i < 3; i++) {
        http_client_read(waiting[i], false, &a);
        assert_int_equal(a.status, 200);
        close(waiting[i]);
    }
    http_get_counters(server.http, &counters);
    assert_int_equal(counters.evicted, 1);
    assert_int_equal(counters.limited, 1);
    close(idle);
    close(refused);
}

/* A client that sends a byte every tenth of a second is never idle, but too slow. */
static void slow(void **state)
{
    static const char *const begins[] = { "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{",
                                          "GET / HTTP/1.1\r\nHost: h\r\nX: ", "GET /" };
    static struct http_response a;
    int fds[ARRAY_SIZE(begins)], ended = 0, n = 0;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(begins); i++) {
        fds[i] = http_client_open(server.port);
        http_client_write(fds[i], begins[i], strlen(begins[i]));
    }
    for (; n < 100 && ended < (int)ARRAY_SIZE(begins); n++) {
        usleep(100000);
        ended = 0;
        for (size_t i = 0; i < ARRAY_SIZE(begins); i++) {
            http_client_write(fds[i], " ", 1);
            ended += recv(fds[i], &a, 1, MSG_DONTWAIT | MSG_PEEK) >= 0;
        }
    }
    assert_in_range(n, 15, 60);
    for (size_t i = 0; i < ARRAY_SIZE(begins); i++) {
        http_client_read(fds[i], false, &a);
        assert_int_equal(a.status, 408);
        close(fds[i]);
    }
}

/* A client that does not read its answer loses it, and others are served meanwhile. */
static void unread(void **state)
{
    static struct http_response a;
    static char bytes[1 << 16];
    const char request[] = "GET /large HTTP/1.1\r\nHost: h\r\n\r\n";
    int fd = http_client_open(server.port);
    size_t received = 0;
    ssize_t n;

    (void)state;
    http_client_write(fd, request, sizeof(request) - 1);
    for (int i = 0; i < 30; i++) { /* idle for a second: three times that */
        http_client_ask(server.port, GET, &a);
        assert_int_equal(a.status, 200);
        usleep(100000);
    }
    while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
        received += (size_t)n;
    assert_in_range(received, 1, LARGE - 1);
    close(fd);
}

/* ---- TLS ---- */

static int set_up_tls(void **state)
{
    (void)state;
    snprintf(certificate, sizeof(certificate), "/tmp/http-test-%d.pem", getpid());
    snprintf(key, sizeof(key), "/tmp/http-test-%d.key", getpid());
    if (!certify("one"))
        return 0;
    server = (struct http_fixture){ .routes = { test_routes },
                                    .options = { .tls_certificate = certificate, .tls_key = key } };
    http_fixture_open(&server);
    return 0;
}

static int tear_down_tls(void **state)
{
    (void)state;
    unlink(certificate);
    unlink(key);
    if (server.http != NULL)
        http_fixture_close(&server);
    return 0;
}

/* Whether the server shows a certificate for `name`, and answers. */
static bool shows(const char *name)
{
    char command[256];
    snprintf(command, sizeof(command),
             "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -connect "
             "127.0.0.1:%d 2>&1 | grep -q 'HTTP/1.. 200' && echo | openssl s_client -connect 127.0.0.1:%d "
             "2>/dev/null | grep -q 'subject=CN = %s'",
             server.port, server.port, name);
    return system(command) == 0;
}

static void tls(void **state)
{
    static struct http_response a;

    (void)state;
    if (server.http == NULL)
        skip();
    assert_true(shows("one"));
    http_client_ask(server.page_port, GET, &a); /* the page has none */
    assert_int_equal(a.status, 404);
    assert_true(certify("two"));
    http_reload(server.http);
    log_capture_await("the certificate was replaced");
    assert_true(shows("two"));
    temp_replace_file(certificate, "nonsense\n");
    http_reload(server.http);
    log_capture_await("the old certificate stays in use");
    assert_true(shows("two"));
    assert_true(certify("three"));
    chmod(key, 0644);
    struct http_server *other;
    struct error error = { 0 };
    struct http_options options = server.options;
    options.listeners = 1;
    options.listener[0] = (struct http_listener){ .address = "127.0.0.1:0" };
    assert_int_equal(http_bind(&options.listener[0], &error), OK);
    assert_int_equal(http_start(&options, &(struct http_program){ 0 }, &other, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, "everybody can read this key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(eviction, set_up_few, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(busy, set_up_few, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(slow, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(unread, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(tls, set_up_tls, tear_down_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
