#include "delist/feed.h"
#include "support/delist_fixture.h"
#include "support/feed_fixture.h"
#include "support/list_text.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AFTER 3600 /* relist_after */

static const struct actor feed = { .role = ROLE_ADMIN, .name = "feed", .origin = "feed" };

static const struct delist_limits limits = {
    .listing_widest = { 24, 48 }, .allow_widest = { 16, 32 }, .mass_relist = 3, .mass_relist_percent = 50
};

static void open_lists(struct feed_fixture *f)
{
    static const char *const names[FEED_FIXTURE_LISTS] = { "sbl", "xbl", "pbl", "css", "dbl", "zzz" };
    struct list_policy rules[FEED_FIXTURE_LISTS];

    memset(rules, 0, sizeof(rules));
    for (unsigned i = 0; i < FEED_FIXTURE_LISTS; i++) {
        strcpy(rules[i].name, names[i]);
        rules[i].widest[0] = 16;
        rules[i].widest[1] = 32;
        rules[i].duration = 7 * DAY;
        rules[i].relist_after = AFTER;
    }
    feed_fixture_open(f, rules, &limits, PRIVACY_FULL, false);
}

/* ---- One delisting ---- */

static void steps(void **state)
{
    (void)state;
    static const struct {
        bool held, fulfilled;
        int64_t gone; /* seconds ago, -1: not gone */
        bool there;
        enum feed_transition change;
        const char *why;
    } rows[] = {
        { false, false, -1, false, FEED_NOTHING, "never was there" },
        { false, false, -1, true, FEED_HELD, "comes" },
        { true, false, -1, true, FEED_NOTHING, "stays" },
        { true, false, -1, false, FEED_GONE, "goes" },
        { true, false, 1, false, FEED_NOTHING, "gone for a moment" },
        { true, false, AFTER - 1, false, FEED_NOTHING, "not long enough" },
        { true, false, AFTER, false, FEED_FULFILLED, "long enough" },
        { true, false, 1, true, FEED_BACK, "back at once" },
        { true, false, AFTER - 1, true, FEED_BACK, "back just in time" },
        { true, false, AFTER, true, FEED_RELISTED, "back, but it was long enough" },
        { true, false, -60, false, FEED_GONE, "gone in the future: the clock was wrong" },
        { true, false, -60, true, FEED_BACK, "there, gone in the future" },
        { true, true, -1, false, FEED_NOTHING, "fulfilled" },
        { true, true, -1, true, FEED_RELISTED, "fulfilled, and there again" },
        { false, true, -1, true, FEED_RELISTED, "the same, though it was not held" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct watched w = { .held = rows[i].held,
                             .fulfilled = rows[i].fulfilled,
                             .gone_since = rows[i].gone == -1 ? 0 : LIST_TEXT_NOW - rows[i].gone };
        print_message("%s\n", rows[i].why);
        assert_int_equal(feed_decide(&w, rows[i].there, LIST_TEXT_NOW, AFTER), rows[i].change);
    }
}

/* ---- Helpers ---- */

static void delist(struct feed_fixture *f, const char *range, const char *lists, enum tristate sticky)
{
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct item_spec create = { .range = text_range(range, true),
                                .lists_given = true,
                                .lists = delist_fixture_lists(&f->delist, lists),
                                .expiry = { EXPIRY_IN, 7 * DAY },
                                .sticky = sticky };
    struct item_result created;
    struct delist_op op = { .actor = &ops, .create = &create, .created = &created, .count = 1 };

    feed_fixture_apply(f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_NONE);
}

/* Evaluates a list and applies the changes; returns them, without their memory. */
static struct feed_changes evaluate_list(struct feed_fixture *f, const char *list, bool accept)
{
    unsigned number = delist_fixture_list(&f->delist, list);
    struct feed_changes v, part;
    struct error error;
    size_t at = 0;

    assert_int_equal(feed_evaluate(delist_store(f->delist.d), delist_policy(f->delist.d, number), &limits,
                                   number, f->view->snapshot, f->set_lists, accept, f->delist.now, &v,
                                   &error),
                     OK);
    assert_int_equal(v.list, number);
    assert_int_equal(v.at, f->delist.now);
    while (feed_portion(&v, &at, &part)) {
        struct delist_op op = { .verb = DELIST_FEED, .actor = &feed, .feed = &part };
        feed_fixture_apply(f, &op);
        assert_int_equal(op.refusal.kind, REFUSE_NONE);
        assert_int_equal(op.affected, part.count);
    }
    struct feed_changes facts = v;
    feed_free(&v);
    return facts;
}

/* Whether the overlay hides the first address of the delisting. */
static bool hides(const struct feed_fixture *f, const char *list, const char *address)
{
    struct range range = text_range(address, false);
    struct overlay_record record;
    const struct overlay_item *item;

    overlay_lookup(&f->view->overlay, range.family, range.first, &record);
    return overlay_effect(&record, delist_fixture_list(&f->delist, list), f->delist.now, &item) ==
           OVERLAY_HIDES;
}

static const struct item *only_item(const struct feed_fixture *f)
{
    const struct feed_fixture_items *items = feed_fixture_items(f);
    assert_int_equal(items->count, 1);
    return &items->item[0];
}

/* ---- Delistings over time ---- */

static void fulfilled_and_relisted(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.0/28", "", "");
    delist(&f, "192.0.2.1", "xbl", NO);
    assert_true(hides(&f, "xbl", "192.0.2.1"));

    feed_fixture_load(&f, "xbl", "192.0.2.2", "", "");
    assert_int_equal(evaluate_list(&f, "xbl", false).next_due, LIST_TEXT_NOW + AFTER);
    f.delist.now = LIST_TEXT_NOW + AFTER - 1;
    struct feed_changes v = evaluate_list(&f, "xbl", false);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.delistings, 1);
    assert_int_equal(v.next_due, LIST_TEXT_NOW + AFTER);
    assert_true(hides(&f, "xbl", "192.0.2.1"));
    assert_int_equal(only_item(&f)->state, ITEM_ACTIVE);

    f.delist.now = LIST_TEXT_NOW + AFTER;
    v = evaluate_list(&f, "xbl", false);
    assert_int_equal(v.next_due, INT64_MAX);
    assert_int_equal(only_item(&f)->state, ITEM_FULFILLED);
    assert_int_equal(only_item(&f)->ended_at, LIST_TEXT_NOW + AFTER);
    assert_string_equal(only_item(&f)->ended_by, "feed");
    assert_false(hides(&f, "xbl", "192.0.2.1"));
    v = evaluate_list(&f, "xbl", false);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.delistings, 0);

    f.delist.now = LIST_TEXT_NOW + 2 * DAY;
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    evaluate_list(&f, "xbl", false);
    assert_int_equal(only_item(&f)->state, ITEM_RELISTED);
    assert_int_equal(evaluate_list(&f, "xbl", false).count, 0);
    assert_string_equal(feed_fixture_events(&f), "ops:delisted feed:fulfilled feed:relisted");
    feed_fixture_close(&f);
}

