/* Random transactions on the overlay against the model; planted faults must be caught. */
#include "support/overlay_ops.h"
#include "support/property.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct property random_edits = {
    .run = overlay_ops_run, .least = 1, .most = 800, .longer_each = 10, .longest = 4000
};
static const struct property faulty_edits = { .run = overlay_ops_run, .least = 1000, .most = 1500 };

static void equals_model(void **state)
{
    (void)state;
    property_check(&random_edits, 1, 150);
}

static void slots_reclaimed_early_are_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&faulty_edits, 1, 20, OVERLAY_FAULT_EARLY_RECLAIM) > 10);
}

static void lost_items_are_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&faulty_edits, 1, 20, OVERLAY_FAULT_LOST_ITEM) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_model),
        cmocka_unit_test(slots_reclaimed_early_are_caught),
        cmocka_unit_test(lost_items_are_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
