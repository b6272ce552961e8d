/* The parser of the most common query beside the one of all queries. */
#include "answer/address_key.h"
#include "answer/ip4_query.h"
#include "support/must.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER "\0\7\1\0\0\1\0\0\0\0\0"
#define ZONE   "\3zen\4test"
#define A_IN   "\0\0\1\0\1" /* root label, type, class */
#define ADDRESS                                                                                              \
    "\1"                                                                                                     \
    "9\2"                                                                                                    \
    "20\1"                                                                                                   \
    "0\3"                                                                                                    \
    "192"
#define OPT "\0\0\51\2\1\0\0\200\0\0\0" /* 513 bytes, DO */

static uint8_t name[] = ZONE;
static const struct zone zone = { .name = name, .name_len = sizeof(name), .labels = 2 };

/* Parses both ways; whether the short one does it. Then the other must agree. */
static bool parse(const uint8_t *bytes, size_t size)
{
    uint8_t *packet = malloc(size); /* exactly its size, so that a sanitizer sees reads beyond it */
    struct query q, all;
    struct address_key key;
    uint32_t address;

    memcpy(packet, bytes, size);
    bool parsed = ip4_query_parse(packet, size, &zone, &q, &address);
    if (parsed) {
        assert_int_equal(query_parse(packet, size, &all), QUERY_OK);
        unsigned labels = all.labels - 2u;
        address_key_parse(&key, &all, labels);
        assert_int_equal(labels, 4);
        assert_int_equal(key.bits4, 32);
        assert_int_equal(key.bits6, 0);
        assert_int_equal(key.ip4, address);
        assert_memory_equal(all.name + all.offsets[4], name, sizeof(name));
        assert_memory_equal(q.offsets, all.offsets, 5);
        assert_int_equal(q.flags, all.flags);
        assert_int_equal(q.flags & (FLAG_QR | FLAG_OPCODE | FLAG_AA | FLAG_TC), 0);
        assert_int_equal(q.type, TYPE_A);
        assert_int_equal(all.type, TYPE_A);
        assert_int_equal(q.class, CLASS_IN);
        assert_int_equal(all.class, CLASS_IN);
        assert_int_equal(q.labels, all.labels);
        assert_int_equal(q.name_len, all.name_len);
        assert_int_equal(q.question_end, all.question_end);
        assert_int_equal(q.edns, all.edns);
        assert_int_equal(q.edns_do, all.edns_do);
        assert_int_equal(q.edns_size, all.edns_size);
        assert_int_equal(q.edns_version, 0);
        assert_int_equal(all.edns_version, 0);
        assert_false(q.nsid || all.nsid);
        assert_int_equal(q.cookie_len + all.cookie_len, 0);
    }
    free(packet);
    return parsed;
}

