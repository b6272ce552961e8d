/* Counts of the public removals of the last hour. */
#include "store/removal_counts.h"
#include "support/assert.h"
#include "support/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW (STORE_FIXTURE_NOW / 10 * 10) /* the start of a slot */

static struct error error;

/* Keys of a network, a target and a client, by a number each; 0: none. */
static struct removal_keys keys_of(uint8_t network, uint8_t target, uint8_t client)
{
    return (struct removal_keys){ .key = { [REMOVALS_OF_NETWORK] = { network },
                                           [REMOVALS_OF_TARGET] = { target },
                                           [REMOVALS_BY_CLIENT] = { client } } };
}

static void add(struct store *s, unsigned list, const struct removal_keys *keys, int64_t now)
{
    store_fixture_begin(s);
    assert_ok(removal_counts_add(s, list, keys, now, &error), &error);
    store_fixture_commit(s);
}

/* What is counted, as "list network target client". */
static void expect(struct store *s, unsigned list, const struct removal_keys *keys, int64_t now,
                   const char *expected)
{
    uint64_t n[REMOVAL_SCOPES];
    char text[64];
    assert_ok(removal_counts_find(store_txn_reader(s), list, keys, now, n, &error), &error);
    snprintf(text, sizeof(text), "%d %d %d %d", (int)n[REMOVALS_OF_LIST], (int)n[REMOVALS_OF_NETWORK],
             (int)n[REMOVALS_OF_TARGET], (int)n[REMOVALS_BY_CLIENT]);
    assert_string_equal(text, expected);
}

static void by_list_and_scope(void **state)
{
    struct store *s = *state;
    struct removal_keys a = keys_of(1, 1, 1), b = keys_of(1, 2, 2), c = keys_of(2, 3, 1),
                        d = keys_of(0, 4, 0), none = keys_of(0, 0, 0);
    expect(s, 1, &a, NOW, "0 0 0 0");
    add(s, 1, &a, NOW);
    add(s, 1, &b, NOW);
    add(s, 1, &c, NOW + 5);
    add(s, 1, &d, NOW + 15);
    add(s, 2, &a, NOW);
    expect(s, 1, &a, NOW + 20, "4 2 1 2");
    expect(s, 1, &b, NOW + 20, "4 2 1 1");
    expect(s, 1, &c, NOW + 20, "4 1 1 2");
    expect(s, 1, &d, NOW + 20, "4 0 1 0"); /* a name has no network, a unix socket is no client */
    expect(s, 1, &none, NOW + 20, "4 0 0 0");
    expect(s, 2, &a, NOW + 20, "1 1 1 1");
    expect(s, 3, &a, NOW + 20, "0 0 0 0");
}

/* An hour, in slots of ten seconds; what lies ahead, after the clock was set back, does not count. */
static void for_an_hour(void **state)
{
    struct store *s = *state;
    struct removal_keys a = keys_of(1, 1, 1);
    add(s, 1, &a, NOW);
    add(s, 1, &a, NOW + 9);
    add(s, 1, &a, NOW + 1800);
    expect(s, 1, &a, NOW - 1, "0 0 0 0");
    expect(s, 1, &a, NOW, "2 2 2 2");
    expect(s, 1, &a, NOW + 3599, "3 3 3 3");
    expect(s, 1, &a, NOW + 3600, "1 1 1 1");
    expect(s, 1, &a, NOW + 5399, "1 1 1 1");
    expect(s, 1, &a, NOW + 5400, "0 0 0 0");

    for (unsigned i = 0; i < 2; i++) {
        store_fixture_begin(s);
        assert_ok(removal_counts_purge(s, NOW + 3599 + i, &error), &error);
        store_fixture_commit(s);
        assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM removals"), i == 0 ? 8 : 4);
    }
    expect(s, 1, &a, NOW + 3599, "1 1 1 1");
}

static void undone_with_its_operation(void **state)
{
    struct store *s = *state;
    struct removal_keys a = keys_of(1, 1, 1);
    store_fixture_begin(s);
    assert_ok(store_savepoint(s, &error), &error);
    assert_ok(removal_counts_add(s, 1, &a, NOW, &error), &error);
    expect(s, 1, &a, NOW, "1 1 1 1"); /* the next of the group sees it */
    assert_ok(store_undo(s, &error), &error);
    store_fixture_commit(s);
    expect(s, 1, &a, NOW, "0 0 0 0");
}

/* Rows that were tampered with neither overflow nor take away from others. */
static void damaged_rows(void **state)
{
    struct store *s = *state;
    struct removal_keys a = keys_of(1, 1, 1);
    uint64_t n[REMOVAL_SCOPES];
    add(s, 1, &a, NOW);
    add(s, 1, &a, NOW + 10);
    assert_int_equal(sqlite3_exec(s->writer.conn.db, "UPDATE removals SET count = -7 WHERE slot % 2 = 0",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    expect(s, 1, &a, NOW + 10, "1 1 1 1");
    assert_int_equal(
        sqlite3_exec(s->writer.conn.db, "UPDATE removals SET count = 9223372036854775807", NULL, NULL, NULL),
        SQLITE_OK);
    assert_ok(removal_counts_find(store_txn_reader(s), 1, &a, NOW + 10, n, &error), &error);
    assert_true(n[REMOVALS_OF_LIST] == INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(by_list_and_scope, store_fixture_setup, store_fixture_teardown),
        cmocka_unit_test_setup_teardown(for_an_hour, store_fixture_setup, store_fixture_teardown),
        cmocka_unit_test_setup_teardown(undone_with_its_operation, store_fixture_setup,
                                        store_fixture_teardown),
        cmocka_unit_test_setup_teardown(damaged_rows, store_fixture_setup, store_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
