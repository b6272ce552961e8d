/* The TCP side of a worker, driven step by step, time injected: deadlines, limits, segments, unsent replies.
 */
#include "net/socket.h"
#include "net/stream.h"
#include "net/tcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#define QUERY 20 /* bytes of a message in these tests */

struct fixture {
    struct socket_address address;
    struct tcp *tcp;
    int listener;
    int64_t now_ms;
};

static const struct tcp_limits limits = { .connections = 6,
                                          .per_client = 5,
                                          .idle_seconds = 10,
                                          .crowded_seconds = 2,
                                          .age_seconds = 60,
                                          .queries = 100 };

static int set_up(void **state)
{
    static struct fixture f;
    struct error error;
    f = (struct fixture){ .address = {
                              .v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) },
                              .length = sizeof(f.address.v4) } };
    if (socket_open(&f.address, SOCK_STREAM, &f.listener, 1, &error) != OK)
        return -1;
    getsockname(f.listener, &f.address.sa, &f.address.length);
    f.tcp = tcp_new(&limits, &f.listener, 1);
    *state = &f;
    return f.tcp != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    tcp_free(f->tcp);
    close(f->listener);
    return 0;
}

static int connect_from(const struct fixture *f, const char *source)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int at_once = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
    inet_pton(AF_INET, source, &from.sin_addr);
    assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof(from)), 0);
    assert_int_equal(connect(fd, &f->address.sa, f->address.length), 0);
    return fd;
}

/* Runs the server until it has nothing to do; the reply is the query itself. Returns the number of queries.
 */
static unsigned serve(struct fixture *f)
{
    struct pollfd p = { .fd = tcp_fd(f->tcp), .events = POLLIN };
    unsigned total = 0;
    for (int idle = 0; idle < 3;) {
        unsigned count = tcp_receive(f->tcp, f->now_ms);
        if (count > 0)
            tcp_send(f->tcp, count);
        total += count;
        idle = count > 0 || poll(&p, 1, 5) == 1 ? idle + (count == 0) : 3;
    }
    return total;
}

static size_t put_query(uint8_t *to, uint8_t number)
{
    memset(to, number, 2 + QUERY);
    to[0] = 0;
    to[1] = QUERY;
    return 2 + QUERY;
}

static void ask(int fd, unsigned count)
{
    uint8_t bytes[(2 + QUERY) * 200];
    size_t length = 0;
    for (unsigned i = 0; i < count; i++)
        length += put_query(bytes + length, (uint8_t)i);
    assert_int_equal(write(fd, bytes, length), length);
}

static bool is_closed(int fd)
{
    uint8_t bytes[4096];
    ssize_t n;
    while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
        ;
    return n == 0 || recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) == 0;
}

static void test_pipelined(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[(2 + QUERY) * 90], expected[2 + QUERY];
    int fd = connect_from(f, "127.0.0.1");
    ask(fd, 90);
    assert_int_equal(serve(f), 90);
    assert_int_equal(recv(fd, bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));
    for (unsigned i = 0; i < 90; i++) {
        put_query(expected, (uint8_t)i);
        assert_memory_equal(bytes + i * sizeof(expected), expected, sizeof(expected));
    }
    close(fd);
}

/* Two queries, cut into two segments in every possible way. */
static void test_segments(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[2 * (2 + QUERY)], back[sizeof(bytes)];
    put_query(bytes, 1);
    put_query(bytes + 2 + QUERY, 2);
    int fd = connect_from(f, "127.0.0.1");
    for (size_t cut = 1; cut < sizeof(bytes); cut++) {
        assert_int_equal(write(fd, bytes, cut), cut);
        unsigned count = serve(f);
        assert_int_equal(count, cut / (2 + QUERY));
        assert_int_equal(write(fd, bytes + cut, sizeof(bytes) - cut), sizeof(bytes) - cut);
        assert_int_equal(serve(f) + count, 2);
        assert_int_equal(recv(fd, back, sizeof(back), MSG_WAITALL), sizeof(back));
        assert_memory_equal(back, bytes, sizeof(back));
    }
    close(fd);
}

static void test_idle(void **state)
{
    struct fixture *f = *state;
    int silent = connect_from(f, "127.0.0.1"), trickling = connect_from(f, "127.0.0.1");
    int busy = connect_from(f, "127.0.0.1");
    serve(f);
    for (f->now_ms = 0; f->now_ms < 9900; f->now_ms += 900) {
        ask(busy, 1);
        assert_int_equal(write(trickling, "\xff", 1), 1); /* of a message that is never complete */
        serve(f);
        assert_false(is_closed(silent) || is_closed(trickling) || is_closed(busy));
    }
    f->now_ms = 10300;
    serve(f);
    assert_true(is_closed(silent) && is_closed(trickling));
    assert_false(is_closed(busy));
    close(silent);
    close(trickling);
    close(busy);
}

static void test_crowded(void **state)
{
    struct fixture *f = *state;
    int fds[4];
    for (unsigned i = 0; i < 4; i++)
        fds[i] = connect_from(f, "127.0.0.1");
    serve(f);
    f->now_ms = 2500;
    serve(f);
    for (unsigned i = 0; i < 4; i++) {
        assert_true(is_closed(fds[i]));
        close(fds[i]);
    }
}

