/* A browser's forms: their fields, and forms that are not valid. */
#include "base/attr.h"
#include "http/percent.h"
#include "http/server_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void fields(void **state)
{
    (void)state;
    static const struct {
        const char *body, *json; /* NULL: no form */
    } cases[] = {
        { "", "{}" },
        { "a=1&b=two+words", "{\"a\":\"1\",\"b\":\"two words\"}" },
        { "a=%41%2b%2B%0a", "{\"a\":\"A++\\n\"}" },
        { "%61+b=x=y", "{\"a b\":\"x=y\"}" },
        { "a=%c3%a4", "{\"a\":\"\xc3\xa4\"}" },
        { "&&a=1&", "{\"a\":\"1\"}" },
        { "a=&b=1", "{\"b\":\"1\"}" }, /* what is left empty is not there */
        { "a=true&b=TRUE", "{\"a\":\"true\",\"b\":\"TRUE\"}" },
        { "a=1&a=2", NULL },
        { "a=1&%61=", NULL },
        { "a", NULL },
        { "a=1&b", NULL },
        { "a=%", NULL },
        { "a=%4", NULL },
        { "a=%4&b=1", NULL },
        { "a=%g0", NULL },
        { "a=%0g", NULL },
        { "a=%00", NULL },
        { "%00=1", NULL },
        { "a=%ff", NULL },
        { "a=\xc3", NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        json_t *form = percent_parse_form(cases[i].body, strlen(cases[i].body));
        char *json = form != NULL ? json_dumps(form, JSON_COMPACT) : NULL;
        print_message("%s\n", cases[i].body);
        assert_string_equal(json != NULL ? json : "none", cases[i].json != NULL ? cases[i].json : "none");
        free(json);
        json_decref(form);
    }
    assert_null(percent_parse_form("a=1\0", 4));
    json_t *form = percent_parse_form("a=12", 3);
    assert_string_equal(json_string_value(json_object_get(form, "a")), "1");
    json_decref(form);
}

/* What is encoded is decoded again. */
static void encode(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        { "", "" },
        { "zen.example-1_2~3", "zen.example-1_2~3" },
        { "a b&c=d/e?f#g%h+i", "a%20b%26c%3Dd%2Fe%3Ff%23g%25h%2Bi" },
        { "\xe4\xbe\x8b\x01\xff", "%E4%BE%8B%01%FF" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        char text[64];
        percent_encode(texts[i][0], text);
        assert_string_equal(text, texts[i][1]);
        assert_true(percent_decode(text, true));
        assert_string_equal(text, texts[i][0]);
    }
}

static void types(void **state)
{
    (void)state;
    static const char form_type[] = "application/x-www-form-urlencoded";
    assert_true(body_is_type("application/x-www-form-urlencoded", form_type));
    assert_true(body_is_type("Application/X-WWW-Form-Urlencoded; charset=utf-8", form_type));
    assert_false(body_is_type("application/x-www-form-urlencodedx", form_type));
    assert_false(body_is_type("application/x-www-form", form_type));
    assert_false(body_is_type("application/json", form_type));
    assert_false(body_is_type("", form_type));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(fields), cmocka_unit_test(encode),
                                        cmocka_unit_test(types) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