static void table(void **state)
{
    static const struct {
        const char *packet;
        size_t size;
        bool parsed;
        const char *why;
    } rows[] = {
#define ROW(text) text, sizeof(text) - 1
        { ROW(HEADER "\0" ADDRESS ZONE A_IN), true, "plain" },
        { ROW(HEADER "\1" ADDRESS ZONE A_IN OPT), true, "EDNS" },
        { ROW(HEADER "\0\3"
                     "255\3"
                     "255\3"
                     "255\3"
                     "255" ZONE A_IN),
          true, "the longest" },
        { ROW(HEADER "\0\1"
                     "1\1"
                     "2\1"
                     "3\2"
                     "40" ZONE A_IN),
          true, "the shortest" },
        { ROW(HEADER "\0\1"
                     "1\1"
                     "2\1"
                     "3\1"
                     "4" ZONE A_IN),
          false, "it may begin an IPv6 address" },
        { ROW(HEADER "\0\1"
                     "9\2"
                     "20\1"
                     "0" ZONE A_IN),
          false, "three labels" },
        { ROW(HEADER "\0\1"
                     "7" ADDRESS ZONE A_IN),
          false, "five labels" },
        { ROW(HEADER "\0\1"
                     "9\2"
                     "20\1"
                     "0\3"
                     "256" ZONE A_IN),
          false, "not an octet" },
        { ROW(HEADER "\0\1"
                     "9\2"
                     "20\2"
                     "00\3"
                     "192" ZONE A_IN),
          false, "a leading zero" },
        { ROW(HEADER "\0\3"
                     "192\0\3"
                     "200\3"
                     "192" ZONE A_IN),
          false, "an empty label, where the name ends" },
        { ROW(HEADER "\0" ADDRESS "\3Zen\4test" A_IN), false, "upper case" },
        { ROW(HEADER "\0" ADDRESS "\3zem\4test" A_IN), false, "another zone" },
        { ROW(HEADER "\0" ADDRESS "\10zen\4test" A_IN), false, "a label that ends elsewhere" },
        { ROW(HEADER "\0" ADDRESS ZONE "\0\0\20\0\1"), false, "TXT" },
        { ROW(HEADER "\0" ADDRESS ZONE "\0\0\1\0\377"), false, "class ANY" },
        { ROW(HEADER "\0" ADDRESS ZONE A_IN "\0"), false, "an octet behind it" },
        { ROW(HEADER "\1" ADDRESS ZONE A_IN), false, "no OPT record, against the header" },
        { ROW(HEADER "\2" ADDRESS ZONE A_IN OPT), false, "two records, says the header" },
        { ROW(HEADER "\1" ADDRESS ZONE A_IN "\0\0\51\2\1\0\1\0\0\0\0"), false, "EDNS version 1" },
        { ROW(HEADER "\1" ADDRESS ZONE A_IN "\0\0\51\2\1\0\0\0\0\0\4\0\3\0\0"), false, "an option" },
        { ROW("\0\7\1\0\0\1\0\1\0\0\0\0" ADDRESS ZONE A_IN), false, "an answer, says the header" },
        { ROW("\0\7\201\0\0\1\0\0\0\0\0\0" ADDRESS ZONE A_IN), false, "a response" },
        { ROW("\0\7\11\0\0\1\0\0\0\0\0\0" ADDRESS ZONE A_IN), false, "another opcode" },
        { ROW("\0\7\0\177\0\1\0\0\0\0\0\0" ADDRESS ZONE A_IN), true, "flags that do not count" },
#undef ROW
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        print_message("%s\n", rows[i].why);
        assert_int_equal(parse((const uint8_t *)rows[i].packet, rows[i].size), rows[i].parsed);
    }
}

/* Every octet in every place of two packets, and every shorter packet: never is one parsed that is not such a
 * query. */
static void mutations(void **state)
{
    static const uint8_t packets[2][64] = { HEADER "\0" ADDRESS ZONE A_IN,
                                            HEADER "\1" ADDRESS ZONE A_IN OPT };
    unsigned parsed = 0;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        size_t size = sizeof(HEADER ADDRESS ZONE A_IN) + (i != 0 ? sizeof(OPT) - 1 : 0);
        uint8_t packet[64];
        memcpy(packet, packets[i], sizeof(packet));
        assert_true(parse(packet, size));
        for (size_t at = 0; at < size; at++) {
            for (unsigned octet = 0; octet < 256; octet++) {
                packet[at] = (uint8_t)octet;
                parsed += parse(packet, size);
            }
            packet[at] = packets[i][at];
            assert_false(parse(packet, at));
        }
    }
    assert_true(parsed > 2 * 1024); /* at least: the id's two octets, and the ones that are as they were */
}

/* Four labels, each of all lengths from none to four digits. */
static void lengths(void **state)
{
    static const uint8_t header[] = HEADER, end[] = ZONE A_IN;
    unsigned parsed = 0;

    (void)state;
    for (unsigned way = 0; way < 5 * 5 * 5 * 5; way++) {
        uint8_t packet[64];
        size_t size = sizeof(header);
        memcpy(packet, header, size);
        for (unsigned i = 0, rest = way; i < 4; i++, rest /= 5) {
            packet[size++] = (uint8_t)(rest % 5);
            memset(packet + size, '1', rest % 5);
            size += rest % 5;
        }
        memcpy(packet + size, end, sizeof(end) - 1);
        parsed += parse(packet, size + sizeof(end) - 1);
    }
    assert_int_equal(parsed, 3 * 3 * 3 * 3 - 1); /* not the one of four single digits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table),
        cmocka_unit_test(mutations),
        cmocka_unit_test(lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
