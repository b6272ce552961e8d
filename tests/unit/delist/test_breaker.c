/* Public removals beyond the limits of an hour wait for a review. */
#include "delist/removal_plan.h"
#include "store/requests.h"
#include "support/feed_fixture.h"
#include "support/list_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR   3600
#define CLIENT "198.51.100.9"
#define HELD   "many removals were made within the last hour; an operator will review the request."

/* All lists are `self`, without a wait; css requires a code, dbl is for single ones, zzz has a day's wait.
 * The first three have the limits. */
static void open_lists(struct feed_fixture *f, const struct breaker_rules *rules)
{
    static const char *const names[FEED_FIXTURE_LISTS] = { "xbl", "css", "dbl", "zzz", "sbl", "pbl" };
    static const struct delist_limits limits = { .listing_widest = { 24, 48 }, .allow_widest = { 16, 32 } };
    struct list_policy lists[FEED_FIXTURE_LISTS];
    memset(lists, 0, sizeof(lists));
    for (unsigned i = 0; i < FEED_FIXTURE_LISTS; i++) {
        strcpy(lists[i].name, names[i]);
        lists[i].removal = i == 2 ? REMOVAL_SINGLE : REMOVAL_SELF;
        lists[i].confirm = i == 1;
        lists[i].cool_down = i == 3 ? DAY : 0;
        lists[i].widest[0] = 16;
        lists[i].widest[1] = 32;
        lists[i].public_widest[0] = 32;
        lists[i].public_widest[1] = 64;
        lists[i].longest = lists[i].public_duration = 7 * DAY;
        lists[i].window = 30 * DAY;
        lists[i].relist_after = HOUR;
        if (i < 3)
            lists[i].breaker = *rules;
    }
    feed_fixture_open(f, lists, &limits, PRIVACY_FULL, true);
    for (unsigned i = 0; i < 5; i++)
        feed_fixture_load(f, names[i], "192.0.2.0/24\n203.0.113.0/24", "2001:db8::/32",
                          "a.example\nb.example\nc.example");
}

static struct delist_op ask_from(struct feed_fixture *f, const char *client, const char *query,
                                 const char *list)
{
    struct delist_op op = feed_fixture_request(f, client, query, list, "a@example.com");

    feed_fixture_apply(f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_NONE);
    return op;
}

static struct delist_op ask(struct feed_fixture *f, const char *query, const char *list)
{
    return ask_from(f, CLIENT, query, list);
}

static void expect(const struct delist_op *op, const char *status)
{
    assert_string_equal(request_status_word(op->request.status), status);
}

static struct delist_op perform(struct feed_fixture *f, enum delist_verb verb, const char *id,
                                const char *text, enum role role)
{
    static struct actor actor;
    struct delist_op op = { .verb = verb, .actor = &actor };

    actor = delist_fixture_actor(role, "ops");
    strcpy(actor.client, CLIENT);
    strcpy(op.id, id);
    strcpy(op.reason, text);
    feed_fixture_apply(f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_NONE);
    return op;
}

/* What a scope counts together, and what it does not. */
static void by_scope(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct breaker_rules rules;
        enum removal_scope scope;
        struct {
            const char *client, *query, *list;
            bool held;
        } steps[6];
    } rows[] = {
        { "list",
          { .list = 2 },
          REMOVALS_OF_LIST,
          { { "198.51.100.1", "192.0.2.1", "xbl", false },
            { "198.51.100.2", "a.example", "xbl", false },
            { "198.51.100.3", "2001:db8::1", "xbl", true },
            { "198.51.100.3", "2001:db8::1", "dbl", false },
            { "198.51.100.1", "192.0.2.1", "xbl", false } } }, /* off it already */
        { "network",
          { .network = 2 },
          REMOVALS_OF_NETWORK,
          { { "198.51.100.1", "192.0.2.1", "xbl", false },
            { "198.51.100.2", "192.0.2.2", "xbl", false },
            { "198.51.100.3", "192.0.2.3", "xbl", true },
            { "198.51.100.3", "203.0.113.3", "xbl", false },
            { "198.51.100.3", "a.example", "xbl", false },
            { "198.51.100.3", "b.example", "xbl", false } } },
        { "IPv6 network",
          { .network = 2 },
          REMOVALS_OF_NETWORK,
          { { "198.51.100.1", "2001:db8:0:1::1", "xbl", false },
            { "198.51.100.2", "2001:db8:0:2::1", "xbl", false },
            { "198.51.100.3", "2001:db8:0:3::1", "xbl", true },
            { "198.51.100.3", "2001:db8:1:1::1", "xbl", false } } },
        { "client",
          { .client = 2 },
          REMOVALS_BY_CLIENT,
          { { "2001:db8:9::1", "192.0.2.1", "xbl", false },
            { "2001:db8:9::2", "192.0.2.2", "xbl", false },
            { "2001:db8:9::3", "192.0.2.3", "xbl", true },
            { "2001:db8:9:1::3", "192.0.2.3", "xbl", false },
            { "unix", "192.0.2.4", "xbl", false },
            { "unix", "192.0.2.5", "xbl", false } } },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct feed_fixture f;
        unsigned held = 0;
        open_lists(&f, &rows[i].rules);
        for (size_t step = 0; step < 6 && rows[i].steps[step].client != NULL; step++) {
            const char *query = rows[i].steps[step].query;
            print_message("%s: %s\n", rows[i].what, query);
            struct delist_op op = ask_from(&f, rows[i].steps[step].client, query, rows[i].steps[step].list);
            expect(&op, rows[i].steps[step].held ? "pending" : "removed");
            held += rows[i].steps[step].held;
            if (rows[i].steps[step].held)
                assert_string_equal(op.request.reply, "xbl: " HELD);
        }
        assert_int_equal(delist_held(f.delist.d, rows[i].scope), held);
        feed_fixture_close(&f);
    }
}

