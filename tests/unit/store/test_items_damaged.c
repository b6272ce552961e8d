/* Stored rows are not trusted. */
#include "support/assert.h"
#include "support/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

static void damaged_rows_are_passed_over(void **state)
{
    /* What no row of an item can be, and whether items_each_active must notice. */
    static const struct {
        const char *set;
        bool is_short;
    } damages[] = {
        { "kind = 3", true },
        { "kind = -1", true },
        { "state = 5", true },
        { "cover = x''", true },
        { "cover = x'00'", true },
        { "cover = x'03c000020018'", true }, /* no such family */
        { "cover = x'00c000020021'", true }, /* IPv4 with 33 bits */
        { "cover = x'00c000020118'", true }, /* host bits */
        { "cover = x'01c000020018'", true }, /* IPv6 of 4 bytes */
        { "cover = zeroblob(300)", true },
        { "cover = x'0203636f6d'", true },     /* one label */
        { "cover = x'0203636f6d0441'", true }, /* a truncated label */
        { "cover = x'0203636f6d0141'", true }, /* a capital letter */
        { "cover = x'0203636f6d00'", true },
        { "cover = CAST(x'0203636f6d40' || zeroblob(64) AS BLOB)", true }, /* a label of 64 bytes */
        { "cover = x'0201610161ff'", true },
        { "bounds = x'c0000200'", true },
        { "bounds = x'c0000205c0000204'", true }, /* last before first */
        { "bounds = x'c0000205c0000206'", true }, /* not what the cover says */
        { "bounds = zeroblob(33)", true },
        { "subdomains = 1", true }, /* of addresses */
        { "subdomains = 7", true },
        { "lists = zeroblob(33)", true },
        { "over = zeroblob(1000)", true },
        { "sticky = 2", true },
        { "code = -1", true },
        { "code = 4294967296", true },
        { "text = zeroblob(256)", true },
        { "id = x'00'", false },
        { "batch_id = zeroblob(17)", false },
        { "reason = printf('%5000d', 1)", false },
        { "requester = printf('%1017d', 1)", false },
        { "created_by = printf('%65d', 1)", false },
        { "origin = printf('%65d', 1)", false },
        { "ended_by = printf('%65d', 1)", false },
    };
    struct store *s = *state;
    struct item good = store_fixture_item("192.0.2.0/24", 1);
    struct item_filter all = { .has_kind = false };
    store_fixture_add(s, &good);
    for (unsigned i = 0; i < ARRAY_SIZE(damages); i++) {
        struct item bad = store_fixture_item("192.0.2.0/24", 1), found;
        char sql[300];
        unsigned count = 0, active = 0;
        store_fixture_add(s, &bad);
        snprintf(sql, sizeof(sql), "UPDATE items SET %s WHERE number = %u", damages[i].set,
                 (unsigned)bad.number);
        if (sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL) != SQLITE_OK)
            fail_msg("%s: %s", sql, sqlite3_errmsg(s->writer.conn.db));
        assert_int_equal(items_find_number(store_txn_reader(s), bad.number, NOW, &found, &error),
                         ERR_REFUSED);
        assert_ok(items_each(store_txn_reader(s), &all, NOW, store_fixture_count_one, &count, &error),
                  &error);
        if (count != 1)
            fail_msg("%s: %u items", damages[i].set, count);
        assert_ok(items_each_active(store_txn_reader(s), NOW, store_fixture_count_one, &active, &error),
                  &error);
        assert_int_equal(active, damages[i].is_short ? 1 : 2);
        snprintf(sql, sizeof(sql), "DELETE FROM items WHERE number = %u", (unsigned)bad.number);
        assert_int_equal(sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL), SQLITE_OK);
    }
}

static void texts_become_utf8(void **state)
{
    struct store *s = *state;
    struct item item = store_fixture_item("192.0.2.1", 1), found;
    store_fixture_add(s, &item);
    static const char *const texts[][2] = {
        { "x'c3a4'", "\xc3\xa4" },
        { "x'61c3'", "a?" },
        { "x'c3c3a4'", "?\xc3\xa4" },
        { "x'c080'", "??" },
        { "x'eda080'", "???" },
        { "x'f09f9880'", "\xf0\x9f\x98\x80" },
        { "x'f4908080'", "????" },
        { "x'e282ac80'", "\xe2\x82\xac?" },
        { "x'ff'", "?" },
        { "x'61006263'", "a" },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(texts); i++) {
        char sql[200];
        snprintf(sql, sizeof(sql), "UPDATE items SET reason = CAST(%s AS TEXT)", texts[i][0]);
        assert_int_equal(sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_ok(items_find_number(store_txn_reader(s), item.number, NOW, &found, &error), &error);
        assert_string_equal(found.reason, texts[i][1]);
    }
}

int main(void)
{
#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(damaged_rows_are_passed_over),
        IN_MEMORY(texts_become_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
