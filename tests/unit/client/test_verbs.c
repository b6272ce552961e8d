/* The table of verbs: each row makes sense, and docs/man/dnsblctl.1 names every verb and option, and no
 * other. */
#include "client/verbs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE "docs/man/dnsblctl.1"

/* Tests run where docs/ is. */
static char *read_page(void)
{
    static char page[1 << 16];
    FILE *file = fopen(PAGE, "r");
    if (file == NULL)
        skip();
    page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
    fclose(file);
    return page;
}

/* How many .It lines begin with `head`, after which the name ends. */
static unsigned count_items(const char *page, const char *head)
{
    unsigned count = 0;
    for (const char *p = page; (p = strstr(p, head)) != NULL; p++)
        count += p[-1] == '\n' && strchr(" \n", p[strlen(head)]) != NULL;
    return count;
}

static void the_page_has_every_verb(void **state)
{
    (void)state;
    const char *page = read_page();
    unsigned known = 0, items = 0;
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        char head[64];
        snprintf(head, sizeof(head), ".It Cm %s", verb->name);
        if (count_items(page, head) != 1)
            fail_msg("%s: '%s' does not have one line", PAGE, head);
        known++;
    }
    for (const char *p = page; (p = strstr(p, "\n.It Cm ")) != NULL; p++)
        items++;
    assert_int_equal(items, known);
}

static void the_page_has_every_option(void **state)
{
    (void)state;
    const char *page = read_page();
    unsigned items = 0;
    for (int i = 0; i < OPTIONS_COUNT; i++) {
        char head[64];
        if (arguments_options[i].letter != 0)
            snprintf(head, sizeof(head), ".It Fl %c , -%s", arguments_options[i].letter,
                     arguments_options[i].name);
        else
            snprintf(head, sizeof(head), ".It Fl -%s", arguments_options[i].name);
        if (count_items(page, head) != 1)
            fail_msg("%s: '%s' does not have one line", PAGE, head);
    }
    for (const char *p = page; (p = strstr(p, "\n.It Fl ")) != NULL; p++)
        items++;
    assert_int_equal(items, OPTIONS_COUNT);
}

static unsigned count_braces(const char *path)
{
    unsigned count = 0;
    for (const char *p = path; p != NULL && (p = strstr(p, "{}")) != NULL; p++)
        count++;
    return count;
}

static unsigned count_columns(const char *columns)
{
    unsigned count = 1;
    while ((columns = strchr(columns, ' ')) != NULL)
        count += *++columns != ' ';
    return count;
}

/* Words go to the path, then to the field. */
static void verbs_make_sense(void **state)
{
    (void)state;
    for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
        print_message("%s\n", verb->name);
        assert_non_null(verb->run);
        assert_true(verb->help != NULL && verb->help[strlen(verb->help) - 1] != '.');
        assert_true(verb->min_words <= verb->max_words);
        assert_true((verb->arguments[0] == '\0') == (verb->max_words == 0));
        assert_int_equal(verb->options & OPTIONS_COMMON, 0);
        assert_true((verb->array != NULL) >= (verb->columns != NULL));
        if (verb->columns != NULL)
            assert_true(count_columns(verb->columns) <= RENDER_COLUMNS);
        if (verb->path != NULL && verb->max_words != VERB_MANY)
            assert_int_equal(count_braces(verb->path) + (verb->field != NULL), verb->max_words);
    }
}

static void options_make_sense(void **state)
{
    (void)state;
    uint64_t used = OPTIONS_COMMON;
    for (const struct verb *verb = verbs; verb->name != NULL; verb++)
        used |= verb->options;
    for (int i = 0; i < OPTIONS_COUNT; i++) {
        const struct arguments_option *row = &arguments_options[i];
        print_message("--%s\n", row->name);
        assert_non_null(row->help);
        assert_true((used & OPTION_BIT(i)) != 0);
        bool of_client = i == OPTION_TIMEOUT || i == OPTION_WAIT;
        assert_true((row->field != NULL || of_client) == (row->kind != INPUT_PLAIN));
        if (row->kind >= INPUT_TRUE)
            assert_null(row->argument);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(arguments_options[k].name, row->name);
            assert_true(row->letter == 0 || arguments_options[k].letter != row->letter);
        }
    }
}

static const char *find(char *first, char *second, size_t count, size_t *used)
{
    char *words[] = { first, second };
    const struct verb *verb = verbs_find(words, count, used);
    return verb != NULL ? verb->name : "";
}

static void verbs_of_one_word_and_of_two(void **state)
{
    (void)state;
    size_t used;
    assert_string_equal(find("list", "192.0.2.1", 2, &used), "list");
    assert_int_equal(used, 1);
    assert_string_equal(find("privacy", "erase", 2, &used), "privacy erase");
    assert_int_equal(used, 2);
    assert_string_equal(find("privacy", NULL, 1, &used), "");
    assert_string_equal(find("privacy", "erasex", 2, &used), "");
    assert_string_equal(find("privacyx", "erase", 2, &used), "");
    assert_string_equal(find("lis", NULL, 1, &used), "");
    assert_string_equal(find(NULL, NULL, 0, &used), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_has_every_verb),
        cmocka_unit_test(the_page_has_every_option),
        cmocka_unit_test(verbs_make_sense),
        cmocka_unit_test(options_make_sense),
        cmocka_unit_test(verbs_of_one_word_and_of_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
