/* Rows of items: they are read as they were written, and found. */
#include "store/events.h"
#include "store/store_state.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

/* ---- Fields ---- */

static void assert_same(const struct item *a, const struct item *b)
{
    char x[RANGE_TEXT], y[RANGE_TEXT];
    range_format(&a->range, x);
    range_format(&b->range, y);
    assert_string_equal(x, y);
    assert_int_equal(a->range.family, b->range.family);
    assert_int_equal(a->range.subdomains, b->range.subdomains);
    assert_true(a->range.first.hi == b->range.first.hi && a->range.first.lo == b->range.first.lo);
    assert_true(a->range.last.hi == b->range.last.hi && a->range.last.lo == b->range.last.lo);
    assert_int_equal(a->number, b->number);
    assert_string_equal(a->id, b->id);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->state, b->state);
    assert_memory_equal(&a->lists, &b->lists, sizeof(a->lists));
    assert_memory_equal(&a->over, &b->over, sizeof(a->over));
    assert_int_equal(a->sticky, b->sticky);
    assert_int_equal(a->code, b->code);
    assert_memory_equal(a->text, b->text, a->text[0] + 1);
    assert_int_equal(a->created_at, b->created_at);
    assert_int_equal(a->updated_at, b->updated_at);
    assert_true(a->expires_at == b->expires_at);
    assert_int_equal(a->ended_at, b->ended_at);
    assert_int_equal(a->revision, b->revision);
    assert_string_equal(a->reason, b->reason);
    assert_string_equal(a->requester, b->requester);
    assert_string_equal(a->created_by, b->created_by);
    assert_string_equal(a->ended_by, b->ended_by);
    assert_string_equal(a->batch_id, b->batch_id);
    assert_string_equal(a->origin, b->origin);
}

static struct item full_item(const char *range, bool subdomains)
{
    struct item item = store_fixture_item("192.0.2.1", 255);
    item.range = text_range(range, subdomains);
    list_mask_add(&item.lists, 0);
    list_mask_add(&item.over, 255);
    item.sticky = false;
    item.updated_at = NOW + 1;
    item.expires_at = STORE_FOREVER;
    memset(item.reason, 'r', STORE_REASON - 1);
    memcpy(item.reason, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9);
    memset(item.requester, 'q', STORE_CONTACT - 1);
    memset(item.created_by, 'c', STORE_NAME - 1);
    memset(item.origin, 'o', STORE_NAME - 1);
    store_new_id(5, item.batch_id);
    return item;
}

static void all_fields_come_back(void **state)
{
    static const char *const ranges[] = { "0.0.0.0/0",
                                          "255.255.255.255",
                                          "192.0.2.0/25",
                                          "192.0.2.1-192.0.2.4",
                                          "127.255.255.255-128.0.0.0",
                                          "2001:db8::/32",
                                          "::/0",
                                          "2001:db8::1",
                                          "2001:db8::5-2001:db8:1::7",
                                          "example.com",
                                          "a.b.example.org" };
    struct store *s = *state;
    struct item found;
    for (unsigned i = 0; i < ARRAY_SIZE(ranges); i++) {
        struct item item = full_item(ranges[i], i == 10);
        item.kind = i % 3;
        if (item.kind == OVERLAY_LIST) {
            item.code = UINT32_C(0x7f0000ff) + i;
            item.text[0] = 255;
            memset(item.text + 1, (int)i, 255);
        }
        store_fixture_add(s, &item);
        assert_int_equal(item.revision, 1);
        assert_ok(items_find(store_txn_reader(s), item.kind, item.id, NOW, &found, &error), &error);
        assert_same(&found, &item);
        assert_ok(items_find_number(store_txn_reader(s), item.number, NOW, &found, &error), &error);
        assert_same(&found, &item);
        assert_int_equal(items_find(store_txn_reader(s), (item.kind + 1) % 3, item.id, NOW, &found, &error),
                         ERR_REFUSED);
        assert_string_equal(error.text, "");

        item.state = ITEM_ENDED;
        item.over = store_fixture_mask(0, 255);
        item.sticky = true;
        item.expires_at = 0;
        item.ended_at = NOW + 5;
        item.updated_at = NOW + 6;
        strcpy(item.ended_by, "someone");
        strcpy(item.reason, "");
        store_fixture_begin(s);
        assert_ok(items_change(s, &item, &error), &error);
        store_fixture_commit(s);
        assert_int_equal(item.revision, 2);
        assert_ok(items_find_number(store_txn_reader(s), item.number, NOW, &found, &error), &error);
        assert_same(&found, &item);
    }
}

