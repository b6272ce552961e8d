/* Calls that submit operations and reloads: Idempotency-Key, and a queue that is full. */
#include "api/submit.h"
#include "support/http_client.h"
#include "support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

/* ---- The calls of this test ---- */

static void render(struct delist_op *op)
{
    op->status = 201;
    op->body = strdup("{\"sequence\":7}\n");
    op->body_length = strlen(op->body);
}

static void done(struct call *call)
{
    if (call->op.refusal.kind != REFUSE_NONE)
        http_refuse(call->request, &call->op.refusal);
    else
        http_answer(call->request, 201, json_pack("{s:i}", "sequence", (int)call->op.sequence));
}

static void operate(struct call *call)
{
    call->op.verb = DELIST_AUDIT;
    call->op.render = render;
    submit_operation(call, done);
}

static void reloaded(struct call *call)
{
    http_answer(call->request, 200, json_object());
}

static void reload(struct call *call)
{
    submit_reload(call, reloaded);
}

static const struct route test_routes[] = {
    { METHOD_POST, "/op", .body = true, .handle = operate },
    { METHOD_POST, "/reload", .body = true, .handle = reload },
    { .path = NULL },
};

static struct http_fixture server;

static int set_up(void **state)
{
    *state = &server;
    server = (struct http_fixture){ .routes = { test_routes }, .options = { .threads = 2 } };
    http_fixture_open(&server);
    return 0;
}

#define OP(path, more) "POST " path " HTTP/1.1\r\nHost: h\r\n" more "\r\n"
#define KEYED(key, body)                                                                                     \
    "POST /op HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: "                     \
    "7\r\nIdempotency-Key: " key "\r\n\r\n" body

static void submissions(void **state)
{
    static struct http_response a;
    int fd = http_client_open(server.port);

    (void)state;
    http_client_send(fd, OP("/op", ""), &a);
    assert_int_equal(a.status, 201);
    assert_string_equal(a.body, "{\"sequence\":7}\n");
    http_client_send(fd, OP("/reload", ""), &a);
    assert_int_equal(a.status, 200);
    pthread_mutex_lock(&server.lock);
    server.full = true;
    pthread_mutex_unlock(&server.lock);
    http_client_send(fd, OP("/op", ""), &a);
    assert_int_equal(a.status, 503);
    assert_string_equal(http_client_code(&a), "busy");
    assert_string_equal(http_client_header(&a, "Retry-After"), "1");
    close(fd);
}

static void repeats(void **state)
{
    static struct http_response a;
    int fd = http_client_open(server.port);
    char text[400], key[300];

    (void)state;
    http_client_send(fd, KEYED("k 1", "{\"a\":1}"), &a);
    assert_int_equal(a.status, 201);
    assert_null(http_client_header(&a, "Idempotent-Replayed"));
    http_client_send(fd, KEYED("k 1", "{\"a\":1}"), &a);
    assert_int_equal(a.status, 201);
    assert_string_equal(a.body, "{\"sequence\":7}\n");
    assert_string_equal(http_client_header(&a, "Idempotent-Replayed"), "true");
    http_client_send(fd, KEYED("k 1", "{\"a\":2}"), &a);
    assert_int_equal(a.status, 422);
    assert_string_equal(http_client_code(&a), "idempotency_mismatch");
    http_client_send(fd, KEYED("k\xc3\xa4", "{\"a\":1}"), &a);
    assert_int_equal(a.status, 400);
    for (size_t length = 255; length <= 256; length++) {
        memset(key, 'k', length);
        key[length] = '\0';
        snprintf(text, sizeof(text), "POST /op HTTP/1.1\r\nHost: h\r\nIdempotency-Key: %s\r\n\r\n", key);
        http_client_send(fd, text, &a);
        assert_int_equal(a.status, length == 255 ? 201 : 400);
    }
    assert_string_equal(http_client_code(&a), "bad_idempotency_key");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(submissions, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(repeats, set_up, http_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
