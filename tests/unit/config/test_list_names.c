/* The names of lists: what the files and the zones of their sets make of them, in whatever order. */
#include "config/config.h"
#include "store/types.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SPECS = 5 };

#define SAME_64 "a234567890123456789012345678901234567890123456789012345678901234"
#define SAME_55 "a234567890123456789012345678901234567890123456789012345"

static const struct {
    const char *spec[SPECS]; /* ZONE:TYPE:FILES */
    const char *name[SPECS];
    bool ordered; /* the names depend on the order */
} table[] = {
    /* Up to the first dot. */
    { { "z:ip4set:/l/xbl.ip4set" }, { "xbl" }, 0 },
    { { "z:ip4set:xbl" }, { "xbl" }, 0 },
    { { "z:ip4set:/l/.xbl.ip4" }, { ".xbl.ip4" }, 0 },
    /* One name, directory and zone: one list. */
    { { "z:ip4set:sbl.v4", "z:ip6trie:sbl.v6" }, { "sbl", "sbl" }, 0 },
    { { "z:ip4set:sbl.v4", "z:ip6trie:sbl.v6", "y:ip4set:sbl.v4", "y:ip6trie:sbl.v6" }, { "sbl", "sbl" }, 0 },
    { { "z:ip4set:sbl", "y:ip4set:sbl" }, { "sbl" }, 0 }, /* one set */
    { { "z:ip4set:sbl.a,other.b", "z:ip4set:sbl.c" }, { "sbl", "sbl" }, 0 },
    /* Different zones: whole names. */
    { { "list.dsbl.org:ip4set:list.dsbl.org", "list.dnswl.org:ip4set:list.dnswl.org" },
      { "list.dsbl.org", "list.dnswl.org" },
      0 },
    { { "z:ip4set:bl.a", "z:ip4set:bl.b", "y:ip4set:bl.c" }, { "bl.a", "bl.b", "bl.c" }, 0 },
    { { "z:ip4set:bl.a", "y:ip4set:bl.a", "z:ip4set:bl.b" },
      { "bl.a", "bl.a", "bl.b" },
      0 }, /* they overlap */
    { { "z:ip4set:bl", "y:ip4set:bl.b" }, { "bl", "bl.b" }, 0 },
    { { "z:ip4set:bl.a,x", "y:ip4set:bl.b,x" }, { "bl.a", "bl.b" }, 0 },
    { { "z:combined:bl.a", "y:dnset:bl.b", "x:generic:bl.c" }, { "bl.a", "bl.b", "bl.c" }, 0 },
    { { "z:ip4set:bl.a", "y:ip6trie:bl.a" }, { "bl.a", "bl.a" }, 0 }, /* a file is on one list */
    { { "z:ip4set:bl.a", "y:ip4set:bl.b", "z:ip4set:pbl.a", "z:ip4set:pbl.b" },
      { "bl.a", "bl.b", "pbl", "pbl" },
      0 },
    /* Acls are on no list: they join and split nothing. */
    { { "z:ip4set:bl.a", "z:acl:bl.acl" }, { "bl", NULL }, 0 },
    { { "z:ip4set:bl.a", ":acl:bl.acl" }, { "bl", NULL }, 0 },
    /* Other directories: the first one keeps the name. */
    { { "z:ip4set:/a/xbl", "z:ip4set:/b/xbl" }, { "xbl", "b-xbl" }, 1 },
    { { "z:ip4set:/b/xbl", "z:ip4set:/a/xbl" }, { "xbl", "a-xbl" }, 1 },
    { { "z:ip4set:/a/l.x", "y:ip4set:/a/l.y", "x:ip4set:/b/l.z" }, { "l.x", "l.y", "b-l" }, 1 },
    { { "z:ip4set:/a/l.x", "y:ip4set:/a/l.y", "x:ip4set:/b/l.x", "w:ip4set:/b/l.y" },
      { "l.x", "l.y", "b-l.x", "b-l.y" },
      1 },
    { { "z:ip4set:/c/b/xbl", "z:ip4set:/d/b/xbl", "z:ip4set:/e/b/xbl" }, { "xbl", "b-xbl", "b-xbl-2" }, 1 },
    /* What the API cannot have, and too long. */
    { { "z:ip4set:b\x01l\xff\xc2\x85", "z:ip4set:\xc3\xa9.txt" }, { "b_l___", "\xc3\xa9" }, 0 },
    { { "z:ip4set:" SAME_64 }, { SAME_64 }, 0 },
    { { "z:ip4set:" SAME_64 "x", "z:ip4set:" SAME_64 "y" }, /* printf %s NAME | sha256sum */
      { SAME_55 "-dfc0d687", SAME_55 "-0773cada" },
      0 },
};

