/* How descriptors are divided among the services. */
#include "daemon/descriptors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void divided(void **state)
{
    (void)state;
    static const struct {
        size_t limit;
        struct descriptor_needs needs;
        uint32_t tcp, http; /* 0: too few */
    } table[] = {
        /* all that is wanted */
        { 5100, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 1000, 1000 },
        { 100000, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 1000, 1000 },
        { 5099, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 999, 999 },
        /* a tenth: 2 each, and of 500 - 10 left the same part to all, rounded down: 998 * 490 / 4990 */
        { 600, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 100, 100 },
        { 256, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 31, 31 },
        { 256, { 60, 40, { 2, 1000 }, { 1, 100 } }, 73, 9 },
        { 200, { 60, 40, { 2, 1000 }, { 0, 1000 } }, 50, 50 },
        /* the fewest */
        { 110, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 2, 2 },
        { 109, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 0, 0 },
        { 105, { 60, 40, { 2, 1 }, { 3, 1 } }, 1, 1 },
        { 64, { 46, 40, { 1, 1000 }, { 1, 1000 } }, 0, 0 },
        { 0, { 60, 40, { 2, 1000 }, { 3, 1000 } }, 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const struct descriptor_needs *n = &table[i].needs;
        struct descriptor_shares shares = { 0 };
        struct error error;
        enum err err = descriptors_divide(table[i].limit, n, &shares, &error);
        if (err != (table[i].tcp > 0 ? OK : ERR_LIMIT) || shares.tcp != table[i].tcp ||
            shares.http != table[i].http)
            fail_msg("%zu: %d, %u and %u", i, err, shares.tcp, shares.http);
        if (err == OK)
            assert_true(n->own + n->reserve + n->tcp.count * shares.tcp + n->http.count * shares.http <=
                        table[i].limit);
    }
}

static void message(void **state)
{
    (void)state;
    static const struct descriptor_needs needs = { 46, 40, { 2, 1000 }, { 1, 500 } };
    struct descriptor_shares shares;
    struct error error;
    assert_int_equal(descriptors_divide(64, &needs, &shares, &error), ERR_LIMIT);
    assert_non_null(strstr(error.text, "the limit of open files is 64, and at least 92 are needed"));
    assert_non_null(strstr(error.text, "2586 for all connections"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(divided), cmocka_unit_test(message) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
