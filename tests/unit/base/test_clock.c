#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void clamped(void **state)
{
    static const int64_t table[][2] = {
        { INT64_MIN, 1 },
        { -1, 1 },
        { 0, 1 },
        { 1, 1 },
        { 1795990000, 1795990000 },
        { CLOCK_LATEST, CLOCK_LATEST },
        { CLOCK_LATEST + 1, CLOCK_LATEST },
        { INT64_MAX, CLOCK_LATEST },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_int_equal(clock_clamp(table[i][0]), table[i][1]);
}

static void latest(void **state)
{
    char text[CLOCK_TEXT];
    (void)state;
    assert_true(clock_format(CLOCK_LATEST, text));
    assert_string_equal(text, "2262-04-11T23:47:15Z");
}

#define NONE INT64_MIN
#define HOUR INT64_C(3600)

static void looks(void **state)
{
    (void)state;
    static const struct {
        int64_t minutes; /* monotonic */
        int64_t now, confirmed;
    } table[] = {
        { 0, 1000, NONE },
        { 59, 1000 + 59 * 60, NONE },
        { 60, 1000 + HOUR, 1000 },
        { 61, 1060 + HOUR, 1000 },
        { 119, 1000 + 119 * 60, 1000 },
        { 120, 1000 + 2 * HOUR, 1000 + HOUR },
        { 121, INT64_C(9000000000), 1000 + HOUR }, /* far ahead for a moment: nothing comes of it */
        { 122, 1000 + 122 * 60, 1000 + HOUR },
        { 180, INT64_C(9000000000), 1000 + 2 * HOUR }, /* just at a look */
        { 181, 1000 + 181 * 60, 1000 + 2 * HOUR },
        { 240, 1000 + 4 * HOUR, 1000 + 4 * HOUR },
        { 300, INT64_C(9000000000), 1000 + 4 * HOUR }, /* far ahead, and it stays so */
        { 360, INT64_C(9000003600), INT64_C(9000000000) },
        { 361, 5000, 5000 }, /* set back */
        { 420, 5000 + HOUR, 5000 + HOUR },
    };
    struct clock_looks looks = { .once = false };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        int64_t time = NONE;
        bool known = clock_confirm(&looks, table[i].now, table[i].minutes * 60000 + 123456789, &time);
        assert_int_equal(known, table[i].confirmed != NONE);
        assert_int_equal(time, table[i].confirmed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(clamped), cmocka_unit_test(latest),
                                        cmocka_unit_test(looks) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
