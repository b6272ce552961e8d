/* What is written to a terminal: escaped texts, columns, and JSON values for people. */
#include "client/render.h"
#include "client/safe_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void safe_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *safe, *why;
    } cases[] = {
        { "", "", "nothing" },
        { "plain \\ text", "plain \\ text", "printable" },
        { "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac", "Z\xc3\xbcrich \xe6\x9d\xb1\xe4\xba\xac", "letters" },
        { "\x1b[2J", "\\x1b[2J", "an escape sequence" },
        { "a\nb\tc\rd", "a\\nb\\tc\\x0dd", "lines and tabs" },
        { "\x7f\x01", "\\x7f\\x01", "control characters" },
        { "\xc2\x9b\x31m", "\\u009b1m", "a control character of C1" },
        { "\xff\xfe", "\\xff\\xfe", "no UTF-8" },
        { "\xe2\x82", "\\xe2\\x82", "UTF-8 that is cut off" },
        { "\xc3(", "\\xc3(", "UTF-8 that breaks off" },
        { "\xed\xa0\x80", "\\xed\\xa0\\x80", "half of a surrogate pair" },
        { "a\xe2\x80\xae"
          "b",
          "a\\u202eb", "writing from right to left" },
        { "\xe2\x81\xa6\xef\xbb\xbf", "\\u2066\\ufeff", "invisible" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *safe = safe_text_escape(cases[i].text);
        print_message("%s\n", cases[i].why);
        assert_string_equal(safe, cases[i].safe);
        free(safe);
    }
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(safe_text_width(""), 0);
    assert_int_equal(safe_text_width("Z\xc3\xbcrich"), 6);
    assert_int_equal(safe_text_width("\xe6\x9d\xb1\xe4\xba\xac"), 4); /* two to a character */
    assert_int_equal(safe_text_width("e\xcc\x81"), 1);                /* an accent of its own */
}

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
    } cases[] = {
        { "\"a\\u001b\"", "a\\x1b" },
        { "17", "17" },
        { "0.25", "0.25" },
        { "true", "yes" },
        { "false", "no" },
        { "null", "none" },
        { "[]", "-" },
        { "\"\"", "-" },
        { "[\"a\",\"b\"]", "a, b" },
        { "[{\"list\":\"sbl\",\"why\":{\"code\":\"never\",\"field\":null}},{\"list\":\"pbl\",\"why\":\"x\"}]",
          "sbl: never; pbl: x" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        char *text = render_value(value, "none");
        assert_string_equal(text, cases[i].text);
        free(text);
        json_decref(value);
    }
    char *text = render_value(NULL, NULL);
    assert_string_equal(text, "-");
    free(text);
}

static void members(void **state)
{
    (void)state;
    json_t *object = json_pack("{s:{s:{s:i}}, s:i}", "a", "b", "c", 7, "d", 8);
    assert_int_equal(json_integer_value(render_member(object, "a.b.c")), 7);
    assert_int_equal(json_integer_value(render_member(object, "d")), 8);
    assert_null(render_member(object, "d.e"));
    assert_null(render_member(object, "a.x.c"));
    assert_null(render_member(NULL, "a"));
    json_decref(object);
}

/* Everything that was written, for one comparison; malloc'ed. */
static char *written;
static size_t written_size;

static FILE *write_to(void)
{
    return open_memstream(&written, &written_size);
}

static void expect_written(FILE *to, const char *expected)
{
    fclose(to);
    assert_string_equal(written, expected);
    free(written);
}

static void add_rows(struct render_pages *pages, const char *json)
{
    json_t *rows = json_loads(json, 0, NULL);
    render_pages_add(pages, rows);
    json_decref(rows);
}

static void tables(void **state)
{
    (void)state;
    struct render_output out = { .to = write_to() };
    struct render_pages pages;
    render_pages_open(&pages, &out, "rows", "id last=of.last:none of_two=x");
    add_rows(&pages, "[{\"id\":1,\"of\":{\"last\":\"first\"}}]");
    add_rows(&pages, "[{\"id\":\"\u00fc\u00fc\u00fc\",\"x\":[]},{\"id\":2,\"x\":\"second\"}]");
    render_pages_close(&pages, NULL);
    render_pages_free(&pages);
    expect_written(out.to, "ID  LAST   OF TWO\n1   first  -\n\xc3\xbc\xc3\xbc\xc3\xbc  none   -\n"
                           "2    none   second\n");
    out.to = write_to();
    render_pages_open(&pages, &out, "rows", "id");
    render_pages_free(&pages);
    expect_written(out.to, "");
}

static void fields(void **state)
{
    (void)state;
    struct render_output out = { .to = write_to() };
    json_t *object =
        json_loads("{\"id\":\"x\",\"memory\":{\"bytes\":5,\"of\":{}},\"skipped\":[{\"list\":\"a\",\"why\":"
                   "\"b\"},{\"list\":\"c\",\"why\":null}],\"until\":null}",
                   0, NULL);
    render_fields(&out, object);
    json_decref(object);
    expect_written(out.to,
                   "id            x\nmemory.bytes  5\nmemory.of     -\nskipped       a: b\n              c\n"
                   "until         -\n");
}

static void text_is_unchanged_without_a_terminal(void **state)
{
    (void)state;
    static const char text[] = "a\x1b\n\nb";
    struct render_output out = { .to = write_to() };
    render_text(&out, text, strlen(text));
    expect_written(out.to, "a\x1b\n\nb");
    out = (struct render_output){ .to = write_to(), .terminal = true };
    render_text(&out, text, strlen(text));
    expect_written(out.to, "a\\x1b\n\nb\n");
}

static int open_print(void **state)
{
    (void)state;
    safe_text_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(safe_texts),
        cmocka_unit_test(widths),
        cmocka_unit_test(values),
        cmocka_unit_test(members),
        cmocka_unit_test(tables),
        cmocka_unit_test(fields),
        cmocka_unit_test(text_is_unchanged_without_a_terminal),
    };
    return cmocka_run_group_tests(tests, open_print, NULL);
}
