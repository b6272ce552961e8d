#include "config/schema.h"
#include "support/text_view.h"
#include "view/guard.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void data(void **state)
{
    (void)state;
    static const struct {
        bool loaded;
        uint64_t old, lines, entries, bad;
        const char *why; /* NULL: accepted */
    } table[] = {
        { true, 10000, 5000, 5000, 0, NULL },
        { true, 10000, 4999, 4999, 0, "fewer than 50 %" },
        { true, 10001, 5000, 5000, 0, "fewer than 50 %" },
        { true, 9999, 1, 1, 0, NULL }, /* small lists are not guarded */
        { true, 10000, 0, 0, 0, "fewer than 50 %" },
        { true, 10000, 30000, 30000, 0, NULL },
        { true, 10000, 30001, 30001, 0, "more than 300 %" },
        { true, 9999, 90000, 90000, 0, NULL },
        { true, 100, 100, 90, 10, NULL },
        { true, 100, 100, 89, 11, "bad" },
        { true, 100, 99, 0, 99, NULL },
        { true, 20000, 20000, 17999, 2001, "bad" },
        { false, 20000, 1000, 1, 999, NULL }, /* nothing was served before */
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct guard_load old = { .facts = { .loaded = table[i].loaded, .entries = table[i].old } };
        struct set_data data = { .lines = table[i].lines, .entries = table[i].entries, .bad = table[i].bad };
        struct guard_load new = guard_load_read(&data);
        struct guard_rules rules = { .shrink = 0 };
        struct error error = { 0 };
        schema_value_defaults(schema_guards, &rules);
        print_message("row %zu %s\n", i, table[i].why != NULL ? table[i].why : "accepted");
        assert_int_equal(guard_check("xbl", &rules, &old, &new, &error),
                         table[i].why != NULL ? ERR_REFUSED : OK);
        if (table[i].why != NULL) {
            assert_non_null(strstr(error.text, "xbl: "));
            assert_non_null(strstr(error.text, table[i].why));
        }
    }
}

static void built(void **state)
{
    (void)state;
    static const struct {
        bool loaded;
        uint64_t old, new;
        unsigned canaries, known; /* of the new load, and of the old one */
        const char *why;
    } table[] = {
        { true, 5, 5 + (1 << 24), 0, 0, NULL },
        { true, 5, 6 + (1 << 24), 0, 0, "5 before and 16,777,222 now" },
        { true, 1ull << 32, 0, 0, 0, NULL },
        { false, 0, 1ull << 32, CANARY_V4, 0, NULL },
        { true, 0, 0, CANARY_V4, 0, "127.0.0.1" },
        { true, 0, 0, CANARY_V6, CANARY_V4, "::ffff:" },
        { true, 0, 0, CANARY_TLD | CANARY_INVALID, 0, "INVALID" },
        { true, 0, 0, CANARY_TLD, 0, "top-level" },
        { true, 0, 0, CANARY_V4 | CANARY_V6, CANARY_V4 | CANARY_V6, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct guard_load old = {
            .facts = { .loaded = table[i].loaded, .coverage4 = table[i].old, .canaries = table[i].known }
        };
        struct guard_load new = {
            .facts = { .loaded = true, .coverage4 = table[i].new, .canaries = table[i].canaries }
        };
        struct guard_rules rules = { .shrink = 0 };
        struct error error = { 0 };
        schema_value_defaults(schema_guards, &rules);
        print_message("row %zu %s\n", i, table[i].why != NULL ? table[i].why : "accepted");
        assert_int_equal(guard_check("dbl", &rules, &old, &new, &error),
                         table[i].why != NULL ? ERR_REFUSED : OK);
        if (table[i].why != NULL)
            assert_non_null(strstr(error.text, table[i].why));
    }
}

static void rules(void **state)
{
    (void)state;
    struct guard_load old = { .facts = { .loaded = true, .entries = 10000 } },
                      new = { .facts = { .loaded = true, .lines = 10000, .entries = 8000, .bad = 2000 } };
    struct error error;
    static const struct {
        struct guard_rules rules;
        bool refused;
    } table[] = {
        { { .shrink = 80 }, false },    { { .shrink = 81 }, true },       { { .bad_lines = 20 }, false },
        { { .bad_lines = 19 }, true },  { { .growth = 100 }, false },     { { .shrink = 0 }, false },
        { { .coverage = 23 }, true },   { { .coverage = 22 }, false },    { { .coverage = 0 }, false },
        { { .canaries = true }, true }, { { .canaries = false }, false },
    };
    new.facts.coverage4 = 1024;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const struct guard_rules *r = &table[i].rules;
        new.facts.canaries = r->canaries || i + 1 == ARRAY_SIZE(table) ? CANARY_V4 : 0;
        print_message("row %zu\n", i);
        assert_int_equal(guard_check("xbl", r, &old, &new, &error), table[i].refused ? ERR_REFUSED : OK);
    }
}