/* An entry that goes and returns within relist_after changes nothing; the time starts anew whenever it goes.
 */
static void comes_and_goes(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    delist(&f, "192.0.2.0/24", "xbl", NO);
    for (unsigned i = 0; i < 5; i++) {
        feed_fixture_load(&f, "xbl", "192.0.3.1", "", "");
        evaluate_list(&f, "xbl", false);
        f.delist.now += AFTER - 1;
        feed_fixture_load(&f, "xbl", "192.0.2.77", "", "");
        evaluate_list(&f, "xbl", false);
        assert_int_equal(only_item(&f)->state, ITEM_ACTIVE);
    }
    assert_string_equal(feed_fixture_events(&f), "ops:delisted");
    /* Away for relist_after, then there again at the first evaluation since: new abuse. */
    feed_fixture_load(&f, "xbl", "192.0.3.1", "", "");
    evaluate_list(&f, "xbl", false);
    f.delist.now += AFTER;
    feed_fixture_load(&f, "xbl", "192.0.2.77", "", "");
    evaluate_list(&f, "xbl", false);
    assert_int_equal(only_item(&f)->state, ITEM_RELISTED);
    assert_false(hides(&f, "xbl", "192.0.2.0"));
    assert_string_equal(feed_fixture_events(&f), "ops:delisted feed:relisted");
    feed_fixture_close(&f);
}

