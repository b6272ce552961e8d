/* Which language a reader gets. */
#include "base/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    const char *asked, *accept;
    enum language language;
} cases[] = {
    { NULL, NULL, LANGUAGE_EN },
    { "ja", NULL, LANGUAGE_JA },
    { "JA-jp", NULL, LANGUAGE_JA },
    { "en", "ja", LANGUAGE_EN },
    { "xx", "ja", LANGUAGE_JA }, /* what we do not have is ignored */
    { "", "ja", LANGUAGE_JA },
    { NULL, "ja", LANGUAGE_JA },
    { NULL, "ja-JP,ja;q=0.9,en-US;q=0.8,en;q=0.7", LANGUAGE_JA },
    { NULL, "en-US,en;q=0.9,ja;q=0.8", LANGUAGE_EN },
    { NULL, "fr, de;q=0.9, ja;q=0.5", LANGUAGE_JA },
    { NULL, "en;q=0.4, ja;q=0.5", LANGUAGE_JA },
    { NULL, "ja;q=0, en;q=0.1", LANGUAGE_EN },
    { NULL, "ja;q=0", LANGUAGE_EN },
    { NULL, "*", LANGUAGE_EN },
    { NULL, "jav, enx", LANGUAGE_EN }, /* other languages: Javanese */
    { NULL, "jav;q=1, ja;q=0.1", LANGUAGE_JA },
    { NULL, ",,;;q=,ja;q", LANGUAGE_JA },
    { NULL, "ja;q=9e99, en;q=nan", LANGUAGE_JA },
    { NULL, " \t,", LANGUAGE_EN },
};

static void test_choose(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        print_message("%zu\n", i);
        assert_int_equal(language_choose(cases[i].asked, cases[i].accept), cases[i].language);
    }
}

static void test_find(void **state)
{
    enum language language;
    (void)state;
    assert_true(language_find("ja", &language));
    assert_int_equal(language, LANGUAGE_JA);
    assert_false(language_find("", &language));
    assert_false(language_find("-", &language));
    assert_false(language_find("j", &language));
    assert_string_equal(language_tag(LANGUAGE_JA), "ja");
    assert_string_equal(language_name(LANGUAGE_JA), "日本語");
}

static void test_texts(void **state)
{
    static const struct {
        struct localized text;
        enum language language;
        const char *expected;
    } table[] = {
        { { { "a", "b" } }, LANGUAGE_EN, "a" },  { { { "a", "b" } }, LANGUAGE_JA, "b" },
        { { { "a", NULL } }, LANGUAGE_JA, "a" }, { { { NULL, "b" } }, LANGUAGE_EN, "b" },
        { { { NULL, "b" } }, LANGUAGE_JA, "b" },
    };
    static const struct localized none;
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        assert_string_equal(language_text(&table[i].text, table[i].language), table[i].expected);
    assert_string_equal(language_default_text(&table[1].text), "a");
    assert_null(language_text(&none, LANGUAGE_EN));
    assert_null(language_text(&none, LANGUAGE_JA));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_choose), cmocka_unit_test(test_find),
                                        cmocka_unit_test(test_texts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
