/* Random operations of the API against the model; planted faults must be caught. */
#include "support/delist_model.h"
#include "support/delist_ops.h"
#include "support/property.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void in_memory(void **state)
{
    static const struct property property = {
        .run = delist_ops_run, .least = 1, .most = 600, .longer_each = 8, .longest = 4000
    };
    (void)state;
    property_check(&property, 1, 120);
}

static void with_restarts(void **state)
{
    static const struct property property = {
        .run = delist_ops_run_on_disk, .least = 1, .most = 600, .longer_each = 8, .longest = 4000
    };
    (void)state;
    property_check(&property, 1001, 1012);
}

static void check_caught(enum delist_fault fault)
{
    static const struct property property = { .run = delist_ops_run, .least = 1000, .most = 1200 };
    assert_true(property_count_caught(&property, 2001, 2010, fault) >= 5);
}

static void lost_ends_are_caught(void **state)
{
    (void)state;
    check_caught(DELIST_FAULT_LOST_END);
}

static void late_expiry_is_caught(void **state)
{
    (void)state;
    check_caught(DELIST_FAULT_LATE_EXPIRY);
}

static void wrong_order_is_caught(void **state)
{
    (void)state;
    check_caught(DELIST_FAULT_OLDEST_WINS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory),
        cmocka_unit_test(with_restarts),
        cmocka_unit_test(lost_ends_are_caught),
        cmocka_unit_test(late_expiry_is_caught),
        cmocka_unit_test(wrong_order_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
