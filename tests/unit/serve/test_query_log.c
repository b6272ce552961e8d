/* The query log's line and its ring. */
#include "base/clock.h"
#include "dns/wire.h"
#include "serve/query_ring.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>

static void expect_line(const struct query_record *r, const char *expected)
{
    char text[QUERY_LINE_MAX];
    size_t length = query_line_format(r, text);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
}

static void test_line(void **state)
{
    (void)state;
    struct query_record r = { .time = 1795315101,
                              .client = { 127, 0, 0, 1 },
                              .type = TYPE_TXT,
                              .class = CLASS_IN,
                              .answers = 1,
                              .length = 83,
                              .name = "\1"
                                      "4\1"
                                      "3\1"
                                      "2\1"
                                      "1\2bl\4test" };
    expect_line(&r, "1795315101 127.0.0.1 4.3.2.1.bl.test TXT IN: NOERROR/1/83\n");
    r.rcode = RCODE_NXDOMAIN;
    r.type = 65;
    r.class = 7;
    r.ipv6 = 1;
    inet_pton(AF_INET6, "2001:db8::1", r.client);
    memcpy(r.name, "\7a.\"\\;@$\4 \xff(c", 14);
    expect_line(&r,
                "1795315101 2001:db8::1 a\\.\\\"\\\\\\;\\@\\$.\\032\\255(c type65 class7: NXDOMAIN/1/83\n");
    r.name[0] = 0;
    r.rcode = RCODE_NOTIMP;
    r.type = 0;
    r.class = CLASS_ANY;
    expect_line(&r, "1795315101 2001:db8::1 . INVALID ANY: NOTIMPL/1/83\n");
}

/* The longest line there can be fits. */
static void test_longest_line(void **state)
{
    (void)state;
    struct query_record r = { .time = INT64_MIN,
                              .ipv6 = 1,
                              .type = 65535,
                              .class = 65535,
                              .rcode = 15,
                              .answers = 65535,
                              .length = 65535 };
    memset(r.client, 0xff, sizeof(r.client));
    memset(r.name, 0xff, sizeof(r.name));
    for (unsigned i = 0; i < 4; i++)
        r.name[i * 63u] = i < 3 ? 62 : 255 - 3 * 63 - 2;
    r.name[254] = 0;
    char text[QUERY_LINE_MAX + 1];
    text[QUERY_LINE_MAX] = 'x';
    assert_true(query_line_format(&r, text) < QUERY_LINE_MAX);
    assert_int_equal(text[QUERY_LINE_MAX], 'x');
}

/* A reply with the question `number`.test. */
static struct answer_query reply(uint8_t packet[64], unsigned number)
{
    static const struct sockaddr_in client = { .sin_family = AF_INET };
    memset(packet, 0, 64);
    packet[5] = 1;
    int n = snprintf((char *)packet + 13, 16, "%u", number);
    packet[12] = (uint8_t)n;
    memcpy(packet + 13 + n, "\4test\0\0\1\0\1", 10);
    return (struct answer_query){ .packet = packet,
                                  .length = (uint32_t)(23 + n),
                                  .client = (const struct sockaddr *)&client };
}

static unsigned number_of(const struct query_record *r)
{
    return (unsigned)strtoul((const char *)r->name + 1, NULL, 10);
}

static void test_full_ring(void **state)
{
    (void)state;
    struct query_ring *ring = query_ring_new(NULL);
    uint8_t packet[64];
    assert_null(query_ring_first(ring));
    for (unsigned i = 0; i < QUERY_RING_SIZE + 10; i++) {
        struct answer_query q = reply(packet, i);
        query_ring_add(ring, i, &q, 1);
    }
    assert_int_equal(query_ring_dropped(ring), 10);
    for (unsigned i = 0; i < QUERY_RING_SIZE; i++) {
        const struct query_record *r = query_ring_first(ring);
        assert_non_null(r);
        assert_int_equal(number_of(r), i);
        assert_int_equal(r->time, i);
        query_ring_next(ring);
    }
    assert_null(query_ring_first(ring));
    query_ring_free(ring);
}

