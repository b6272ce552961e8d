#include "support/list_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define X10   "xxxxxxxxxx"
#define X63   X10 X10 X10 X10 X10 X10 "xxx"
#define X61   X10 X10 X10 X10 X10 X10 "x"
#define ONE32 "1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.f"

static void names(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "ex.com", "=ex.com", "the name itself" },
        { "*.ex.com", "*.ex.com", "all below it" },
        { ".ex.com", ".ex.com", "both" },
        { "EX.Com", "=ex.com", "lower case" },
        { "ex.com.", "=ex.com", "a dot at the end" },
        { "*.com.", "*.com", "of a wildcard too" },
        { "!ex.com", "!=ex.com", "exclusion" },
        { "!*.ex.com", "!*.ex.com", "of all below" },
        { "! \t.ex.com v", "!.ex.com", "of both; its value is ignored" },
        { "!!x", "!=!x", "the second ! is part of the name" },
        { ":5:d\nex.com\n*.a.com :7\nb.com t", "=ex.com :5:d, *.a.com :7:d, =b.com :5:t", "values" },
        { "ex.com\ttab", "=ex.com :2:tab", "a tab ends the name" },
        { "ex.com # c", "=ex.com", "comment" },
        { "ex.com#c", "=ex.com#c", "# is part of a name" },
        { "ex.com;c", "=ex.com;c", "; too" },
        { "a<b.com\n<b>\na>b\n\"a\"\nx", "bad 1, bad 2, bad 3, bad 4, =x",
          "<, > and \" are in web pages only" },
        { "ex.com \"a <b>\"", "=ex.com :2:\"a <b>\"", "values may have them" },
        { " <html>\nServer error\n</html>", "bad 1, bad 2, bad 3", "a web page, words in it too" },
        { "ex.com\n<html>\nServer error", "bad 2, =ex.com, =server :2:error",
          "only if the file begins with <" },
        { "ex.com:5:x", "=ex.com:5:x", ": too" },
        { "a.*.com", "=a.*.com", "* within is a label like any other" },
        { "*.*.com", "*.*.com", "after *. too" },
        { "*com", "=*com", "* at the start of a label too" },
        { "e\\046x.com", "=e\\.x.com", "\\ddd" },
        { "e\\.x.com", "=e\\.x.com", "\\." },
        { "e\\065x.com", "=eax.com", "an escaped letter is lowered" },
        { "M\xc3\xbcnchen.DE", "=xn--mnchen-3ya.de", "UTF-8 becomes A-labels" }, /* RFC 5891, RFC 3492 */
        { "!*.b\xc3\xbc"
          "cher.example :5:",
          "!*.xn--bcher-kva.example", "within a wildcard" },
        { ".xn--mnchen-3ya.de :5:ok", ".xn--mnchen-3ya.de :5:ok", "an A-label is itself" },
        { "_a.\xe4\xbe\x8b\xe3\x81\x88.jp", "=_a.xn--r8jz45g.jp", "beside another label" },
        { "e\\252.com", "=e\\252.com", "an escaped byte is itself" },
        { "e\\032x.com :7:sp", "=e\\032x.com :7:sp", "an escaped blank" },
        { "e\\000.com", "=e\\000.com", "an escaped NUL" },
        { "e_x-.com", "=e_x-.com", "any character" },
        { X63 "." X63 "." X63 "." X61, "=" X63 "." X63 "." X63 "." X61, "longest name" },
        { X63 "." X63 "." X63 "." X61 "x", "bad 1", "longer" },
        { "x" X63 ".com", "bad 1", "label of 64" },
        { "e\\256.com", "bad 1", "escape above 255" },
        { "x\xfcnchen.de", "bad 1", "neither ASCII nor UTF-8" },
        { "\xe2\x80\xaex.com", "bad 1", "UTF-8, but no domain name" },
        { ".", "bad 1", "no name" },
        { "*", "bad 1", "everything" },
        { "*.", "bad 1", "everything, with a dot" },
        { "..", "bad 1", "dots" },
        { "ex..com", "bad 1", "empty label" },
        { "ex.com :0:", "bad 1", "bad value" },
        { "$x.com", "bad 1", "$ starts a directive" },
    };
    list_text_check("dnset", rows, ARRAY_SIZE(rows), NULL);
}

