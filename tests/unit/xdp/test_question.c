/* Parsing a question for the fast path: octets, nibbles, the names of zones. */
#include "support/dns_client.h"
#include "support/random.h"
#include "support/text_view.h"
#include "support/xdp_peer.h"
#include "xdp/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Labels of up to four characters, those around the digits among them. */
static void octets(void **state)
{
    static const char characters[] = "0123456789/:-.a\x7f\x80\xb0\xb9\xff"; /* and 0 */
    enum { COUNT = sizeof(characters) };

    (void)state;
    for (unsigned n = 0; n < 5 * COUNT * COUNT * COUNT; n++) {
        unsigned bytes = n % 5, rest = n / 5, expected = 0;
        uint8_t label[8] = { (uint8_t)bytes, [4] = '9', 1, '9', 0 };
        for (unsigned i = 1; i <= 3; i++, rest /= COUNT)
            label[i] = (uint8_t)characters[rest % COUNT];
        for (unsigned i = 1; i <= bytes && expected < 256; i++)
            expected = label[i] >= '0' && label[i] <= '9' ? expected * 10 + label[i] - '0' : 256;
        if (bytes == 0 || bytes > 3 || expected > 255 || (bytes > 1 && label[1] == '0'))
            expected = 256;
        uint64_t word;
        memcpy(&word, label, 8);
        assert_int_equal(xdp_octet(word), expected);
    }
}

/* Names of labels that are octets and such that nearly are. */
static void leading_octets(void **state)
{
    static const struct {
        const char *text;
        int octet; /* -1: it is none */
    } labels[] = { { "0", 0 },     { "7", 7 },     { "10", 10 }, { "99", 99 },  { "100", 100 },
                   { "255", 255 }, { "256", -1 },  { "00", -1 }, { "01", -1 },  { "a", -1 },
                   { "1a", -1 },   { "1234", -1 }, { "-1", -1 }, { "1:9", -1 }, { "1234567", -1 } };
    struct xdp_table table = { .lines = NULL };
    struct xdp_work w = { .table = &table, .dns = 42 };
    uint64_t seed = 1;

    (void)state;
    for (unsigned n = 0; n < 50000; n++) {
        uint8_t *at = w.frame + w.dns + WIRE_HEADER;
        unsigned octets = 0, bytes = 0;
        uint32_t ip4 = 0;
        bool ended = false;
        for (unsigned i = 0; i < 6; i++) {
            size_t label = random_next(&seed) % ARRAY_SIZE(labels);
            if (random_next(&seed) % 4 != 0)
                label %= 6;
            size_t length = strlen(labels[label].text);
            *at++ = (uint8_t)length;
            at = mempcpy(at, labels[label].text, length);
            ended |= labels[label].octet < 0 || i == 4;
            if (ended)
                continue;
            assert_true(octets < 4);
            ip4 |= (uint32_t)labels[label].octet << 8 * octets++;
            bytes += (unsigned)length + 1;
        }
        xdp_read_octets(&w);
        assert_int_equal(w.octets, octets);
        assert_int_equal(w.ip4, ip4);
        assert_int_equal(w.name_bytes, bytes);
    }
}

static void nibbles(void **state)
{
    static const char digits[] = "0123456789abcdef";

    (void)state;
    for (unsigned n = 0; n < 4 * 256 * 16; n++) {
        uint8_t labels[9] = "\0010\0019\001a\001f";
        unsigned at = n & 3, digit = n >> 2 & 255;
        labels[2 * ((at + 1) & 3) + 1] = (uint8_t)digits[n >> 10];
        labels[2 * at + 1] = (uint8_t)digit;
        unsigned expected = 0;
        for (unsigned i = 0; i < 4; i++) {
            const char *found = labels[2 * i + 1] != 0 ? strchr(digits, labels[2 * i + 1]) : NULL;
            expected = found == NULL ? 0x10000 : expected | (unsigned)(found - digits) << 4 * i;
            if (found == NULL)
                break;
        }
        uint64_t word;
        memcpy(&word, labels, 8);
        assert_int_equal(xdp_nibbles(word), expected);
        labels[2 * at] = 2;
        memcpy(&word, labels, 8);
        assert_int_equal(xdp_nibbles(word), 0x10000);
    }
}

/* Zones with names of all lengths, and names that differ from them in one letter. */
static void zone_names(void **state)
{
    enum { ZONES = 30 };
    static char names[ZONES][40];
    struct text_set zone_sets[ZONES];
    struct xdp_peer *p;
    uint8_t message[512];
    char text[64];

    (void)state;
    for (unsigned i = 0; i < ZONES; i++) {
        memset(names[i], 'g', i + 1);
        zone_sets[i] = (struct text_set){ names[i], "ip4set", "192.0.2.1\n" };
    }
    struct view *view = text_view_build(zone_sets, NULL, ZONES);
    xdp_peer_new(view, NULL, &p);
    for (unsigned i = 0; i < ZONES; i++)
        for (unsigned other = 0; other <= i + 1; other++) {
            int before = snprintf(text, sizeof(text), "1.2.0.192.%s", names[i]) - (int)i - 1;
            if (other <= i)
                text[before + (int)other] = 'h';
            size_t size = dns_client_query(message, text, TYPE_A, CLASS_IN, NULL, 0);
            assert_int_equal(xdp_peer_ask(p, 0, message, size), other <= i ? XDP_NO_ZONE : XDP_LISTED);
        }
    xdp_peer_free(p);
    view_free(view);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets),
        cmocka_unit_test(leading_octets),
        cmocka_unit_test(nibbles),
        cmocka_unit_test(zone_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
