#include "list/stored_text.h"
#include "support/list_text.h"
#include "support/memory_file.h"
#include "support/set_model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define X30  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X300 X30 X30 X30 X30 X30 X30 X30 X30 X30 X30

#define SOA "$SOA 0 ns.ex. admin.ex 7 2h 3m 1w 30s"

static void sections(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "", "", "nothing" },
        { "$DATASET ip4set a\n1.2.3.4", "[a], 1.2.3.4", "a section" },
        { "$DATASET ip4set:remark a b.c @\n1.2.3.4", "[a b.c @], 1.2.3.4", "in several subzones" },
        { "$DATASET ip4set: A.\n1.2.3.4", "[a], 1.2.3.4", "no remark; lower case; a dot at the end" },
        { "$DATASET ip4set a @ a A @", "[a @]", "each subzone once" },
        { "$dataset ip4set a # c", "[a]", "comment" },
        { "$DATASET ip4set a ;c d", "[a]", "up to the end" },
        { "$DATASET ip4set a#c d", "[a#c d]", "none within a field" },
        { "#$DATASET ip4set a\n1.2.3.4", "[a], 1.2.3.4", "as a comment" },
        { ":$DATASET ip4set a\n1.2.3.4", "[a], 1.2.3.4", "as a default line" },
        { "# c\n\n; c\n$DATASET ip4set a", "[a]", "comments before it" },
        { "$DATASET ip4set", "warn 1, []", "no subzone" },
        { "$DATASET ip4set # a", "warn 1, []", "a comment instead" },
        { "$DATASET ip4set a b..c d e..f\n1.2.3.4", "bad 1, [a d], 1.2.3.4", "bad subzones" },
        { "$DATASET ip4set .\n1.2.3.4", "[@], 1.2.3.4", "a dot is @" },
        { "$DATASET ip4set a\n:5:x\n1.2.3.4\n$DATASET ip4set b\n1.2.3.4\n$DATASET ip4set a\n1.2.3.4 t",
          "[a], 1.2.3.4 :5:x, [b], 1.2.3.4, [a], 1.2.3.4 :2:t", "each has its own default" },
        { "$DATASET ip4tset a\n:5:x\n1.2.3.4\n$DATASET ip4tset b\n1.2.3.4\n:6\n",
          "[a], 1.2.3.4 :5:x, [b], 1.2.3.4 :6:", "sets of one value too" },
        { "$DATASET ip4set a\n1.2.3.4\n$DATASET ip4set b\n1.2.3.3", "[a], 1.2.3.4, [b], 1.2.3.3",
          "hosts ascend in each" },
        { "$DATASET dnset a\n.z :5\n$DATASET ip6trie a\n::1\n$DATASET generic a\n@ MX 5 b",
          "[a], .z :5:, [a], ::1/128, [a], =@ 2100 MX 5 b.", "of all types" },
        { "$DATASET ip4set a\nbad\n1.2.3.4\n$x", "bad 2, bad 4, [a], 1.2.3.4", "bad lines" },
    };
    list_text_check("combined", rows, ARRAY_SIZE(rows), NULL);
}

static void refused(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "1.2.3.4", "(1): data before the first $DATASET of the file", "data first" },
        { "\n:5:x", "(2): data before the first $DATASET of the file", "a default" },
        { "$DATASET nope a", "(1): $DATASET: type \"nope\" is unknown", "type" },
        { "$DATASET IP4SET a", "(1): $DATASET: type \"IP4SET\" is unknown", "its case" },
        { "$DATASET a\033[31m", "(1): $DATASET: type \"a?[31m\" is unknown", "not for a terminal" },
        { "$DATASET", "(1): $DATASET: type \"\" is unknown", "no type" },
        { "$DATASET combined a", "(1): $DATASET: type \"combined\" is not allowed in a combined set",
          "itself" },
        { "$DATASET acl a", "(1): $DATASET: type \"acl\" is not allowed in a combined set", "acl" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_text got;
        print_message("%s: %s\n", rows[i].why, rows[i].text);
        assert_null(list_text_load("combined", rows[i].text, NULL, &got));
        assert_string_equal(strchr(got.text, '('), rows[i].expected);
    }
    static const struct list_row elsewhere[] = { { "$DATASET ip4set a", "bad 1", "in another set" } };
    list_text_check("ip4set", elsewhere, 1, NULL);
}

/* Every file has its own sections; lines before them are about the set. */
static void files(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *expected, *why;
    } rows[] = {
        { "$DATASET ip4set a\n:5:x\n1.2.3.4\n", "$DATASET ip4set a\n1.2.3.5\n",
          "[a], 1.2.3.4 :5:x, [a], 1.2.3.5", "two sections" },
        { "$DATASET ip4set a\n1.2.3.4\n", "1.2.3.5\n", "(1): data before the first $DATASET of the file",
          "each file needs its own" },
        { "$DATASET ip4set a\n1.2.3.4\n", "# c\n", "[a], 1.2.3.4", "unless it has no data" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_text got;
        char *paths[] = { memory_file_new(rows[i].first, strlen(rows[i].first)),
                          memory_file_new(rows[i].second, strlen(rows[i].second)) };
        print_message("%s\n", rows[i].why);
        set_free(list_text_load_files("combined", paths, 2, NULL, &got));
        assert_string_equal(*got.text == '/' ? strchr(got.text, '(') : got.text, rows[i].expected);
        memory_file_free(paths[0]);
        memory_file_free(paths[1]);
    }
}