/* What was dropped, or could not be parsed and so has no question, is not logged. */
static void test_without_a_question(void **state)
{
    (void)state;
    struct query_ring *ring = query_ring_new(NULL);
    uint8_t packets[3][64];
    struct answer_query q[3] = { reply(packets[0], 1), reply(packets[1], 2), reply(packets[2], 3) };
    q[0].length = 0;
    packets[1][5] = 0;
    query_ring_add(ring, 5, q, 3);
    assert_int_equal(number_of(query_ring_first(ring)), 3);
    query_ring_next(ring);
    assert_null(query_ring_first(ring));
    assert_int_equal(query_ring_dropped(ring), 0);
    query_ring_free(ring);
}

#define TORTURE 200000

static void *produce(void *ring)
{
    uint8_t packets[ANSWER_BATCH][64];
    struct answer_query q[ANSWER_BATCH];
    for (unsigned i = 0; i < TORTURE;) {
        unsigned count = 0;
        while (count < 1 + i % ANSWER_BATCH && i < TORTURE) {
            q[count] = reply(packets[count], i++);
            count++;
        }
        query_ring_add(ring, 0, q, count);
    }
    return NULL;
}

/* Records are popped whole and in order; each is popped or counted as lost. */
static void test_two_threads(void **state)
{
    (void)state;
    struct query_ring *ring = query_ring_new(NULL);
    pthread_t producer;
    unsigned last = 0, seen = 0;
    assert_int_equal(pthread_create(&producer, NULL, produce, ring), 0);
    for (bool ended = false;;) {
        const struct query_record *r = query_ring_first(ring);
        if (r == NULL && ended)
            break;
        if (r == NULL) {
            ended = seen + query_ring_dropped(ring) == TORTURE;
            continue;
        }
        assert_true(seen == 0 || number_of(r) > last);
        last = number_of(r);
        seen++;
        query_ring_next(ring);
    }
    pthread_join(producer, NULL);
    assert_int_equal(seen + query_ring_dropped(ring), TORTURE);
    query_ring_free(ring);
}

#define SLEEPS 20000

static unsigned popped; /* atomic */

/* Each record is pushed just after the consumer has popped the one before, when it begins to sleep. */
static void *produce_one_by_one(void *ring)
{
    uint8_t packet[64];
    for (unsigned i = 0; i < SLEEPS; i++) {
        struct answer_query q = reply(packet, i);
        while (__atomic_load_n(&popped, __ATOMIC_ACQUIRE) != i)
            ;
        for (volatile unsigned wait = i % 64; wait > 0; wait--)
            ;
        query_ring_add(ring, 0, &q, 1);
    }
    return NULL;
}

/* A record that is pushed while the consumer begins to sleep wakes it. */
static void test_no_sleep_over_records(void **state)
{
    (void)state;
    struct doorbell bell;
    pthread_t producer;
    assert_true(doorbell_open(&bell));
    struct query_ring *ring = query_ring_new(&bell);
    assert_int_equal(pthread_create(&producer, NULL, produce_one_by_one, ring), 0);
    while (popped < SLEEPS) {
        if (query_ring_first(ring) != NULL) {
            query_ring_next(ring);
            __atomic_store_n(&popped, popped + 1, __ATOMIC_RELEASE);
            continue;
        }
        int64_t start = clock_ms();
        doorbell_announce(&bell);
        doorbell_sleep(&bell, -1, query_ring_first(ring) == NULL ? 10000 : 0);
        assert_true(clock_ms() - start < 10000);
    }
    pthread_join(producer, NULL);
    assert_int_equal(query_ring_dropped(ring), 0);
    query_ring_free(ring);
    doorbell_close(&bell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),        cmocka_unit_test(test_longest_line),
        cmocka_unit_test(test_full_ring),   cmocka_unit_test(test_without_a_question),
        cmocka_unit_test(test_two_threads), cmocka_unit_test(test_no_sleep_over_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
