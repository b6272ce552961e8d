#include "support/list_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void keys(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "192.0.2.1", "192.0.2.1", "an address" },
        { "192.0.2.0/24", "192.0.2.0-192.0.2.255", "a prefix" },
        { "0.0.0.0/0", "0.0.0.0-255.255.255.255", "all of IPv4" },
        { "192.0.2.7-192.0.2.9", "192.0.2.7, 192.0.2.8-192.0.2.9", "a range is made of prefixes" },
        { "2001:db8::1", "2001:db8::1/128", "an IPv6 address" },
        { "2001:DB8::/32", "2001:db8::/32", "an IPv6 prefix" },
        { "2001:db8::1-2001:db8::2", "2001:db8::1/128, 2001:db8::2/128", "an IPv6 range" },
        { "::ffff:192.0.2.1", "192.0.2.1", "a mapped address is an IPv4 address" },
        { "Example.COM", "=example.com", "a name itself" },
        { "*.example.com", "*.example.com", "all below it" },
        { ".example.com.", ".example.com", "both" },
        { "b\xc3\xbc"
          "cher.example",
          "=xn--bcher-kva.example", "an internationalized name" },
        { "  192.0.2.1\t # ours", "192.0.2.1", "a comment after it" },
        { "192.0.2.1 ; ours", "192.0.2.1", "another" },
        { "# x\n; y\n\n192.0.2.1\n192.0.2.1", "192.0.2.1, 192.0.2.1", "comments and repetitions" },
    };
    list_text_check("never", rows, ARRAY_SIZE(rows), NULL);
}

static void invalid_lines(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "192.0.2.1 :5:text\n192.0.2.2", "bad 1, 192.0.2.2", "a value; what follows counts" },
        { ":5:text", "bad 1", "a default" },
        { "!192.0.2.1", "bad 1", "an exclusion" },
        { "192.0.2.1/24", "bad 1", "bits after the prefix length" },
        { "192.0.2", "bad 1", "not in full" },
        { "192.0.2.9-192.0.2.1", "bad 1", "a range that ends before it begins" },
        { ".192.0.2.1", "bad 1", "nothing is below an address" },
        { "*.192.0.2.0/24", "bad 1", "nor below a prefix" },
        { "com", "bad 1", "a single label" },
        { ".", "bad 1", "the root" },
        { "a..com", "bad 1", "an empty label" },
    };
    list_text_check("never", rows, ARRAY_SIZE(rows), NULL);
}

static void reasons_are_of_use(void **state)
{
    (void)state;
    struct list_text got;
    set_free(list_text_load("never", "192.0.2.1/24", NULL, &got));
    assert_non_null(strstr(got.reason, "192.0.2.0/24"));
    set_free(list_text_load("combined", "$DATASET never @\n192.0.2.1", NULL, &got));
    assert_non_null(strstr(got.text, "not allowed in a combined set"));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(keys), cmocka_unit_test(invalid_lines),
                                        cmocka_unit_test(reasons_are_of_use) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
