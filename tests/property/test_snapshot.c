/* Random sets of all kinds, loaded and reloaded, against the stupid model; a planted fault must be caught. */
#include "support/seed.h"
#include "support/snapshot_ops.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void equals_model(void **state)
{
    (void)state;
    uint8_t bytes[3008];
    const char *more = getenv("SEEDS");
    uint64_t seeds = more != NULL ? strtoull(more, NULL, 10) : 200;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        size_t size = seeded_bytes(seed, bytes, 8, seed % 4 == 0 ? 3000 : 400);
        const char *wrong = base_ops_run(bytes, size, 0);
        if (wrong != NULL)
            fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    }
}

static void planted_fault_is_caught(void **state)
{
    (void)state;
    uint8_t bytes[408];
    unsigned caught = 0, planted = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        size_t size = seeded_bytes(seed, bytes, 8, 400);
        planted++;
        caught += base_ops_run(bytes, size, seed * UINT64_C(0x9e3779b97f4a7c15) >> 20) != NULL;
    }
    /* A line that a later one repeats, or a set without lines, hides the fault; most show it. */
    assert_true(caught * 2 > planted);
}

static void nothing_is_listed_nowhere(void **state)
{
    (void)state;
    assert_null(base_ops_run(NULL, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_listed_nowhere),
        cmocka_unit_test(equals_model),
        cmocka_unit_test(planted_fault_is_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
