/* Random transactions on the overlay against the simple model; planted faults must be caught. */
#include "support/overlay_ops.h"
#include "support/seed.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void equals_model(void **state)
{
    (void)state;
    static uint8_t bytes[4000];
    for (uint64_t seed = 1; seed <= 150; seed++) {
        size_t size = seeded_bytes(seed, bytes, 1, seed % 10 == 0 ? sizeof(bytes) : 800);
        const char *wrong = overlay_ops_run(bytes, size, OVERLAY_SOUND);
        if (wrong != NULL)
            fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    }
}

static void catches(enum overlay_fault fault)
{
    uint8_t bytes[1500];
    unsigned caught = 0, planted = 0;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        size_t size = seeded_bytes(seed, bytes, 1000, sizeof(bytes));
        planted++;
        caught += overlay_ops_run(bytes, size, fault) != NULL;
    }
    assert_true(caught * 2 > planted);
}

static void slots_reclaimed_early_are_caught(void **state)
{
    (void)state;
    catches(OVERLAY_RECLAIMS_EARLY);
}

static void forgotten_items_are_caught(void **state)
{
    (void)state;
    catches(OVERLAY_FORGETS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_model),
        cmocka_unit_test(slots_reclaimed_early_are_caught),
        cmocka_unit_test(forgotten_items_are_caught),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
