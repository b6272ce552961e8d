#include "overlay/range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define X10 "xxxxxxxxxx"
#define X63 X10 X10 X10 X10 X10 X10 "xxx"
#define X61 X10 X10 X10 X10 X10 X10 "x"

static struct range parse(const char *text, bool subdomains)
{
    struct range r;
    struct error error;
    if (range_parse(text, subdomains, &r, &error) != OK)
        fail_msg("'%s': %s", text, error.text);
    return r;
}

/* The input, the canonical text (NULL: the same), the number of addresses, the longest prefix length that
 * they fit. */
static void addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *canonical;
        uint64_t size;
        unsigned fits;
        enum range_family family;
    } table[] = {
        { "192.0.2.1", NULL, 1, 32, RANGE_IP4 },
        { "192.0.2.1/32", "192.0.2.1", 1, 32, RANGE_IP4 },
        { "192.0.2.1-192.0.2.1", "192.0.2.1", 1, 32, RANGE_IP4 },
        { "192.0.2.0/24", NULL, 256, 24, RANGE_IP4 },
        { "192.0.2.0-192.0.2.255", "192.0.2.0/24", 256, 24, RANGE_IP4 },
        { "192.0.2.0-192.0.3.0", NULL, 257, 23, RANGE_IP4 },
        { "192.0.2.1-192.0.2.9", NULL, 9, 28, RANGE_IP4 },
        { "0.0.0.0/0", NULL, UINT64_C(1) << 32, 0, RANGE_IP4 },
        { "0.0.0.0-255.255.255.255", "0.0.0.0/0", UINT64_C(1) << 32, 0, RANGE_IP4 },
        { "0.0.0.1-255.255.255.254", NULL, (UINT64_C(1) << 32) - 2, 0, RANGE_IP4 },
        { "255.255.255.255", NULL, 1, 32, RANGE_IP4 },
        { "0.0.0.0", NULL, 1, 32, RANGE_IP4 },
        { "128.0.0.0/1", NULL, UINT64_C(1) << 31, 1, RANGE_IP4 },
        { "2001:db8::1", NULL, 1, 128, RANGE_IP6 },
        { "2001:DB8:0:0:0:0:0:1", "2001:db8::1", 1, 128, RANGE_IP6 },
        { "2001:db8::1/128", "2001:db8::1", 1, 128, RANGE_IP6 },
        { "2001:db8::/32", NULL, UINT64_MAX, 32, RANGE_IP6 },
        { "2001:db8::/64", NULL, UINT64_MAX, 64, RANGE_IP6 },
        { "2001:db8::/65", NULL, UINT64_C(1) << 63, 65, RANGE_IP6 },
        { "2001:db8::-2001:db8::ff", "2001:db8::/120", 256, 120, RANGE_IP6 },
        { "2001:db8::-2001:db8::100", NULL, 257, 119, RANGE_IP6 },
        { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1", 1, 128, RANGE_IP6 },
        { "2001:db8:0:1:1:1:1:1", NULL, 1, 128, RANGE_IP6 },
        { "::/0", NULL, UINT64_MAX, 0, RANGE_IP6 },
        { "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0", UINT64_MAX, 0, RANGE_IP6 },
        { "::", NULL, 1, 128, RANGE_IP6 },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, 1, 128, RANGE_IP6 },
        { "::ffff:192.0.2.1", "192.0.2.1", 1, 32, RANGE_IP4 },
        { "::ffff:c000:201", "192.0.2.1", 1, 32, RANGE_IP4 },
        { "::ffff:192.0.2.0/120", "192.0.2.0/24", 256, 24, RANGE_IP4 },
        { "::ffff:0:0/96", "0.0.0.0/0", UINT64_C(1) << 32, 0, RANGE_IP4 },
        { "::ffff:192.0.2.1-192.0.2.2", "192.0.2.1-192.0.2.2", 2, 31, RANGE_IP4 },
        { "::fffe:0:0/95", NULL, UINT64_C(1) << 33, 95, RANGE_IP6 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char text[RANGE_TEXT];
        struct range r = parse(table[i].text, true);
        const char *canonical = table[i].canonical != NULL ? table[i].canonical : table[i].text;
        print_message("%s\n", table[i].text);
        assert_int_equal(r.family, table[i].family);
        assert_false(r.subdomains);
        assert_int_equal(range_format(&r, text), strlen(canonical));
        assert_string_equal(text, canonical);
        assert_true(range_size(&r) == table[i].size);
        assert_true(range_fits(&r, table[i].fits));
        assert_true(table[i].fits == 128 || !range_fits(&r, table[i].fits + 1));
        assert_int_equal(range_is_single(&r), table[i].size == 1);
    }
}

