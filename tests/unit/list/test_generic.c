#include "support/list_text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define X10  "xxxxxxxxxx"
#define X63  X10 X10 X10 X10 X10 X10 "xxx"
#define X250 X63 X63 X63 X10 X10 X10 X10 X10 X10 "x"

/* What rbldnsd accepts, as its dump of the zone (-d) shows. */
static void records(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "@ A 127.0.0.8", "=@ 2100 A 127.0.0.8", "the zone itself" },
        { "WWW a 1.2.3.4", "=www 2100 A 1.2.3.4", "case" },
        { "www. A 1.2.3.4", "=www 2100 A 1.2.3.4", "a dot at the end" },
        { "a.b.c\tA\t1.2.3.4", "=a.b.c 2100 A 1.2.3.4", "tabs" },
        { "*.w A 1.2.3.4", "=*.w 2100 A 1.2.3.4", "a literal wildcard" },
        { "* A 1.2.3.4", "=* 2100 A 1.2.3.4", "alone too" },
        { "!x A 1.2.3.4", "=!x 2100 A 1.2.3.4", "! is part of the name" },
        { ":x A 1.2.3.4", "=:x 2100 A 1.2.3.4", ": too" },
        { "x#c A 1.2.3.4", "=x#c 2100 A 1.2.3.4", "# too" },
        { "@x A 1.2.3.4", "=@x 2100 A 1.2.3.4", "@ too" },
        { "A A 1.2.3.4", "=a 2100 A 1.2.3.4", "a name like a type" },
        { "IN IN A 1.2.3.4", "=in 2100 A 1.2.3.4", "like a class" },
        { "5 5 A 1.2.3.4", "=5 5 A 1.2.3.4", "like a TTL" },
        { "@ in A 1.2.3.4", "=@ 2100 A 1.2.3.4", "class" },
        { "@ 5m IN A 1.2.3.4", "=@ 300 A 1.2.3.4", "TTL and class" },
        { "@ 4294967295 A 1.2.3.4", "=@ 4294967295 A 1.2.3.4", "largest TTL" },
        { "$TTL 60\n@ A 1.2.3.4\n$TTL 90\nx A 1.2.3.4\nx 0 A 1.2.3.5",
          "=@ 60 A 1.2.3.4, =x 90 A 1.2.3.4, =x 90 A 1.2.3.5", "the $TTL at the line" },
        { "@ A 1.2.3.4 # c", "=@ 2100 A 1.2.3.4", "comment" },
        { "@ A 1.2.3.4;c", "=@ 2100 A 1.2.3.4", "comment directly after it" },
        { "@ A 1.2.3", "=@ 2100 A 1.2.0.3", "three numbers" },
        { "@ A 1.2", "=@ 2100 A 1.0.0.2", "two" },
        { "@ A 5", "=@ 2100 A 0.0.0.5", "one" },
        { "@ A 0.0.0.0", "=@ 2100 A 0.0.0.0", "zero" },
        { "@ A 1.2.3.004", "=@ 2100 A 1.2.3.4", "leading zeros" },
        { "@ A 1.2.3.4 junk", "warn 1, =@ 2100 A 1.2.3.4", "anything may follow, with a warning" },
        { "@ A 1.2.3.4.5", "warn 1, =@ 2100 A 1.2.3.4", "directly, too" },
        { "@ TXT \"a b\"", "=@ 2100 TXT \"a b\"", "text in quotes" },
        { "@ TXT \t a b  ", "=@ 2100 TXT \"a b\"", "without" },
        { "@ TXT \"\"", "=@ 2100 TXT \"\"", "empty" },
        { "@ TXT \"", "=@ 2100 TXT \"\\\"\"", "a quote" },
        { "@ TXT \"a\" # c", "=@ 2100 TXT \"\\\"a\\\" # c\"",
          "no comment, so the quotes are not at the end" },
        { "@ TXT \"a\"b\"", "=@ 2100 TXT \"a\\\"b\"", "a quote within the quotes" },
        { "@ TXT a\\\"b", "=@ 2100 TXT \"a\\\\\\\"b\"", "a backslash is itself" },
        { "@ TXT $1 $ =x", "=@ 2100 TXT \"$1 $ =x\"", "nothing is replaced" },
        { "@ TXT :5:x", "=@ 2100 TXT \":5:x\"", "nor read as a value" },
        { "@ TXT \"" X250 "yyyyy\"", "=@ 2100 TXT \"" X250 "yyyyy\"", "255" },
        { "@ MX 10 mx.Ex.com", "=@ 2100 MX 10 mx.Ex.com.", "MX" },
        { "@ MX 010 mx.", "=@ 2100 MX 10 mx.", "leading zero" },
        { "@ MX 0 .", "=@ 2100 MX 0 .", "no mail" },
        { "x MX 10 m\\.x", "=x 2100 MX 10 m\\.x.", "escape" },
        { "a A 1.1.1.1\na A 1.1.1.1\na A 1.1.1.2", "=a 2100 A 1.1.1.1, =a 2100 A 1.1.1.1, =a 2100 A 1.1.1.2",
          "in order, duplicates too" },
        { "4.3.2.1 A 1.1.1.1", "1.2.3.4 2100 A 1.1.1.1 (4), =4.3.2.1 2100 A 1.1.1.1",
          "a name like an address" },
        { "3.2.1 A 1.1.1.1", "=3.2.1 2100 A 1.1.1.1", "like a part of one" },
    };
    list_text_check("generic", rows, ARRAY_SIZE(rows), NULL);
}