/* Loads of one set from text, and what the guards say to the second after the first. */
static void loads(void **state)
{
    (void)state;
    static const struct {
        const char *type, *old, *new;
        const char *why; /* NULL: accepted */
        unsigned canaries;
    } table[] = {
        { "ip4set", "10.0.0.1\n", "10.0.0.1\n", NULL, 0 },
        { "ip4set", "10.0.0.1\n", "127.0.0.1\n", "lists 127.0.0.1,", CANARY_V4 },
        { "ip4set", "127.0.0.0/24\n", "127.0.0.1\n", NULL, CANARY_V4 },
        { "ip4set", "10.0.0.1\n", "192.0.2.0/24\n", "lists 192.0.2.1,", GUARD_OWN_CANARY },
        { "ip4set", "192.0.2.1\n", "192.0.2.0/24\n", NULL, GUARD_OWN_CANARY },
        { "ip6trie", "2001:db8::/32\n", "::/0\n", "lists ::ffff:127.0.0.1,", CANARY_V6 },
        { "dnset", "example.com\n", "invalid\n", "name INVALID", CANARY_INVALID },
        { "dnset", "example.com\n", ".com\n", "top-level", CANARY_TLD },
        { "dnset", ".com\n", ".com\n", NULL, CANARY_TLD },
        { "dnset", ".com\n", ".com\n.net\n", "top-level", CANARY_TLD },
        { "dnset", "example.com\n", ".test\n", NULL, 0 },
        { "dnset", "example.com\n", ".own.example\n", "lists own.example,", GUARD_OWN_CANARY },
    };
    struct guard_canary own[2];
    struct guard_rules rules = { .canaries = true, .canary = own, .canary_count = ARRAY_SIZE(own) };
    struct error error;
    assert_int_equal(guard_parse_canary("192.0.2.1", &own[0], &error), OK);
    assert_int_equal(guard_parse_canary("own.example", &own[1], &error), OK);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const char *text[] = { table[i].old, table[i].new };
        struct snapshot *snapshot[2];
        struct guard_load load[2];
        for (unsigned j = 0; j < 2; j++) {
            struct set_data *data = text_view_load_set(&(struct text_set){ "", table[i].type, text[j] });
            assert_int_equal(snapshot_build(NULL, &data, 1, &snapshot[j], &error), OK);
            load[j] = guard_load_built(snapshot[j], 0);
            set_free(data);
        }
        print_message("row %zu: %s, then %s", i, text[0], text[1]);
        enum err expected = table[i].why != NULL ? ERR_REFUSED : OK;
        assert_int_equal(guard_check("xbl", &rules, &load[0], &load[1], &error), expected);
        if (table[i].why != NULL)
            assert_non_null(strstr(error.text, table[i].why));
        struct guard_load stored = { .facts = guard_facts(&rules, &load[1]) };
        assert_int_equal(stored.facts.canaries, table[i].canaries);
        assert_int_equal(guard_check("xbl", &rules, &stored, &load[1], &error), OK); /* after a restart */
        stored.facts.canaries = 0;
        expected = table[i].canaries != 0 ? ERR_REFUSED : OK;
        assert_int_equal(guard_check("xbl", &rules, &stored, &load[1], &error), expected);
        snapshot_free(snapshot[0]);
        snapshot_free(snapshot[1]);
    }
}

static void canaries(void **state)
{
    (void)state;
    struct guard_canary c;
    struct error error;
    assert_int_equal(guard_parse_canary("192.0.2.1", &c, &error), OK);
    assert_true(c.kind == GUARD_IP4 && c.key.hi == 0xc000020100000000 && c.key.lo == 0);
    assert_int_equal(guard_parse_canary("2001:db8::1", &c, &error), OK);
    assert_true(c.kind == GUARD_IP6 && c.key.hi == 0x20010db800000000 && c.key.lo == 1);
    assert_int_equal(guard_parse_canary("Example.COM", &c, &error), OK);
    assert_true(c.kind == GUARD_NAME && memcmp(c.name, "\7example\3com", 13) == 0);
    assert_int_equal(guard_parse_canary("a..b", &c, &error), ERR_SYNTAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(data), cmocka_unit_test(built),
                                        cmocka_unit_test(rules), cmocka_unit_test(loads),
                                        cmocka_unit_test(canaries) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
