/* The file of last good loads: it is read back, by list, type and files. */
#include "load/load_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

static char folder[] = "/tmp/test_load_history.XXXXXX";
static char *one[] = { (char *)"one" }, *two[] = { (char *)"one", (char *)"two three" };

static struct config_set config_sets[] = {
    { .spec = { "ip4set", one, 1 }, .list = (char *)"a" },
    { .spec = { "ip4set", two, 2 }, .list = (char *)"a" },
    { .spec = { "dnset", one, 1 }, .list = (char *)"a" },
    { .spec = { "ip4set", one, 1 }, .list = (char *)"b" },
};
static const struct config config = { .sets = config_sets,
                                      .sets_count = ARRAY_SIZE(config_sets),
                                      .state = folder };

static void read_back(void **state)
{
    (void)state;
    struct set_state sets[ARRAY_SIZE(config_sets)] = { { .guard.last_good = { .loaded = false } } };
    for (unsigned i = 0; i < 3; i++)
        sets[i].guard.last_good = (struct guard_facts){ .loaded = true,
                                                        .mtime = -5 - (int64_t)i,
                                                        .entries = 10 + i,
                                                        .lines = 20 + i,
                                                        .bad = 30 + i,
                                                        .covered4 = UINT64_MAX - i,
                                                        .covered6 = 40 + i,
                                                        .canaries = 50 + i };
    load_history_write(&config, sets);
    memset(sets, 0xff, sizeof(sets));
    load_history_read(&config, sets);
    for (unsigned i = 0; i < 3; i++) {
        const struct guard_facts *facts = &sets[i].guard.last_good;
        assert_true(facts->loaded);
        assert_true(facts->mtime == -5 - (int64_t)i);
        assert_int_equal(facts->entries, 10 + i);
        assert_int_equal(facts->lines, 20 + i);
        assert_int_equal(facts->bad, 30 + i);
        assert_true(facts->covered4 == UINT64_MAX - i);
        assert_int_equal(facts->covered6, 40 + i);
        assert_int_equal(facts->canaries, 50 + i);
    }
    assert_false(sets[3].guard.last_good.loaded);
}

static void lines_of_another_format(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool known; /* as set 0 */
    } table[] = {
        { "-1 5 6 7 8 9 10 a ip4set one\n", true },     { "-1 5 6 7 8 9 10 a ip4set one two\n", false },
        { "-1 5 6 7 8 9 10 a ip4set on\n", false },     { "-1 5 6 7 8 9 10 a ip4set\n", false },
        { "5 6 7 8 9 10 a ip4set one\n", false },       { "-1 5 6 7 8 9 10 aa ip4set one\n", false },
        { "-1 5 6 7 8 9 10 a ip4set oneone\n", false }, { "\n", false },
    };
    char path[64];
    snprintf(path, sizeof(path), "%s/loads", folder);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct set_state sets[ARRAY_SIZE(config_sets)];
        print_message("%s", table[i].line);
        FILE *f = fopen(path, "w");
        assert_non_null(f);
        fputs(table[i].line, f);
        fclose(f);
        load_history_read(&config, sets);
        assert_int_equal(sets[0].guard.last_good.loaded, table[i].known);
        assert_int_equal(sets[0].guard.last_good.entries, table[i].known ? 5 : 0);
    }
    unlink(path);
}

static void nothing_known(void **state)
{
    (void)state;
    struct config memory = config;
    struct set_state sets[ARRAY_SIZE(config_sets)];
    memory.state = NULL;
    memset(sets, 0xff, sizeof(sets));
    load_history_read(&memory, sets);
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
        assert_false(sets[i].guard.last_good.loaded);
    load_history_write(&memory, sets);
}

static int begin(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(read_back),
                                        cmocka_unit_test(lines_of_another_format),
                                        cmocka_unit_test(nothing_known) };
    return cmocka_run_group_tests(tests, begin, end);
}
