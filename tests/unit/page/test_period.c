/* How long something takes, in words. */
#include "page/period.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    int64_t seconds;
    const char *en, *ja;
} periods[] = {
    { INT64_MIN, "1 minute", "1分" },
    { -5, "1 minute", "1分" },
    { 0, "1 minute", "1分" },
    { 1, "1 minute", "1分" },
    { 60, "1 minute", "1分" },
    { 61, "2 minutes", "2分" }, /* rounded up */
    { 300, "5 minutes", "5分" },
    { 3600, "60 minutes", "60分" },
    { 90 * 60, "90 minutes", "90分" },
    { 90 * 60 + 1, "2 hours", "2時間" },
    { 7200, "2 hours", "2時間" },
    { 7201, "3 hours", "3時間" },
    { 86400, "24 hours", "24時間" },
    { 36 * 3600, "36 hours", "36時間" },
    { 36 * 3600 + 1, "2 days", "2日" },
    { 7 * 86400, "7 days", "7日" },
    { 7 * 86400 + 1, "8 days", "8日" },
    { 365 * 86400, "365 days", "365日" },
    { INT64_MAX, "106751991167301 days", "106751991167301日" },
};

static void test_periods(void **state)
{
    char text[PERIOD_TEXT];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(periods); i++) {
        period_format(LANGUAGE_EN, periods[i].seconds, text);
        assert_string_equal(text, periods[i].en);
        period_format(LANGUAGE_JA, periods[i].seconds, text);
        assert_string_equal(text, periods[i].ja);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_periods) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
