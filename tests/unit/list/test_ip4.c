#include "support/list_text.h"
#include "support/memory_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Checks the rows once more with lines after them: a line that is just an address has a fast path, which
 * needs enough bytes in the buffer. */
static void check_rows_inside(const char *type, const struct list_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct list_text got;
        char *text;
        assert_true(asprintf(&text, "%s\n# a line after it, and then some", rows[i].text) > 0);
        struct set_data *set = list_text_load(type, text, NULL, &got);
        assert_string_equal(got.text, rows[i].expected);
        set_free(set);
        free(text);
    }
}

/* Forms of entries that all three types read alike. */
static void plain(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.2.3.4", "1.2.3.4", "an address" },
        { "0.0.0.0", "0.0.0.0", "the lowest" },
        { "255.255.255.255", "255.255.255.255", "the highest" },
        { "  \t1.2.3.4 \t", "1.2.3.4", "blanks around" },
        { "1.2.3.4\r", "1.2.3.4", "a CR at the end is no part of the line" },
        { "001.002.03.0004", "1.2.3.4", "leading zeros, octets stay decimal" },
        { "1.2.3.4# c", "1.2.3.4", "a comment directly after it" },
        { "1.2.3.4;c", "1.2.3.4", "the other comment" },
        { "1.2.3.4\n\n  \n# x\n;x\n1.2.3.5", "1.2.3.4, 1.2.3.5", "empty lines and comments" },
        { "1.2.3.4\n1.2.3.4", "1.2.3.4, 1.2.3.4", "a double is left to the compiler" },
        { "9.80.7.60\n10.200.30.4\n199.249.255.250", "9.80.7.60, 10.200.30.4, 199.249.255.250",
          "octets of every length" },
        { "1.2.3.4\n1.2.3.5\r\n1.2.3.6 \n1.2.3.7", "1.2.3.4, 1.2.3.5, 1.2.3.6, 1.2.3.7", "ends of lines" },
        { "1.2.3.4\n1.2.3.256\n1.2.3.260\n1.2.3.300\n1.2.3.999\n1.2.3.5",
          "bad 2, bad 3, bad 4, bad 5, 1.2.3.4, 1.2.3.5", "octets above 255 between" },
        { "256.2.3.4", "bad 1", "first octet above 255" },
        { "1.260.3.4", "bad 1", "second octet above 255" },
        { "1.2.300.4", "bad 1", "third octet above 255" },
        { "1.2.3.\n4", "bad 1, bad 2", "an address over two lines" },
        { "1.2.3/4", "bad 1", "a slash for a dot" },
        { "1.2.3.256", "bad 1", "octet above 255" },
        { "1.2.3.4294967297", "bad 1", "octet far above 255" },
        { "1.2.3.4.5", "bad 1", "five octets" },
        { "1.2.3.4.", "bad 1", "dot at the end" },
        { ".1.2.3", "bad 1", "dot at the start" },
        { "1..2.3", "bad 1", "two dots" },
        { "1.2.3.x", "bad 1", "letter" },
        { "1.2.3.4x", "bad 1", "letter after it" },
        { "1.2.3.4=x", "bad 1", "= after it" },
        { "1.2.3.4/", "bad 1", "no length" },
        { "1.2.3.4/x", "bad 1", "letter for a length" },
        { "1.2.3.4/33", "bad 1", "length above 32" },
        { "1.2.3.4-", "bad 1", "no end of range" },
        { "+1.2.3.4", "bad 1", "sign" },
        { "12", "bad 1", "one octet" },
        { "!!1.2.3.4", "bad 1", "two exclamation marks" },
        { "!", "bad 1", "nothing excluded" },
        { "a\n1.2.3.4\nb", "bad 1, bad 3, 1.2.3.4", "bad lines are left out one by one" },
    };
    list_text_check("ip4set", rows, ARRAY_SIZE(rows), NULL);
    list_text_check("ip4trie", rows, ARRAY_SIZE(rows), NULL);
    list_text_check("ip4tset", rows, ARRAY_SIZE(rows), NULL);
    check_rows_inside("ip4set", rows, ARRAY_SIZE(rows));
    check_rows_inside("ip4trie", rows, ARRAY_SIZE(rows));
    check_rows_inside("ip4tset", rows, ARRAY_SIZE(rows));
}

