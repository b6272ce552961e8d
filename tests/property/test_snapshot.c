/* Random sets of all kinds, loaded and reloaded, against the model; a planted fault must be caught. */
#include "support/property.h"
#include "support/snapshot_ops.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct property random_sets = {
    .run = snapshot_ops_run, .least = 8, .most = 400, .longer_each = 4, .longest = 3000
};
static const struct property faulty_sets = { .run = snapshot_ops_run, .least = 8, .most = 400 };

static void equals_model(void **state)
{
    (void)state;
    property_check(&random_sets, 1, property_seeds(200));
}

/* A line that a later one repeats, or a set without lines, hides the fault; most show it. */
static void planted_fault_is_caught(void **state)
{
    (void)state;
    assert_true(property_count_caught(&faulty_sets, 1, 60, PROPERTY_FAULT_OF_SEED) > 30);
}

static void nothing_is_listed_without_lists(void **state)
{
    (void)state;
    assert_null(snapshot_ops_run(NULL, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_listed_without_lists),
        cmocka_unit_test(equals_model),
        cmocka_unit_test(planted_fault_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
