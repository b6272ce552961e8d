#include "support/removal_fixture.h"

#include "delist/feed.h"

#define AFTER 3600 /* relist_after */

static const struct actor feed = { .role = ROLE_ADMIN, .name = "feed", .origin = "feed" };

static const struct delist_limits limits = {
    .listing_widest = { 24, 48 }, .allow_widest = { 16, 32 }, .mass_relist = 3, .mass_relist_percent = 50
};

static void open_desk(struct desk *desk)
{
    static const char *const names[DESK_LISTS] = { "sbl", "xbl", "pbl", "css", "dbl", "zzz" };
    struct list_policy rules[DESK_LISTS];

    memset(rules, 0, sizeof(rules));
    for (unsigned i = 0; i < DESK_LISTS; i++) {
        strcpy(rules[i].name, names[i]);
        rules[i].widest[0] = 16;
        rules[i].widest[1] = 32;
        rules[i].duration = 7 * DAY;
        rules[i].relist_after = AFTER;
    }
    desk_open(desk, rules, &limits, PRIVACY_FULL, false);
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
                             .gone_since = rows[i].gone == -1 ? 0 : NOW - rows[i].gone };
        print_message("%s\n", rows[i].why);
        assert_int_equal(feed_decide(&w, rows[i].there, NOW, AFTER), rows[i].change);
    }
}

/* ---- Helpers ---- */

static void delist(struct desk *desk, const char *range, const char *lists, enum tristate sticky)
{
    struct actor ops = delisting_actor(ROLE_OPERATOR, "ops");
    struct item_spec create = { .range = desk_range(range, true),
                                .lists_given = true,
                                .lists = delisting_lists(&desk->box, lists),
                                .expiry = { EXPIRY_IN, 7 * DAY },
                                .sticky = sticky };
    struct item_result created;
    struct delist_op op = { .actor = &ops, .create = &create, .created = &created, .count = 1 };

    desk_apply(desk, &op);
    assert_int_equal(op.refusal.kind, REFUSE_NONE);
}

/* Evaluates a list and applies the changes; returns them, without their memory. */
static struct feed_changes evaluate_list(struct desk *desk, const char *list, bool accept)
{
    unsigned number = delisting_list(&desk->box, list);
    struct feed_changes v, part;
    struct error error;
    size_t at = 0;

    assert_int_equal(feed_evaluate(delist_store(desk->box.d), delist_policy(desk->box.d, number), &limits,
                                   number, desk->view->snapshot, desk->set_lists, accept, desk->box.now, &v,
                                   &error),
                     OK);
    assert_int_equal(v.list, number);
    assert_int_equal(v.at, desk->box.now);
    while (feed_portion(&v, &at, &part)) {
        struct delist_op op = { .verb = DELIST_FEED, .actor = &feed, .feed = &part };
        desk_apply(desk, &op);
        assert_int_equal(op.refusal.kind, REFUSE_NONE);
        assert_int_equal(op.affected, part.count);
    }
    struct feed_changes facts = v;
    feed_free(&v);
    return facts;
}

/* Of the first address of a list's delisting, whether the overlay hides it. */
static bool hides(const struct desk *desk, const char *list, const char *address)
{
    struct range range = desk_range(address, false);
    struct overlay_record record;
    const struct overlay_item *item;

    overlay_lookup(&desk->view->overlay, range.family, range.first, &record);
    return overlay_says(&record, delisting_list(&desk->box, list), desk->box.now, &item) == OVERLAY_HIDES;
}

static const struct item *only_item(const struct desk *desk)
{
    const struct desk_items *items = desk_all_items(desk);
    assert_int_equal(items->count, 1);
    return &items->item[0];
}

/* ---- Delistings over time ---- */

static void fulfilled_and_relisted(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    desk_load(&desk, "xbl", "192.0.2.0/28", "", "");
    delist(&desk, "192.0.2.1", "xbl", NO);
    assert_true(hides(&desk, "xbl", "192.0.2.1"));

    desk_load(&desk, "xbl", "192.0.2.2", "", "");
    assert_int_equal(evaluate_list(&desk, "xbl", false).next_due, NOW + AFTER);
    desk.box.now = NOW + AFTER - 1;
    struct feed_changes v = evaluate_list(&desk, "xbl", false);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.delistings, 1);
    assert_int_equal(v.next_due, NOW + AFTER);
    assert_true(hides(&desk, "xbl", "192.0.2.1"));
    assert_int_equal(only_item(&desk)->state, ITEM_ACTIVE);

    desk.box.now = NOW + AFTER;
    v = evaluate_list(&desk, "xbl", false);
    assert_int_equal(v.next_due, INT64_MAX);
    assert_int_equal(only_item(&desk)->state, ITEM_FULFILLED);
    assert_int_equal(only_item(&desk)->ended_at, NOW + AFTER);
    assert_string_equal(only_item(&desk)->ended_by, "feed");
    assert_false(hides(&desk, "xbl", "192.0.2.1"));
    v = evaluate_list(&desk, "xbl", false);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.delistings, 0);

    desk.box.now = NOW + 2 * DAY;
    desk_load(&desk, "xbl", "192.0.2.1", "", "");
    evaluate_list(&desk, "xbl", false);
    assert_int_equal(only_item(&desk)->state, ITEM_RELISTED);
    assert_int_equal(evaluate_list(&desk, "xbl", false).count, 0);
    assert_string_equal(desk_events(&desk), "ops:delisted feed:fulfilled feed:relisted");
    desk_close(&desk);
}