static void there_is_no_such_item(void **state)
{
    struct store *s = *state;
    struct item item = store_fixture_item("192.0.2.1", 1), found;
    static const char *const ids[] = { "", "x", "00000000-0000-0000-0000-000000000000",
                                       "000000000000000000000000000000000000", "%s%n" };
    store_fixture_add(s, &item);
    for (unsigned i = 0; i < ARRAY_SIZE(ids); i++)
        assert_int_equal(items_find(store_txn_reader(s), OVERLAY_DELIST, ids[i], NOW, &found, &error),
                         ERR_REFUSED);
    for (char *p = item.id; *p != '\0'; p++)
        if (*p >= 'a' && *p <= 'f')
            *p = (char)(*p - 32); /* a UUID in capitals is the same */
    assert_ok(items_find(store_txn_reader(s), OVERLAY_DELIST, item.id, NOW, &found, &error), &error);
    item.number = 99;
    store_fixture_begin(s);
    assert_int_equal(items_change(s, &item, &error), ERR_SYSTEM);
    store_rollback(s);
    assert_int_equal(items_find_number(store_txn_reader(s), 0, NOW, &found, &error), ERR_REFUSED);
    assert_int_equal(items_find_number(store_txn_reader(s), UINT64_MAX, NOW, &found, &error), ERR_REFUSED);
}

static void numbers_are_never_used_twice(void **state)
{
    struct store *s = *state;
    struct item a = store_fixture_item("192.0.2.1", 1), b = store_fixture_item("192.0.2.1", 1),
                c = store_fixture_item("192.0.2.1", 1);
    store_fixture_add(s, &a);
    store_fixture_add(s, &b);
    assert_true(b.number > a.number);
    assert_int_equal(sqlite3_exec(s->writer.conn.db, "DELETE FROM items", NULL, NULL, NULL), SQLITE_OK);
    store_fixture_add(s, &c);
    assert_true(c.number > b.number);
}

/* ---- Time ---- */

static void expired_is_a_matter_of_time(void **state)
{
    struct store *s = *state;
    struct item item = store_fixture_item("192.0.2.1", 1), found;
    store_fixture_add(s, &item);
    assert_ok(items_find_number(store_txn_reader(s), item.number, NOW + 3599, &found, &error), &error);
    assert_int_equal(found.state, ITEM_ACTIVE);
    assert_ok(items_find_number(store_txn_reader(s), item.number, NOW + 3600, &found, &error), &error);
    assert_int_equal(found.state, ITEM_EXPIRED);
    struct item_filter active = { .has_state = true, .state = ITEM_ACTIVE },
                       expired = { .has_state = true, .state = ITEM_EXPIRED };
    for (unsigned later = 0; later < 2; later++) {
        unsigned counts[3] = { 0 };
        int64_t now = NOW + 3599 + later;
        struct store_reader *r = store_txn_reader(s);
        assert_ok(items_each(r, &active, now, store_fixture_count_one, &counts[0], &error), &error);
        assert_ok(items_each(r, &expired, now, store_fixture_count_one, &counts[1], &error), &error);
        assert_ok(items_each_active(r, now, store_fixture_count_one, &counts[2], &error), &error);
        assert_int_equal(counts[0], 1 - later);
        assert_int_equal(counts[1], later);
        assert_int_equal(counts[2], 1 - later);
    }
}

struct numbers {
    uint64_t all[5000];
    unsigned count, most;
    struct store *change; /* where visited items are ended */
};

static bool record(void *context, const struct item *item)
{
    struct numbers *n = context;
    struct item changed = *item;
    n->all[n->count++] = item->number;
    if (n->change != NULL) {
        changed.state = ITEM_EXPIRED;
        assert_ok(items_change(n->change, &changed, &error), &error);
    }
    return n->count < n->most;
}

static void what_is_due_is_given_out_once(void **state)
{
    struct store *s = *state;
    uint64_t number[10];
    store_fixture_begin(s);
    for (unsigned i = 0; i < 10; i++) {
        struct item item = store_fixture_item("192.0.2.1", 1);
        item.expires_at = NOW + 100 - i; /* the newest is due first */
        assert_ok(items_add(s, &item, &error), &error);
        number[i] = item.number;
    }
    struct numbers n = { .most = 100, .change = s };
    assert_ok(items_each_due(store_txn_reader(s), NOW + 90, record, &n, &error), &error);
    assert_int_equal(n.count, 0);
    n.most = 4;
    assert_ok(items_each_due(store_txn_reader(s), NOW + 96, record, &n, &error), &error);
    assert_int_equal(n.count, 4);
    n.most = 100;
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(n.all[i], number[9 - i]);
    assert_ok(items_each_due(store_txn_reader(s), NOW + 96, record, &n, &error), &error);
    assert_int_equal(n.count, 6);
    assert_ok(items_each_due(store_txn_reader(s), NOW + 96, record, &n, &error), &error);
    assert_int_equal(n.count, 6);
    n.most = 8;
    assert_ok(items_each_due(store_txn_reader(s), NOW + 1000, record, &n, &error), &error);
    assert_int_equal(n.count, 8);
    store_fixture_commit(s);
}

