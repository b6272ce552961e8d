/* The catalogues: what a language lacks. */
#include "page/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Which placeholders a message has: bit n for {n}. */
static unsigned placeholders(const char *text)
{
    unsigned found = 0;
    for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
        assert_true(at[1] >= '1' && at[1] <= '4' && at[2] == '}');
        found |= 1u << (at[1] - '0');
    }
    return found;
}

/* Each language has all messages, with the same arguments. */
static void test_complete(void **state)
{
    (void)state;
    for (enum word word = 0; word < WORDS; word++)
        for (enum language language = 0; language < LANGUAGES; language++) {
            const char *text = words(language, word);
            print_message("%s, message %d\n", language_tag(language), word);
            assert_non_null(text);
            assert_string_not_equal(text, "");
            assert_int_equal(placeholders(text), placeholders(words(LANGUAGE_EN, word)));
        }
}

/* In another language no English is left: nothing has two Latin letters in a row but technical words. */
static void test_translated(void **state)
{
    static const char *const technical[] = { "IP", "DNS", "example.com", "db8", "UTC", "CSV" };
    (void)state;
    for (enum word word = 0; word < WORDS; word++) {
        if (word == WORD_TIME_FORMAT || word == WORD_LIST_JOIN)
            continue;
        const char *text = words(LANGUAGE_JA, word);
        print_message("%s\n", text);
        assert_string_not_equal(text, words(LANGUAGE_EN, word));
        for (const char *at = text; *at != '\0';) {
            size_t skip = 0;
            for (size_t i = 0; i < sizeof(technical) / sizeof(technical[0]); i++)
                if (strncmp(at, technical[i], strlen(technical[i])) == 0)
                    skip = strlen(technical[i]);
            bool letters = ((at[0] | 0x20) >= 'a' && (at[0] | 0x20) <= 'z') &&
                           ((at[1] | 0x20) >= 'a' && (at[1] | 0x20) <= 'z');
            assert_true(skip != 0 || !letters);
            at += skip != 0 ? skip : 1;
        }
    }
}

/* What an argument says is no placeholder, and one that is not given stays. */
static void test_format(void **state)
{
    static const struct {
        const char *arguments[WORDS_ARGUMENTS], *text;
    } cases[] = {
        { { "sbl", "xbl" }, "sbl, xbl" },
        { { "{2}", "{1}%s" }, "{2}, {1}%s" },
        { { "", "" }, ", " },
        { { "sbl" }, "sbl, {2}" },
    };
    char text[64];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t length = words_format(LANGUAGE_EN, WORD_LIST_JOIN, cases[i].arguments, text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(length, strlen(text));
        assert_int_equal(words_format(LANGUAGE_EN, WORD_LIST_JOIN, cases[i].arguments, NULL), length);
    }
    words_format(LANGUAGE_JA, WORD_BULK_RESULT, (const char *const[WORDS_ARGUMENTS]){ "3", "50" }, text);
    assert_string_equal(text, "50件中3件が登録されています");
    words_format(LANGUAGE_EN, WORD_LIST_JOIN, NULL, text);
    assert_string_equal(text, "{1}, {2}");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_complete), cmocka_unit_test(test_translated),
                                        cmocka_unit_test(test_format) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
