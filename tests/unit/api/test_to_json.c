/* What answers are made of: texts of any bytes, codes, sizes of ranges. */
#include "api/to_json.h"
#include "support/memory_delist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define REPLACED "\xef\xbf\xbd"

static void texts_are_utf8(void **state)
{
    static const struct {
        const char *bytes, *expected, *why;
    } cases[] = {
        { "plain", "plain", "ASCII" },
        { "na\xc3\xafve \xf0\x9f\x90\xa6", "na\xc3\xafve \xf0\x9f\x90\xa6", "well-formed" },
        { "caf\xe9", "caf" REPLACED, "Latin-1" },
        { "\xc3", REPLACED, "cut off" },
        { "\xe2\x82z", REPLACED REPLACED "z", "cut off within" },
        { "\xc0\xaf", REPLACED REPLACED, "a longer form than need be" },
        { "\xed\xa0\x80", REPLACED REPLACED REPLACED, "a surrogate" },
        { "\xf5\x80\x80\x80", REPLACED REPLACED REPLACED REPLACED, "past U+10FFFF" },
        { "\xff\xc3\xa9\xff", REPLACED "\xc3\xa9" REPLACED, "well-formed in between" },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        json_t *text = json_text(cases[i].bytes);
        if (strcmp(json_string_value(text), cases[i].expected) != 0)
            fail_msg("%s: '%s'", cases[i].why, json_string_value(text));
        json_decref(text);
    }
    assert_true(json_is_null(json_text("")));
}

static void codes_are_addresses(void **state)
{
    json_t *code = to_json_code(0x7f0000fe);
    (void)state;
    assert_string_equal(json_string_value(code), "127.0.0.254");
    json_decref(code);
}

static void sizes_are_numbers(void **state)
{
    static const struct {
        const char *range;
        double size;
    } cases[] = {
        { "192.0.2.1", 1 },
        { "192.0.2.0/24", 256 },
        { "0.0.0.0-255.255.255.255", 4294967296.0 },
        { "2001:db8::/66", 4611686018427387904.0 },
        { "2001:db8::/64", 18446744073709551616.0 },
        { "2001:db8::/32", 79228162514264337593543950336.0 },
        { "example.net", 1 },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct range range;
        struct error error;
        assert_int_equal(range_parse(cases[i].range, false, &range, &error), OK);
        json_t *size = to_json_size(&range);
        if (json_number_value(size) != cases[i].size)
            fail_msg("%s: %g", cases[i].range, json_number_value(size));
        json_decref(size);
    }
}

/* One kind after the other, with what only it has. The last list's name is in Latin-1. */
static void items_are_as_documented(void **state)
{
    static const struct list_policy rules[] = { { .name = "sbl" }, { .name = "caf\xe9" } };
    const struct backend backend = { .delist = memory_delist_open(rules, ARRAY_SIZE(rules)) };
    struct item item = { .id = "1",
                         .text = "\5a\0b\xff"
                                 "c",
                         .code = 0x7f000004,
                         .expires_at = STORE_FOREVER };
    const struct actor reader = { .role = ROLE_READER };
    struct error error;
    (void)state;
    list_mask_add(&item.lists, 1);
    assert_int_equal(range_parse("192.0.2.1", false, &item.range, &error), OK);
    json_t *delisting = to_json_item(&backend, &item, &reader);
    assert_string_equal(json_string_value(json_array_get(json_object_get(delisting, "lists"), 0)),
                        "caf" REPLACED);
    assert_true(json_is_false(json_object_get(delisting, "sticky")));
    assert_true(json_is_false(json_object_get(delisting, "durable")));
    assert_true(json_is_null(json_object_get(delisting, "expires_at")));
    assert_null(json_object_get(delisting, "code"));
    item.kind = OVERLAY_LIST;
    assert_int_equal(range_parse("example.net", true, &item.range, &error), OK);
    json_t *listing = to_json_item(&backend, &item, &reader);
    const json_t *text = json_object_get(listing, "text");
    assert_string_equal(json_string_value(json_object_get(listing, "list")), "caf" REPLACED);
    assert_string_equal(json_string_value(json_object_get(listing, "code")), "127.0.0.4");
    assert_int_equal(json_string_length(text), 7);
    assert_memory_equal(json_string_value(text), "a\0b" REPLACED "c", 7);
    assert_true(json_is_true(json_object_get(listing, "include_subdomains")));
    assert_null(json_object_get(listing, "sticky"));
    item.kind = OVERLAY_ALLOW;
    json_t *allow = to_json_item(&backend, &item, &reader);
    assert_int_equal(json_object_size(allow), json_object_size(listing) - 3);
    json_decref(allow);
    json_decref(listing);
    json_decref(delisting);
    delist_close(backend.delist);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_utf8),
        cmocka_unit_test(codes_are_addresses),
        cmocka_unit_test(sizes_are_numbers),
        cmocka_unit_test(items_are_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