static void test_limit_of_a_client(void **state)
{
    struct fixture *f = *state;
    int fds[7];
    for (unsigned i = 0; i < 6; i++)
        fds[i] = connect_from(f, "127.0.0.1");
    fds[6] = connect_from(f, "127.0.0.2");
    serve(f);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(is_closed(fds[i]), i == 5);
    assert_int_equal(f->tcp->counters.connections, 6);
    assert_int_equal(f->tcp->counters.refused, 1);
    assert_int_equal(f->tcp->counters.evicted, 0);
    for (unsigned i = 0; i < 7; i++)
        close(fds[i]);
}

/* When all are taken, the client with most loses its idlest; when all have one, the idlest of all goes. */
static void test_eviction(void **state)
{
    struct fixture *f = *state;
    static const char *const sources[] = { "127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4", "127.0.1.5" };
    int honest = connect_from(f, "127.0.0.9"), greedy[5], others[5];
    serve(f);
    for (unsigned i = 0; i < 5; i++) {
        greedy[i] = connect_from(f, "127.0.0.1");
        serve(f);
    }
    ask(greedy[0], 1);
    serve(f);
    for (unsigned i = 0; i < 5; i++) {
        others[i] = connect_from(f, sources[i]);
        ask(others[i], 1);
        assert_int_equal(serve(f), 1);
        assert_int_equal(is_closed(honest), i == 4);
        for (unsigned j = 0; j < 5; j++)
            assert_int_equal(is_closed(greedy[j]), j > 0 && j <= i + 1); /* the first asked last */
    }
    assert_int_equal(f->tcp->counters.evicted, 5);
    assert_int_equal(f->tcp->counters.refused, 0);
    close(honest);
    for (unsigned i = 0; i < 5; i++) {
        assert_false(is_closed(others[i]));
        close(greedy[i]);
        close(others[i]);
    }
}

/* A connection is not closed while a query of it is read and not answered, though its client has most: each
 * has one query more than is answered at once, and the new client is accepted before those. */
static void test_busy_is_not_evicted(void **state)
{
    struct fixture *f = *state;
    int busy[5], idle = connect_from(f, "127.0.0.9"), next;
    serve(f);
    for (unsigned i = 0; i < 5; i++) {
        busy[i] = connect_from(f, "127.0.0.1");
        serve(f);
    }
    for (unsigned i = 0; i < 5; i++)
        ask(busy[i], ANSWER_BATCH + 1);
    next = connect_from(f, "127.0.0.2");
    assert_int_equal(serve(f), 5 * (ANSWER_BATCH + 1));
    for (unsigned i = 0; i < 5; i++)
        assert_false(is_closed(busy[i]));
    assert_true(is_closed(idle));
    assert_false(is_closed(next));
    close(idle);
    close(next);
    for (unsigned i = 0; i < 5; i++)
        close(busy[i]);
}

static void test_age_and_queries(void **state)
{
    struct fixture *f = *state;
    int old = connect_from(f, "127.0.0.1"), eager = connect_from(f, "127.0.0.1");
    ask(eager, 150);
    assert_int_equal(serve(f), 100);
    uint8_t bytes[(2 + QUERY) * 100];
    assert_int_equal(recv(eager, bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));
    assert_true(is_closed(eager));
    for (f->now_ms = 0; f->now_ms < 59000; f->now_ms += 5000) {
        ask(old, 1);
        assert_int_equal(serve(f), 1);
        assert_false(is_closed(old));
    }
    f->now_ms = 60300;
    serve(f);
    assert_true(is_closed(old));
    close(old);
    close(eager);
}

static void test_unanswerable(void **state)
{
    struct fixture *f = *state;
    int fd = connect_from(f, "127.0.0.1");
    uint8_t bytes[2 * (2 + QUERY)];
    ask(fd, 3);
    unsigned count = 0;
    while (count == 0)
        count = tcp_receive(f->tcp, 0);
    assert_int_equal(count, 3);
    f->tcp->queries[1].length = 0;
    tcp_send(f->tcp, count);
    assert_int_equal(recv(fd, bytes, sizeof(bytes), MSG_WAITALL), 2 + QUERY);
    assert_true(is_closed(fd));
    close(fd);
}

static void test_message(void **state)
{
    (void)state;
    static const uint8_t bytes[] = { 0, 3, 1, 2, 3, 0, 0, 0 };
    for (size_t length = 0; length < 5; length++)
        assert_int_equal(stream_message(bytes, length), 0);
    assert_int_equal(stream_message(bytes, 5), 5);
    assert_int_equal(stream_message(bytes, 8), 5);
    assert_int_equal(stream_message(bytes + 5, 2), 2);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_SERVER(test_pipelined),
        WITH_SERVER(test_segments),
        WITH_SERVER(test_idle),
        WITH_SERVER(test_crowded),
        WITH_SERVER(test_limit_of_a_client),
        WITH_SERVER(test_eviction),
        WITH_SERVER(test_busy_is_not_evicted),
        WITH_SERVER(test_age_and_queries),
        WITH_SERVER(test_unanswerable),
        cmocka_unit_test(test_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
