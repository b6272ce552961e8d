/* Suspended requests: resuming under load, clients that leave, and the end of the server. */
#include "api/submit.h"
#include "support/http_client.h"
#include "support/http_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static struct http_fixture server; /* a new one for every test, as most end it */

/* ---- The calls of this test ---- */

static unsigned ended; /* how many operations were brought to their end; atomic */

static void done(struct call *call)
{
    __atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
    if (call->op.refusal.kind != REFUSE_NONE)
        http_refuse(call->request, &call->op.refusal);
    else
        http_answer(call->request, 201, json_pack("{s:i}", "sequence", (int)call->op.sequence));
}

static void operate(struct call *call)
{
    call->op.verb = DELIST_AUDIT;
    submit_operation(call, done);
}

/* Submits a second operation when the first one is done. */
static void again(struct call *call)
{
    call->op = (struct delist_op){ .verb = DELIST_AUDIT };
    submit_operation(call, done);
}

static void operate_twice(struct call *call)
{
    call->op.verb = DELIST_AUDIT;
    submit_operation(call, again);
}

static unsigned began, waited; /* how many calls waited, and were called again; atomic */

static void woken(struct call *call)
{
    __atomic_add_fetch(&waited, 1, __ATOMIC_RELAXED);
    http_answer(call->request, 200, json_object());
}

static void wait(struct call *call)
{
    __atomic_add_fetch(&began, 1, __ATOMIC_RELAXED);
    http_wait(call->request, (unsigned)atoi(call->part), woken);
}

/* Something is published after the handler began, and before it waits. */
static void wait_late(struct call *call)
{
    http_notify(server.http);
    http_wait(call->request, 60, woken);
}

static const struct route test_routes[] = {
    { METHOD_POST, "/op", .body = true, .handle = operate },
    { METHOD_POST, "/twice", .body = true, .handle = operate_twice },
    { METHOD_GET, "/wait/{seconds}", .handle = wait },
    { METHOD_GET, "/late", .handle = wait_late },
    { .path = NULL },
};

static int set_up(void **state)
{
    *state = &server;
    server = (struct http_fixture){ .routes = { test_routes }, .options = { .threads = 2 } };
    http_fixture_open(&server);
    return 0;
}

#define OP(path, more) "POST " path " HTTP/1.1\r\nHost: h\r\n" more "\r\n"
#define GET(path)      "GET " path " HTTP/1.1\r\nHost: h\r\n\r\n"

static void operations(void **state)
{
    static struct http_response a;
    int fd = http_client_open(server.port);

    (void)state;
    for (int i = 0; i < 20; i++) {
        http_client_send(fd, i % 2 ? OP("/op", "") : OP("/twice", ""), &a);
        assert_int_equal(a.status, 201);
        assert_string_equal(a.body, "{\"sequence\":7}\n");
    }
    close(fd);
}

/* ---- Load ---- */

enum { CLIENTS = 32, ROUNDS = 60 };

static void *client_run(void *context)
{
    struct http_response *a = malloc(sizeof(*a));
    unsigned *good = context;
    int fd = http_client_open(server.port);

    for (int i = 0; i < ROUNDS; i++) {
        http_client_send(fd, i % 8 == 7 ? OP("/twice", "") : OP("/op", ""), a);
        *good += a->status == 201;
    }
    close(fd);
    free(a);
    return NULL;
}

static void load(void **state)
{
    pthread_t threads[CLIENTS];
    unsigned good[CLIENTS] = { 0 };

    (void)state;
    for (int i = 0; i < CLIENTS; i++)
        pthread_create(&threads[i], NULL, client_run, &good[i]);
    for (int i = 0; i < CLIENTS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(good[i], ROUNDS);
    }
}

/* Clients that leave during their operation: it is completed, and the server serves others. */
static void leave(void **state)
{
    static struct http_response a;
    int fds[20];

    (void)state;
    ended = 0;
    http_fixture_hold(&server, true);
    for (int i = 0; i < 20; i++) {
        fds[i] = http_client_open(server.port);
        http_client_write(fds[i], OP("/op", ""), strlen(OP("/op", "")));
    }
    http_fixture_await(&server, 20);
    for (int i = 0; i < 20; i++) {
        if (i % 2) /* some reset, some close */
            setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
        close(fds[i]);
    }
    http_fixture_hold(&server, false);
    http_client_ask(server.port, OP("/op", ""), &a);
    assert_int_equal(a.status, 201);
    http_fixture_await_done(&server, 21);
    for (int i = 0; i < 1000 && __atomic_load_n(&ended, __ATOMIC_RELAXED) < 21; i++)
        usleep(10000);
    assert_int_equal(__atomic_load_n(&ended, __ATOMIC_RELAXED), 21);
}

