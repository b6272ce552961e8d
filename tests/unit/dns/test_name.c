#include "dns/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define X10 "xxxxxxxxxx"
#define X63 X10 X10 X10 X10 X10 X10 "xxx"
#define X61 X10 X10 X10 X10 X10 X10 "x"

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum err code;
        const char *wire; /* without the root label */
        const char *back; /* NULL: as text */
    } table[] = {
        { "zen.example", OK, "\3zen\7example", NULL },
        { "Zen.EXAMPLE.", OK, "\3zen\7example", "zen.example" },
        { ".", OK, "", NULL },
        { "a", OK, "\1a", NULL },
        { "a\\.b.c", OK, "\3a.b\1c", NULL },
        { "a\\032b.\\065", OK, "\3a b\1a", "a\\032b.a" },
        { "\\x\\\\", OK, "\2x\\", "x\\\\" },
        { X63 "." X63 "." X63 "." X61, OK, "\x3f" X63 "\x3f" X63 "\x3f" X63 "\x3d" X61, NULL },
        { X63 "." X63 "." X63 "." X61 ".", OK, "\x3f" X63 "\x3f" X63 "\x3f" X63 "\x3d" X61,
          X63 "." X63 "." X63 "." X61 },
        { X63 "." X63 "." X63 "." X61 "x", ERR_LIMIT, NULL, NULL },
        { X63 "." X63 "." X63 "." X61 ".x", ERR_LIMIT, NULL, NULL },
        { X63 "x.example", ERR_LIMIT, NULL, NULL },
        { "", ERR_SYNTAX, NULL, NULL },
        { "..", ERR_SYNTAX, NULL, NULL },
        { ".a", ERR_SYNTAX, NULL, NULL },
        { "a..b", ERR_SYNTAX, NULL, NULL },
        { "a\\", ERR_SYNTAX, NULL, NULL },
        { "a\\25", ERR_SYNTAX, NULL, NULL },
        { "a\\256", ERR_SYNTAX, NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint8_t wire[WIRE_NAME_MAX];
        uint16_t length = 0;
        struct error error = { 0 };
        print_message("%.40s\n", table[i].text);
        assert_int_equal(name_from_text(table[i].text, wire, &length, &error), table[i].code);
        if (table[i].code != OK) {
            assert_int_equal(error.code, table[i].code);
            assert_int_equal(length, 0);
            continue;
        }
        assert_int_equal(length, strlen(table[i].wire) + 1);
        assert_memory_equal(wire, table[i].wire, length);
        char text[NAME_MAX_TEXT];
        name_to_text(wire, length, text);
        assert_string_equal(text, table[i].back != NULL ? table[i].back : table[i].text);
    }
}

static void longest_text(void **state)
{
    (void)state;
    uint8_t wire[WIRE_NAME_MAX] = { 0 };
    for (size_t at = 0; at < 254; at += 1u + wire[at])
        wire[at] = (uint8_t)(at < 192 ? 63 : 61); /* all other bytes are zero: four characters each */
    char text[NAME_MAX_TEXT];
    name_to_text(wire, sizeof(wire), text);
    assert_int_equal(strlen(text), (3 * 63 + 61) * 4 + 3);
}

static void splits(void **state)
{
    (void)state;
    uint8_t offsets[WIRE_LABELS_MAX + 1];
    struct labels l = name_split((const uint8_t *)"\1b\3net\7example", offsets);
    assert_int_equal(l.count, 3);
    assert_memory_equal(l.offsets, "\0\2\6\16", 4);
    assert_int_equal(labels_size(l, 0), 14);
    assert_int_equal(labels_size(l, 2), 8);
    assert_int_equal(labels_size(l, 3), 0);
    l.count = 2;
    assert_int_equal(labels_size(l, 1), 4);
    assert_int_equal(name_split((const uint8_t *)"", offsets).count, 0);

    uint8_t wire[WIRE_NAME_MAX] = { 0 };
    for (unsigned at = 0; at < 254; at += 2)
        wire[at] = 1;
    l = name_split(wire, offsets);
    assert_int_equal(l.count, WIRE_LABELS_MAX);
    assert_int_equal(offsets[WIRE_LABELS_MAX], 254);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(longest_text),
                                        cmocka_unit_test(splits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
