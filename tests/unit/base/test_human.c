/* Numbers as people read them. */
#include "base/attr.h"
#include "base/human.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void counts(void **state)
{
    (void)state;
    assert_string_equal(human_count(0).text, "0");
    assert_string_equal(human_count(999).text, "999");
    assert_string_equal(human_count(1000).text, "1,000");
    assert_string_equal(human_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
}

static void numbers_with_nouns(void **state)
{
    (void)state;
    assert_string_equal(human_number(0, "entry", "entries").text, "0 entries");
    assert_string_equal(human_number(1, "entry", "entries").text, "1 entry");
    assert_string_equal(human_number(2, "entry", "entries").text, "2 entries");
    assert_string_equal(human_number(UINT64_MAX, "line", "lines").text, "18,446,744,073,709,551,615 lines");
}

static void sizes(void **state)
{
    (void)state;
    assert_string_equal(human_bytes(1).text, "1 byte");
    assert_string_equal(human_bytes(999).text, "999 bytes");
    assert_string_equal(human_bytes(1000).text, "1.0 kB");
    assert_string_equal(human_bytes(10800000).text, "10.8 MB");
    assert_string_equal(human_bytes(2500000000).text, "2.50 GB");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(counts), cmocka_unit_test(numbers_with_nouns),
                                        cmocka_unit_test(sizes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