static void keys(void **state)
{
    (void)state;
    struct range r = parse("192.0.2.0/24", false);
    char text[RANGE_TEXT];

    assert_true(r.first.hi == 0xc000020000000000 && r.first.lo == 0);
    assert_true(r.last.hi == 0xc00002ffffffffff && r.last.lo == UINT64_MAX);
    assert_int_equal(range_format_address(RANGE_IP4, r.last, text), 11);
    assert_string_equal(text, "192.0.2.255");
    r = range_head(&r);
    assert_int_equal(range_format(&r, text), 9);
    assert_string_equal(text, "192.0.2.0");
    r = parse("2001:db8::1-2001:db8::9", false);
    assert_true(r.first.hi == 0x20010db800000000 && r.first.lo == 1);
    assert_true(r.last.hi == 0x20010db800000000 && r.last.lo == 9);
    assert_int_equal(range_format_address(RANGE_IP6, r.last, text), 11);
    assert_string_equal(text, "2001:db8::9");
    r = range_head(&r);
    assert_int_equal(range_format(&r, text), 11);
    assert_string_equal(text, "2001:db8::1");
    r = parse("a.example", true);
    assert_true(r.subdomains && range_is_single(&r) && range_fits(&r, 32));
    r = range_head(&r);
    assert_false(r.subdomains);
    assert_int_equal(range_format(&r, text), 9);
}

