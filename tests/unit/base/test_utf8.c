/* UTF-8: what RFC 3629 section 4 permits, byte by byte, and characters counted. */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The syntax of RFC 3629 section 4: the ranges of each byte of each form. */
static const struct {
    uint8_t range[4][2];
} forms[] = {
    { { { 0x00, 0x7f } } },
    { { { 0xc2, 0xdf }, { 0x80, 0xbf } } },
    { { { 0xe0, 0xe0 }, { 0xa0, 0xbf }, { 0x80, 0xbf } } },
    { { { 0xe1, 0xec }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
    { { { 0xed, 0xed }, { 0x80, 0x9f }, { 0x80, 0xbf } } },
    { { { 0xee, 0xef }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
    { { { 0xf0, 0xf0 }, { 0x90, 0xbf }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
    { { { 0xf1, 0xf3 }, { 0x80, 0xbf }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
    { { { 0xf4, 0xf4 }, { 0x80, 0x8f }, { 0x80, 0xbf }, { 0x80, 0xbf } } },
};

static size_t length_by_syntax(const uint8_t *bytes, size_t left)
{
    for (size_t form = 0; form < ARRAY_SIZE(forms); form++) {
        size_t n = 0;
        while (n < 4 && forms[form].range[n][1] != 0 && n < left && bytes[n] >= forms[form].range[n][0] &&
               bytes[n] <= forms[form].range[n][1])
            n++;
        if (n == 4 || (n > 0 && forms[form].range[n][1] == 0))
            return n;
    }
    return 0;
}

/* All first and second bytes; third and fourth bytes on both sides of their limits; cut off anywhere. */
static void sequences(void **state)
{
    static const uint8_t ends[] = { 0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff };
    (void)state;
    for (unsigned first = 0; first < 65536; first++) {
        for (size_t k = 0; k < ARRAY_SIZE(ends) * ARRAY_SIZE(ends); k++) {
            uint8_t bytes[] = { (uint8_t)(first >> 8), (uint8_t)first, ends[k / ARRAY_SIZE(ends)],
                                ends[k % ARRAY_SIZE(ends)] };
            for (size_t left = 0; left <= sizeof(bytes); left++)
                assert_int_equal(utf8_sequence(bytes, left), length_by_syntax(bytes, left));
        }
    }
}

static void characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool valid;
        size_t characters;
    } table[] = {
        { "", true, 0 },
        { "abc", true, 3 },
        { "\xc3\xa9t\xc3\xa9", true, 3 },                    /* two letters with an accent, one without */
        { "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", true, 3 }, /* three kanji */
        { "\xf0\x9f\x98\x80", true, 1 },                     /* U+1F600 */
        { "e\xcc\x81", true, 2 }, /* a combining accent is a character of its own */
        { "abc\xff", false, 0 },
        { "\xe6\x97", false, 0 },
        { "\xed\xa0\xbd\xed\xb8\x80", false, 0 }, /* surrogates, as CESU-8 has them */
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        size_t count = 77;
        assert_int_equal(utf8_length(table[i].text, strlen(table[i].text), &count), table[i].valid);
        assert_int_equal(count, table[i].valid ? table[i].characters : 77);
    }
    size_t count;
    assert_true(utf8_length("a\0b", 3, &count)); /* a zero byte is a character */
    assert_int_equal(count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sequences), cmocka_unit_test(characters) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
