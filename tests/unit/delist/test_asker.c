/* The open requests of a client, and the fields that lists require. */
#include "delist/removal_plan.h"
#include "store/requests.h"
#include "store/store_state.h"
#include "support/feed_fixture.h"
#include "support/list_text.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CLIENT "198.51.100.9"

/* sbl: an operator decides. xbl: anybody; requires what `required` says. pbl: a code. dbl: single ones. zzz:
 * never, and requires everything. */
static void open_lists(struct feed_fixture *f, enum privacy privacy, unsigned required)
{
    static const struct {
        const char *name;
        enum removal_policy removal;
        bool confirm;
    } rows[FEED_FIXTURE_LISTS] = { { "sbl", REMOVAL_OWNER, false },  { "xbl", REMOVAL_SELF, false },
                                   { "pbl", REMOVAL_SELF, true },    { "css", REMOVAL_SELF, false },
                                   { "dbl", REMOVAL_SINGLE, false }, { "zzz", REMOVAL_NEVER, false } };
    static const struct delist_limits limits = { .listing_widest = { 24, 48 }, .allow_widest = { 16, 32 } };
    struct list_policy lists[FEED_FIXTURE_LISTS];
    memset(lists, 0, sizeof(lists));
    for (unsigned i = 0; i < FEED_FIXTURE_LISTS; i++) {
        strcpy(lists[i].name, rows[i].name);
        lists[i].removal = rows[i].removal;
        lists[i].confirm = rows[i].confirm;
        lists[i].widest[0] = 16;
        lists[i].widest[1] = 32;
        lists[i].public_widest[0] = 32;
        lists[i].public_widest[1] = 64;
        lists[i].longest = lists[i].public_duration = 7 * DAY;
        lists[i].window = 30 * DAY;
        lists[i].relist_after = 3600;
    }
    lists[0].required = lists[1].required = required;
    lists[5].required = (1u << FORM_FIELDS) - 1;
    feed_fixture_open(f, lists, &limits, privacy, true);
    for (unsigned i = 0; i < FEED_FIXTURE_LISTS; i++)
        feed_fixture_load(f, rows[i].name, "192.0.2.0/24\n127.0.0.2", "2001:db8::/32", "a.example");
}

static struct delist_op ask(struct feed_fixture *f, const char *client, const char *query, const char *list)
{
    struct delist_op op = feed_fixture_request(f, client, query, list, "a@example.com");

    feed_fixture_apply(f, &op);
    return op;
}

/* ---- Open requests ---- */

struct found {
    unsigned count;
    char id[STORE_ID]; /* of the last one */
};

static bool record(void *context, const struct removal_request *request)
{
    struct found *found = context;
    found->count++;
    strcpy(found->id, request->id);
    return true;
}

static struct found find_open(const struct feed_fixture *f, const char *client, const char *key)
{
    struct found found = { .count = 0 };
    struct range range = text_range(key, false);
    struct store_reader *r;
    struct error error;

    assert_int_equal(store_read(delist_store(f->delist.d), &r, &error), OK);
    assert_int_equal(removal_each_open(f->delist.d, r, client, &range, f->delist.now, record, &found, &error),
                     OK);
    store_read_end(r);
    return found;
}

