/* Domains as people write them, and those that could be taken for others. */
#include "page/domain_text.h"

#include "overlay/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* As people write it, and whether it is shown so. */
static const struct {
    const char *written;
    bool shown;
} domains[] = {
    { "例え.jp", true },
    { "日本語.jp", true },
    { "ひらがな.カタカナ.漢字.jp", true },
    { "ラーメン大学.jp", true },
    { "佐々木.jp", true },
    { "日本abc-2.jp", true },
    { "bücher.example", true },
    { "mail.café.example", true },
    { "пример.example", true },
    { "παράδειγμα.example", true },
    { "한국어.example", true },
    { "ตัวอย่าง.example", true },
    { "उदाहरण.example", true },
    { "pаypal.example", false }, /* the second letter is Cyrillic */
    { "gοοgle.example", false }, /* Greek omicrons */
    { "日本語рус.example", false },
    { "café한국.example", false },
    { "مثال.example", false },     /* from right to left */
    { "דוגמה.example", false },    /* likewise */
    { "а́bc.example", false },      /* a letter of Cyrillic with an accent of its own */
    { "日本・語.example", false }, /* a dot in the middle */
    { "ⅷ.日本.example", true },    /* a Roman numeral is written viii */
};

static void test_domains(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
        struct range range;
        struct error error;
        char key[RANGE_TEXT], shown[DOMAIN_TEXT];
        print_message("%s\n", domains[i].written);
        assert_int_equal(range_parse(domains[i].written, false, &range, &error), OK);
        range_format(&range, key);
        domain_text_format(key, shown);
        size_t length = strlen(shown), tail = strlen(key);
        if (!domains[i].shown) {
            assert_string_equal(shown, key);
            continue;
        }
        assert_true(length > tail + 3);
        assert_int_equal(shown[length - 1], ')');
        assert_memory_equal(shown + length - tail - 3, " (", 2);
        assert_memory_equal(shown + length - tail - 1, key, tail);
    }
}

static void test_texts(void **state)
{
    static const struct {
        const char *key, *shown;
    } texts[] = {
        { "xn--r8jz45g.jp", "例え.jp (xn--r8jz45g.jp)" },
        { "xn--bcher-kva.example", "bücher.example (xn--bcher-kva.example)" },
        { "example.com", "example.com" },
        { "192.0.2.1", "192.0.2.1" },
        { "2001:db8::1", "2001:db8::1" },
        { "xn--.example", "xn--.example" },                 /* not a valid A-label */
        { "xn--a.example", "xn--a.example" },               /* likewise */
        { "xn--example-.example", "xn--example-.example" }, /* ASCII in disguise */
        { "xn--xn---epa.example", "xn--xn---epa.example" },
        { "axn--b.example", "axn--b.example" },
        { "xn--r8jz45g.xn--a", "xn--r8jz45g.xn--a" },
        { "", "" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        char shown[DOMAIN_TEXT];
        domain_text_format(texts[i].key, shown);
        assert_string_equal(shown, texts[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_domains), cmocka_unit_test(test_texts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