static void domains(void **state)
{
    (void)state;
    static const struct {
        const char *text, *canonical;
        const char *reversed; /* wire form from the top label down */
    } table[] = {
        { "example.com", NULL, "\3com\7example" },
        { "Example.COM.", "example.com", "\3com\7example" },
        { "www.example.com", NULL, "\3com\7example\3www" },
        { "_dmarc.example.com", NULL, "\3com\7example\6_dmarc" },
        { "1.example", NULL, "\7example\0011" },
        { "192.0.2.1-a.example", NULL, "\7example\0031-a\0012\0010\003192" },
        { "192.0.2.x", NULL, "\1x\0012\0010\003192" },
        { "xn--bcher-kva.example", NULL, "\7example\15xn--bcher-kva" },
        { "B\303\274cher.Example", "xn--bcher-kva.example", "\7example\15xn--bcher-kva" },
        { "fa\303\237.de", "xn--fa-hia.de", "\2de\12xn--fa-hia" },
        { "_a.b\303\274cher.example.", "_a.xn--bcher-kva.example", "\7example\15xn--bcher-kva\2_a" },
        { "b\303\274cher\343\200\202example", "xn--bcher-kva.example", "\7example\15xn--bcher-kva" },
        { X63 "." X63 "." X63 "." X61, NULL, "\x3d" X61 "\x3f" X63 "\x3f" X63 "\x3f" X63 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint8_t reversed[WIRE_NAME_MAX];
        char text[RANGE_TEXT];
        print_message("%.60s\n", table[i].text);
        struct range r = parse(table[i].text, i % 2);
        const char *canonical = table[i].canonical != NULL ? table[i].canonical : table[i].text;
        assert_int_equal(r.family, RANGE_NAME);
        assert_int_equal(r.subdomains, i % 2);
        assert_int_equal(r.name[r.name_len - 1], 0);
        assert_int_equal(range_format(&r, text), strlen(canonical));
        assert_string_equal(text, canonical);
        assert_int_equal(range_reversed_name(&r, reversed), strlen(table[i].reversed));
        assert_memory_equal(reversed, table[i].reversed, strlen(table[i].reversed));
        assert_int_equal(range_size(&r), 1);
    }
}

static void errors(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } table[] = {
        { "", "is needed" },
        { " ", "no blanks" },
        { " 192.0.2.1", "no blanks" },
        { "192.0.2.1\n", "no blanks" },
        { "192.0.2.1 - 192.0.2.2", "no blanks" },
        { "192.0.2.1\177", "no blanks" },
        { "192.0.2.1/24", "did you mean 192.0.2.0/24?" },
        { "192.0.2.1/0", "did you mean 0.0.0.0/0?" },
        { "192.0.2.129/25", "did you mean 192.0.2.128/25?" },
        { "2001:db8::1/64", "did you mean 2001:db8::/64?" },
        { "::ffff:192.0.2.1/120", "did you mean 192.0.2.0/24?" },
        { "::ffff:192.0.2.1/24", "did you mean ::/24?" },
        { "::ffff:0:0/95", "did you mean ::fffe:0:0/95?" },
        { "192.0.2.0/33", "from 0 to 32" },
        { "2001:db8::/129", "from 0 to 128" },
        { "192.0.2.0/", "from 0 to 32" },
        { "192.0.2.0/024", "from 0 to 32" },
        { "192.0.2.0/-1", "not both" },
        { "192.0.2.0/+24", "is not an address, first-last" },
        { "192.0.2.0/4294967320", "from 0 to 32" },
        { "192.0.2.0/99999999999999999999", "from 0 to 32" },
        { "192.0.2.0/255.255.255.0", "from 0 to 32" },
        { "192.0.2.0/24/24", "from 0 to 32" },
        { "192.0.2.0/24-192.0.3.0/24", "not both" },
        { "/24", "missing" },
        { "192.0.2.9-192.0.2.1", "ends before it begins" },
        { "2001:db8::9-2001:db8::1", "ends before it begins" },
        { "192.0.2.1-", "missing" },
        { "-192.0.2.1", "missing" },
        { "192.0.2.1-9", "four octets" },
        { "192.0.2.1-192.0.2.2-192.0.2.3", "four octets" },
        { "192.0.2.1-2001:db8::1", "both ends must be" },
        { "::-::ffff:192.0.2.1", "both ends must be" },
        { "192.0.2", "four octets" },
        { "192.0.2.", "four octets" },
        { "3221225985", "four octets" },
        { "192.0.2.256", "four octets" },
        { "192.0.2.1.", "four octets" },
        { "192.0.2.1.1", "four octets" },
        { "192.0.2.01", "may not begin with 0" },
        { "192.00.2.1/24", "may not begin with 0" },
        { "fe80::1%eth0", "zone id" },
        { "fe80::1%25", "zone id" },
        { "2001:db8::1::", "is not a valid IPv6 address" },
        { "2001:db8:::1", "is not a valid IPv6 address" },
        { "12345::", "is not a valid IPv6 address" },
        { "1:2:3:4:5:6:7", "is not a valid IPv6 address" },
        { ":", "is not a valid IPv6 address" },
        { "[2001:db8::1]", "is not a valid IPv6 address" },
        { "192.0.2.1:25", "is not a valid IPv6 address" },
        { "::ffff:192.0.2.256", "is not a valid IPv6 address" },
        { "*.example.com", "include_subdomains" },
        { ".example.com", "include_subdomains" },
        { "com", "two labels" },
        { "com.", "two labels" },
        { "localhost", "two labels" },
        { "a..example", "a label has 1 to 63" },
        { "example.com..", "a label has 1 to 63" },
        { X63 "x.example", "a label has 1 to 63" },
        { X63 "." X63 "." X63 "." X61 "x", "a name at most 255" },
        { "a.example.1", "no letter" },
        { "a.example.1.", "no letter" },
        { "0x7f.1", "no letter" },
        { "a.example.1-2", "no letter" },
        { "a._", "no letter" },
        { "192.0.2.1-\302\262", "no letter" },
        { "a*b.example", "is not an address, first-last" },
        { "a\\.b.example", "is not an address, first-last" },
        { "example.com/24", "is not an address, first-last" },
        { "https://example.com", "is not an address, first-last" },
        { "someone@example.com", "is not an address, first-last" },
        { "b\303\274cher", "two labels" },
        { "*.b\303\274cher.example", "include_subdomains" },
        { "b\303\274cher..example", "a label has 1 to 63" },
        { "\357\274\221.0.0.\357\274\221", "no letter" },
        { "\377\376.example", "internationalized" },
        { "\342\230\203.example", "internationalized" },
        { "-\303\274.example", "internationalized" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct range r, untouched;
        struct error error = { 0 };
        memset(&r, 0x5a, sizeof(r));
        memcpy(&untouched, &r, sizeof(r));
        print_message("%.60s\n", table[i].text);
        assert_int_equal(range_parse(table[i].text, false, &r, &error), ERR_SYNTAX);
        assert_int_equal(error.code, ERR_SYNTAX);
        if (strstr(error.text, table[i].says) == NULL)
            fail_msg("'%s' says: %s", table[i].text, error.text);
        assert_memory_equal(&r, &untouched, sizeof(r));
    }
}

static void endless_text(void **state)
{
    (void)state;
    static char text[100000];
    struct range r;
    struct error error;

    for (const char *digit = "1a.:/-\303"; *digit != '\0'; digit++) {
        memset(text, *digit, sizeof(text) - 1);
        assert_int_equal(range_parse(text, false, &r, &error), ERR_SYNTAX);
        text[1000] = '\0';
        assert_int_equal(range_parse(text, false, &r, &error), ERR_SYNTAX);
    }
}

/* Whether b is contained in a, and a in b. `+`: with subdomains. */
static void comparisons(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        bool a_has_b, b_has_a;
    } table[] = {
        { "192.0.2.0/24", "192.0.2.7", true, false },
        { "192.0.2.0/24", "192.0.2.0/24", true, true },
        { "192.0.2.0/24", "192.0.3.0", false, false },
        { "192.0.2.0-192.0.3.0", "192.0.2.255-192.0.3.9", false, false },
        { "0.0.0.0/0", "255.255.255.255", true, false },
        { "::/0", "192.0.2.1", false, false },
        { "::/0", "2001:db8::/32", true, false },
        { "2001:db8::/64", "2001:db8:0:1::", false, false },
        { "2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", true, false },
        { "a.example", "192.0.2.1", false, false },
        { "a.example", "a.example", true, true },
        { "+a.example", "a.example", true, false },
        { "+a.example", "b.a.example", true, false },
        { "+a.example", "+b.a.example", true, false },
        { "a.example", "b.a.example", false, false },
        { "a.example", "+b.a.example", false, false },
        { "+b.a.example", "+c.a.example", false, false },
        { "+a.example", "ba.example", false, false },
        { "+a.example", "b.example", false, false },
        { "+a.example", "b.a.example.net", false, false },
        { "+aa.example", "a.a.example", false, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct range a = parse(table[i].a + (*table[i].a == '+'), *table[i].a == '+');
        struct range b = parse(table[i].b + (*table[i].b == '+'), *table[i].b == '+');
        print_message("%s %s\n", table[i].a, table[i].b);
        assert_int_equal(range_contains(&a, &b), table[i].a_has_b);
        assert_int_equal(range_contains(&b, &a), table[i].b_has_a);
        assert_int_equal(range_equals(&a, &b), table[i].a_has_b && table[i].b_has_a);
    }
}

static void cursor(void **state)
{
    (void)state;
    static const struct {
        const char *text, *cidrs;
    } table[] = {
        { "192.0.2.1-192.0.2.9", "192.0.2.1/32 192.0.2.2/31 192.0.2.4/30 192.0.2.8/31 " },
        { "192.0.2.0/24", "192.0.2.0/24 " },
        { "0.0.0.0/0", "0.0.0.0/0 " },
        { "255.255.255.254-255.255.255.255", "255.255.255.254/31 " },
        { "127.255.255.255-128.0.0.0", "127.255.255.255/32 128.0.0.0/32 " },
        { "::/0", "::/0 " },
        { "::1-::4", "::1/128 ::2/127 ::4/128 " },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffd/128 ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127 " },
        { "0:0:0:0:ffff:ffff:ffff:ffff-0:0:0:1::", "::ffff:ffff:ffff:ffff/128 0:0:0:1::/128 " },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct range r = parse(table[i].text, false);
        struct range_cursor c;
        struct trie_key prefix;
        unsigned bits;
        char all[RANGE_TEXT] = "", one[RANGE_TEXT];
        size_t length = 0;
        for (range_open(&c, &r); range_next(&c, &r, &prefix, &bits);) {
            range_format_address(r.family, prefix, one);
            length += (size_t)snprintf(all + length, sizeof(all) - length, "%.60s/%u ", one, bits);
        }
        assert_string_equal(all, table[i].cidrs);
    }
    struct range most = parse("0.0.0.1-255.255.255.254", false);
    struct range_cursor c;
    struct trie_key prefix;
    unsigned bits, count = 0;
    for (range_open(&c, &most); range_next(&c, &most, &prefix, &bits);)
        count++;
    assert_int_equal(count, 62);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses), cmocka_unit_test(keys),         cmocka_unit_test(domains),
        cmocka_unit_test(errors),    cmocka_unit_test(endless_text), cmocka_unit_test(comparisons),
        cmocka_unit_test(cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