/* By the client that has asked, for what it has asked for, whatever is kept of it. */
static void of_the_same_client(void **state)
{
    (void)state;
    static const struct {
        const char *client, *query; /* that asked, for what */
        const char *by, *key;       /* that looks it up */
        unsigned found;
    } rows[] = {
        { CLIENT, "192.0.2.1", CLIENT, "192.0.2.1", 1 },
        { CLIENT, "192.0.2.1", CLIENT, "192.0.2.2", 0 },
        { CLIENT, "192.0.2.1", "198.51.100.10", "192.0.2.1", 0 },
        { CLIENT, "192.0.2.1", "unix", "192.0.2.1", 0 },
        { CLIENT, "192.0.2.1", "", "192.0.2.1", 0 },
        { "unix", "192.0.2.1", "unix", "192.0.2.1", 0 },
        { "", "192.0.2.1", "", "192.0.2.1", 0 },
        { "2001:db8:9::1", "192.0.2.1", "2001:db8:9::ffff", "192.0.2.1", 1 },
        { "2001:db8:9::1", "192.0.2.1", "2001:db8:9:1::1", "192.0.2.1", 0 },
        { CLIENT, "2001:db8::1", CLIENT, "2001:db8::1", 1 },
        { CLIENT, "2001:db8::1", CLIENT, "2001:db8::2", 0 }, /* another host */
        { CLIENT, "2001:db8::/64", CLIENT, "2001:db8::2", 1 },
        { CLIENT, "2001:db8::/64", CLIENT, "2001:db8:0:1::2", 0 },
        { CLIENT, "a.example", CLIENT, "a.example", 1 },
        { "2001:db8::1", "2001:db8::1", "2001:db8::1", "2001:db8::1", 1 },
    };
    static const enum privacy privacies[] = { PRIVACY_FULL, PRIVACY_PREFIX, PRIVACY_NONE };
    for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(privacies); i++) {
        const size_t row = i / ARRAY_SIZE(privacies);
        struct feed_fixture f;
        open_lists(&f, privacies[i % ARRAY_SIZE(privacies)], 0);
        print_message("%s by %s, %s by %s\n", rows[row].query, rows[row].client, rows[row].key, rows[row].by);
        struct delist_op op = ask(&f, rows[row].client, rows[row].query, "sbl");
        assert_int_equal(op.request.status, REQUEST_PENDING);
        assert_int_equal(find_open(&f, rows[row].by, rows[row].key).count, rows[row].found);
        feed_fixture_close(&f);
    }
}

static void decide(struct feed_fixture *f, enum delist_verb verb, const char *id, const char *text)
{
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops"), anybody = { .origin = "api" };
    struct delist_op op = { .verb = verb, .actor = verb == DELIST_VERIFY ? &anybody : &ops };

    strcpy(anybody.client, CLIENT);
    strcpy(op.id, id);
    strcpy(op.reason, text);
    feed_fixture_apply(f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_NONE);
}

static int64_t count_askers(const struct feed_fixture *f)
{
    struct store_reader *r;
    struct error error;
    int64_t count = -1;

    assert_int_equal(store_read(delist_store(f->delist.d), &r, &error), OK);
    struct sql_stmt q = store_read_stmt(r, "SELECT count(*) FROM requests WHERE asker IS NOT NULL");
    assert_int_equal(sql_stmt_finish_int(&q, &count, &error), OK);
    store_read_end(r);
    return count;
}

/* Until it is decided; nothing by which the client is recognised is kept for longer. */
static void while_it_is_open(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f, PRIVACY_NONE, 0);
    struct delist_op denied = ask(&f, CLIENT, "192.0.2.1", "sbl"),
                     approved = ask(&f, CLIENT, "192.0.2.2", "sbl"),
                     confirmed = ask(&f, CLIENT, "192.0.2.3", "pbl"),
                     removed = ask(&f, CLIENT, "192.0.2.4", "xbl");
    assert_string_equal(find_open(&f, CLIENT, "192.0.2.1").id, denied.request.id);
    assert_string_equal(find_open(&f, CLIENT, "192.0.2.2").id, approved.request.id);
    assert_string_equal(find_open(&f, CLIENT, "192.0.2.3").id, confirmed.request.id);
    assert_int_equal(removed.request.status, REQUEST_REMOVED);
    assert_int_equal(find_open(&f, CLIENT, "192.0.2.4").count, 0);
    assert_int_equal(count_askers(&f), 3);
    decide(&f, DELIST_DENY, denied.request.id, "no");
    decide(&f, DELIST_APPROVE, approved.request.id, "yes");
    decide(&f, DELIST_VERIFY, confirmed.request.id, f.code);
    for (unsigned i = 1; i <= 3; i++)
        assert_int_equal(
            find_open(&f, CLIENT, (const char *[]){ "", "192.0.2.1", "192.0.2.2", "192.0.2.3" }[i]).count, 0);
    assert_int_equal(count_askers(&f), 0);
    feed_fixture_close(&f);
}

