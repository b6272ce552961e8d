#include "support/list_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define T50   "....:....1....:....2....:....3....:....4....:....5"
#define T255  T50 T50 T50 T50 T50 "12345"
#define T1020 T255 T255 T255 T255
#define T4080 T1020 T1020 T1020 T1020

static void entries(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.0.0.1", "1.0.0.1", "without a default: 127.0.0.2, no text" },
        { ":3:def\n1.0.0.1", "1.0.0.1 :3:def", "the default" },
        { ":3:def\n1.0.0.1 # c", "1.0.0.1 :3:def", "the default before a comment" },
        { ":3:def\n1.0.0.1 ;c", "1.0.0.1 :3:def", "the other comment" },
        { ":3:def\n1.0.0.1 :5", "1.0.0.1 :5:def", "A alone: the default's text" },
        { ":3:def\n1.0.0.1 :5:", "1.0.0.1 :5:", "A and an empty text" },
        { ":3:def\n1.0.0.1 :5:text", "1.0.0.1 :5:text", "A and text" },
        { ":3:def\n1.0.0.1 :127.0.0.5:text", "1.0.0.1 :5:text", "A in full" },
        { ":3:def\n1.0.0.1:7:x", "1.0.0.1 :7:x", "directly after the address" },
        { ":3:def\n1.0.0.1 some text", "1.0.0.1 :3:some text", "text alone: the default's A" },
        { ":3:def\n1.0.0.1 =own", "1.0.0.1 :3:=own", "the = is kept for whoever expands the text" },
        { ":3:def\n1.0.0.1 :7:=own", "1.0.0.1 :7:=own", "after an A too" },
        { ":3:def\n1.0.0.1 =", "1.0.0.1 :3:=", "= alone" },
        { "1.0.0.1 text # x", "1.0.0.1 :2:text # x", "# within a text is literal" },
        { "1.0.0.1 :5: # c", "1.0.0.1 :5:# c", "# at the start of a text after A too" },
        { "1.0.0.1 :5:#c", "1.0.0.1 :5:#c", "without a blank" },
        { "1.0.0.1 \"a\\b\"", "1.0.0.1 :2:\"a\\b\"", "quotes and backslashes are literal" },
        { "1.0.0.1 :5: \t text \t", "1.0.0.1 :5:text", "blanks around a text" },
        { "1.0.0.1 :5 \t:text", "1.0.0.1 :5:text", "blanks after A" },
        { "1.0.0.1 :5:::", "1.0.0.1 :5:::", "colons in a text" },
        { "1.0.0.1 text\r", "1.0.0.1 :2:text", "no CR in a text" },
        { "1.0.0.1 :1.2:x", "1.0.0.1 :1.0.0.2:x", "two numbers" },
        { "1.0.0.1 :1.2.3:x", "1.0.0.1 :1.2.0.3:x", "three numbers" },
        { "1.0.0.1 :1.0:", "1.0.0.1 :1.0.0.0:", "of which the last may be 0" },
        { "1.0.0.1 :0.0.0.5:a", "1.0.0.1 :0.0.0.5:a", "or the first" },
        { "1.0.0.1 :005.0.0.1:t", "1.0.0.1 :5.0.0.1:t", "leading zeros" },
        { "1.0.0.1 :255.255.255.255:", "1.0.0.1 :255.255.255.255:", "any address" },
        { "1.0.0.1 :0:", "bad 1", "0" },
        { "1.0.0.1 :0.0:", "bad 1", "0.0" },
        { "1.0.0.1 :0.0.0.0:t", "bad 1", "0.0.0.0" },
        { "1.0.0.1 :256:", "bad 1", "256" },
        { "1.0.0.1 :999:", "bad 1", "999" },
        { "1.0.0.1 :1.2.3.256:t", "bad 1", "octet above 255" },
        { "1.0.0.1 :1.2.3.4.5:t", "bad 1", "five numbers" },
        { "1.0.0.1 :127.0.0.:t", "bad 1", "dot at the end" },
        { "1.0.0.1 :0x5:t", "bad 1", "hex" },
        { "1.0.0.1 ::x", "bad 1", "no A" },
        { "1.0.0.1 :", "bad 1", "colon alone" },
        { "1.0.0.1:", "bad 1", "colon alone, directly after it" },
        { "1.0.0.1 : :x", "bad 1", "blank for A" },
        { "1.0.0.1 : 5:t", "bad 1", "blank before A" },
        { "1.0.0.1 :5 junk", "bad 1", "text without a colon" },
        { "1.0.0.1 :5 # c", "bad 1", "no comment after A" },
        { "1.0.0.1 :5#c", "bad 1", "nor without a blank" },
        { "1.0.0.1 " T255, "1.0.0.1 :2:" T255, "longest text" },
        { "1.0.0.1 " T255 "x", "1.0.0.1 :2:" T255 "x", "more than a character-string holds" },
        { "1.0.0.1 " T4080, "1.0.0.1 :2:" T4080, "the longest" },
        { "1.0.0.1 " T4080 "x", "bad 1", "too long" },
        { "$1 " T4080 "x", "bad 1", "of a variable" },
    };
    list_text_check("ip4set", rows, ARRAY_SIZE(rows), NULL);
    list_text_check("ip4trie", rows, ARRAY_SIZE(rows), NULL);
}

static void defaults(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { ":5:=text\n1.0.0.1\n1.0.0.2 x\n1.0.0.3 :6", "1.0.0.1 :5:=text, 1.0.0.2 :5:x, 1.0.0.3 :6:=text",
          "kept =" },
        { ":7:x\n:8\n1.0.0.1", "1.0.0.1 :8:", "A alone on a default line: no text" },
        { ":9:\n1.0.0.1", "1.0.0.1 :9:", "empty text" },
        { ":5:  lead\n1.0.0.1", "1.0.0.1 :5:lead", "blanks before a text" },
        { "1.0.0.1\n:6\n1.0.0.2", "1.0.0.1, 1.0.0.2 :6:", "holds from its line on" },
        { ":9:x\n:a:b\n1.0.0.1", "bad 2, 1.0.0.1 :9:x", "a malformed one leaves the one before" },
        { ":9:x\n: 3:y\n1.0.0.1", "bad 2, 1.0.0.1 :9:x", "blank before A" },
        { ":9:x\n:\n1.0.0.1", "bad 2, 1.0.0.1 :9:x", "nothing" },
        { ":9:x\n::t\n1.0.0.1", "bad 2, 1.0.0.1 :9:x", "no A" },
        { ":9:x\n:7 #c\n1.0.0.1", "bad 2, 1.0.0.1 :9:x", "no comment" },
    };
    list_text_check("ip4set", rows, ARRAY_SIZE(rows), NULL);
    list_text_check("ip4trie", rows, ARRAY_SIZE(rows), NULL);
}

static void interned(void **state)
{
    (void)state;
    struct list_text got;
    struct set_data *set = list_text_load(
        "ip4set", ":5:a\n1.0.0.1\n1.0.0.2 :6:b\n1.0.0.3\n1.0.0.4 a\n1.0.0.5 :6:b\n1.0.0.6 :5:", NULL, &got);
    static const uint32_t same_as[] = { 0, 1, 0, 0, 1, 5 };
    size_t count;
    struct entry4 *e = list_text_entries4(set, &count);
    assert_int_equal(count, 6);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(e[i].value, e[same_as[i]].value);
    free(e);
    assert_int_equal(VEC_COUNT(&set->values, struct set_value), 3);
    assert_int_equal(set->texts.used, 1 + 2 + 2);
    set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(entries), cmocka_unit_test(defaults),
                                        cmocka_unit_test(interned) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
