/* Random operations of the API against the stupid model; planted faults must be caught. */
#include <setjmp.h>
#include <stdarg.h>

#include "support/delist_ops.h"
#include "support/seed.h"

#include <cmocka.h>

static void run(uint64_t first, uint64_t last, bool durable)
{
    static uint8_t bytes[4000];
    for (uint64_t seed = first; seed <= last; seed++) {
        size_t size = seeded_bytes(seed, bytes, 1, seed % 8 == 0 ? sizeof(bytes) : 600);
        const char *wrong = delist_ops_run(bytes, size, durable, DELIST_SOUND);
        if (wrong != NULL)
            fail_msg("seed %llu: %s", (unsigned long long)seed, wrong);
    }
}

static void in_memory(void **state)
{
    (void)state;
    run(1, 120, false);
}

static void with_restarts(void **state)
{
    (void)state;
    run(1001, 1012, true);
}

static void catches(enum delist_fault fault)
{
    static uint8_t bytes[1200];
    unsigned caught = 0;
    for (uint64_t seed = 2001; seed <= 2010; seed++) {
        size_t size = seeded_bytes(seed, bytes, 1000, sizeof(bytes));
        caught += delist_ops_run(bytes, size, false, fault) != NULL;
    }
    assert_true(caught >= 5);
}

static void ends_are_seen(void **state)
{
    (void)state;
    catches(DELIST_FORGETS_END);
}

static void seconds_are_seen(void **state)
{
    (void)state;
    catches(DELIST_SECOND_LATE);
}

static void the_newest_is_seen(void **state)
{
    (void)state;
    catches(DELIST_OLDEST_WINS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_memory),          cmocka_unit_test(with_restarts),
        cmocka_unit_test(ends_are_seen),      cmocka_unit_test(seconds_are_seen),
        cmocka_unit_test(the_newest_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
