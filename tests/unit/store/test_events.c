/* The event log: order, which are public, the history of an address. */
#include "store/events.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

struct log {
    struct event all[3000];
    unsigned count, most;
};

static bool record(void *context, const struct event *e)
{
    struct log *log = context;
    log->all[log->count++] = *e;
    return log->count != log->most;
}

static struct log *events(struct store *s, uint64_t since, bool all, unsigned most)
{
    static struct log log;
    log.count = 0;
    log.most = most;
    assert_ok(events_each(store_txn_reader(s), since, all, record, &log, &error), &error);
    return &log;
}

static void add(struct store *s, struct event *event)
{
    store_fixture_begin(s);
    assert_ok(events_add(s, event, &error), &error);
    store_fixture_commit(s);
}

static struct event of_range(const char *range, bool subdomains)
{
    struct event event = { .time = NOW, .kind = EVENT_CREATED, .has_item = true, .has_range = true };
    event.range = text_range(range, subdomains);
    store_new_id(1, event.item_id);
    return event;
}

static void all_fields_come_back(void **state)
{
    struct store *s = *state;
    struct event full = of_range("a.example.com", true), bare = { .time = NOW + 1, .kind = EVENT_ADMIN };
    full.item_kind = OVERLAY_ALLOW;
    full.lists = store_fixture_mask(0, 255);
    full.code = UINT32_MAX;
    full.expires_at = STORE_FOREVER;
    memset(full.actor, 'a', sizeof(full.actor) - 1);
    memset(full.client, 'c', sizeof(full.client) - 1);
    memset(full.reason, 'r', sizeof(full.reason) - 1);
    add(s, &full);
    add(s, &bare);
    assert_int_equal(full.sequence, 1);
    assert_int_equal(bare.sequence, 2);

    struct log *log = events(s, 0, true, 0);
    assert_int_equal(log->count, 2);
    const struct event *e = &log->all[0];
    assert_true(e->sequence == 1 && e->time == NOW && e->kind == EVENT_CREATED && e->has_item &&
                e->has_range);
    assert_int_equal(e->item_kind, OVERLAY_ALLOW);
    assert_string_equal(e->item_id, full.item_id);
    assert_true(range_contains(&e->range, &full.range) && range_contains(&full.range, &e->range));
    assert_memory_equal(&e->lists, &full.lists, sizeof(full.lists));
    assert_true(e->code == UINT32_MAX && e->expires_at == STORE_FOREVER);
    assert_string_equal(e->actor, full.actor);
    assert_string_equal(e->client, full.client);
    assert_string_equal(e->reason, full.reason);
    e = &log->all[1];
    assert_true(e->kind == EVENT_ADMIN && !e->has_item && !e->has_range && e->code == 0 &&
                e->expires_at == 0);
    assert_true(e->item_id[0] == '\0' && e->actor[0] == '\0' && e->client[0] == '\0' && e->reason[0] == '\0');
}

static void changes_are_a_part_of_all(void **state)
{
    struct store *s = *state;
    static const bool is_change[] = {
        [EVENT_CREATED] = true,  [EVENT_CHANGED] = true,   [EVENT_ENDED] = true,    [EVENT_EXPIRED] = true,
        [EVENT_HELD] = true,     [EVENT_FULFILLED] = true, [EVENT_RELISTED] = true, [EVENT_REQUESTED] = false,
        [EVENT_DECIDED] = false, [EVENT_SUSPENDED] = true, [EVENT_RESUMED] = true,  [EVENT_ADMIN] = false
    };
    unsigned changes = 0;
    for (unsigned kind = 0; kind < ARRAY_SIZE(is_change); kind++) {
        struct event event = { .time = NOW, .kind = (enum event_kind)kind };
        add(s, &event);
    }
    assert_int_equal(events(s, 0, true, 0)->count, ARRAY_SIZE(is_change));
    struct log *log = events(s, 0, false, 0);
    for (unsigned kind = 0; kind < ARRAY_SIZE(is_change); kind++)
        if (is_change[kind])
            assert_int_equal(log->all[changes++].kind, kind);
    assert_int_equal(log->count, changes);
    log = events(s, 3, true, 2);
    assert_int_equal(log->count, 2);
    assert_int_equal(log->all[0].sequence, 4);
    assert_int_equal(log->all[1].sequence, 5);
    assert_int_equal(events(s, 12, true, 0)->count, 0);
}

static void assert_last(struct store *s, uint64_t expected)
{
    uint64_t last = 77;
    assert_ok(events_last(store_txn_reader(s), &last, &error), &error);
    assert_int_equal(last, expected);
}

static void sequences_are_never_used_twice(void **state)
{
    struct store *s = *state;
    struct event event = { .time = NOW, .kind = EVENT_ADMIN };
    assert_last(s, 0);
    assert_int_equal(events(s, 0, true, 0)->count, 0);
    for (unsigned i = 1; i <= 5; i++) {
        add(s, &event);
        assert_last(s, i);
    }
    store_fixture_begin(s);
    assert_ok(events_add(s, &event, &error), &error);
    store_rollback(s);
    assert_last(s, 5);
    assert_int_equal(sqlite3_exec(s->writer.conn.db, "DELETE FROM events", NULL, NULL, NULL), SQLITE_OK);
    assert_last(s, 5);
    assert_int_equal(events(s, 5, true, 0)->count, 0);
    add(s, &event);
    assert_int_equal(event.sequence, 6);
}

