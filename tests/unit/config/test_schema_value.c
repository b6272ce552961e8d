#include "config/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct schema_choice colours[] = { { "red", 7 }, { "green", 0 }, { NULL, 0 } };

static const struct schema_row time_row = { .type = SCHEMA_TIME, .min = 0, .max = 7 * 86400 };
static const struct schema_row bound_row = { .type = SCHEMA_TIME, .min = 60, .max = 3600, .zero = "none" };
static const struct schema_row number_row = { .type = SCHEMA_NUMBER, .min = 2, .max = UINT32_MAX };
static const struct schema_row auto_row = { .type = SCHEMA_NUMBER, .min = 1, .max = 8, .zero = "auto" };
static const struct schema_row bool_row = { .type = SCHEMA_BOOL };
static const struct schema_row choice_row = { .type = SCHEMA_CHOICE, .choices = colours };

/* What is read becomes `value`, and is written as `written`. */
static void values(void **state)
{
    (void)state;
    static const struct {
        const struct schema_row *row;
        const char *text;
        uint32_t value;
        const char *written;
    } table[] = {
        { &time_row, "0", 0, "0" },
        { &time_row, "0m", 0, "0" },
        { &time_row, "90", 90, "90s" },
        { &time_row, "90s", 90, "90s" },
        { &time_row, "120", 120, "2m" },
        { &time_row, "15M", 900, "15m" },
        { &time_row, "36h", 129600, "36h" },
        { &time_row, "24h", 86400, "1d" },
        { &time_row, "1w", 604800, "7d" },
        { &bound_row, "none", 0, "none" },
        { &bound_row, "1m", 60, "1m" },
        { &bound_row, "1h", 3600, "1h" },
        { &number_row, "2", 2, "2" },
        { &number_row, "007", 7, "7" },
        { &number_row, "4294967295", UINT32_MAX, "4294967295" },
        { &auto_row, "auto", 0, "auto" },
        { &auto_row, "8", 8, "8" },
        { &bool_row, "true", 1, "true" },
        { &bool_row, "Yes", 1, "true" },
        { &bool_row, "off", 0, "false" },
        { &choice_row, "red", 7, "red" },
        { &choice_row, "green", 0, "green" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint32_t value = 0;
        char buffer[SCHEMA_VALUE_TEXT];
        struct error error = { .text = "" };
        print_message("%s\n", table[i].text);
        assert_int_equal(schema_value_read(table[i].row, table[i].text, &value, &error), OK);
        assert_int_equal(value, table[i].value);
        assert_string_equal(schema_value_write(table[i].row, &value, buffer), table[i].written);
    }
}

static void errors(void **state)
{
    (void)state;
    static const struct {
        const struct schema_row *row;
        const char *text;
        const char *said;
    } table[] = {
        { &time_row, "", "a time such as" },
        { &time_row, "1y", "a time such as" },
        { &time_row, "-1", "a time such as" },
        { &time_row, "1h30m", "a time such as" },
        { &time_row, "99999999999", "a time such as" },
        { &time_row, "8d", "0 to 7d expected" },
        { &bound_row, "0", "none or 1m to 1h expected" },
        { &bound_row, "59", "none or 1m to 1h expected" },
        { &bound_row, "nine", "none or a time" },
        { &number_row, "1", "2 to 4294967295 expected" },
        { &number_row, "4294967296", "2 to 4294967295 expected" },
        { &number_row, "99999999999999999999999", "2 to 4294967295 expected" },
        { &number_row, "1.5", "a number expected" },
        { &number_row, "+3", "a number expected" },
        { &number_row, " 3", "a number expected" },
        { &auto_row, "0", "auto or 1 to 8 expected" },
        { &auto_row, "many", "auto or a number expected" },
        { &bool_row, "1", "true or false expected" },
        { &choice_row, "blue", "one of red green expected" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        uint32_t value = 77;
        struct error error = { .text = "" };
        enum err err = schema_value_read(table[i].row, table[i].text, &value, &error);
        print_message("%s -> %s\n", table[i].text, error.text);
        assert_int_not_equal(err, OK);
        assert_int_equal(err, error.code);
        assert_int_equal(value, 77);
        assert_non_null(strstr(error.text, table[i].said));
        assert_non_null(strstr(error.text, table[i].text));
    }
}

/* However many choices there are, the error names as many as fit. */
static void many_choices(void **state)
{
    (void)state;
    struct schema_choice choices[41] = { 0 };
    struct schema_row row = { .type = SCHEMA_CHOICE, .choices = choices };
    struct error error = { .text = "" };
    int value = 77;
    for (size_t i = 0; i < ARRAY_SIZE(choices) - 1; i++)
        choices[i] = (struct schema_choice){ "a-rather-long-word", (int)i };
    assert_int_equal(schema_value_read(&row, "none", &value, &error), ERR_SYNTAX);
    assert_int_equal(value, 77);
    assert_non_null(strstr(error.text, "'none': one of a-rather-long-word a-rather-long-word"));
    assert_non_null(strstr(error.text, "expected"));
    assert_true(strlen(error.text) < SCHEMA_VALUE_TEXT + 32);
}

/* A row without a field only checks. */
static void by_hand(void **state)
{
    (void)state;
    struct schema_row row = time_row;
    struct error error;
    char buffer[SCHEMA_VALUE_TEXT];
    row.offset = SCHEMA_BY_HAND;
    assert_int_equal(schema_value_read(&row, "5m", NULL, &error), OK);
    assert_int_equal(schema_value_read(&row, "5y", NULL, &error), ERR_SYNTAX);
    assert_null(schema_value_write(&row, NULL, buffer));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values), cmocka_unit_test(errors),
                                        cmocka_unit_test(many_choices), cmocka_unit_test(by_hand) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