/* One address, whose removal was ended again and again: for IPv6 its /64. */
static void of_a_target(void **state)
{
    (void)state;
    static const char *const queries[][2] = { { "192.0.2.1", "192.0.2.1" },
                                              { "2001:db8::1", "2001:db8::2" },
                                              { "a.example", "a.example" } };
    struct feed_fixture f;
    open_lists(&f, &(struct breaker_rules){ .target = 2 });
    for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
        for (unsigned time = 0; time < 3; time++) {
            struct delist_op op = ask(&f, queries[i][time % 2], "xbl");
            expect(&op, time < 2 ? "removed" : "pending");
            if (time < 2)
                (void)perform(&f, DELIST_END, feed_fixture_items(&f)->item[0].id, "", ROLE_OPERATOR);
        }
    }
    feed_fixture_close(&f);
}

/* It ends by itself, an hour after what it counts; a request that waits goes on waiting. */
static void until_the_hour_has_passed(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f, &(struct breaker_rules){ .list = 2 });
    struct delist_op op = ask(&f, "192.0.2.1", "xbl");
    f.delist.now += HOUR / 2;
    op = ask(&f, "192.0.2.2", "xbl");
    op = ask(&f, "192.0.2.3", "xbl");
    expect(&op, "pending");
    struct delist_op again = ask(&f, "192.0.2.3", "xbl");
    assert_string_equal(again.request.id, op.request.id);
    f.delist.now += HOUR / 2;
    again = ask(&f, "192.0.2.3", "xbl");
    expect(&again, "removed");
    again = ask(&f, "192.0.2.4", "xbl");
    expect(&again, "pending");
    f.delist.now += HOUR;
    again = ask(&f, "192.0.2.4", "xbl");
    expect(&again, "removed");
    feed_fixture_close(&f);
}

/* What operators approve or make is not the public's. */
static void operators_do_not_count(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f, &(struct breaker_rules){ .list = 1, .client = 1 });
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct delist_op op = ask(&f, "192.0.2.1", "xbl");
    expect(&op, "removed");
    for (unsigned i = 2; i < 5; i++) {
        char query[32];
        snprintf(query, sizeof(query), "192.0.2.%u", i);
        op = ask(&f, query, "xbl");
        expect(&op, "pending");
        op = perform(&f, DELIST_APPROVE, op.request.id, "", ROLE_OPERATOR);
        expect(&op, "removed");
    }
    f.delist.now += HOUR / 2;
    struct item_spec own = delist_fixture_spec(&f.delist, OVERLAY_DELIST, "192.0.2.9", "xbl", DAY);
    struct item_result created;
    struct delist_op make = {
        .verb = DELIST_CREATE, .actor = &ops, .create = &own, .created = &created, .count = 1
    };
    feed_fixture_apply(&f, &make);
    assert_int_equal(make.refusal.kind, REFUSE_NONE);
    f.delist.now += HOUR / 2;
    op = ask(&f, "192.0.2.10", "xbl");
    expect(&op, "removed");
    feed_fixture_close(&f);
}

/* A removal counts when it is made: after the code, and what is held then needs no second one. */
static void with_a_code(void **state)
{
    (void)state;
    struct feed_fixture f;
    char codes[3][sizeof(f.code)], ids[3][STORE_ID];
    open_lists(&f, &(struct breaker_rules){ .list = 2 });
    for (unsigned i = 0; i < 3; i++) {
        struct delist_op op = ask(&f, (const char *[]){ "192.0.2.1", "192.0.2.2", "192.0.2.3" }[i], "css");
        expect(&op, "verify");
        strcpy(codes[i], f.code);
        strcpy(ids[i], op.request.id);
    }
    for (unsigned i = 0; i < 3; i++) {
        struct delist_op op = perform(&f, DELIST_VERIFY, ids[i], codes[i], ROLE_NONE);
        expect(&op, i < 2 ? "removed" : "pending");
    }
    struct delist_op op = ask(&f, "192.0.2.4", "css");
    expect(&op, "pending");
    assert_int_equal(f.mails, 3);
    feed_fixture_close(&f);
}

/* What is denied without a limit is denied with it. */
static void nothing_is_permitted_by_it(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f, &(struct breaker_rules){ .list = 1 });
    struct delist_op op = ask(&f, "192.0.2.1", "dbl");
    expect(&op, "removed");
    op = ask(&f, "2001:db8::/64", "dbl");
    expect(&op, "denied");
    assert_string_equal(op.request.reply, "dbl: only single addresses are removed.");
    op = ask(&f, "2001:db8::1", "dbl");
    expect(&op, "pending");
    feed_fixture_close(&f);
}

/* Lists with and without a limit: each gets what it permits. */
static void each_list_by_itself(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f, &(struct breaker_rules){ .list = 1 });
    struct delist_op op = ask(&f, "192.0.2.1", "xbl");
    op = ask(&f, "192.0.2.2", "xbl sbl");
    expect(&op, "removed");
    assert_string_equal(feed_fixture_names(&f, &op.request.removed), "sbl");
    assert_non_null(strstr(op.request.reply, "xbl: " HELD));
    feed_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_scope),
        cmocka_unit_test(of_a_target),
        cmocka_unit_test(until_the_hour_has_passed),
        cmocka_unit_test(operators_do_not_count),
        cmocka_unit_test(with_a_code),
        cmocka_unit_test(nothing_is_permitted_by_it),
        cmocka_unit_test(each_list_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