/* Character-strings as in a zone file (RFC 1035 sections 3.3 and 5.1). */
static void strings(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "@ TXT \"a b\" \"c\"", "=@ 2100 TXT \"a b\" \"c\"", "two" },
        { "@ TXT \"a\" b\tc \"\"", "=@ 2100 TXT \"a\" \"b\" \"c\" \"\"", "without quotes, and empty" },
        { "@ TXT \"a;b\" c;d", "=@ 2100 TXT \"a;b\" \"c\"", "a comment, but not in quotes" },
        { "@ TXT \"a\" ; \"c\"", "=@ 2100 TXT \"a\"", "a comment after blanks" },
        { "@ TXT \"a\\\"b\\\\c\\d\"", "=@ 2100 TXT \"a\\\"b\\\\cd\"", "escaped characters" },
        { "@ TXT \"\\065\\034\\001\\255\"", "=@ 2100 TXT \"A\\\"\\001\\255\"", "escaped numbers" },
        { "@ TXT \"a\" b\\ c\\;", "=@ 2100 TXT \"a\" \"b c;\"", "escapes without quotes" },
        { "@ TXT \"a\\256\"", "=@ 2100 TXT \"a\\\\256\"", "no escape: as rbldnsd" },
        { "@ TXT \"a\"\"b\"", "=@ 2100 TXT \"a\\\"\\\"b\"", "no blank between: as rbldnsd" },
        { "@ TXT \"a\" b\"", "=@ 2100 TXT \"a\\\" b\"", "a quote too many: as rbldnsd" },
        { "@ TXT " X250 "yyyyyz", "=@ 2100 TXT \"" X250 "yyyyy\" \"z\"", "256 bytes are two" },
        { "@ TXT \"" X250 "yyyyyz\" b", "=@ 2100 TXT \"" X250 "yyyyy\" \"z\" \"b\"", "in quotes too" },
        { "@ TXT \"" X250 X250 X10 "\"", "=@ 2100 TXT \"" X250 "xxxxx\" \"" X250 "xxxxx\"", "510" },
        { "@ SPF \"v=spf1 \" -all", "=@ 2100 SPF \"v=spf1 \" \"-all\"", "SPF (RFC 7208 section 3.1)" },
        { "@ TXT \\# 4 03616263", "=@ 2100 TXT \"abc\"", "RFC 3597" },
    };
    list_text_check("generic", rows, ARRAY_SIZE(rows), NULL);
}

/* Record types that rbldnsd does not have. */
static void more_types(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "@ AAAA 2001:DB8::1", "=@ 2100 AAAA 2001:db8::1", "AAAA" },
        { "@ AAAA ::1 ; c", "=@ 2100 AAAA ::1", "comment" },
        { "x CNAME y", "=x 2100 CNAME y.", "CNAME: a name is absolute" },
        { "x CNAME y\nx CNAME y", "=x 2100 CNAME y., =x 2100 CNAME y.", "twice the same" },
        { "x PTR y.", "=x 2100 PTR y.", "PTR" },
        { "x 60 IN SRV 0 5 5060 sip.ex", "=x 60 SRV 0 5 5060 sip.ex.", "SRV" },
        { "@ caa 0 issue \"ca.ex; a=b\"", "=@ 2100 CAA 0 issue \"ca.ex; a=b\"", "CAA" },
        { "x TLSA 3 1 1 0123abcd", "=x 2100 TLSA 3 1 1 0123abcd", "TLSA" },
        { "x TYPE999 \\# 3 010203", "=x 2100 TYPE999 \\# 3 010203", "RFC 3597" },
        { "x TYPE45 \\# 4 00000201", "=x 2100 IPSECKEY 0 0 2 . AQ==", "of a type that has a form" },
        { "x HINFO \"a b\" c", "=x 2100 HINFO \"a b\" \"c\"", "HINFO" },
    };
    list_text_check("generic", rows, ARRAY_SIZE(rows), NULL);
}