static void prefixes(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.2.3", "1.2.3.0-1.2.3.255", "three octets are a /24" },
        { "1.2", "1.2.0.0-1.2.255.255", "two octets are a /16" },
        { "10/8", "10.0.0.0-10.255.255.255", "one octet with a length" },
        { "1.2/16", "1.2.0.0-1.2.255.255", "octets left out are 0" },
        { "1.2.3/25", "1.2.3.0-1.2.3.127", "within the octet left out" },
        { "1.2.3.0/24", "1.2.3.0-1.2.3.255", "CIDR" },
        { "1.2.3.4/32", "1.2.3.4", "/32" },
        { "1.2.3.4/0032", "1.2.3.4", "leading zeros of a length" },
        { "1.2.3.4/31", "1.2.3.4-1.2.3.5", "/31" },
        { "1.2.3.4/32#c", "1.2.3.4", "comment after a CIDR" },
        { "1.2.3.4/16", "bad 1", "host bits" },
        { "1.2.3/16", "bad 1", "host bits in a prefix" },
        { "1.2.3.4/24x", "bad 1", "letter after a length" },
        { "1.2.3.", "bad 1", "dot at the end of a prefix" },
        { "!1.2.3.4", "!1.2.3.4", "exclusion" },
        { "! \t1.2.3", "!1.2.3.0-1.2.3.255", "blanks after !" },
        { "!1.2.3.4 :5 junk", "!1.2.3.4", "an exclusion's value is ignored" },
        { "!1.2.3.4:5", "!1.2.3.4", "nor directly after it" },
        { "!1.2.3.4x", "bad 1", "but an exclusion must end" },
    };
    list_text_check("ip4set", rows, ARRAY_SIZE(rows), NULL);
    list_text_check("ip4trie", rows, ARRAY_SIZE(rows), NULL);
    static const struct list_row masked[] = {
        { "1.2.3.4/16", "1.2.0.0-1.2.255.255", "-e clears host bits" },
        { "1.2/8", "1.0.0.0-1.255.255.255", "-e in a prefix" },
        { "1.2.3.4/33", "bad 1", "-e is about host bits only" },
    };
    struct load_options options = { .default_ttl = 2100, .now = LIST_TEXT_NOW, .host_bits = true };
    list_text_check("ip4set", masked, ARRAY_SIZE(masked), &options);
    list_text_check("ip4trie", masked, ARRAY_SIZE(masked), &options);
}

static void ip4set_ranges(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.2.3.4-1.2.3.9", "1.2.3.4-1.2.3.9", "two addresses" },
        { "1.2.3-1.2.9", "1.2.3.0-1.2.9.255", "the end is filled with 255" },
        { "1.2-1.3", "1.2.0.0-1.3.255.255", "of two octets" },
        { "1.2.3.4-9", "1.2.3.4-1.2.3.9", "last octet alone" },
        { "127.16-31", "127.16.0.0-127.31.255.255", "last octet of a prefix" },
        { "1-2", "1.0.0.0-2.255.255.255", "one octet each" },
        { "0-255", "0.0.0.0-255.255.255.255", "all" },
        { "1.2.3.5-5", "1.2.3.5", "of one" },
        { "1.2.3-4#c", "1.2.3.0-1.2.4.255", "comment after it" },
        { "1.2.3.4 -5", "1.2.3.4 :2:-5", "a blank ends the address" },
        { "1.2-1.2.3.4", "bad 1", "more octets in the end" },
        { "1-1.2", "bad 1", "more octets than one" },
        { "1.2.3.0-1.2.3", "bad 1", "fewer octets in the end" },
        { "1.2.3.5-4", "bad 1", "ends before it starts" },
        { "1.2.3.4-300", "bad 1", "octet above 255" },
        { "1.2.3.4-1.2.3.5/32", "bad 1", "range with a length" },
        { "1.2.3.4/31-1.2.3.6", "bad 1", "length with a range" },
        { "0/0", "bad 1", "/0" },
        { "0/1", "0.0.0.0-127.255.255.255", "/1" },
    };
    list_text_check("ip4set", rows, ARRAY_SIZE(rows), NULL);
}