static void held_later_or_never(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "dbl", "", "", "x.example");
    delist(&f, "example.com", "dbl", NO);
    f.delist.now += 2 * AFTER;
    assert_int_equal(evaluate_list(&f, "dbl", false).count, 0); /* nothing there yet: it waits */
    feed_fixture_load(&f, "dbl", "", "", "*.www.example.com");
    evaluate_list(&f, "dbl", false);
    assert_string_equal(feed_fixture_events(&f), "ops:delisted feed:held");
    feed_fixture_load(&f, "dbl", "", "", "");
    evaluate_list(&f, "dbl", false);
    f.delist.now += AFTER;
    evaluate_list(&f, "dbl", false);
    assert_int_equal(only_item(&f)->state, ITEM_FULFILLED);
    feed_fixture_close(&f);
}

static void sticky_and_expired_ones_stay(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "2001:db8::1", "");
    delist(&f, "192.0.2.1", "xbl", YES);
    delist(&f, "2001:db8::/64", "xbl", UNSET); /* made with a token: sticky */
    feed_fixture_load(&f, "xbl", "", "", "");
    assert_int_equal(evaluate_list(&f, "xbl", false).delistings, 0);
    delist(&f, "192.0.2.2", "xbl", NO);
    f.delist.now += 7 * DAY;
    assert_int_equal(evaluate_list(&f, "xbl", false).delistings, 0);
    feed_fixture_close(&f);
}

/* A delisting on two lists lasts while it has effect on one. If it was relisted on one, it ends as relisted.
 */
static void two_lists(void **state)
{
    (void)state;
    static const struct {
        bool relisted_first, relisted_second;
        enum item_state state;
    } rows[] = {
        { false, false, ITEM_FULFILLED },
        { false, true, ITEM_RELISTED },
        { true, false, ITEM_RELISTED },
        { true, true, ITEM_RELISTED },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct feed_fixture f;
        open_lists(&f);
        feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
        feed_fixture_load(&f, "sbl", "192.0.2.1", "", "");
        delist(&f, "192.0.2.1", "xbl sbl", NO);
        feed_fixture_load(&f, "xbl", "", "", "");
        feed_fixture_load(&f, "sbl", "", "", "");
        evaluate_list(&f, "xbl", false);
        evaluate_list(&f, "sbl", false);
        f.delist.now += AFTER;
        feed_fixture_load(&f, "xbl", rows[i].relisted_first ? "192.0.2.1" : "", "", "");
        evaluate_list(&f, "xbl", false);
        assert_int_equal(only_item(&f)->state, ITEM_ACTIVE);
        assert_string_equal(feed_fixture_names(&f, &only_item(&f)->over), "xbl");
        assert_false(hides(&f, "xbl", "192.0.2.1"));
        assert_true(hides(&f, "sbl", "192.0.2.1"));
        feed_fixture_load(&f, "sbl", rows[i].relisted_second ? "192.0.2.1" : "", "", "");
        evaluate_list(&f, "sbl", false);
        assert_int_equal(only_item(&f)->state, rows[i].state);
        assert_int_equal(evaluate_list(&f, "xbl", false).count, 0);
        feed_fixture_close(&f);
    }
}

