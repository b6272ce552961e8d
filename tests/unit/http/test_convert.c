/* Times and durations: text to number. */
#include "api/to_json.h"
#include "http/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t time; /* -1: none */
    } table[] = {
        { "1970-01-01T00:00:00Z", 0 },
        { "1970-01-01T00:00:01Z", 1 },
        { "2001-09-09T01:46:40Z", 1000000000 },
        { "2026-11-22T04:26:38Z", 1795321598 },
        { "2024-02-29T23:59:59Z", 1709251199 },
        { "2038-01-19T03:14:08Z", INT64_C(2147483648) },
        { "9999-12-31T23:59:59Z", INT64_C(253402300799) },
        { "2023-02-29T00:00:00Z", -1 },
        { "2023-02-30T00:00:00Z", -1 },
        { "2023-13-01T00:00:00Z", -1 },
        { "2023-00-01T00:00:00Z", -1 },
        { "2023-01-00T00:00:00Z", -1 },
        { "2023-01-32T00:00:00Z", -1 },
        { "2023-01-01T24:00:00Z", -1 },
        { "2023-01-01T00:60:00Z", -1 },
        { "2023-01-01T00:00:60Z", -1 },
        { "1969-12-31T23:59:59Z", -1 },
        { "2023-01-01T00:00:00", -1 },
        { "2023-01-01T00:00:00z", -1 },
        { "2023-01-01t00:00:00Z", -1 },
        { "2023-01-01 00:00:00Z", -1 },
        { "2023-01-01T00:00:00+00:00", -1 },
        { "2023-01-01T00:00:00.5Z", -1 },
        { "2023-01-01T00:00:00Z ", -1 },
        { " 2023-01-01T00:00:00Z", -1 },
        { "2023-1-1T00:00:00Z", -1 },
        { "+023-01-01T00:00:00Z", -1 },
        { "12023-01-01T00:00:00Z", -1 },
        { "2023-01-01", -1 },
        { "", -1 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        int64_t time = -1;
        bool good = convert_time(table[i].text, &time);
        if (time != table[i].time || good != (table[i].time >= 0))
            fail_msg("%s: %lld", table[i].text, (long long)time);
        if (!good || time == 0)
            continue;
        json_t *json = to_json_time(time);
        assert_string_equal(json_string_value(json), table[i].text);
        json_decref(json);
    }
    json_t *never = to_json_time(STORE_FOREVER), *none = to_json_time(0);
    assert_true(json_is_null(never));
    assert_true(json_is_null(none));
}

static void durations(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds; /* -1: none */
    } table[] = {
        { "1", 1 },
        { "90", 90 },
        { "90s", 90 },
        { "15m", 900 },
        { "12h", 43200 },
        { "7d", 604800 },
        { "2w", 1209600 },
        { "0", -1 },
        { "0d", -1 },
        { "-1", -1 },
        { "+1", -1 },
        { " 1", -1 },
        { "1 ", -1 },
        { "1.5h", -1 },
        { "1y", -1 },
        { "d", -1 },
        { "", -1 },
        { "1d12h", -1 },
        { "1dd", -1 },
        { "0x10", -1 },
        { "4294967295", 4294967295 },
        { "4294967296", -1 },
        { "99999999999999999999w", -1 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        int64_t seconds = -1;
        bool good = convert_duration(table[i].text, &seconds);
        if (seconds != table[i].seconds || good != (table[i].seconds >= 0))
            fail_msg("%s: %lld", table[i].text, (long long)seconds);
    }
}

static void ranges(void **state)
{
    (void)state;
    static const char *const texts[][2] = { { "192.0.2.1/32", "192.0.2.1" },
                                            { "192.0.2.0-192.0.2.255", "192.0.2.0/24" },
                                            { "2001:DB8::/32", "2001:db8::/32" },
                                            { "Example.COM", "example.com" } };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct range range;
        struct error error;
        assert_int_equal(range_parse(texts[i][0], false, &range, &error), OK);
        json_t *json = to_json_range(&range);
        assert_string_equal(json_string_value(json), texts[i][1]);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(times), cmocka_unit_test(durations),
                                        cmocka_unit_test(ranges) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