static void build(struct config *config, const char *const *specs, size_t count)
{
    struct error error;
    config_init(config);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(config_add_zone_spec(config, specs[i], &error), OK);
    config_name_lists(config);
}

/* The name of the list of the set of a spec. */
static const char *name_of(struct config *config, const char *spec)
{
    struct error error;
    uint16_t set;
    assert_int_equal(config_add_set_spec(config, strchr(spec, ':') + 1, &set, &error), OK);
    return config->sets[set].list;
}

static void check(size_t row, const char *const *specs, size_t count)
{
    struct config config;
    build(&config, specs, count);
    for (size_t i = 0; i < count; i++)
        if (table[row].name[i] != NULL)
            assert_string_equal(name_of(&config, table[row].spec[i]), table[row].name[i]);
    config_free(&config);
}

/* All orders of the specs from `at` on. */
static void check_orders(size_t row, const char **specs, size_t at, size_t count)
{
    if (at == count)
        check(row, specs, count);
    for (size_t i = at; i < count; i++) {
        const char *first = specs[i];
        specs[i] = specs[at];
        specs[at] = first;
        check_orders(row, specs, at + 1, count);
        specs[at] = specs[i];
        specs[i] = first;
    }
}

static void names(void **state)
{
    (void)state;
    for (size_t row = 0; row < ARRAY_SIZE(table); row++) {
        const char *specs[SPECS];
        size_t count = 0;
        while (count < SPECS && table[row].spec[count] != NULL) {
            specs[count] = table[row].spec[count];
            count++;
        }
        if (table[row].ordered)
            check(row, specs, count);
        else
            check_orders(row, specs, 0, count);
    }
}

/* The names that the lists had before are known, and who asks for one is told the new names. */
static void former_names(void **state)
{
    static const char *const specs[] = { "z:ip4set:bl.a", "y:ip4set:bl.b", "z:ip4set:pbl.a", "w:ip4set:bl" };
    struct config config;
    struct list_policy *policies;
    struct store_list_set *sets;
    size_t count, sets_count;
    char text[64];
    (void)state;
    build(&config, specs, ARRAY_SIZE(specs));
    config_list_sets(&config, &sets, &sets_count);
    assert_int_equal(sets_count, 4);
    assert_string_equal(sets[0].list, "bl.a");
    assert_string_equal(sets[0].former, "bl");
    assert_string_equal(sets[0].file, "bl.a");
    assert_string_equal(sets[1].former, "bl");
    assert_null(sets[2].former);
    assert_string_equal(sets[3].list, "bl"); /* its whole base name */
    assert_null(sets[3].former);
    config_list_policy_all(&config, &policies, &count);
    assert_int_equal(count, 4);
    list_policy_explain(policies, count, "bl", text, sizeof(text));
    assert_string_equal(text, "; it is bl.a, bl.b now");
    list_policy_explain(policies, count, "pbl", text, sizeof(text));
    assert_string_equal(text, "");
    list_policy_explain(policies, count, "", text, sizeof(text));
    assert_string_equal(text, "");
    list_policy_explain(policies, count, "bl", text, 12);
    assert_string_equal(text, "; it is bl.");
    free(policies);
    free(sets);
    config_free(&config);
}

/* Names that the configuration gives stay, and a set beside them does not join a list of other zones. */
static void given_names(void **state)
{
    struct config config;
    struct error error;
    struct zone_spec *zone;
    uint16_t given, other;
    (void)state;
    for (unsigned same = 0; same < 2; same++) {
        config_init(&config);
        assert_int_equal(config_add_set_spec(&config, "ip4set:bl.a", &given, &error), OK);
        assert_int_equal(config_add_set_spec(&config, "ip4set:bl.b", &other, &error), OK);
        config.sets[given].list = strdup("bl");
        assert_int_equal(config_add_zone(&config, "z", &zone, &error), OK);
        config_use_set(&config, zone, given);
        assert_int_equal(config_add_zone(&config, same ? "z" : "y", &zone, &error), OK);
        config_use_set(&config, zone, other);
        config_name_lists(&config);
        assert_string_equal(config.sets[given].list, "bl");
        assert_string_equal(config.sets[other].list, same ? "bl" : "bl.b");
        config_free(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(former_names),
                                        cmocka_unit_test(given_names) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
