/* Fields of bodies: valid values, and the errors of others. */
#include "api/fields.h"
#include "api/to_json.h"
#include "support/memory_delist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A call whose failures are stored. */
static struct refusal caught;
static struct http_request request = { .caught = &caught };
static struct call call = { .request = &request };
static json_t *body;

static void parse_fields(const char *text)
{
    json_decref(body);
    body = json_loads(text, JSON_ALLOW_NUL, NULL);
    assert_non_null(body);
    caught = (struct refusal){ .kind = REFUSE_NONE };
}

/* Checks that the last call succeeded, or failed with `code` about `field`. */
static void expect(const char *text, bool good, const char *code, const char *field)
{
    if (good != (code == NULL) ||
        (code != NULL && (strcmp(caught.code, code) != 0 || strcmp(caught.field, field) != 0)))
        fail_msg("%s: %s %s: %s", text, caught.code, caught.field, caught.message);
    assert_int_equal(caught.kind, code != NULL ? REFUSE_INVALID : REFUSE_NONE);
}

static void known(void **state)
{
    static const char fields[] = "a, b";
    (void)state;
    parse_fields("{}");
    expect("{}", field_check_known(&call, body, fields), NULL, NULL);
    parse_fields("{\"b\":1}");
    expect("b", field_check_known(&call, body, fields), NULL, NULL);
    parse_fields("{\"a\":1, \"c\":2, \"d\":3}");
    expect("c", field_check_known(&call, body, fields), "unknown_field", "c");
    assert_string_equal(caught.allowed, "a, b");
    parse_fields("{\"A\":1}");
    expect("A", field_check_known(&call, body, fields), "unknown_field", "A");
}

static void texts(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        bool required, is_long;
        const char *code, *expected;
    } table[] = {
        { "{}", false, false, NULL, "before" },
        { "{}", true, false, "missing_field", "before" },
        { "{\"f\":null}", false, false, NULL, "before" },
        { "{\"f\":null}", true, false, "missing_field", "before" },
        { "{\"f\":\"\"}", false, false, NULL, "" },
        { "{\"f\":\"\"}", true, false, "missing_field", "before" },
        { "{\"f\":\"abc\"}", true, false, NULL, "abc" },
        { "{\"f\":\"1234567\"}", false, false, NULL, "1234567" },
        { "{\"f\":\"12345678\"}", false, false, "too_long", "before" },
        { "{\"f\":\"\\u00e4\\u3042\\ud83d\\ude00\\u3042\\u3042\\u3042\\u3042\"}", false, false, NULL,
          "\xc3\xa4\xe3\x81\x82\xf0\x9f\x98\x80\xe3\x81\x82\xe3\x81\x82\xe3\x81\x82\xe3\x81\x82" }, /* characters
                                                                                                     */
        { "{\"f\":\"\\u3042\\u3042\\u3042\\u3042\\u3042\\u3042\\u3042\\u3042\"}", false, false, "too_long",
          "before" },
        { "{\"f\":1}", false, false, "bad_type", "before" },
        { "{\"f\":[\"a\"]}", false, false, "bad_type", "before" },
        { "{\"f\":\"a\\nb\"}", false, false, "bad_text", "before" },
        { "{\"f\":\"a\\nb\"}", false, true, NULL, "a\nb" },
        { "{\"f\":\"a\\r\\nb\\tc\"}", false, true, NULL, "a\nb\tc" },
        { "{\"f\":\"a\\rb\"}", false, true, "bad_text", "before" },
        { "{\"f\":\"\\u001b[2J\"}", false, true, "bad_text", "before" },
        { "{\"f\":\"\\u007f\"}", false, true, "bad_text", "before" },
        { "{\"f\":\"\\u009b2J\"}", false, true, "bad_text", "before" }, /* C1 */
        { "{\"f\":\"\\u00a0\"}", false, true, NULL, "\xc2\xa0" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char out[UTF8_SIZE(256)] = "before";
        parse_fields(table[i].body);
        bool good = field_text(&call, body, "f", table[i].required, out,
                               table[i].is_long ? sizeof(out) : UTF8_SIZE(7));
        expect(table[i].body, good, table[i].code, "f");
        assert_string_equal(out, table[i].expected);
    }
}

static void bools(void **state)
{
    bool out = true;
    (void)state;
    parse_fields("{\"f\":false}");
    expect("false", field_bool(&call, body, "f", &out), NULL, NULL);
    assert_false(out);
    parse_fields("{}");
    expect("nothing", field_bool(&call, body, "f", &out), NULL, NULL);
    assert_false(out);
    parse_fields("{\"f\":1}");
    expect("1", field_bool(&call, body, "f", &out), "bad_type", "f");
    parse_fields("{\"f\":\"true\"}");
    expect("a text", field_bool(&call, body, "f", &out), "bad_type", "f");
    assert_false(out);
}

