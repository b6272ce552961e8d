/* Addresses in front of a zone, and what only looks like one. */
#include "answer/address_key.h"
#include "base/attr.h"
#include "support/must.h"
#include "trie/ip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Reads `name`; returns how many labels it has. */
static unsigned make_query(struct query *q, const char *name)
{
    struct error error;
    must(name_from_text(name, q->name, &q->name_len, &error) == OK, error.text);
    q->labels = (uint8_t)name_split(q->name, q->offsets).count;
    return q->labels;
}

static void table(void **state)
{
    static const struct {
        const char *name;
        unsigned bits4, bits6;
        uint32_t ip4;
        uint64_t hi, lo;
    } rows[] = {
        { "4.3.2.1", 32, 16, 0x01020304, UINT64_C(0x1234) << 48, 0 },
        { "1.2.0.192", 32, 0, 0xc0000201, 0, 0 },
        { "255.255.255.255", 32, 0, 0xffffffff, 0, 0 },
        { "0.0.0.0", 32, 16, 0, 0, 0 },
        { "10.0.0.0", 32, 0, 0x0000000a, 0, 0 },
        { "256.2.0.192", 0, 0, 0, 0, 0 },
        { "1.2.0.999", 0, 0, 0, 0, 0 },
        { "01.2.0.192", 0, 0, 0, 0, 0 },
        { "1.2.00.192", 0, 0, 0, 0, 0 },
        { "1.2.0.010", 0, 0, 0, 0, 0 },
        { "1.2.0.1920", 0, 0, 0, 0, 0 },
        { "a.2.0.192", 0, 0, 0, 0, 0 },
        { "1.2.0.192.7", 0, 0, 0, 0, 0 },
        { "a.2.0.1", 0, 16, 0, UINT64_C(0x102a) << 48, 0 },
        { "2.0.192", 24, 0, 0xc0000200, 0, 0 },
        { "0.192", 16, 0, 0xc0000000, 0, 0 },
        { "192", 8, 0, 0xc0000000, 0, 0 },
        { "7", 8, 4, 0x07000000, UINT64_C(7) << 60, 0 },
        { "f", 0, 4, 0, UINT64_C(15) << 60, 0 },
        { "g", 0, 0, 0, 0, 0 },
        { "com.example", 0, 0, 0, 0, 0 },
        { "1.0.8.b.d.0.1.0.0.2", 0, 40, 0, UINT64_C(0x20010db801) << 24, 0 },
        { "f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0", 0, 128, 0, 0x0123456789abcdef,
          0x0123456789abcdef },
        { "g.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0", 0, 0, 0, 0, 0 },
        { "10.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0", 0, 0, 0, 0, 0 },
        { "e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0", 0, 124, 0, 0x0123456789abcdef,
          0x0123456789abcde0 },
        { "1.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0.f.e.d.c.b.a.9.8.7.6.5.4.3.2.1.0", 0, 0, 0, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct address_key key;
        struct query q;
        print_message("%s\n", rows[i].name);
        address_key_parse(&key, &q, make_query(&q, rows[i].name));
        assert_int_equal(key.bits4, rows[i].bits4);
        assert_int_equal(key.bits6, rows[i].bits6);
        if (key.bits4 != 0)
            assert_int_equal(key.ip4, rows[i].ip4);
        if (key.bits6 != 0)
            assert_true(key.ip6.hi == rows[i].hi && key.ip6.lo == rows[i].lo);
    }
}

/* Each label in turn is one of up to four characters, those around the digits among them. */
static void octets(void **state)
{
    static const char characters[] = "0123456789/:-a\x80\xb0\xff"; /* and 0 */
    enum { COUNT = sizeof(characters) };

    (void)state;
    for (unsigned n = 0; n < 4 * 4 * COUNT * COUNT * COUNT; n++) {
        unsigned place = n % 4, bytes = n / 4 % 4 + 1, rest = n / 16, expected = 0, at = 0;
        struct query q;
        struct address_key key;
        for (unsigned label = 0; label < 4; label++) {
            static const uint8_t others[4][3] = { "\2"
                                                  "17",
                                                  "\1"
                                                  "0",
                                                  "\1"
                                                  "9",
                                                  "\2"
                                                  "99" };
            q.offsets[label] = (uint8_t)at;
            q.name[at++] = (uint8_t)(label == place ? bytes : others[label][0]);
            for (unsigned i = 0; i < q.name[q.offsets[label]]; i++)
                q.name[at++] = label != place ? others[label][1 + i]
                               : i < 3        ? (uint8_t)characters[rest /
                                                             (i > 1   ? COUNT * COUNT
                                                                     : i > 0 ? COUNT
                                                                             : 1) %
                                                             COUNT]
                                              : '9';
        }
        q.offsets[4] = (uint8_t)at;
        memset(q.name + at, '9', 8);
        const uint8_t *digit = q.name + q.offsets[place] + 1;
        for (unsigned i = 0; i < bytes && expected < 256; i++)
            expected = digit[i] >= '0' && digit[i] <= '9' ? expected * 10 + digit[i] - '0' : 256;
        if (bytes > 3 || (bytes > 1 && digit[0] == '0'))
            expected = 256;
        address_key_parse(&key, &q, 4);
        assert_int_equal(key.bits4, expected < 256 ? 32 : 0);
        if (expected < 256)
            assert_int_equal(key.ip4 >> 8 * place & 0xff, expected);
    }
}

/* Each nibble in turn is every octet. */
static void nibbles(void **state)
{
    static const char digits[] = "0123456789abcdef";

    (void)state;
    for (unsigned n = 0; n < 32 * 256; n++) {
        unsigned place = n % 32, octet = n / 32;
        struct address_key key;
        struct query q;
        for (unsigned i = 0; i < 32; i++) {
            q.offsets[i] = (uint8_t)(2 * i);
            q.name[2 * i] = 1;
            q.name[2 * i + 1] = i == place ? (uint8_t)octet : (uint8_t)digits[(i * 7 + n) % 16];
        }
        q.offsets[32] = 64;
        const char *found = octet != 0 ? strchr(digits, (int)octet) : NULL;
        address_key_parse(&key, &q, 32);
        assert_int_equal(key.bits6, found != NULL ? 128 : 0);
        for (unsigned i = 0; i < 32 && found != NULL; i++) {
            uint64_t half = i < 16 ? key.ip6.lo : key.ip6.hi;
            assert_int_equal(digits[half >> 4 * (i % 16) & 15], q.name[2 * i + 1]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(octets),
        cmocka_unit_test(nibbles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