/* What comes and goes within relist_after changes nothing; each time it goes starts anew. */
static void comes_and_goes(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    desk_load(&desk, "xbl", "192.0.2.1", "", "");
    delist(&desk, "192.0.2.0/24", "xbl", NO);
    for (unsigned i = 0; i < 5; i++) {
        desk_load(&desk, "xbl", "192.0.3.1", "", "");
        evaluate_list(&desk, "xbl", false);
        desk.box.now += AFTER - 1;
        desk_load(&desk, "xbl", "192.0.2.77", "", "");
        evaluate_list(&desk, "xbl", false);
        assert_int_equal(only_item(&desk)->state, ITEM_ACTIVE);
    }
    assert_string_equal(desk_events(&desk), "ops:delisted");
    /* Away for relist_after, then there again at the first evaluation since: new abuse. */
    desk_load(&desk, "xbl", "192.0.3.1", "", "");
    evaluate_list(&desk, "xbl", false);
    desk.box.now += AFTER;
    desk_load(&desk, "xbl", "192.0.2.77", "", "");
    evaluate_list(&desk, "xbl", false);
    assert_int_equal(only_item(&desk)->state, ITEM_RELISTED);
    assert_false(hides(&desk, "xbl", "192.0.2.0"));
    assert_string_equal(desk_events(&desk), "ops:delisted feed:relisted");
    desk_close(&desk);
}

static void held_later_or_never(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    desk_load(&desk, "dbl", "", "", "x.example");
    delist(&desk, "example.com", "dbl", NO);
    desk.box.now += 2 * AFTER;
    assert_int_equal(evaluate_list(&desk, "dbl", false).count, 0); /* nothing there yet: it waits */
    desk_load(&desk, "dbl", "", "", "*.www.example.com");
    evaluate_list(&desk, "dbl", false);
    assert_string_equal(desk_events(&desk), "ops:delisted feed:held");
    desk_load(&desk, "dbl", "", "", "");
    evaluate_list(&desk, "dbl", false);
    desk.box.now += AFTER;
    evaluate_list(&desk, "dbl", false);
    assert_int_equal(only_item(&desk)->state, ITEM_FULFILLED);
    desk_close(&desk);
}

static void sticky_and_expired_ones_stay(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    desk_load(&desk, "xbl", "192.0.2.1", "2001:db8::1", "");
    delist(&desk, "192.0.2.1", "xbl", YES);
    delist(&desk, "2001:db8::/64", "xbl", UNSET); /* made with a token: sticky */
    desk_load(&desk, "xbl", "", "", "");
    assert_int_equal(evaluate_list(&desk, "xbl", false).delistings, 0);
    delist(&desk, "192.0.2.2", "xbl", NO);
    desk.box.now += 7 * DAY;
    assert_int_equal(evaluate_list(&desk, "xbl", false).delistings, 0);
    desk_close(&desk);
}

/* A delisting on two lists goes on while it has effect on one; relisted anywhere is relisted. */
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
        struct desk desk;
        open_desk(&desk);
        desk_load(&desk, "xbl", "192.0.2.1", "", "");
        desk_load(&desk, "sbl", "192.0.2.1", "", "");
        delist(&desk, "192.0.2.1", "xbl sbl", NO);
        desk_load(&desk, "xbl", "", "", "");
        desk_load(&desk, "sbl", "", "", "");
        evaluate_list(&desk, "xbl", false);
        evaluate_list(&desk, "sbl", false);
        desk.box.now += AFTER;
        desk_load(&desk, "xbl", rows[i].relisted_first ? "192.0.2.1" : "", "", "");
        evaluate_list(&desk, "xbl", false);
        assert_int_equal(only_item(&desk)->state, ITEM_ACTIVE);
        assert_string_equal(desk_names(&desk, &only_item(&desk)->over), "xbl");
        assert_false(hides(&desk, "xbl", "192.0.2.1"));
        assert_true(hides(&desk, "sbl", "192.0.2.1"));
        desk_load(&desk, "sbl", rows[i].relisted_second ? "192.0.2.1" : "", "", "");
        evaluate_list(&desk, "sbl", false);
        assert_int_equal(only_item(&desk)->state, rows[i].state);
        assert_int_equal(evaluate_list(&desk, "xbl", false).count, 0);
        desk_close(&desk);
    }
}

