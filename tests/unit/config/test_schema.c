/*
 * The schema: each row makes sense, and the reference in docs/man/dnsbld.yaml.5 is made from it.
 * `test_schema --write` (make man) writes it there anew.
 */
#include "config/schema.h"

#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE  "docs/man/dnsbld.yaml.5"
#define BEGIN ".\\\" What follows is made from the schema: make man.\n"
#define END   ".\\\" End of what is made.\n"

static const struct {
    const char *title;
    const struct schema_row *rows;
    size_t size; /* of its struct */
} sections[] = {
    { "The server", schema_root, sizeof(struct config) },
    { "tcp", schema_tcp, sizeof(struct tcp_limits) },
    { "rate_limit", schema_rate, sizeof(struct config_rate) },
    { "keys", schema_keys, sizeof(struct config_keys) },
    { "public_resolvers", schema_public, sizeof(struct config_public) },
    { "misspelt_zones", schema_misspelt, sizeof(struct config_misspelt) },
    { "http", schema_http, sizeof(struct http_options) },
    { "rules", schema_rules, sizeof(struct config_rules) },
    { "banner, of the server and within rules", schema_banner, sizeof(struct banner) },
    { "retired, within rules", schema_retired, sizeof(struct retirement) },
    { "A text in several languages", schema_localized, sizeof(struct localized) },
    { "resolver", schema_resolver, sizeof(struct config_resolver) },
    { "form, within rules", schema_form, sizeof(struct config_form) },
    { "breaker", schema_breaker, sizeof(struct breaker_rules) },
    { "limits", schema_limits, sizeof(struct delist_limits) },
    { "retention", schema_retention, sizeof(struct retention) },
    { "commands", schema_commands, sizeof(struct config_commands) },
    { "guards", schema_guards, sizeof(struct guard_rules) },
    { "lists", schema_list, sizeof(struct config_set) },
    { "zones", schema_zone, sizeof(struct zone_spec) },
    { "soa, within zones", schema_soa, sizeof(struct set_soa) },
};

/* ---- The reference ---- */

#define COLUMNS 120

/* Writes a text: each sentence begins a line, as mdoc(7) wants it, and long ones are broken, but not before a
 * dot, which would begin a request. */
static void write_text(FILE *to, const char *text)
{
    size_t column = 0;
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        bool fits = column + 1 + length <= COLUMNS || *text == '.';
        if (column > 0)
            fputc(fits ? ' ' : '\n', to);
        column = column > 0 && fits ? column + 1 + length : length;
        fwrite(text, 1, length, to);
        text += length;
        if (text[-1] == '.' && *text == ' ') {
            fputc('\n', to);
            column = 0;
        }
        text += *text == ' ';
    }
    fputc('\n', to);
}

static void write_kind(FILE *to, const struct schema_row *row)
{
    static const char *const kinds[] = {
        [SCHEMA_TEXT] = "text",          [SCHEMA_NUMBER] = "number",   [SCHEMA_TIME] = "time",
        [SCHEMA_BOOL] = "true or false", [SCHEMA_CHOICE] = NULL,       [SCHEMA_TEXTS] = "list of texts",
        [SCHEMA_DATE] = "date",          [SCHEMA_SECTION] = "section", [SCHEMA_SECTIONS] = "list of sections",
    };
    if (row->zero != NULL)
        fprintf(to, "%s | ", row->zero);
    if (row->type == SCHEMA_CHOICE) {
        for (const struct schema_choice *c = row->choices; c->word != NULL; c++)
            fprintf(to, "%s%s", c == row->choices ? "" : " | ", c->word);
    } else {
        fputs(row->alone ? "text | " : "", to);
        fputs(kinds[row->type], to);
    }
    fputc('\n', to);
}

/* The range of numbers and times: the ends as the file would have them. */
static void write_range(FILE *to, const struct schema_row *row)
{
    uint32_t ends[] = { row->min, row->max };
    char text[2][SCHEMA_VALUE_TEXT];
    if (row->type != SCHEMA_NUMBER && row->type != SCHEMA_TIME)
        return;
    for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
        struct schema_row plain = { .type = row->type, .offset = 0 };
        schema_value_write(&plain, &ends[i], text[i]);
    }
    fprintf(to, "From %s to %s%s%s.\n", text[0], text[1], row->unit != NULL ? " " : "",
            row->unit != NULL ? row->unit : "");
}

static char *make_reference(void)
{
    char *text;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    assert_non_null(to);
    for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
        fprintf(to, ".Ss %s\n.Bl -tag -width Ds\n", sections[i].title);
        for (const struct schema_row *row = sections[i].rows; row->key != NULL; row++) {
            fprintf(to, ".It Cm %s : Ar ", row->key);
            write_kind(to, row);
            write_text(to, row->help);
            write_range(to, row);
            if (row->initial != NULL)
                fprintf(to, "The default is %s.\n", row->initial);
            if (row->required)
                fputs("Required.\n", to);
        }
        fputs(".El\n", to);
    }
    fclose(to);
    return text;
}