/* Ranges become runs of whole units of an octet level, the widest that fit. */
static void ip4set_octet_levels(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.2.3.0/25", "1.2.3.0-1.2.3.127", "single addresses" },
        { "1.2.4.0/22", "1.2.4.0-1.2.7.255", "four /24" },
        { "2.0.0.0/9", "2.0.0.0-2.127.255.255", "128 /16" },
        { "1.2.3.5-1.2.4.7", "1.2.3.5-1.2.4.7", "across a /24, no whole one" },
        { "1.2.3.255-1.2.5.0", "1.2.3.255, 1.2.4.0-1.2.4.255, 1.2.5.0", "one whole /24 between" },
        { "1.2.3.0-1.2.4.7", "1.2.3.0-1.2.3.255, 1.2.4.0-1.2.4.7", "whole /24 first" },
        { "1.1.5.0-1.2.4.255", "1.1.5.0-1.2.4.255", "/24s across a /16, no whole one" },
        { "1.2.3.5-3.4.5.6",
          "1.2.3.5-1.2.3.255, 1.2.4.0-1.2.255.255, 1.3.0.0-1.255.255.255, 2.0.0.0-2.255.255.255, "
          "3.0.0.0-3.3.255.255, 3.4.0.0-3.4.4.255, 3.4.5.0-3.4.5.6",
          "all seven pieces" },
        { "0.0.0.1-255.255.255.254",
          "0.0.0.1-0.0.0.255, 0.0.1.0-0.0.255.255, 0.1.0.0-0.255.255.255, 1.0.0.0-254.255.255.255, "
          "255.0.0.0-255.254.255.255, 255.255.0.0-255.255.254.255, 255.255.255.0-255.255.255.254",
          "seven from end to end" },
        { "!1.2.3.255-1.2.4.255 :5", "!1.2.3.255, !1.2.4.0-1.2.4.255", "exclusions too" },
    };
    list_text_check("ip4set", rows, ARRAY_SIZE(rows), NULL);
}

static void ip4trie_only(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "0/0", "0.0.0.0-255.255.255.255", "everything" },
        { "1.2.3.4/0", "bad 1", "everything with host bits" },
        { "1.2.4.0/22", "1.2.4.0-1.2.7.255", "one block" },
        { "1.2.3.4-5", "bad 1", "no ranges" },
        { "1.2-1.3", "bad 1", "no ranges of prefixes" },
        { "1.2.3.4 -5", "1.2.3.4 :2:-5", "a blank ends the address" },
        { "!1.2.3.4\n1.2.3.4 :5", "!1.2.3.4, 1.2.3.4 :5:", "order is kept: the first wins" },
    };
    list_text_check("ip4trie", rows, ARRAY_SIZE(rows), NULL);
}

static void ip4tset_only(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.2.3", "bad 1", "no prefixes" },
        { "1.2.3.4/32", "bad 1", "no lengths" },
        { "1.2.3.4-5", "bad 1", "no ranges" },
        { "!1.2.3.4", "bad 1", "no exclusions" },
        { "1.2.3.4 text\n1.2.3.5 :5 junk\n1.2.3.6 :999:", "1.2.3.4, 1.2.3.5, 1.2.3.6", "values are ignored" },
        { "1.2.3.4\n:5:x\n1.2.3.5\n:6:y", "1.2.3.4 :5:x, 1.2.3.5 :5:x",
          "the first default is for all entries" },
        { ":0:\n1.2.3.4\n:6:y", "bad 1, 1.2.3.4 :6:y", "unless it is malformed" },
        { ":5:x\n:0:\n1.2.3.4", "1.2.3.4 :5:x", "later ones are ignored" },
        { ":5\n1.2.3.4\n:6:x", "1.2.3.4 :5:", "the first without a text" },
    };
    list_text_check("ip4tset", rows, ARRAY_SIZE(rows), NULL);
}

