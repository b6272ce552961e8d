/* The last loads of a list: of all its sets together, newest first. */
#include "load/load_status.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct config_set sets[] = { { .list = (char *)"a" },
                                    { .list = (char *)"b" },
                                    { .list = (char *)"a" } };
static const struct config config = { .sets = sets, .sets_count = ARRAY_SIZE(sets) };

static struct load_status *status_new(void)
{
    struct load_status *loads;
    struct error error;
    assert_int_equal(load_status_new(&config, &loads, &error), OK);
    return loads;
}

/* A load that left `entries` served. */
static void record(struct load_status *loads, size_t set, uint64_t entries, const char *failure)
{
    struct set_state state = { .seconds = 1 };
    struct snapshot_set facts = { .entries = entries };
    struct error error;
    if (failure != NULL)
        error_set(&error, ERR_REFUSED, "%s", failure);
    load_status_record(loads, set, &state, &facts, failure != NULL ? &error : NULL);
}

static void of_a_list(void **state)
{
    (void)state;
    struct load_status *loads = status_new();
    struct report_load out[REPORT_LOADS];
    assert_int_equal(load_status_of_list(loads, "a", out), 0);
    record(loads, 1, 7, NULL);
    record(loads, 2, 1, NULL);
    record(loads, 0, 2, "refused");
    assert_int_equal(load_status_of_list(loads, "b", out), 1);
    assert_int_equal(out[0].entries, 7);
    assert_int_equal(load_status_of_list(loads, "a", out), 2);
    assert_true(out[0].time >= out[1].time);
    assert_int_equal(out[0].entries + out[1].entries, 3);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(out[i].refused, out[i].entries == 2);
        assert_string_equal(out[i].reason, out[i].entries == 2 ? "refused" : "");
    }
    assert_int_equal(load_status_of_list(loads, "c", out), 0);
    load_status_free(loads);
}

/* More loads than are kept, of two sets: the newest are there, none twice. */
static void of_many_loads(void **state)
{
    (void)state;
    struct load_status *loads = status_new();
    struct report_load out[REPORT_LOADS];
    struct report_set last;
    for (uint64_t i = 1; i <= 3 * REPORT_LOADS; i++)
        record(loads, i % 2 == 0 ? 0 : 2, i, NULL);
    assert_int_equal(load_status_of_list(loads, "a", out), REPORT_LOADS);
    for (unsigned i = 0; i < REPORT_LOADS; i++) {
        assert_true(out[i].entries > REPORT_LOADS);
        assert_true(i == 0 || out[i].time <= out[i - 1].time);
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(out[i].entries, out[j].entries);
    }
    load_status_last(loads, 0, &last);
    assert_int_equal(last.last.entries, 3 * REPORT_LOADS);
    load_status_free(loads);
}

static void alarm_of_a_set(void **state)
{
    (void)state;
    struct load_status *loads = status_new();
    struct report_set last;
    load_status_set_alarm(loads, "b", "alarm");
    load_status_last(loads, 1, &last);
    assert_string_equal(last.alarm, "alarm");
    assert_int_equal(last.last.time, 0);
    load_status_last(loads, 0, &last);
    assert_string_equal(last.alarm, "");
    load_status_free(loads);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(of_a_list), cmocka_unit_test(of_many_loads),
                                        cmocka_unit_test(alarm_of_a_set) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
