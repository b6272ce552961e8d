/* Delistings that a feed is compared with, and removals that are counted. */
#include "store/events.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

struct watch_list {
    struct watched all[20];
    unsigned count;
};

static bool record_watched(void *context, const struct watched *w)
{
    struct watch_list *list = context;
    list->all[list->count++] = *w;
    return true;
}

static struct watch_list watched(struct store *s, unsigned list, int64_t now)
{
    struct watch_list found = { .count = 0 };
    assert_ok(items_each_watched(store_txn_reader(s), list, now, record_watched, &found, &error), &error);
    return found;
}

static void watched_items_come_in_order(void **state)
{
    /* In the order that is expected. */
    static const char *const ranges[] = {
        "0.0.0.0/0",       "9.0.0.0/8",   "10.0.0.0/8",   "10.0.0.3-10.0.1.9", "10.0.0.4/30",
        "10.0.0.5",        "200.0.0.0/7", "::1",          "2001:db8::/32",     "2001:db8::1-2001:db8::3",
        "example.com.com", "example.com", "a.example.com"
    };
    struct store *s = *state;
    uint64_t number[ARRAY_SIZE(ranges)];
    store_fixture_begin(s);
    for (size_t i = ARRAY_SIZE(ranges); i-- > 0;) {
        struct item item = store_fixture_item(ranges[i], 3);
        item.sticky = false;
        assert_ok(items_add(s, &item, &error), &error);
        number[i] = item.number;
    }
    struct item sticky = store_fixture_item("10.0.0.1", 3), other = store_fixture_item("10.0.0.1", 4),
                listing = store_fixture_item("10.0.0.1", 3);
    other.sticky = listing.sticky = false;
    listing.kind = OVERLAY_LIST;
    assert_ok(items_add(s, &sticky, &error), &error);
    assert_ok(items_add(s, &other, &error), &error);
    assert_ok(items_add(s, &listing, &error), &error);
    store_fixture_commit(s);
    struct watch_list found = watched(s, 3, NOW);
    assert_int_equal(found.count, ARRAY_SIZE(ranges));
    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
        char text[RANGE_TEXT];
        range_format(&found.all[i].range, text);
        assert_string_equal(text, ranges[i]);
        assert_int_equal(found.all[i].number, number[i]);
        assert_false(found.all[i].held || found.all[i].fulfilled || found.all[i].gone_since != 0);
    }
    assert_int_equal(watched(s, 4, NOW).count, 1);
    assert_int_equal(watched(s, 5, NOW).count, 0);
    assert_int_equal(watched(s, 3, NOW + 3600).count, 0); /* expired */
    assert_int_equal(watched(s, LISTS_MAX, NOW).count, 0);
}

static void change(struct store *s, struct item *item)
{
    store_fixture_begin(s);
    assert_ok(items_change(s, item, &error), &error);
    store_fixture_commit(s);
}

static void watch(struct store *s, const struct item *item, unsigned list, bool fulfilled, int64_t gone_since)
{
    store_fixture_begin(s);
    assert_ok(items_change_watch(s, item, list, fulfilled, gone_since, &error), &error);
    store_fixture_commit(s);
}

static void states_of_a_watched_item(void **state)
{
    struct store *s = *state;
    struct item item = store_fixture_item("192.0.2.0/24", 1);
    item.lists = store_fixture_mask(1, 2);
    item.sticky = false;
    store_fixture_add(s, &item);

    watch(s, &item, 1, false, NOW + 7);
    struct watch_list found = watched(s, 1, NOW);
    assert_int_equal(found.count, 1);
    assert_true(found.all[0].held && !found.all[0].fulfilled);
    assert_int_equal(found.all[0].gone_since, NOW + 7);
    assert_false(watched(s, 2, NOW).all[0].held);

    watch(s, &item, 1, true, 0); /* fulfilled on 1: watched for its return */
    list_mask_add(&item.over, 1);
    change(s, &item);
    found = watched(s, 1, NOW);
    assert_int_equal(found.count, 1);
    assert_true(found.all[0].fulfilled);
    assert_int_equal(found.all[0].gone_since, 0);

    watch(s, &item, 1, false, 0); /* relisted on 1: not any more */
    assert_int_equal(watched(s, 1, NOW).count, 0);
    assert_int_equal(watched(s, 2, NOW).count, 1);

    item.sticky = true;
    change(s, &item);
    assert_int_equal(watched(s, 2, NOW).count, 0);
    item.sticky = false;
    change(s, &item);
    assert_int_equal(watched(s, 2, NOW).count, 1);

    watch(s, &item, 2, true, 0);
    list_mask_add(&item.over, 2);
    item.state = ITEM_FULFILLED;
    change(s, &item);
    assert_int_equal(watched(s, 2, NOW).count, 1);
    item.state = ITEM_RELISTED;
    change(s, &item);
    assert_int_equal(watched(s, 2, NOW).count, 0);
}

/* ---- Removals of an address ---- */

static void add_removal(struct store *s, const char *range, unsigned list, int64_t at, const char *origin,
                        int64_t relisted_at)
{
    struct item item = store_fixture_item(range, list);
    item.created_at = at;
    strcpy(item.origin, origin);
    store_fixture_begin(s);
    assert_ok(items_add(s, &item, &error), &error);
    if (relisted_at != 0) {
        struct event event = { .time = relisted_at,
                               .kind = EVENT_RELISTED,
                               .has_item = true,
                               .has_range = true,
                               .range = item.range,
                               .lists = item.lists };
        strcpy(event.item_id, item.id);
        assert_ok(events_add(s, &event, &error), &error);
    }
    store_fixture_commit(s);
}

static void removals_are_counted(void **state)
{
    struct store *s = *state;
    struct removal_facts count;
    struct range range = text_range("192.0.2.7", false), wide = text_range("192.0.2.7-192.0.2.9", false);
    add_removal(s, "192.0.2.7", 1, NOW - 100, "request", 0);          /* too old */
    add_removal(s, "192.0.2.7", 1, NOW - 50, "request", NOW - 40);    /* counts, was relisted */
    add_removal(s, "192.0.2.0/24", 1, NOW - 30, "request", NOW - 90); /* counts; relisted too long ago */
    add_removal(s, "192.0.2.6-192.0.2.8", 1, NOW - 20, "request", NOW - 10);
    add_removal(s, "192.0.2.6", 1, NOW - 5, "request", NOW - 4); /* another address */
    add_removal(s, "192.0.2.7", 2, NOW - 5, "request", NOW - 4); /* another list */
    add_removal(s, "192.0.2.7", 1, NOW - 5, "api", NOW - 4);     /* no removal */
    for (unsigned i = 0; i < 2; i++) { /* the first address of the range is what counts */
        assert_ok(
            items_count_removals(store_txn_reader(s), i == 0 ? &range : &wide, 1, NOW - 60, &count, &error),
            &error);
        assert_int_equal(count.removals, 3);
        assert_int_equal(count.relists, 2);
        assert_int_equal(count.last_removal, NOW - 20);
        assert_int_equal(count.last_relist, NOW - 10);
    }
    range = text_range("192.0.2.8", false);
    assert_ok(items_count_removals(store_txn_reader(s), &range, 2, NOW - 60, &count, &error), &error);
    assert_true(count.removals == 0 && count.relists == 0 && count.last_removal == 0 &&
                count.last_relist == 0);
}

int main(void)
{
#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(watched_items_come_in_order),
        IN_MEMORY(states_of_a_watched_item),
        IN_MEMORY(removals_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