/* Changes of items that have changed since are left out. */
static void late_changes(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk);
    desk_load(&desk, "xbl", "192.0.2.1", "", "");
    delist(&desk, "192.0.2.1", "xbl", NO);
    delist(&desk, "192.0.2.2", "xbl", YES);
    struct desk_items *items = desk_all_items(&desk);
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
        struct feed_changes v = {
            .list = delisting_list(&desk.box, rows[i].list), .at = NOW, .changes = &one, .count = 1
        };
        struct delist_op op = { .verb = DELIST_FEED, .actor = &feed, .feed = &v };
        desk_apply(&desk, &op);
        assert_int_equal(op.refusal.kind, REFUSE_NONE);
        assert_int_equal(op.affected, 0);
    }
    assert_true(hides(&desk, "xbl", "192.0.2.1"));
    assert_true(hides(&desk, "xbl", "192.0.2.2"));
    desk_close(&desk);
}

/* ---- Too many at once ---- */

static unsigned count_state(const struct desk *desk, enum item_state state)
{
    const struct desk_items *items = desk_all_items(desk);
    unsigned n = 0;
    for (unsigned i = 0; i < items->count; i++)
        n += items->item[i].state == state;
    return n;
}

/* `held` delistings, of which `gone` have been away for relist_after. */
static void open_with_gone(struct desk *desk, unsigned held, unsigned gone)
{
    char all[1024] = "", stay[1024] = "";
    open_desk(desk);
    for (unsigned i = 0; i < held; i++) {
        sprintf(all + strlen(all), "192.0.2.%u\n", i);
        if (i >= gone)
            sprintf(stay + strlen(stay), "192.0.2.%u\n", i);
    }
    desk_load(desk, "xbl", all, "", "");
    for (unsigned i = 0; i < held; i++) {
        char address[32];
        sprintf(address, "192.0.2.%u", i);
        delist(desk, address, "xbl", NO);
    }
    desk_load(desk, "xbl", stay, "", "");
    evaluate_list(desk, "xbl", false);
    desk->box.now += AFTER;
}

/* At most 3 or 50 %, whichever is more. */
static void brake_holds(void **state)
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
        struct desk desk;
        print_message("%u of %u\n", rows[i].gone, rows[i].held);
        open_with_gone(&desk, rows[i].held, rows[i].gone);
        struct feed_changes v = evaluate_list(&desk, "xbl", false);
        assert_int_equal(v.delistings, rows[i].held);
        assert_int_equal(v.would_end, rows[i].ends ? 0 : rows[i].gone);
        assert_int_equal(count_state(&desk, ITEM_FULFILLED), rows[i].ends ? rows[i].gone : 0);
        assert_int_equal(v.next_due, rows[i].ends ? INT64_MAX : desk.box.now + AFTER);
        /* Still gone, and the operator agrees. */
        assert_int_equal(evaluate_list(&desk, "xbl", true).would_end, 0);
        assert_int_equal(count_state(&desk, ITEM_FULFILLED), rows[i].gone);
        desk_close(&desk);
    }
}

/* When much is gone for long and then there again, it was the list's fault. */
static void brake_forgives(void **state)
{
    (void)state;
    struct desk desk;
    open_with_gone(&desk, 8, 8);
    assert_int_equal(evaluate_list(&desk, "xbl", false).would_end, 8);
    desk_load(&desk, "xbl", "192.0.2.0/24", "", "");
    assert_int_equal(evaluate_list(&desk, "xbl", false).would_end, 8);
    assert_int_equal(count_state(&desk, ITEM_ACTIVE), 8);
    struct feed_changes v = evaluate_list(&desk, "xbl", false);
    assert_int_equal(v.count, 0);
    assert_int_equal(v.would_end, 0);
    desk_close(&desk);
}

static void portions(void **state)
{
    (void)state;
    static const size_t counts[] = { 0, 1, FEED_PORTION, FEED_PORTION + 1, 3 * FEED_PORTION - 1 };
    for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
        struct feed_change *changes = calloc(counts[i] + 1, sizeof(*changes));
        struct feed_changes all = { .list = 7, .at = NOW, .changes = changes, .count = counts[i] }, part;
        size_t at = 0, sum = 0;
        while (feed_portion(&all, &at, &part)) {
            assert_ptr_equal(part.changes, changes + sum);
            assert_in_range(part.count, 1, FEED_PORTION);
            assert_int_equal(part.list, 7);
            assert_int_equal(part.at, NOW);
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
        cmocka_unit_test(brake_holds),
        cmocka_unit_test(brake_forgives),
        cmocka_unit_test(portions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