/* A change is skipped when its item has changed since the evaluation. */
static void late_changes(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    delist(&f, "192.0.2.1", "xbl", NO);
    delist(&f, "192.0.2.2", "xbl", YES);
    struct feed_fixture_items *items = feed_fixture_items(&f);
    uint64_t ordinary = items->item[1].number, sticky = items->item[0].number;
    const struct {
        uint64_t number;
        const char *list;
        enum feed_transition change;
        bool ends;
    } rows[] = {
        { sticky, "xbl", FEED_FULFILLED, true },
        { ordinary, "sbl", FEED_FULFILLED, true },
        { ordinary, "xbl", FEED_RELISTED, false },
        { 999, "xbl", FEED_FULFILLED, true },
        { 0, "xbl", FEED_GONE, false },
        { UINT64_MAX, "xbl", FEED_HELD, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct feed_change one = { rows[i].number, rows[i].change, rows[i].ends };
        struct feed_changes v = { .list = delist_fixture_list(&f.delist, rows[i].list),
                                  .at = LIST_TEXT_NOW,
                                  .changes = &one,
                                  .count = 1 };
        struct delist_op op = { .verb = DELIST_FEED, .actor = &feed, .feed = &v };
        feed_fixture_apply(&f, &op);
        assert_int_equal(op.refusal.kind, REFUSE_NONE);
        assert_int_equal(op.affected, 0);
    }
    assert_true(hides(&f, "xbl", "192.0.2.1"));
    assert_true(hides(&f, "xbl", "192.0.2.2"));
    feed_fixture_close(&f);
}

/* ---- Too many at once ---- */

static unsigned count_state(const struct feed_fixture *f, enum item_state state)
{
    const struct feed_fixture_items *items = feed_fixture_items(f);
    unsigned n = 0;
    for (unsigned i = 0; i < items->count; i++)
        n += items->item[i].state == state;
    return n;
}

/* `held` delistings; the entries of `gone` of them have been missing for relist_after. */
static void open_with_gone(struct feed_fixture *f, unsigned held, unsigned gone)
{
    char all[1024] = "", stay[1024] = "";
    open_lists(f);
    for (unsigned i = 0; i < held; i++) {
        sprintf(all + strlen(all), "192.0.2.%u\n", i);
        if (i >= gone)
            sprintf(stay + strlen(stay), "192.0.2.%u\n", i);
    }
    feed_fixture_load(f, "xbl", all, "", "");
    for (unsigned i = 0; i < held; i++) {
        char address[32];
        sprintf(address, "192.0.2.%u", i);
        delist(f, address, "xbl", NO);
    }
    feed_fixture_load(f, "xbl", stay, "", "");
    evaluate_list(f, "xbl", false);
    f->delist.now += AFTER;
}

/* At most 3 or 50 % may end at once, whichever is more. */
static void limit_of_mass_relisting(void **state)
{
    (void)state;
    static const struct {
        unsigned held, gone;
        bool ends;
    } rows[] = {
        { 3, 3, true }, { 4, 4, false },  { 7, 3, true },    { 7, 4, false },
        { 8, 4, true }, { 20, 10, true }, { 20, 11, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct feed_fixture f;
        print_message("%u of %u\n", rows[i].gone, rows[i].held);
        open_with_gone(&f, rows[i].held, rows[i].gone);
        struct feed_changes v = evaluate_list(&f, "xbl", false);
        assert_int_equal(v.delistings, rows[i].held);
        assert_int_equal(v.would_end, rows[i].ends ? 0 : rows[i].gone);
        assert_int_equal(count_state(&f, ITEM_FULFILLED), rows[i].ends ? rows[i].gone : 0);
        assert_int_equal(v.next_due, rows[i].ends ? INT64_MAX : f.delist.now + AFTER);
        /* Still gone, and the operator agrees. */
        assert_int_equal(evaluate_list(&f, "xbl", true).would_end, 0);
        assert_int_equal(count_state(&f, ITEM_FULFILLED), rows[i].gone);
        feed_fixture_close(&f);
    }
}

/* When many entries were gone for long and return, the list was broken: nothing ends. */
static void nothing_ends_when_entries_return(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_with_gone(&f, 8, 8);
    assert_int_equal(evaluate_list(&f, "xbl", false).would_end, 8);
    feed_fixture_load(&f, "xbl", "192.0.2.0/24", "", "");
    assert_int_equal(evaluate_list(&f, "xbl", false).would_end, 8);
    assert_int_equal(count_state(&f, ITEM_ACTIVE), 8);
    struct feed_changes v = evaluate_list(&f, "xbl", false);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.would_end, 0);
    feed_fixture_close(&f);
}

static void portions(void **state)
{
    (void)state;
    static const size_t counts[] = { 0, 1, FEED_PORTION, FEED_PORTION + 1, 3 * FEED_PORTION - 1 };
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        struct feed_change *changes = calloc(counts[i] + 1, sizeof(*changes));
        struct feed_changes all = { .list = 7, .at = LIST_TEXT_NOW, .changes = changes, .count = counts[i] },
                            part;
        size_t at = 0, sum = 0;
        while (feed_portion(&all, &at, &part)) {
            assert_ptr_equal(part.changes, changes + sum);
            assert_in_range(part.count, 1, FEED_PORTION);
            assert_int_equal(part.list, 7);
            assert_int_equal(part.at, LIST_TEXT_NOW);
            sum += part.count;
        }
        assert_int_equal(sum, counts[i]);
        free(changes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps),
        cmocka_unit_test(fulfilled_and_relisted),
        cmocka_unit_test(comes_and_goes),
        cmocka_unit_test(held_later_or_never),
        cmocka_unit_test(sticky_and_expired_ones_stay),
        cmocka_unit_test(two_lists),
        cmocka_unit_test(late_changes),
        cmocka_unit_test(limit_of_mass_relisting),
        cmocka_unit_test(nothing_ends_when_entries_return),
        cmocka_unit_test(portions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