/* ---- Repeats ---- */

static void a_repeat_is_found(void **state)
{
    struct store *s = *state;
    struct store_reader *r = store_txn_reader(s);
    struct item item = store_fixture_item("192.0.2.0/24", 1), found;
    bool same;
    item.kind = OVERLAY_LIST;
    item.code = 0x7f000002;
    memcpy(item.text, "\3abc", 4);
    store_fixture_add(s, &item);

#define ASSERT_SAME(expected, tolerance)                                                                     \
    do {                                                                                                     \
        assert_ok(items_find_same(r, &like, tolerance, NOW, &same, &found, &error), &error);                 \
        assert_int_equal(same, expected);                                                                    \
    } while (0)
    struct item like = item;
    ASSERT_SAME(true, 0);
    assert_same(&found, &item);
    like.expires_at += 10;
    ASSERT_SAME(false, 9);
    ASSERT_SAME(true, 10);
    like.expires_at = STORE_FOREVER;
    ASSERT_SAME(false, INT64_MAX);
    like = item, like.kind = OVERLAY_ALLOW;
    ASSERT_SAME(false, 0);
    like = item, like.lists = store_fixture_mask(1, 2);
    ASSERT_SAME(false, 0);
    like = item, like.code++;
    ASSERT_SAME(false, 0);
    like = item, like.text[3] = 'd';
    ASSERT_SAME(false, 0);
    like = item, like.text[0] = 2;
    ASSERT_SAME(false, 0);
    like = item, like.range = text_range("192.0.2.0/25", false);
    ASSERT_SAME(false, 0);
    like = item, like.range = text_range("192.0.2.0-192.0.2.254", false); /* of the same cover */
    ASSERT_SAME(false, 0);
    like = item;
    assert_ok(items_find_same(r, &like, 0, NOW + 3600, &same, &found, &error), &error);
    assert_false(same); /* expired */

    store_fixture_begin(s);
    list_mask_add(&item.over, 1);
    assert_ok(items_change(s, &item, &error), &error);
    store_fixture_commit(s);
    ASSERT_SAME(false, 0);
    item.over = (struct list_mask){ { 0 } };
    item.state = ITEM_ENDED;
    store_fixture_begin(s);
    assert_ok(items_change(s, &item, &error), &error);
    store_fixture_commit(s);
    ASSERT_SAME(false, 0);

    struct item name = store_fixture_item("192.0.2.0/24", 1);
    name.range = text_range("example.com", true);
    store_fixture_add(s, &name);
    like = name;
    ASSERT_SAME(true, 0);
    like.range.subdomains = false;
    ASSERT_SAME(false, 0);
}

/* ---- Counting ---- */

static void assert_counts(struct store *s, unsigned delists, unsigned lists, unsigned allows, unsigned on_1,
                          unsigned on_2)
{
    uint64_t kinds[3], on;
    struct store_reader *r;
    assert_ok(store_read(s, &r, &error), &error);
    assert_ok(items_count(r, kinds, &error), &error);
    assert_int_equal(kinds[OVERLAY_DELIST], delists);
    assert_int_equal(kinds[OVERLAY_LIST], lists);
    assert_int_equal(kinds[OVERLAY_ALLOW], allows);
    assert_ok(items_count_list(r, 1, &on, &error), &error);
    assert_int_equal(on, on_1);
    assert_ok(items_count_list(r, 2, &on, &error), &error);
    assert_int_equal(on, on_2);
    store_read_end(r);
}

