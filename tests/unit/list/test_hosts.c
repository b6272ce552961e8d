#include "support/list_text.h"
#include "support/memory_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Where entries are kept has its own rules, see struct set_data. */
static void hosts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
        unsigned hosts, runs, entries;
        const char *why;
    } table[] = {
        { "1.0.0.1\n1.0.0.2\n1.0.0.9", "1.0.0.1, 1.0.0.2, 1.0.0.9", 3, 1, 0, "ascending, of one value" },
        { "0.0.0.0\n255.255.255.255", "0.0.0.0, 255.255.255.255", 2, 1, 0, "the lowest and the highest" },
        { "1.0.0.1 :5:\n1.0.0.2 :5:\n1.0.0.3 :6:\n1.0.0.4 :5:",
          "1.0.0.1 :5:, 1.0.0.2 :5:, 1.0.0.3 :6:, 1.0.0.4 :5:", 4, 3, 0, "runs of values" },
        { "1.0.0.1\n!1.0.0.2\n!1.0.0.3\n1.0.0.4", "1.0.0.1, !1.0.0.2, !1.0.0.3, 1.0.0.4", 4, 3, 0,
          "excluded hosts are a run" },
        { "1.0.0.1\n1.0.1\n1.0.0.2", "1.0.0.1, 1.0.0.2, 1.0.1.0-1.0.1.255", 2, 1, 1,
          "a prefix between them" },
        { "1.0.0.2/32", "1.0.0.2", 1, 1, 0, "a /32" },
        { "127.0.0.2\n1.0.0.1\n1.0.0.2", "1.0.0.1, 1.0.0.2, 127.0.0.2", 2, 1, 1, "a test point at the top" },
        { "127.0.0.2 :5:\n127.0.0.3 :6:\n1.0.0.1\n128.0.0.1",
          "1.0.0.1, 127.0.0.2 :5:, 127.0.0.3 :6:, 128.0.0.1", 2, 1, 2, "two, of two values" },
        { "5.0.0.1\n4.0.0.1\n3.0.0.1", "3.0.0.1, 4.0.0.1, 5.0.0.1", 1, 1, 2, "descending" },
        { "127.0.0.2 :5:\n1.0.0.1\n127.0.0.2 :6:\n127.0.0.2 :7:",
          "1.0.0.1, 127.0.0.2 :5:, 127.0.0.2 :6:, 127.0.0.2 :7:", 1, 1, 3, "a test point once more" },
        { "1.0.0.1 :5:\n1.0.0.1 :6:\n1.0.0.1 :7:\n1.0.0.2", "1.0.0.1 :5:, 1.0.0.1 :6:, 1.0.0.1 :7:, 1.0.0.2",
          1, 1, 3, "the same in a row" },
        { "1.0.0.5 :5:\n1.0.0.5 :6:\n1.0.0.4", "1.0.0.4, 1.0.0.5 :5:, 1.0.0.5 :6:", 1, 1, 2,
          "the same in a row, then a lower one" },
        { "!1.0.0.5\n1.0.0.5 :6:\n1.0.0.4", "1.0.0.4, !1.0.0.5, 1.0.0.5 :6:", 1, 1, 2,
          "an exclusion before an entry" },
        { "1.0.0.1\n1.0.0.2\n1.0.0.3\n1.0.0.4\n1.0.0.5\n1.0.0.6\n1.0.0.7\n1.0.0.8\n1.0.0.9\n1.0.0.10\n"
          "1.0.0.11\n1.0.0.12\n1.0.0.13\n1.0.0.14\n1.0.0.15\n1.0.0.16\n1.0.0.17 :5:\n1.0.0.17 :6:\n"
          "1.0.0.3 :7:\n!1.0.0.0\n1.0.0.18",
          "!1.0.0.0, 1.0.0.1, 1.0.0.2, 1.0.0.3, 1.0.0.3 :7:, 1.0.0.4, 1.0.0.5, 1.0.0.6, 1.0.0.7, 1.0.0.8, "
          "1.0.0.9, 1.0.0.10, 1.0.0.11, 1.0.0.12, 1.0.0.13, 1.0.0.14, 1.0.0.15, 1.0.0.16, 1.0.0.17 :5:, "
          "1.0.0.17 :6:, 1.0.0.18",
          18, 3, 3, "too many hosts to move: lower and equal ones go with the entries" },
    };
    static const char *const types[] = { "ip4set", "ip4trie" };
    for (size_t i = 0; i < 2 * ARRAY_SIZE(table); i++) {
        struct list_text got;
        print_message("%s: %s\n", types[i % 2], table[i / 2].why);
        struct set_data *set = list_text_load(types[i % 2], table[i / 2].text, NULL, &got);
        assert_string_equal(got.text, table[i / 2].expected);
        assert_int_equal(VEC_COUNT(&set->hosts4, uint32_t), table[i / 2].hosts);
        assert_int_equal(VEC_COUNT(&set->host_values, struct host_value), table[i / 2].runs);
        assert_int_equal(VEC_COUNT(&set->entries4, struct entry4), table[i / 2].entries);
        set_free(set);
    }
}

