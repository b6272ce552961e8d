/* Lines of words: cutting, values, hexadecimal digits, and files with lines that are not valid. */
#include "base/field_line.h"
#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

static char logged[8192];

void log_line(enum log_level level, const char *format, ...)
{
    va_list list;
    (void)level;
    size_t used = strlen(logged);
    va_start(list, format);
    vsnprintf(logged + used, sizeof(logged) - used, format, list);
    va_end(list);
    strcat(logged, "\n");
}

static void words(void **state)
{
    (void)state;
    static const struct {
        const char *line, *words; /* with | after each */
    } table[] = {
        { "", "" },
        { " \t\r\n", "" },
        { "a", "a|" },
        { "  a\tb  c \r\n", "a|b|c|" },
        { "# a", "" },
        { "#a", "" },
        { "a #b c", "a|" },
        { "a # b c", "a|" },
        { "a#b c# d", "a#b|c#|d|" },
        { "a=#b #=c", "a=#b|" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        char line[64], found[64] = "", *rest = line, *word;
        snprintf(line, sizeof(line), "%s", table[i].line);
        while ((word = field_line_word(&rest)) != NULL) {
            strcat(found, word);
            strcat(found, "|");
        }
        assert_string_equal(found, table[i].words);
        assert_null(field_line_word(&rest)); /* a comment stays one */
    }
}

static void values(void **state)
{
    char word[] = "lists=a,b=c";
    (void)state;
    assert_string_equal(field_line_value(word, "lists"), "a,b=c");
    assert_null(field_line_value(word, "list"));
    assert_null(field_line_value(word, "lists="));
    assert_null(field_line_value(word, "listsx"));
    strcpy(word, "x=");
    assert_string_equal(field_line_value(word, "x"), "");
    strcpy(word, "x");
    assert_null(field_line_value(word, "x"));
}

static void hex(void **state)
{
    static const char *const wrong[] = { "", "0", "00", "000", "00000", "00g0", " 000", "0x00", "00 0" };
    uint8_t out[2] = { 1, 2 };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
        assert_false(field_line_hex(wrong[i], out, 2));
    assert_true(out[0] == 1 && out[1] == 2);
    assert_true(field_line_hex("aF09", out, 2));
    assert_true(out[0] == 0xaf && out[1] == 9);
}

/* ---- Files ---- */

static char seen[256];

/* Collects the first words of lines; `bad` and `memory` fail. */
static enum err parse(void *context, char *line, struct error *error)
{
    assert_ptr_equal(context, seen);
    assert_null(strchr(line, '\n'));
    const char *word = field_line_word(&line);
    strcat(strcat(seen, word != NULL ? word : "-"), "|");
    if (word != NULL && strcmp(word, "bad") == 0)
        return error_set(error, ERR_LIMIT, "it is bad");
    return word != NULL && strcmp(word, "memory") == 0 ? ERR_MEMORY : OK;
}

static void files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        enum err err;
        const char *seen, *error, *logged;
    } table[] = {
        { "", 0, OK, "", "", "" },
        { "a b\n\n# c\nd", 10, OK, "a|-|-|d|", "", "" },
        { "a\nbad\nb\nbad x\n", 14, ERR_SYNTAX, "a|bad|b|bad|", "F:2: it is bad", "F:4: it is bad\n" },
        { "a\nb\0c\nd\n", 8, ERR_SYNTAX, "a|d|", "F:2: a zero byte", "" },
        { "memory\nbad\n", 11, ERR_MEMORY, "memory|", "F: out of memory", "" },
        { "bad\nmemory\nbad\n", 15, ERR_MEMORY, "bad|memory|", "F: out of memory", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct error error = { .text = "" };
        FILE *file = tmpfile();
        assert_non_null(file);
        fwrite(table[i].text, 1, table[i].size, file);
        rewind(file);
        *seen = *logged = '\0';
        assert_int_equal(field_line_parse_all(file, "F", parse, seen, &error), table[i].err);
        fclose(file);
        assert_string_equal(seen, table[i].seen);
        assert_string_equal(error.text, table[i].error);
        assert_string_equal(logged, table[i].logged);
    }
}

/* A file of another kind fills neither the log nor the memory, and a directory is not an empty file. */
static void extremes(void **state)
{
    struct error error = { .text = "" };
    FILE *file = tmpfile();
    unsigned lines = 0;
    (void)state;
    for (int i = 0; i < 25; i++) /* seen[] has room for them */
        fputs("bad\n", file);
    rewind(file);
    *seen = *logged = '\0';
    assert_int_equal(field_line_parse_all(file, "F", parse, seen, &error), ERR_SYNTAX);
    fclose(file);
    for (const char *c = logged; (c = strchr(c, '\n')) != NULL; c++)
        lines++;
    assert_int_equal(lines, 19);
    file = fopen("/tmp", "r");
    assert_non_null(file);
    assert_int_equal(field_line_parse_all(file, "/tmp", parse, seen, &error), ERR_SYSTEM);
    assert_string_equal(error.text, "/tmp: cannot be read: Is a directory");
    fclose(file);
    file = tmpfile();
    assert_int_equal(ftruncate(fileno(file), (64 << 20) + 1), 0);
    *seen = '\0';
    assert_int_equal(field_line_parse_all(file, "F", parse, seen, &error), ERR_LIMIT);
    assert_string_equal(error.text, "F: larger than 64 MiB");
    assert_string_equal(seen, "");
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words), cmocka_unit_test(values),   cmocka_unit_test(hex),
        cmocka_unit_test(files), cmocka_unit_test(extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