static char *read_page(void)
{
    static char page[1 << 18];
    FILE *file = fopen(PAGE, "r");
    if (file == NULL)
        return NULL;
    page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
    fclose(file);
    return page;
}

static int write_page(void)
{
    char *page = read_page(), *begin = page != NULL ? strstr(page, BEGIN) : NULL;
    char *end = begin != NULL ? strstr(begin, END) : NULL, *reference = make_reference();
    FILE *file = end != NULL ? fopen(PAGE ".new", "w") : NULL;
    int status = EXIT_FAILURE;
    if (file != NULL) {
        begin += strlen(BEGIN);
        fprintf(file, "%.*s%s%s", (int)(begin - page), page, reference, end);
        if (fclose(file) == 0 && rename(PAGE ".new", PAGE) == 0)
            status = EXIT_SUCCESS;
    }
    if (status != EXIT_SUCCESS)
        fprintf(stderr, "%s: cannot be written; run this where docs/ is\n", PAGE);
    free(reference);
    return status;
}

/* ---- Tests ---- */

static void reference_is_current(void **state)
{
    (void)state;
    char *page = read_page(), *reference = make_reference();
    if (page == NULL) {
        free(reference);
        skip();
    }
    char *begin = strstr(page, BEGIN);
    assert_non_null(begin);
    begin += strlen(BEGIN);
    char *end = strstr(begin, END);
    assert_non_null(end);
    *end = '\0';
    assert_string_equal(begin, reference); /* make man */
    free(reference);
}

/* Every default is a value, and every value is written as it is read. */
static void rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(sections); i++) {
        void *section = calloc(1, sections[i].size);
        assert_non_null(section);
        for (const struct schema_row *row = sections[i].rows; row->key != NULL; row++) {
            struct error error = { .text = "" };
            char buffer[SCHEMA_VALUE_TEXT];
            print_message("%s: %s\n", sections[i].title, row->key);
            assert_true(row->help != NULL && row->help[strlen(row->help) - 1] == '.');
            assert_true(row->offset == SCHEMA_BY_HAND || row->offset < sections[i].size);
            assert_true((row->section != NULL) == (row->type >= SCHEMA_SECTION));
            assert_true((row->choices != NULL) == (row->type == SCHEMA_CHOICE));
            assert_true(strlen(row->key) < 32);
            assert_int_equal(schema_index(sections[i].rows, row->key), row - sections[i].rows);
            if (row->initial == NULL)
                continue;
            assert_int_equal(schema_value_read(row, row->initial, section, &error), OK);
            if (row->offset != SCHEMA_BY_HAND)
                assert_string_equal(schema_value_write(row, section, buffer), row->initial);
        }
        free(section);
    }
}

/* A text can be in every language of the page. */
static void languages(void **state)
{
    (void)state;
    assert_int_equal(schema_count(schema_localized), LANGUAGES);
    for (enum language l = 0; l < LANGUAGES; l++) {
        assert_string_equal(schema_localized[l].key, language_tag(l));
        assert_int_equal(schema_localized[l].offset, offsetof(struct localized, text) + l * sizeof(char *));
    }
}

/* Two places have the limits of TCP. */
static void tcp_defaults(void **state)
{
    (void)state;
    struct tcp_limits expected = TCP_LIMITS_DEFAULT, limits = { .connections = 0 };
    schema_value_defaults(schema_tcp, &limits);
    assert_memory_equal(&limits, &expected, sizeof(limits));
}

static void suggestions(void **state)
{
    (void)state;
    static const struct {
        const char *word, *meant;
    } table[] = {
        { "lisen", "listen" },
        { "wrokers", "workers" },
        { "Zones", "zones" },
        { "check", NULL },
        { "minttl", "min_ttl" },
        { "zone", "zones" },
        { "pid", NULL },
        { "", NULL },
        { "completely_different", NULL },
        { "chekc_interval", "check_interval" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const char *meant = schema_suggest(schema_root, table[i].word);
        print_message("%s -> %s\n", table[i].word, meant != NULL ? meant : "nothing");
        if (table[i].meant == NULL)
            assert_null(meant);
        else
            assert_string_equal(meant, table[i].meant);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--write") == 0)
        return write_page();
    const struct CMUnitTest tests[] = { cmocka_unit_test(reference_is_current), cmocka_unit_test(rows),
                                        cmocka_unit_test(languages), cmocka_unit_test(tcp_defaults),
                                        cmocka_unit_test(suggestions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