static void ranges(void **state)
{
    struct range out;
    char text[RANGE_TEXT];
    (void)state;
    parse_fields("{\"r\":\"192.0.2.0/24\"}");
    expect("/24", field_range(&call, body, "r", false, &out), NULL, NULL);
    range_format(&out, text);
    assert_string_equal(text, "192.0.2.0/24");
    parse_fields("{\"r\":\"example.com\"}");
    expect("name", field_range(&call, body, "r", true, &out), NULL, NULL);
    assert_true(out.subdomains);
    parse_fields("{\"r\":\"192.0.2.1/24\"}");
    expect("host bits", field_range(&call, body, "r", false, &out), "bad_range", "r");
    assert_non_null(strstr(caught.message, "192.0.2.0/24"));
    parse_fields("{\"r\":42}");
    expect("number", field_range(&call, body, "r", false, &out), "bad_type", "r");
    parse_fields("{}");
    expect("nothing", field_range(&call, body, "r", false, &out), "missing_field", "r");
}

static void expiries(void **state)
{
    (void)state;
    static const struct {
        const char *body, *code, *field;
        bool given;
        struct expiry expected;
    } table[] = {
        { "{}", NULL, NULL, false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_in\":60}", NULL, NULL, true, { EXPIRY_IN, 60 } },
        { "{\"expires_in\":\"60\"}", NULL, NULL, true, { EXPIRY_IN, 60 } },
        { "{\"expires_in\":\"7d\"}", NULL, NULL, true, { EXPIRY_IN, 604800 } },
        { "{\"expires_in\":null}", NULL, NULL, true, { EXPIRY_NEVER, 0 } },
        { "{\"expires_at\":null}", NULL, NULL, true, { EXPIRY_NEVER, 0 } },
        { "{\"expires_at\":\"2001-09-09T01:46:40Z\"}", NULL, NULL, true, { EXPIRY_AT, 1000000000 } },
        { "{\"expires_in\":4294967295}", NULL, NULL, true, { EXPIRY_IN, 4294967295 } },
        { "{\"expires_in\":4294967296}", "bad_duration", "expires_in", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_in\":0}", "bad_duration", "expires_in", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_in\":-1}", "bad_duration", "expires_in", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_in\":1.5}", "bad_duration", "expires_in", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_in\":true}", "bad_duration", "expires_in", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_in\":\"soon\"}", "bad_duration", "expires_in", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_at\":1000000000}", "bad_time", "expires_at", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_at\":\"2001-09-09\"}", "bad_time", "expires_at", false, { EXPIRY_DEFAULT, 5 } },
        { "{\"expires_in\":1,\"expires_at\":null}",
          "two_expiries",
          "expires_at",
          false,
          { EXPIRY_DEFAULT, 5 } },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct expiry out = { EXPIRY_DEFAULT, 5 };
        bool given = false;
        parse_fields(table[i].body);
        expect(table[i].body, field_expiry(&call, body, &out, &given), table[i].code, table[i].field);
        assert_int_equal(given, table[i].given);
        assert_int_equal(out.kind, table[i].expected.kind);
        assert_true(out.value == table[i].expected.value);
    }
}

/* ---- Lists: by the store's numbers ---- */

static void lists(void **state)
{
    static const struct list_policy rules[] = { { .name = "sbl" }, { .name = "xbl" } };
    struct backend backend = { .delist = memory_delist_open(rules, ARRAY_SIZE(rules)) };
    struct list_mask out = { { 42 } };
    bool given = false;

    (void)state;
    call.backend = &backend;
    parse_fields("{}");
    expect("nothing", field_lists(&call, body, "l", &given, &out), NULL, NULL);
    assert_false(given);
    assert_true(out.word[0] == 42);
    parse_fields("{\"l\":[\"xbl\",\"sbl\",\"xbl\"]}");
    expect("both", field_lists(&call, body, "l", &given, &out), NULL, NULL);
    assert_true(given);
    json_t *names = to_json_lists(&backend, &out);
    assert_int_equal(json_array_size(names), 2);
    json_decref(names);
    parse_fields("{\"l\":[\"xbl\"]}");
    expect("one", field_lists(&call, body, "l", &given, &out), NULL, NULL);
    names = to_json_lists(&backend, &out);
    assert_int_equal(json_array_size(names), 1);
    assert_string_equal(json_string_value(json_array_get(names, 0)), "xbl");
    json_decref(names);
    parse_fields("{\"l\":[]}");
    expect("none", field_lists(&call, body, "l", &given, &out), "no_lists", "l");
    parse_fields("{\"l\":\"xbl\"}");
    expect("text", field_lists(&call, body, "l", &given, &out), "bad_type", "l");
    parse_fields("{\"l\":[1]}");
    expect("number", field_lists(&call, body, "l", &given, &out), "bad_type", "l");
    parse_fields("{\"l\":[\"nowhere\"]}");
    expect("unknown", field_lists(&call, body, "l", &given, &out), "unknown_list", "l");
    delist_close(backend.delist);
}

static int tear_down(void **state)
{
    (void)state;
    json_decref(body);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known),  cmocka_unit_test(texts),    cmocka_unit_test(bools),
        cmocka_unit_test(ranges), cmocka_unit_test(expiries), cmocka_unit_test(lists),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