static void maxrange4(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "$MAXRANGE4 /24\n1.2.3.0/24\n1.2.4.0/23", "bad 3, 1.2.3.0-1.2.3.255", "as a length" },
        { "$MAXRANGE4 256\n1.2.3.0/24\n1.2.4.0/23", "bad 3, 1.2.3.0-1.2.3.255", "as a number of addresses" },
        { "$MAXRANGE4 255\n1.2.3.0/24\n!4/8", "bad 2, bad 3", "exclusions too" },
        { "$MAXRANGE4 1\n1.2.3.0/30\n$MAXRANGE4 256\n1.2.5.0/24\n1.2.3.4", "bad 2, warn 3, bad 4, 1.2.3.4",
          "can only be lowered" },
        { "1.2.3.0/24\n$MAXRANGE4 /32\n1.2.4.0/24", "bad 3, 1.2.3.0-1.2.3.255", "holds from its line on" },
        { "$MAXRANGE4 0\n1.2", "bad 1, 1.2.0.0-1.2.255.255", "0" },
        { "$MAXRANGE4 /0\n1.2", "bad 1, 1.2.0.0-1.2.255.255", "/0" },
        { "$MAXRANGE4 /33\n1.2", "bad 1, 1.2.0.0-1.2.255.255", "/33" },
        { "$MAXRANGE4 /\n1.2", "bad 1, 1.2.0.0-1.2.255.255", "no length" },
        { "$MAXRANGE4 5h\n1.2", "bad 1, 1.2.0.0-1.2.255.255", "no number" },
        { "$MAXRANGE4 256 # c\n1.2", "bad 1, 1.2.0.0-1.2.255.255", "no comment" },
        { "$MAXRANGE4 4294967296\n1.2", "bad 1, 1.2.0.0-1.2.255.255", "too big" },
    };
    list_text_check("ip4set", rows, ARRAY_SIZE(rows), NULL);
    list_text_check("ip4trie", rows, ARRAY_SIZE(rows), NULL);
    static const struct list_row all[] = { { "$MAXRANGE4 4294967295\n0-255", "bad 2", "all but one" } };
    list_text_check("ip4set", all, 1, NULL);
}

static void reasons(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.2.3.456", "\"1.2.3.456\" is not a valid IPv4 address: an octet is greater than 255", "octet" },
        { "1.2.3.4/16 text",
          "\"1.2.3.4/16\" is not a valid IPv4 prefix: bits are set after the prefix length; -e (host_bits) "
          "clears them",
          "host" },
        { "12", "\"12\" is not a valid IPv4 address: one octet is not an address; write a /8 as 10/8",
          "short" },
        { "1.2.3.9-4", "\"1.2.3.9-4\" is not a valid IPv4 range: the range ends before it starts", "range" },
        { "1.\x1b[2J\x80", "\"1.?[2J?\" is not a valid IPv4 address: a digit must follow a dot",
          "bytes that act on a terminal" },
        { "1.2.3:x-y",
          "\":x-y\" is not a valid value: expected an A record after the colon: 1 to 255, or an IPv4 "
          "address other than 0.0.0.0",
          "value, with the range's dash" },
        { "$MAXRANGE4 8\n1.2.3.0/28",
          "\"1.2.3.0/28\" is not a valid IPv4 prefix: it is wider than $MAXRANGE4 allows", "width" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_text got;
        set_free(list_text_load("ip4set", rows[i].text, NULL, &got));
        assert_string_equal(got.reason, rows[i].expected);
    }
}

static void overlap(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        enum set_overlap overlap;
    } table[] = {
        { "ip4set", OVERLAP_OCTETS }, { "ip4tset", OVERLAP_FIRST }, { "ip4trie", OVERLAP_FIRST },
        { "ip6tset", OVERLAP_FIRST }, { "ip6trie", OVERLAP_FIRST }, { "dnset", OVERLAP_ALL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct list_text got;
        struct set_data *set = list_text_load(table[i].type, "", NULL, &got);
        assert_true(set_type_known(table[i].type));
        assert_int_equal(set->overlap, table[i].overlap);
        set_free(set);
    }
    assert_false(set_type_known("ip4"));
    assert_false(set_type_known(""));
}

/* A zero byte, as a crash leaves it in files, does not cut a line down to a wider network. */
static void zero_bytes(void **state)
{
    (void)state;
    static const char text[] = "1.2.3.4\n1.2\0.3.5\n\0\0\n1.2.3.6 :2:a\0b\n\0001.2.3.7\n1.2.3.8\n";
    struct list_text got;
    char *path = memory_file_new(text, sizeof(text) - 1);
    set_free(list_text_load_files("ip4set", &path, 1, NULL, &got));
    assert_string_equal(got.text, "bad 2, bad 3, bad 4, bad 5, 1.2.3.4, 1.2.3.8");
    memory_file_free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_bytes),
        cmocka_unit_test(plain),
        cmocka_unit_test(prefixes),
        cmocka_unit_test(ip4set_ranges),
        cmocka_unit_test(ip4set_octet_levels),
        cmocka_unit_test(ip4trie_only),
        cmocka_unit_test(ip4tset_only),
        cmocka_unit_test(maxrange4),
        cmocka_unit_test(reasons),
        cmocka_unit_test(overlap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