/* Likewise between two operations. */
static void leave_twice(void **state)
{
    static struct http_response a;
    int fds[20];

    (void)state;
    http_fixture_hold(&server, true);
    for (int i = 0; i < 20; i++) {
        fds[i] = http_client_open(server.port);
        http_client_write(fds[i], OP("/twice", ""), strlen(OP("/twice", "")));
    }
    http_fixture_await(&server, 20);
    for (int i = 0; i < 20; i++)
        close(fds[i]);
    http_fixture_hold(&server, false);
    http_fixture_await_done(&server, 40);
    http_client_ask(server.port, OP("/op", ""), &a);
    assert_int_equal(a.status, 201);
}

/* ---- Waiting ---- */

static void waiting(void **state)
{
    static struct http_response a;
    int fds[5];

    (void)state;
    waited = 0;
    http_client_ask(server.port, GET("/wait/0"), &a);
    assert_int_equal(a.status, 200);
    http_client_ask(server.port, GET("/late"), &a);
    assert_int_equal(a.status, 200);
    http_client_ask(server.port, GET("/wait/1"), &a); /* the wait times out */
    assert_int_equal(a.status, 200);
    for (int i = 0; i < 5; i++) {
        fds[i] = http_client_open(server.port);
        http_client_write(fds[i], GET("/wait/600"), strlen(GET("/wait/600")));
    }
    assert_int_equal(recv(fds[4], &a, 1, MSG_DONTWAIT), -1);
    while (__atomic_load_n(&waited, __ATOMIC_RELAXED) < 8) {
        http_notify(server.http);
        usleep(1000);
    }
    for (int i = 0; i < 5; i++) {
        http_client_read(fds[i], false, &a);
        assert_int_equal(a.status, 200);
        close(fds[i]);
    }
}

/* ---- The end ---- */

static void *release_updater(void *context)
{
    (void)context;
    usleep(200000);
    http_fixture_hold(&server, false);
    return NULL;
}

/* While the server stops, operations that complete are answered; waiting requests get 503. */
static void stop(void **state)
{
    static struct http_response a;
    pthread_t thread;
    int op, idle = http_client_open(server.port), waiter = http_client_open(server.port),
            slow = http_client_open(server.port);

    (void)state;
    began = 0;
    http_client_send(idle, GET("/wait/0"), &a);
    http_client_write(waiter, GET("/wait/600"), strlen(GET("/wait/600")));
    http_client_write(slow, "POST /op HTTP/1.1\r\n", 19);
    http_fixture_hold(&server, true);
    op = http_client_open(server.port);
    http_client_write(op, OP("/op", ""), strlen(OP("/op", "")));
    http_fixture_await(&server, 1);
    while (__atomic_load_n(&began, __ATOMIC_RELAXED) < 2)
        usleep(1000);
    pthread_create(&thread, NULL, release_updater, NULL);
    http_fixture_close(&server);
    server.http = NULL;
    pthread_join(thread, NULL);
    http_client_read(op, false, &a);
    assert_int_equal(a.status, 201);
    http_client_read(waiter, false, &a);
    assert_int_equal(a.status, 503);
    assert_string_equal(http_client_code(&a), "stopping");
    http_client_read(slow, false, &a);
    assert_int_equal(a.status, 0);
    assert_int_equal(recv(idle, &a, 1, 0), 0);
    close(op);
    close(waiter);
    close(slow);
    close(idle);
}

/* An operation that does not complete does not delay the stop, and may complete afterwards. */
static void stop_without_updater(void **state)
{
    static struct http_response a;
    int op = http_client_open(server.port);

    (void)state;
    http_fixture_hold(&server, true);
    http_client_write(op, OP("/op", ""), strlen(OP("/op", "")));
    http_fixture_await(&server, 1);
    http_stop(server.http);
    server.http = NULL;
    http_client_read(op, false, &a);
    assert_int_equal(a.status, 503);
    close(op);
    http_fixture_hold(&server, false);
    http_fixture_await_done(&server, 1);
    http_fixture_close(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(operations, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(load, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(leave, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(leave_twice, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(waiting, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(stop, set_up, http_fixture_teardown),
        cmocka_unit_test_setup_teardown(stop_without_updater, set_up, http_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
