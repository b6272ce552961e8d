/* Limits of clients and of the networks around them. */
#include "answer/throttle.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MINUTE 60000
#define NOW    INT64_C(1000000)

static struct client_address client4(uint32_t address)
{
    return (struct client_address){ false, { (uint64_t)address << 32, 0 } };
}

/* Host `host` of the /64 with these upper bits. */
static struct client_address client6(uint64_t network, uint64_t host)
{
    return (struct client_address){ true, { network, host } };
}

/* Ten a minute: ten at once, then one every six seconds. */
static void one_client(void **state)
{
    struct throttle *l = throttle_new(10, MINUTE);
    struct client_address a = client4(0xc0000201), near = client4(0xc0000202);
    unsigned seconds = 0;

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(throttle_admit(l, &a, NOW, &seconds));
    assert_false(throttle_admit(l, &a, NOW, &seconds));
    assert_int_equal(seconds, 6);
    assert_false(throttle_admit(l, &a, NOW + 5999, &seconds));
    assert_int_equal(seconds, 1);
    assert_true(throttle_admit(l, &near, NOW, &seconds));
    assert_true(throttle_admit(l, &a, NOW + 6000, &seconds));
    assert_false(throttle_admit(l, &a, NOW + 6000, &seconds));
    for (int i = 0; i < 10; i++)
        assert_true(throttle_admit(l, &a, NOW + 66000, &seconds));
    assert_false(throttle_admit(l, &a, NOW + 66000, &seconds));
    throttle_free(l);
}

/* Which addresses are one client, and which are one network; beyond the network's limit there is none for a
 * client that has used nothing. */
static void networks(void **state)
{
    static const struct {
        const char *what;
        uint64_t step; /* between two addresses, in the upper half... */
        uint64_t host; /* ...or in the lower one */
        bool ipv6;
        unsigned addresses, admitted; /* of 100 tries by each */
    } rows[] = {
        { "an address", 0, 0, false, 5, 10 },
        { "addresses of a /24", UINT64_C(1) << 32, 0, false, 5, 50 },
        { "a whole /24", UINT64_C(1) << 32, 0, false, 256, 80 },
        { "addresses of several /24", UINT64_C(1) << 40, 0, false, 20, 200 },
        { "hosts of a /64", 0, 1, true, 5, 10 },
        { "hosts far apart in a /64", 0, UINT64_C(1) << 63, true, 2, 10 },
        { "several /64 of a /48", 1, 0, true, 5, 50 },
        { "many /64 of a /48", 1, 0, true, 1000, 80 },
        { "several /48", UINT64_C(1) << 16, 0, true, 20, 200 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct throttle *l = throttle_new(10, MINUTE);
        unsigned admitted = 0, seconds = 0;
        for (unsigned n = 0; n < 100 * rows[i].addresses; n++) {
            uint64_t address = n % rows[i].addresses, hi = address * rows[i].step;
            struct client_address c = rows[i].ipv6
                                          ? client6(UINT64_C(0x20010db800010000) + hi, address * rows[i].host)
                                          : client4((uint32_t)(0x0a000000 + (hi >> 32)));
            admitted += throttle_admit(l, &c, NOW, &seconds);
        }
        if (admitted != rows[i].admitted)
            fail_msg("%s: %u admitted, not %u", rows[i].what, admitted, rows[i].admitted);
        assert_true(seconds > 0 && seconds <= 6);
        throttle_free(l);
    }
}

/* Shares of a period are exact enough: so many at once, and no more. */
static void bursts(void **state)
{
    static const struct {
        unsigned most;
        int64_t period_ms;
    } rows[] = { { 1, MINUTE }, { 7, MINUTE }, { 300, MINUTE }, { 60001, MINUTE }, { 60, 3600000 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct throttle *l = throttle_new(rows[i].most, rows[i].period_ms);
        struct client_address a = client4(0xc0000201);
        unsigned seconds;
        for (unsigned n = 0; n < rows[i].most; n++)
            assert_true(throttle_admit(l, &a, NOW, &seconds));
        assert_false(throttle_admit(l, &a, NOW, &seconds));
        throttle_free(l);
    }
}

/* A clock that was hours ahead for a moment stops nobody for hours. */
static void the_clock_is_set_back(void **state)
{
    struct throttle *l = throttle_new(10, MINUTE);
    struct client_address a = client4(0xc0000201);
    unsigned seconds = 0;

    (void)state;
    assert_true(throttle_admit(l, &a, NOW + 7200000, &seconds));
    assert_false(throttle_admit(l, &a, NOW, &seconds));
    assert_true(seconds <= 6);
    assert_false(throttle_admit(l, &a, NOW + 1000, &seconds));
    assert_true(throttle_admit(l, &a, NOW + 7000, &seconds));
    throttle_free(l);
}

/* No clock, however wrong, admits more or overflows. */
static void any_clock(void **state)
{
    static const int64_t clocks[] = { 0, -1, INT64_MIN, INT64_MAX, INT64_MAX / 1000 };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(clocks); i++) {
        struct throttle *l = throttle_new(10, 86400000);
        struct client_address a = client4(0xc0000201);
        unsigned seconds = 0, admitted = 0;
        for (unsigned n = 0; n < 20; n++)
            admitted += throttle_admit(l, &a, clocks[i], &seconds);
        assert_int_equal(admitted, 10);
        assert_int_equal(seconds, 8640);
        throttle_free(l);
    }
}

/* The busiest client stays in the table, however many others there are. */
static void crowd(void **state)
{
    struct throttle *l = throttle_new(10, MINUTE);
    struct client_address busy = client4(0xc0000201);
    unsigned seconds, passed = 0;

    (void)state;
    for (uint32_t i = 0; i < 200000; i++) {
        struct client_address other = client4(0x0a000000 + (i << 8));
        (void)!throttle_admit(l, &other, 1000, &seconds);
        if (i % 1000 == 0)
            passed += throttle_admit(l, &busy, 1000, &seconds);
    }
    assert_int_equal(passed, 10);
    throttle_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_client), cmocka_unit_test(networks),
                                        cmocka_unit_test(bursts),     cmocka_unit_test(the_clock_is_set_back),
                                        cmocka_unit_test(any_clock),  cmocka_unit_test(crowd) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