static void missing_events_are_reported(void **state)
{
    static struct log log; /* too large for a stack */
    struct store *s = *state;
    struct event event = { .time = NOW, .kind = EVENT_ENDED };
    for (unsigned i = 0; i < 9; i++)
        add(s, &event);
    assert_int_equal(events_each(store_txn_reader(s), 10, true, record, &log, &error),
                     ERR_LIMIT); /* not there yet */
    assert_int_equal(events_each(store_txn_reader(s), UINT64_MAX, true, record, &log, &error), ERR_LIMIT);
    store_fixture_begin(s);
    assert_ok(store_set_fact(s, "events_gone", 4, &error), &error);
    store_fixture_commit(s);
    assert_int_equal(events_each(store_txn_reader(s), 0, true, record, &log, &error), ERR_LIMIT);
    assert_int_equal(events_each(store_txn_reader(s), 3, true, record, &log, &error), ERR_LIMIT);
    assert_non_null(strstr(error.text, "up to 4"));
    assert_int_equal(log.count, 0);
    assert_int_equal(events(s, 4, true, 0)->count, 5);
}

static unsigned history(struct store *s, const char *key, uint64_t before, unsigned most, uint64_t *sequences)
{
    static struct log log;
    struct range range = text_range(key, false);
    log.count = 0;
    log.most = most;
    assert_ok(events_of(store_txn_reader(s), &range, before, record, &log, &error), &error);
    for (unsigned i = 0; i < log.count; i++)
        sequences[i] = log.all[i].sequence;
    return log.count;
}

static void the_history_of_an_address(void **state)
{
    struct store *s = *state;
    struct event all[] = {
        of_range("192.0.2.7", false),
        of_range("192.0.2.0/24", false),
        of_range("192.0.2.8", false),
        of_range("192.0.2.6-192.0.2.8", false),
        { .time = NOW, .kind = EVENT_ADMIN },
        of_range("192.0.2.0-192.0.2.6", false), /* its cover contains 192.0.2.7 */
        of_range("0.0.0.0/0", false),
        of_range("::/0", false),
        of_range("example.com", true),
        of_range("a.example.com", false),
        of_range("example.com", false),
        of_range("b.example.com", true),
    };
    uint64_t found[20];
    for (unsigned i = 0; i < ARRAY_SIZE(all); i++)
        add(s, &all[i]);
    assert_int_equal(history(s, "192.0.2.7", 0, 0, found), 4);
    assert_true(found[0] == 7 && found[1] == 4 && found[2] == 2 && found[3] == 1);
    assert_int_equal(history(s, "192.0.2.7", 4, 0, found), 2);
    assert_true(found[0] == 2 && found[1] == 1);
    assert_int_equal(history(s, "192.0.2.7", 0, 1, found), 1);
    assert_int_equal(found[0], 7);
    assert_int_equal(history(s, "2001:db8::1", 0, 0, found), 1);
    assert_int_equal(found[0], 8);
    assert_int_equal(history(s, "a.example.com", 0, 0, found), 2);
    assert_true(found[0] == 10 && found[1] == 9);
    assert_int_equal(history(s, "example.com", 0, 0, found), 2);
    assert_true(found[0] == 11 && found[1] == 9);
    assert_int_equal(history(s, "example.net", 0, 0, found), 0);
}

static void a_long_history_has_pages(void **state)
{
    struct store *s = *state;
    uint64_t found[3000], before = 0;
    store_fixture_begin(s);
    for (unsigned i = 0; i < 2500; i++) {
        struct event event = of_range(i % 2 ? "192.0.2.0/24" : "192.0.2.7", false);
        assert_ok(events_add(s, &event, &error), &error);
    }
    store_fixture_commit(s);
    assert_int_equal(history(s, "192.0.2.7", 0, 0, found), 2500);
    for (uint64_t expected = 2500; expected != 0; before = expected + 1) {
        unsigned count = history(s, "192.0.2.7", before, 999, found);
        assert_true(count == 999 || count == 502);
        for (unsigned i = 0; i < count; i++)
            assert_int_equal(found[i], expected--);
    }
}

static void damaged_rows_are_passed_over(void **state)
{
    static const char *const damages[] = { "kind = 12",
                                           "item_kind = 3",
                                           "item_kind = -7",
                                           "item_id = x'00'",
                                           "cover = x'09'",
                                           "bounds = x'00'",
                                           "subdomains = 5",
                                           "lists = zeroblob(33)",
                                           "code = -1",
                                           "actor = printf('%99d', 1)",
                                           "client = printf('%64d', 1)",
                                           "reason = printf('%4097d', 1)" };
    struct store *s = *state;
    uint64_t found[4];
    struct event good = of_range("192.0.2.7", false);
    add(s, &good);
    for (unsigned i = 0; i < ARRAY_SIZE(damages); i++) {
        struct event bad = of_range("192.0.2.7", false);
        char sql[200];
        add(s, &bad);
        snprintf(sql, sizeof(sql), "UPDATE events SET %s WHERE sequence = %u", damages[i],
                 (unsigned)bad.sequence);
        assert_int_equal(sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(events(s, 0, true, 0)->count, 1);
        assert_int_equal(history(s, "192.0.2.7", 0, 0, found), 1);
    }
}

int main(void)
{
#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(all_fields_come_back),           IN_MEMORY(changes_are_a_part_of_all),
        IN_MEMORY(sequences_are_never_used_twice), IN_MEMORY(missing_events_are_reported),
        IN_MEMORY(the_history_of_an_address),      IN_MEMORY(a_long_history_has_pages),
        IN_MEMORY(damaged_rows_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
