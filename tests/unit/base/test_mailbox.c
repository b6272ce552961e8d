/* Which addresses lead to one mailbox. */
#include "base/attr.h"
#include "base/mailbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *address, *folded;
} cases[] = {
    { "a@b.example", "a@b.example" },
    { "Jane.Doe@Example.ORG", "jane.doe@example.org" },
    { "jane+news@example.org", "jane@example.org" },
    { "jane+a+b@example.org", "jane@example.org" },
    { "+@example.org", "@example.org" },
    { "a@b+c.example", "a@b+c.example" }, /* only the local part has tags */
    { "\"x@y+z\"@b.example", "\"x@y@b.example" },
    { "no-at+tag", "no-at+tag" },
    { "J\xc3\x96@example.org", "j\xc3\x96@example.org" }, /* only ASCII letters are alike */
    { "", "" },
};

static void test_fold(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char out[64];
        char *end = mailbox_fold(out, cases[i].address);
        assert_string_equal(out, cases[i].folded);
        assert_ptr_equal(end, out + strlen(cases[i].folded));
    }
}

static void test_in_place(void **state)
{
    char text[] = "A+b@C.example";

    (void)state;
    mailbox_fold(text, text);
    assert_string_equal(text, "a@c.example");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_fold), cmocka_unit_test(test_in_place) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
