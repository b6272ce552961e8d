/* Lines that repeat others, and lines beyond the values that a key can have. */
#include "list/set.h"
#include "support/memory_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct reports {
    size_t length;
    char text[4096];
    unsigned long bad, first_bad, last_bad;
};

static void on_report(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    struct reports *r = context;
    (void)file;
    if (bad) {
        r->first_bad = r->bad++ == 0 ? line : r->first_bad;
        r->last_bad = line;
    } else {
        r->length +=
            (size_t)snprintf(r->text + r->length, sizeof(r->text) - r->length, "%lu %s, ", line, reason);
    }
}

static struct set_data *load(const char *type, char *const *texts, size_t count, struct reports *reports)
{
    char *paths[4];
    struct set_data *data;
    struct error error = { .text = "" };
    struct load_options options = {
        .default_ttl = 2100, .now = 1795321198, .duplicates = true, .report = on_report, .context = reports
    };

    *reports = (struct reports){ .length = 0 };
    for (size_t i = 0; i < count; i++)
        paths[i] = memory_file_new(texts[i], strlen(texts[i]));
    struct set_spec spec = { (char *)type, paths, count };
    if (set_load(&spec, &options, &data, &error) != OK)
        fail_msg("%s", error.text);
    for (size_t i = 0; i < count; i++)
        memory_file_free(paths[i]);
    return data;
}

/* The words and the lines are rbldnsd's. */
static void duplicates(void **state)
{
    static const struct {
        const char *type, *text, *expected;
    } table[] = {
        { "ip4trie", "1.2.3.0/24\n1.2.3\n", "2 duplicated entry for 1.2.3.0/24, " },
        { "ip4trie", "1.2.3.0/24 :2:a\n1.2.0.0/16\n!1.2.3.0/24\n1.2.3.4\n1.2.3.4/32 :9\n",
          "3 duplicated entry for 1.2.3.0/24, 5 duplicated entry for 1.2.3.4/32, " },
        { "ip4trie", "9.9.9.9\n1.0.0.1\n9.9.9.9\n", "3 duplicated entry for 9.9.9.9/32, " },
        { "ip4trie", "!0/0\n0.0.0.0/1\n0/0\n", "3 duplicated entry for 0.0.0.0/0, " },
        { "ip4trie", "1.2.3.0/24\n1.2.3.0/25\n1.2.3.128/25\n", "" },
        { "ip6trie", "2001:db8::/32\n2001:db8::/48\n2001:DB8:0::/32 :3:x\n::1\n0::1\n",
          "5 duplicated entry for ::1/128, 3 duplicated entry for 2001:db8::/32, " },
        { "acl", "1.0.0.1 :pass\n1.0.0.1 :refuse\n", "2 duplicated entry for 1.0.0.1/32, " },
        { "ip4set", "1.2.3.4\n1.2.3.4\n", "" },
        { "ip4tset", "1.2.3.4\n1.2.3.4\n", "" },
        { "dnset", "a.test\na.test\n*.1.2.3\n*.1.2.3\n", "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct reports got;
        char *text = (char *)table[i].text;
        set_free(load(table[i].type, &text, 1, &got));
        assert_string_equal(got.text, table[i].expected);
        assert_int_equal(got.bad, 0);
    }
}

static void duplicates_in_another_file(void **state)
{
    static char first[] = "1.2.3.0/24\n5.0.0.0/8\n", second[] = "6.0.0.0/8\n\n1.2.3.0/24\n";
    struct reports got;
    (void)state;
    set_free(load("ip4trie", (char *[]){ first, second }, 2, &got));
    assert_string_equal(got.text, "3 duplicated entry for 1.2.3.0/24, ");
}

/* Lines with other values for one key each: the first 1,000 count, and what is the same as one of those. */
static void too_many_values(void **state)
{
    static const struct {
        const char *type, *section, *key;
    } table[] = {
        { "ip4set", "", "192.0.2.1" },
        { "ip4set", "", "192.0.2.0/24" },
        { "ip4set", "", "10.0.0.0/8" },
        { "dnset", "", "a.test" },
        { "dnset", "", ".a.test" },
        { "dnset", "", "*.a.test" },
        { "dnset", "", "*.2.0.192" },
        { "combined", "$DATASET ip4set:x @\n", "192.0.2.1" },
        { "combined", "$DATASET dnset:x @\n", "a.test" },
    };
    static char text[1200 * 64];
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct reports got;
        int at = sprintf(text, "%s", table[i].section);
        unsigned long before = at != 0;
        for (unsigned n = 0; n < 1100; n++)
            at += sprintf(text + at, "%s :3:t%u\n", table[i].key, n);
        at += sprintf(text + at, "%s :3:t7\n!%s\n", table[i].key, table[i].key);
        char *texts[] = { text };
        struct set_data *set = load(table[i].type, texts, 1, &got);
        print_message("%s %s\n", table[i].type, table[i].key);
        assert_int_equal(got.bad, 100);
        assert_int_equal(got.first_bad, before + 1001);
        assert_int_equal(got.last_bad, before + 1100);
        assert_int_equal(set->bad, 100);
        assert_int_equal(set->entries, 1002);
        set_free(set);
    }
}

/* Other keys have values of their own; a line that reaches further than all others is kept. */
static void not_too_many_values(void **state)
{
    static char text[2600 * 64];
    struct reports got;
    int at = 0;
    (void)state;
    for (unsigned n = 0; n < 1000; n++)
        at += sprintf(text + at, "192.0.2.1-192.0.2.10 :3:t%u\n192.0.2.201 :3:u%u\n", n, n);
    sprintf(text + at, "192.0.2.10-192.0.2.200 :4:v\n192.0.2.202 :5:w\n192.0.2.8-192.0.2.9 :6:x\n");
    char *texts[] = { text };
    set_free(load("ip4set", texts, 1, &got));
    assert_int_equal(got.bad, 1);
    assert_int_equal(got.last_bad, 2003);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(duplicates),
        cmocka_unit_test(duplicates_in_another_file),
        cmocka_unit_test(too_many_values),
        cmocka_unit_test(not_too_many_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
