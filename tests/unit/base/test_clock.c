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

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(clamped), cmocka_unit_test(latest) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