static void active_items_are_counted(void **state)
{
    struct store *s = *state;
    struct item a = store_fixture_item("192.0.2.1", 1), b = store_fixture_item("192.0.2.2", 2),
                c = store_fixture_item("192.0.2.3", 1);
    a.lists = store_fixture_mask(1, 2);
    c.kind = OVERLAY_ALLOW;
    store_fixture_add(s, &a);
    store_fixture_add(s, &b);
    store_fixture_add(s, &c);
    assert_counts(s, 2, 0, 1, 1, 2);
    store_fixture_begin(s);
    list_mask_add(&a.over, 2);
    assert_ok(items_change(s, &a, &error), &error);
    assert_ok(items_change(s, &a, &error), &error);
    store_fixture_commit(s);
    assert_counts(s, 2, 0, 1, 1, 1);
    store_fixture_begin(s);
    a.state = ITEM_RELISTED;
    list_mask_add(&a.over, 1);
    assert_ok(items_change(s, &a, &error), &error);
    c.state = ITEM_ENDED;
    assert_ok(items_change(s, &c, &error), &error);
    store_rollback(s);
    assert_counts(s, 2, 0, 1, 1, 1);
    store_fixture_begin(s);
    assert_ok(items_change(s, &a, &error), &error);
    assert_ok(items_change(s, &c, &error), &error);
    store_fixture_commit(s);
    assert_counts(s, 1, 0, 0, 0, 1);
}

/* ---- Pages ---- */

static void pages_follow_each_other(void **state)
{
    struct store *s = *state;
    static struct numbers n;
    store_fixture_begin(s);
    for (unsigned i = 0; i < 3000; i++) {
        struct item item = store_fixture_item("192.0.2.0/24", i % 2);
        assert_ok(items_add(s, &item, &error), &error);
    }
    store_fixture_commit(s);
    static const struct item_filter filters[] = {
        { .has_kind = false },
        { .has_kind = true, .kind = OVERLAY_DELIST, .has_state = true, .state = ITEM_ACTIVE },
        { .has_covers = true },
        { .has_within = true },
    };
    for (unsigned f = 0; f < ARRAY_SIZE(filters); f++) {
        struct item_filter filter = filters[f];
        filter.covers = filter.within = text_range("192.0.2.0/24", false);
        filter.has_list = true;
        filter.list = 1;
        n = (struct numbers){ .most = 7 };
        for (uint64_t expected = 3000; expected != 0;) { /* 3000, 2998... in sevens */
            n.count = 0;
            assert_ok(items_each(store_txn_reader(s), &filter, NOW, record, &n, &error), &error);
            assert_int_equal(n.count, expected / 2 < 7 ? expected / 2 : 7);
            for (unsigned i = 0; i < n.count; i++, expected -= 2)
                assert_int_equal(n.all[i], expected);
            filter.before = n.all[n.count - 1];
        }
        n.count = 0;
        assert_ok(items_each(store_txn_reader(s), &filter, NOW, record, &n, &error), &error);
        assert_int_equal(n.count, 0);
    }
}

/* One of 45,000, the oldest: 20,480 are read for a page. */
static void what_is_rare_is_looked_for_in_portions(void **state)
{
    struct store *s = *state;
    static const uint64_t reached_then[] = { 45000 - 20480 + 1, 45000 - 2 * 20480 + 1, 0 };
    store_fixture_begin(s);
    for (unsigned i = 0; i < 45000; i++) {
        struct item item = store_fixture_item("192.0.2.0/24", 1);
        strcpy(item.created_by, i == 0 ? "somebody" : "tester");
        assert_ok(items_add(s, &item, &error), &error);
    }
    store_fixture_commit(s);
    for (int within = 0; within < 2; within++) {
        struct item_filter filter = { .created_by = "somebody", .has_within = within != 0 };
        struct numbers n = { .most = 7 };
        uint64_t reached = 7;
        filter.within = text_range("192.0.0.0/16", false);
        assert_ok(items_each(store_txn_reader(s), &filter, NOW, record, &n, &error), &error);
        assert_int_equal(n.count, 1);
        filter.reached = &reached;
        for (size_t i = 0; i < ARRAY_SIZE(reached_then); i++, filter.before = reached) {
            n.count = 0;
            assert_ok(items_each(store_txn_reader(s), &filter, NOW, record, &n, &error), &error);
            assert_int_equal(reached, reached_then[i]);
            assert_int_equal(n.count, reached == 0);
        }
        assert_int_equal(n.all[0], 1);
    }
}

static int count_step(void *steps)
{
    ++*(unsigned *)steps;
    return 0;
}

