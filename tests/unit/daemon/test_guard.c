#include "daemon/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void data(void **state)
{
    (void)state;
    static const struct {
        bool loaded;
        uint64_t old, lines, entries, bad;
        const char *why; /* NULL: accepted */
    } table[] = {
        { true, 10000, 5000, 5000, 0, NULL },
        { true, 10000, 4999, 4999, 0, "fewer than half" },
        { true, 10001, 5000, 5000, 0, "fewer than half" },
        { true, 9999, 1, 1, 0, NULL }, /* small lists may do as they like */
        { true, 10000, 0, 0, 0, "fewer than half" },
        { true, 10000, 30000, 30000, 0, NULL },
        { true, 10000, 30001, 30001, 0, "three times" },
        { true, 9999, 90000, 90000, 0, NULL },
        { true, 100, 100, 90, 10, NULL },
        { true, 100, 100, 89, 11, "bad" },
        { true, 100, 99, 0, 99, NULL },
        { true, 20000, 20000, 17999, 2001, "bad" },
        { false, 20000, 1000, 1, 999, NULL }, /* nothing was served before */
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct base_set old = { .loaded = table[i].loaded, .entries = table[i].old };
        struct set_data new = { .lines = table[i].lines, .entries = table[i].entries, .bad = table[i].bad };
        struct error error = { 0 };
        print_message("row %zu %s\n", i, table[i].why != NULL ? table[i].why : "accepted");
        assert_int_equal(guard_data("xbl", &old, &new, &error), table[i].why != NULL ? ERR_REFUSED : OK);
        if (table[i].why != NULL) {
            assert_non_null(strstr(error.text, "xbl: "));
            assert_non_null(strstr(error.text, table[i].why));
        }
    }
}

static void built(void **state)
{
    (void)state;
    static const struct {
        bool loaded;
        uint64_t old, new;
        unsigned canaries; /* base_build leaves out those that the old base lists */
        const char *why;
    } table[] = {
        { true, 5, 5 + (1 << 24), 0, NULL },
        { true, 5, 6 + (1 << 24), 0, "5 before and 16,777,222 now" },
        { true, 1ull << 32, 0, 0, NULL },
        { false, 0, 1ull << 32, CANARY_V4, NULL },
        { true, 0, 0, CANARY_V4, "127.0.0.1" },
        { true, 0, 0, CANARY_V6, "::ffff:" },
        { true, 0, 0, CANARY_TLD | CANARY_INVALID, "INVALID" },
        { true, 0, 0, CANARY_TLD, "top-level" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct base_set old = { .loaded = table[i].loaded, .coverage4 = table[i].old };
        struct base_set new = { .loaded = true, .coverage4 = table[i].new, .canaries = table[i].canaries };
        struct error error = { 0 };
        print_message("row %zu %s\n", i, table[i].why != NULL ? table[i].why : "accepted");
        assert_int_equal(guard_built("dbl", &old, &new, &error), table[i].why != NULL ? ERR_REFUSED : OK);
        if (table[i].why != NULL)
            assert_non_null(strstr(error.text, table[i].why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(data), cmocka_unit_test(built) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