static void invalid_lines(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "@", "bad 1", "nothing" },
        { "@ 5 IN", "bad 1", "no type" },
        { "@ A", "bad 1", "no address" },
        { "@ TXT", "bad 1", "no text" },
        { "@ MX", "bad 1", "no host" },
        { ". A 1.2.3.4", "bad 1", "no name" },
        { "a..b A 1.2.3.4", "bad 1", "empty label" },
        { "x" X63 " A 1.2.3.4", "bad 1", "label of 64" },
        { "x\\256 A 1.2.3.4", "bad 1", "escape" },
        { "$x A 1.2.3.4", "bad 1", "a directive" },
        { ":5:x", "bad 1", "there are no defaults" },
        { "@ 5x A 1.2.3.4", "bad 1", "TTL" },
        { "@ 1h30m A 1.2.3.4", "bad 1", "TTL of two parts" },
        { "@ 4294967296 A 1.2.3.4", "bad 1", "TTL too large" },
        { "@ 5mA 1.2.3.4", "bad 1", "TTL and type in one" },
        { "@ IN 5m A 1.2.3.4", "bad 1", "class before TTL" },
        { "@ IN IN A 1.2.3.4", "bad 1", "twice a class" },
        { "@ CH A 1.2.3.4", "bad 1", "another class" },
        { "@ A :5", "bad 1", "no value" },
        { "@ A 1.2.3.256", "bad 1", "octet" },
        { "@ A 1.2.3.", "bad 1", "missing octet" },
        { "@ A 256", "bad 1", "one number too large" },
        { "@ MX 10", "bad 1", "MX without host" },
        { "@ MX x mx", "bad 1", "MX without number" },
        { "@ MX -1 mx", "bad 1", "MX below 0" },
        { "@ MX 65536 mx", "bad 1", "MX too large" },
        { "@ MX 10 mx junk", "bad 1", "MX and more" },
        { "@ MX 10 @", "bad 1", "@ in the data" },
        { "@ SRV 0 0 70000 x", "bad 1", "port too large" },
        { "@ CAA 256 issue \"x\"", "bad 1", "flags too large" },
        { "@ AAAA 1.2.3.4", "bad 1", "AAAA" },
        { "@ NOPE x", "bad 1", "type" },
        { "@ SOA a b 1 2 3 4 5", "bad 1", "$SOA is for that" },
        { "@ ANY x", "bad 1", "no type of data" },
        { "@ TYPE41 \\# 0", "bad 1", "OPT" },
        { "@ TYPE999 \\# 4 010203", "bad 1", "length" },
        { "@ IPSECKEY 10 0 2 . AQNR", "bad 1", "a form that is not read" },
        { "x NS ns1.ex.com", "bad 1", "a delegation" },
        { "x TYPE2 \\# 3 016100", "bad 1", "by its number" },
        { "@ NS ns1.ex.com", "bad 1", "$NS is for that" },
        { "x DNAME y", "bad 1", "DNAME" },
        { "@ CNAME y", "bad 1", "CNAME of the zone itself" },
        { "x CNAME y\nx A 1.2.3.4", "bad 2, =x 2100 CNAME y.", "CNAME, then another type" },
        { "x A 1.2.3.4\nX. CNAME y", "bad 2, =x 2100 A 1.2.3.4", "another type, then CNAME" },
        { "x CNAME y\nx CNAME z", "bad 2, =x 2100 CNAME y.", "two aliases" },
        { "x TYPE46 \\# 0", "bad 1", "RRSIG" },
        { "x TYPE1 \\# 3 010203", "bad 1", "too short for its type" },
        { "x TYPE44 \\# 1 00", "bad 1", "fields are missing" },
        { "x TYPE12 \\# 4 01610000", "bad 1", "more than its type has" },
        { "x TYPE12 \\# 2 c00c", "bad 1", "a compressed name" },
        { "x TYPE64 \\# 5 0001000001", "bad 1", "parameters that are not checked" },
    };
    list_text_check("generic", rows, ARRAY_SIZE(rows), NULL);
}

static void bounds(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "a 5 A 1.1.1.1\nb 1000 A 1.1.1.1\nc 0 A 1.1.1.1\n$TTL 5\nd A 1.1.1.1\n$TTL 0\ne AAAA ::1",
          "=a 60 A 1.1.1.1, =b 200 A 1.1.1.1, =c 100 A 1.1.1.1, =d 60 A 1.1.1.1, =e 100 AAAA ::1",
          "TTLs are clamped" },
    };
    list_text_check("generic", rows, ARRAY_SIZE(rows),
                    &(struct load_options){ .default_ttl = 100, .min_ttl = 60, .max_ttl = 200 });
}

/* Equal records are one record, under names of equally many labels one value. */
static void interning(void **state)
{
    (void)state;
    struct list_text got;
    struct set_data *set =
        list_text_load("generic", "a A 1.1.1.1\nb A 1.1.1.1\nc.d A 1.1.1.1\na 5 A 1.1.1.1", NULL, &got);
    const struct entry_name *e = set->entries_name.data;
    const struct set_value *v = set->values.data;
    assert_int_equal(set->records.used, 2 * 14);
    assert_int_equal(e[0].value, e[1].value);
    assert_int_not_equal(e[0].value, e[2].value);
    assert_int_equal(v[e[0].value].code, v[e[2].value].code);
    assert_int_equal(v[e[2].value].labels, 2);
    assert_int_equal(v[e[3].value].code, 14);
    assert_int_equal(set->overlap, OVERLAP_ALL);
    set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(records),    cmocka_unit_test(strings),
                                        cmocka_unit_test(more_types), cmocka_unit_test(invalid_lines),
                                        cmocka_unit_test(bounds),     cmocka_unit_test(interning) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