/* An address that has been delisted every hour for months costs no more than another one. */
static void history_is_passed_over(void **state)
{
    struct store *s = *state;
    struct item item;
    unsigned steps = 0, count = 0;
    store_fixture_begin(s);
    for (unsigned i = 0; i < 3000; i++) {
        item = store_fixture_item("192.0.2.1", 1);
        assert_ok(items_add(s, &item, &error), &error);
        struct event event = { .kind = i % 2 ? EVENT_CREATED : EVENT_ENDED, .has_range = true };
        event.range = item.range;
        event.lists = item.lists;
        assert_ok(events_add(s, &event, &error), &error);
        item.state = i == 7 ? ITEM_ACTIVE : ITEM_ENDED;
        assert_ok(items_change(s, &item, &error), &error);
    }
    store_fixture_commit(s);
    struct item_filter active = { .has_covers = true, .has_state = true, .state = ITEM_ACTIVE };
    active.covers = item.range;
    struct removal_facts removals;
    struct item found;
    bool same;
    sqlite3_progress_handler(s->writer.conn.db, 1, count_step, &steps);
    assert_ok(items_each(store_txn_reader(s), &active, NOW, store_fixture_count_one, &count, &error), &error);
    assert_ok(items_count_removals(store_txn_reader(s), &item.range, 1, 0, &removals, &error), &error);
    assert_ok(items_find_same(store_txn_reader(s), &item, 0, NOW, &same, &found, &error), &error);
    sqlite3_progress_handler(s->writer.conn.db, 0, NULL, NULL);
    assert_int_equal(count, 1);
    assert_int_equal(removals.removals, 0);
    assert_true(same && found.number == 8);
    assert_in_range(steps, 100, 6000); /* some 33 covers, twice; a row more is some ten */
}

static void a_batch_can_be_ended_while_it_is_read(void **state)
{
    struct store *s = *state;
    static struct numbers n;
    char batch[STORE_ID];
    store_new_id(1, batch);
    store_fixture_begin(s);
    for (unsigned i = 0; i < 2000; i++) {
        struct item item = store_fixture_item("192.0.2.0/24", 1);
        if (i % 2)
            strcpy(item.batch_id, batch);
        assert_ok(items_add(s, &item, &error), &error);
    }
    n = (struct numbers){ .most = 5000, .change = s };
    struct item_filter filter = { .batch_id = batch };
    assert_ok(items_each(store_txn_reader(s), &filter, NOW, record, &n, &error), &error);
    store_fixture_commit(s);
    assert_int_equal(n.count, 1000);
    uint64_t kinds[3];
    assert_ok(items_count(store_txn_reader(s), kinds, &error), &error);
    assert_int_equal(kinds[OVERLAY_DELIST], 1000);
    filter.batch_id = "no batch";
    n.count = 0;
    assert_ok(items_each(store_txn_reader(s), &filter, NOW, record, &n, &error), &error);
    assert_int_equal(n.count, 0);
}

/* ---- Identifiers ---- */

static void ids_are_uuids_of_version_7(void **state)
{
    char a[STORE_ID], b[STORE_ID];
    (void)state;
    store_new_id(INT64_C(0x0123456789ab), a);
    store_new_id(INT64_C(0x0123456789ab), b);
    assert_int_equal(strlen(a), 36);
    assert_memory_equal(a, "01234567-89ab-7", 15);
    assert_int_equal(strspn(a, "0123456789abcdef-"), 36);
    assert_true(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
    assert_non_null(strchr("89ab", a[19]));
    for (unsigned i = 0; i < 10000; i++) { /* more than fit into a millisecond's 12 bits */
        assert_true(strcmp(a, b) < 0);
        memcpy(a, b, sizeof(a));
        store_new_id(INT64_C(0x0123456789ab), b);
    }
    store_new_id(INT64_C(0x0123456789ab) - 5000, b); /* the clock is a little behind */
    assert_true(strcmp(a, b) < 0);
    store_new_id(INT64_C(0x0123456089ab), b); /* it was wrong before */
    assert_memory_equal(b, "01234560-89ab-7", 15);
    assert_string_equal(item_state_word(ITEM_RELISTED), "relisted");
    assert_string_equal(item_state_word((enum item_state)77), "unknown");
    assert_string_equal(event_kind_word(EVENT_CREATED, OVERLAY_LIST), "listed");
    assert_string_equal(event_kind_word(EVENT_ADMIN, OVERLAY_LIST), "admin");
    assert_string_equal(event_kind_word((enum event_kind)77, OVERLAY_LIST), "unknown");
    assert_string_equal(request_status_word(REQUEST_DENIED), "denied");
}

int main(void)
{
#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(all_fields_come_back),
        IN_MEMORY(there_is_no_such_item),
        IN_MEMORY(numbers_are_never_used_twice),
        IN_MEMORY(expired_is_a_matter_of_time),
        IN_MEMORY(what_is_due_is_given_out_once),
        IN_MEMORY(a_repeat_is_found),
        IN_MEMORY(active_items_are_counted),
        IN_MEMORY(pages_follow_each_other),
        IN_MEMORY(what_is_rare_is_looked_for_in_portions),
        IN_MEMORY(history_is_passed_over),
        IN_MEMORY(a_batch_can_be_ended_while_it_is_read),
        cmocka_unit_test(ids_are_uuids_of_version_7),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