/* A code is valid for a day; a review has no end. What is left for a review after the code is open, too. */
static void after_a_code(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f, PRIVACY_FULL, 0);
    struct delist_op both = ask(&f, CLIENT, "192.0.2.1", "pbl sbl"), review = { .count = 0 };
    assert_int_equal(both.request.status, REQUEST_VERIFY);
    assert_int_equal(find_open(&f, CLIENT, "192.0.2.1").count, 2);
    f.delist.now += DAY - 1;
    assert_int_equal(find_open(&f, CLIENT, "192.0.2.1").count, 2);
    f.delist.now++;
    assert_int_equal(find_open(&f, CLIENT, "192.0.2.1").count, 1);
    review = ask(&f, CLIENT, "192.0.2.1", "sbl");
    assert_string_equal(find_open(&f, CLIENT, "192.0.2.1").id, review.request.id);
    feed_fixture_close(&f);
}

/* ---- Fields ---- */

static void lists_require_fields(void **state)
{
    (void)state;
    static const struct {
        unsigned required;
        const char *lists, *name, *company, *category, *details;
        bool fixed;
        const char *missing; /* NULL: none */
    } rows[] = {
#define BIT(field) (1u << FORM_##field)
        { 0, "xbl", "", "", "", "", false, NULL },
        { BIT(COMPANY), "xbl", "", "", "", "", false, "company" },
        { BIT(COMPANY), "xbl", "", "Example", "", "", false, NULL },
        { BIT(COMPANY), "sbl", "", "", "", "", false, "company" },
        { BIT(COMPANY), "xbl sbl", "", "", "", "", false, "company" },
        { BIT(COMPANY), "dbl", "", "", "", "", false, NULL },
        { BIT(COMPANY), "zzz", "", "", "", "", false, NULL }, /* it is denied anyway */
        { BIT(EMAIL), "xbl", "", "", "", "", false, NULL },
        { BIT(CONTACT_NAME), "xbl", "", "Example", "", "", false, "contact_name" },
        { BIT(CONTACT_NAME), "xbl", "Ann", "", "", "", false, NULL },
        { BIT(DETAILS), "xbl", "", "", "", " \t\n\u3000", false, "details" },
        { BIT(DETAILS), "xbl", "", "", "", " \u3000\u3042", false, NULL },
        { BIT(CATEGORY) | BIT(FIXED), "xbl", "", "", "", "", false, "category" },
        { BIT(CATEGORY) | BIT(FIXED), "xbl", "", "", "personal", "", false, "fixed" },
        { BIT(CATEGORY) | BIT(FIXED), "xbl", "", "", "personal", "", true, NULL },
#undef BIT
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct actor anybody = { .origin = "api", .client = CLIENT };
        struct delist_op op = { .verb = DELIST_REQUEST, .actor = &anybody };
        struct feed_fixture f;
        open_lists(&f, PRIVACY_FULL, rows[i].required);
        print_message("%x on %s\n", rows[i].required, rows[i].lists);
        op.request.range = text_range("192.0.2.1", false);
        op.request.lists = delist_fixture_lists(&f.delist, rows[i].lists);
        strcpy(op.request.email, "a@example.com");
        strcpy(op.request.contact_name, rows[i].name);
        strcpy(op.request.company, rows[i].company);
        strcpy(op.request.category, rows[i].category);
        strcpy(op.request.details, rows[i].details);
        op.request.fixed = rows[i].fixed;
        feed_fixture_apply(&f, &op);
        assert_string_equal(op.refusal.code, rows[i].missing != NULL ? "field_needed" : "");
        assert_string_equal(op.refusal.field, rows[i].missing != NULL ? rows[i].missing : "");
        assert_true(rows[i].missing == NULL || feed_fixture_items(&f)->count == 0);
        feed_fixture_close(&f);
    }
}

/* The test entry stays, and is not refused late. */
static void the_test_entry_is_denied(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f, PRIVACY_FULL, 0);
    struct delist_op op = ask(&f, CLIENT, "127.0.0.2", "xbl");
    assert_int_equal(op.refusal.kind, REFUSE_NONE);
    assert_int_equal(op.request.status, REQUEST_DENIED);
    feed_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_the_same_client),
        cmocka_unit_test(while_it_is_open),
        cmocka_unit_test(after_a_code),
        cmocka_unit_test(lists_require_fields),
        cmocka_unit_test(the_test_entry_is_denied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