/* Names that queries for addresses have become address entries too: rbldnsd answers 4.3.2.1.zone from them.
 */
static void shapes(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "4.3.2.1", "1.2.3.4 (4), =4.3.2.1", "an address" },
        { "255.30.2.0", "0.2.30.255 (4), =255.30.2.0", "octets of every length" },
        { "4.3.2.1 :5:x", "1.2.3.4 :5:x (4), =4.3.2.1 :5:x", "with a value" },
        { "!4.3.2.1", "!1.2.3.4, !=4.3.2.1", "excluded" },
        { "*.3.2.1", "1.2.3.0-1.2.3.255 (3), 1230::/12 (3), *.3.2.1",
          "a /24, and single digits: IPv6 as well" },
        { "*.30.2.1", "1.2.30.0-1.2.30.255 (3), *.30.2.1", "a /24" },
        { "*.20.1", "1.20.0.0-1.20.255.255 (2), *.20.1", "a /16" },
        { "*.10", "10.0.0.0-10.255.255.255 (1), *.10", "a /8" },
        { "!*.10", "!10.0.0.0-10.255.255.255, !*.10", "an excluded one" },
        { ".4.3.2.1", "1.2.3.4 (4), 1234::/16 (4), .4.3.2.1", "both: an address and an IPv6 prefix" },
        { "*.4.3.2.10", "*.4.3.2.10", "nothing is below an IPv4 address" },
        { ".40.3.2.1", "1.2.3.40 (4), .40.3.2.1", "but the name itself is one" },
        { "30.2.1", "=30.2.1", "part of an address is none" },
        { "*.5.4.3.2.1", "1234:5000::/20 (5), *.5.4.3.2.1", "five digits are IPv6 only" },
        { "50.4.3.2.1", "=50.4.3.2.1", "five octets are no address" },
        { "*.F.e", "ef00::/8 (2), *.f.e", "hex digits" },
        { "*.g", "*.g", "no hex digit" },
        { "04.3.2.10", "=04.3.2.10", "leading zero" },
        { "4.3.2.256", "=4.3.2.256", "octet above 255" },
        { "4.3.2.1000", "=4.3.2.1000", "octet of four digits" },
        { "4.3.2.1x", "=4.3.2.1x", "letter" },
        { ONE32, "f111:1111:1111:1111:1111:1111:1111:1111/128 (32), =" ONE32, "an IPv6 address" },
        { "*." ONE32, "*." ONE32, "nothing is below one" },
        { "." ONE32, "f111:1111:1111:1111:1111:1111:1111:1111/128 (32), ." ONE32, "both: the address" },
        { "*.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.2",
          "2111:1111:1111:1111::/64 (16), *.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.2", "a /64" },
        { "1." ONE32, "=1." ONE32, "33 digits" },
    };
    list_text_check("dnset", rows, ARRAY_SIZE(rows), NULL);
}

/* The pool has names with the top label first, so that memcmp sorts a name before its subdomains. */
static void pool(void **state)
{
    (void)state;
    struct list_text got;
    struct set_data *set = list_text_load("dnset", "a.example.com", NULL, &got);
    const struct entry_name *e = set->entries_name.data;
    static const char expected[] = "\16\3com\7example\1a";
    assert_int_equal(VEC_COUNT(&set->entries_name, struct entry_name), 1);
    assert_memory_equal((char *)set->names.data + e->name, expected, sizeof(expected) - 1);
    assert_int_equal(((struct set_value *)set->values.data)[e->value].labels, 3);
    set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(shapes),
                                        cmocka_unit_test(pool) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
