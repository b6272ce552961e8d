/* Many addresses and domains, as people paste them. */
#include "page/pasted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool is_zone(void *context, const char *name)
{
    (void)context;
    return strcasecmp(name, "zen.example") == 0;
}

static const struct typed_names names = { .is_zone = is_zone, .host = "" };

/* The rows, as "key key ?what-is-none /range". */
static const struct {
    const char *text, *rows;
} texts[] = {
    { "", "" },
    { " \r\n,;\n\n", "" },
    { "192.0.2.1", "192.0.2.1" },
    { "192.0.2.1\n192.0.2.2\r\n\r\n2001:db8::1", "192.0.2.1 192.0.2.2 2001:db8::1" },
    { "192.0.2.1, 192.0.2.2;192.0.2.3\t192.0.2.4", "192.0.2.1 192.0.2.2 192.0.2.3 192.0.2.4" },
    { "１９２．０．２．１、例え.jp　spam.example", "192.0.2.1 xn--r8jz45g.jp spam.example" },
    { "[192.0.2.1] <ann@spam.example> https://bl.example/192.0.2.2 3.2.0.192.zen.example",
      "192.0.2.1 spam.example 192.0.2.2 192.0.2.3" },
    /* What comes again */
    { "192.0.2.1 192.0.2.1\n[192.0.2.1]\nfoo\nfoo", "192.0.2.1 ?foo" },
    /* What is none */
    { "foo", "?foo" },
    { "192.0.2.1\nfoo bar\n192.0.2.256", "192.0.2.1 ?foo_bar ?192.0.2.256" },
    { "192.0.2.1 foo", "192.0.2.1 ?foo" },
    { "192.0.2.0/24 192.0.2.1", "/192.0.2.0/24 192.0.2.1" },
    { "=1+1 192.0.2.1", "?=1+1 192.0.2.1" },
    /* Lines of logs, and others that are about one */
    { "Nov 30 12:00:01 mx postfix/smtpd[123]: NOQUEUE: reject: RCPT from unknown[203.0.113.9]: 554 5.7.1 "
      "<bob@example.net>: Recipient address rejected; from=<ann@example.com> to=<bob@example.net> "
      "proto=ESMTP\n"
      "Nov 30 12:00:02 mx postfix/smtpd[123]: NOQUEUE: reject: RCPT from unknown[203.0.113.10]: 554 5.7.1",
      "203.0.113.9 203.0.113.10" },
    { "192.0.2.1 # the mail server", "192.0.2.1" },
};

static void format_rows(const struct pasted *pasted, char *out)
{
    *out = '\0';
    for (size_t i = 0; i < pasted->count; i++) {
        const struct pasted_row *row = &pasted->rows[i];
        char text[RANGE_TEXT];
        strcpy(text, row->text);
        if (row->kind == PASTED_KEY)
            range_format(&row->key, text);
        for (char *at = text; *at != '\0'; at++)
            *at = *at == ' ' ? '_' : *at;
        sprintf(out + strlen(out), "%s%s%s", i > 0 ? " " : "",
                row->kind == PASTED_RANGE     ? "/"
                : row->kind == PASTED_NOTHING ? "?"
                                              : "",
                text);
    }
}

static void test_rows(void **state)
{
    char *rows = malloc(PASTED_MOST * RANGE_TEXT);
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct pasted pasted;
        print_message("%s\n", texts[i].text);
        assert_int_equal(pasted_parse(texts[i].text, &names, &pasted), OK);
        format_rows(&pasted, rows);
        assert_string_equal(rows, texts[i].rows);
        assert_string_equal(pasted.rest, "");
        pasted_free(&pasted);
    }
    free(rows);
}

/* Addresses 192.0.2.first to .last, with a separator behind each. */
static char *make(char *to, unsigned first, unsigned last, const char *separator)
{
    for (; first <= last; first++)
        to += sprintf(to, "192.0.2.%u%s", first, separator);
    return to;
}

/* What is too much is the rest, from the very word on. */
static void test_rest(void **state)
{
    static const char *const separators[] = { " ", "\n", ", " };
    char text[4096], rest[4096], again[4096];
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(separators); i++) {
        struct pasted pasted;
        make(make(text, 1, 50, separators[i]), 1, 53, separators[i]);
        strcat(text, "\nand 203.0.113.9 in a line of words\n");
        assert_int_equal(pasted_parse(text, &names, &pasted), OK);
        assert_int_equal(pasted.count, 50);
        assert_string_equal(pasted.rows[49].text, "192.0.2.50");
        strcpy(again, pasted.rest);
        pasted_free(&pasted);
        assert_non_null(strstr(again, "192.0.2.51"));
        assert_null(strstr(again, "192.0.2.50"));
        assert_int_equal(pasted_parse(again, &names, &pasted), OK);
        format_rows(&pasted, rest);
        assert_string_equal(rest, "192.0.2.51 192.0.2.52 192.0.2.53 203.0.113.9");
        pasted_free(&pasted);
    }
}

/* Large texts, with and without blanks and lines: rows are whole characters, and nothing is lost. */
static void test_large(void **state)
{
    static const char *const pieces[] = { "x",    "あ",     "x ",        "あ ", "\n",
                                          "a.b ", "例.jp ", "192.0.2.1", "\"",  "\xe3" };
    static const size_t size = 64000;
    char *text = malloc(size + 64);
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        struct pasted pasted;
        for (size_t length = 0; length < size;)
            length = (size_t)(stpcpy(text + length, pieces[i]) - text);
        assert_int_equal(pasted_parse(text, &names, &pasted), OK);
        assert_true(pasted.count <= PASTED_MOST);
        for (size_t row = 0; row < pasted.count; row++)
            assert_true(strlen(pasted.rows[row].text) <= PASTED_SHOWN);
        pasted_free(&pasted);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows), cmocka_unit_test(test_rest),
                                        cmocka_unit_test(test_large) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