enum { SCATTERED = 20011, AGAIN = 1000 };

static void count_warning(void *context, const char *file, unsigned long line, bool bad, const char *reason)
{
    (void)file, (void)line, (void)reason;
    assert_false(bad);
    ++*(unsigned *)context;
}

/* Hosts 10.0.0.0 to 10.0.78.42 in no order, the first 1,000 of them twice, and a host with another value. */
static struct set_data *load_scattered(char *type, unsigned *warnings)
{
    static char text[(SCATTERED + AGAIN + 1) * 24];
    struct load_options options = { .default_ttl = 2100,
                                    .now = LIST_TEXT_NOW,
                                    .duplicates = true,
                                    .report = count_warning,
                                    .context = warnings };
    struct set_data *set;
    struct error error;
    char *p = text + sprintf(text, "11.0.0.1 :9:\n");

    for (unsigned i = 0; i < SCATTERED + AGAIN; i++) {
        uint32_t n = i * 7919 % SCATTERED;
        p += sprintf(p, "10.0.%u.%u\n", n >> 8, n & 255);
    }
    char *path = memory_file_new(text, (size_t)(p - text));
    assert_int_equal(set_load(&(struct set_spec){ type, &path, 1 }, &options, &set, &error), OK);
    memory_file_free(path);
    return set;
}

/* Where many hosts are out of order, they take 4 bytes each all the same; but not in a trie, which warns
 * about lines. */
static void hosts_in_no_order(void **state)
{
    (void)state;
    static char *const types[] = { "ip4set", "ip4trie" };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        unsigned warnings = 0, seen[SCATTERED] = { 0 };
        struct set_data *set = load_scattered(types[i], &warnings);
        const uint32_t *host = set->hosts4.data;
        const struct entry4 *e = set->entries4.data;
        size_t hosts = VEC_COUNT(&set->hosts4, *host), entries = VEC_COUNT(&set->entries4, *e);
        for (size_t j = 0; j < hosts; j++) {
            assert_true(j == 0 || host[j] > host[j - 1]);
            seen[host[j] - 0x0a000000]++;
        }
        for (size_t j = 0; j < entries; j++) {
            assert_true(e[j].first == e[j].last && (j == 0 || e[j].first >= e[j - 1].first));
            if (e[j].first != 0x0b000001)
                seen[e[j].first - 0x0a000000]++;
        }
        for (size_t j = 0; j < SCATTERED; j++)
            assert_true(seen[j] >= 1);
        assert_int_equal(set->entries, SCATTERED + AGAIN + 1);
        assert_int_equal(warnings, i == 1 ? AGAIN : 0);
        if (i == 0)
            assert_in_range(entries, 1, 5000);
        set_free(set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts),
        cmocka_unit_test(hosts_in_no_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