static void print_text(struct list_text *to, const struct set_data *set, const char *name, uint32_t offset)
{
    if (offset == 0)
        return;
    struct text text = stored_text((const uint8_t *)set->texts.data + offset);
    list_text_print(to, " %s%.*s", name, (int)text.length, (const char *)text.bytes);
}

/* The values of the directives: "ttl $1 $2 $=" of the set and of its sections. */
static void print_directives(struct list_text *to, const struct set_data *set)
{
    list_text_print(to, "%u", set->ttl);
    print_text(to, set, "$1=", set->variables[1]);
    print_text(to, set, "$2=", set->variables[2]);
    print_text(to, set, "$==", set->template);
    for (size_t i = 0; i < set->sections_count; i++) {
        list_text_print(to, "; ");
        print_directives(to, set->sections[i]);
    }
}

static void inheritance(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "$TTL 60\n$DATASET ip4set a\n$DATASET ip4set b\n$TTL 70\n$DATASET ip4set c", "60; 60; 70; 60",
          "$TTL" },
        { "$1 one\n$= base\n$DATASET ip4set a\n$1 uno\n$2 due\n$= other\n$DATASET ip4set b",
          "2100 $1=one $==base; 2100 $1=one $2=due $==base; 2100 $1=one $==base", "variables and template" },
        { "$1 " X300 "\n$DATASET ip4set a", "2100 $1=" X300 "; 2100 $1=" X300, "a long one" },
        { "$DATASET ip4set a\n$1 uno\n$= x\n$DATASET ip4set b", "2100; 2100 $1=uno $==x; 2100",
          "of a section alone" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_text got;
        print_message("%s\n", rows[i].why);
        struct set_data *set = list_text_load("combined", rows[i].text, NULL, &got);
        got.text[0] = '\0';
        print_directives(&got, set);
        assert_string_equal(got.text, rows[i].expected);
        set_free(set);
    }
    static const struct list_row ranges[] = {
        { "$MAXRANGE4 /24\n$DATASET ip4set a\n1.2\n1.2.3\n$MAXRANGE4 /32\n1.2.4\n"
          "$DATASET ip4set b\n1.2.3\n$MAXRANGE4 /8\n1.2\n1.2.3.4",
          "bad 3, bad 6, bad 8, warn 9, bad 10, [a], 1.2.3.0-1.2.3.255, [b], 1.2.3.4",
          "$MAXRANGE4 only goes down" },
    };
    list_text_check("combined", ranges, 1, NULL);
}

/* $SOA, $NS, $TIMESTAMP and the counts belong to the set, wherever they are. */
static void facts(void **state)
{
    (void)state;
    struct list_text got;
    struct set_data *set = list_text_load("combined",
                                          "$TTL 60\n$DATASET ip4set a\n$TTL 9\n" SOA "\n$NS 0 ns.ex\n"
                                          "$TIMESTAMP 2026-01-01 2026-12-01\n1.2.3.4\nbad\n"
                                          "$DATASET generic b\nx A 1.1.1.1",
                                          NULL, &got);
    assert_string_equal(got.text, "bad 8, [a], 1.2.3.4, [b], =x 60 A 1.1.1.1");
    assert_true(set->soa.present);
    assert_int_equal(set->soa.ttl, 60);
    assert_int_equal(set->ns.count, 1);
    assert_int_equal(set->ns.ttl, 60);
    assert_int_equal(set->timestamp, 1767225600);
    assert_int_not_equal(set->valid_until, 0);
    assert_int_equal(set->lines, 10);
    assert_int_equal(set->entries, 2);
    assert_int_equal(set->bad, 1);
    const struct set_data *a = set->sections[0], *b = set->sections[1];
    assert_false(a->soa.present);
    assert_int_equal(a->entries, 1);
    assert_int_equal(a->bad, 1);
    assert_int_equal(a->overlap, OVERLAP_OCTETS);
    assert_int_equal(b->entries, 1);
    assert_int_equal(b->overlap, OVERLAP_ALL);
    set_free(set);
}

/* The greatest number of sections, and one more. */
static void most(void **state)
{
    (void)state;
    static const char line[] = "$DATASET dnset @\n";
    enum { LINE = sizeof(line) - 1 };
    char *text = calloc(SET_MAX_SECTIONS + 1, LINE);
    for (size_t i = 0; i <= SET_MAX_SECTIONS; i++)
        memcpy(text + i * LINE, line, LINE);
    for (size_t more = 0; more < 2; more++) {
        struct load_options options = { .default_ttl = 2100 };
        char *path = memory_file_new(text, (SET_MAX_SECTIONS + more) * LINE);
        struct set_spec spec = { "combined", &path, 1 };
        struct set_data *set = NULL;
        assert_int_equal(set_load(&spec, &options, &set, NULL), more == 0 ? OK : ERR_LIMIT);
        assert_int_equal(set == NULL ? 0 : set->sections_count, more == 0 ? SET_MAX_SECTIONS : 0);
        set_free(set);
        memory_file_free(path);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sections), cmocka_unit_test(refused),
                                        cmocka_unit_test(files),    cmocka_unit_test(inheritance),
                                        cmocka_unit_test(facts),    cmocka_unit_test(most) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
