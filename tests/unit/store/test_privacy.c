/* Personal data: reduced, purged, exported, erased. */
#include "store/events.h"
#include "store/idempotency.h"
#include "store/privacy.h"
#include "store/requests.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/temp.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

/* ---- Reducing ---- */

static void clients_are_cut_down(void **state)
{
    static const struct {
        const char *client, *prefix;
    } cases[] = {
        { "192.0.2.77", "192.0.2.0/24" },
        { "0.0.0.0", "0.0.0.0/24" },
        { "255.255.255.255", "255.255.255.0/24" },
        { "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48" },
        { "::1", "::/48" },
        { "::ffff:192.0.2.77", "192.0.2.0/24" },
        { "", "" },
        { "192.0.2.77:4711", "" }, /* not an address, but it may contain one */
        { "host.example.com", "" },
        { "who knows", "" },
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[64];
        strcpy(text, cases[i].client);
        privacy_client(PRIVACY_FULL, text);
        assert_string_equal(text, cases[i].client);
        for (unsigned again = 0; again < 2; again++) {
            privacy_client(PRIVACY_PREFIX, text);
            assert_string_equal(text, cases[i].prefix);
        }
        privacy_client(PRIVACY_NONE, text);
        assert_string_equal(text, "");
    }
}

static void requesters_are_cut_down(void **state)
{
    static const struct {
        const char *requester, *prefix;
    } cases[] = {
        { "joe@example.org", "@example.org" },
        { "Joe Public", "" },
        { "Joe <joe@example.org>", "" },
        { "a@b@example.org", "" },
        { "joe@", "" },
        { "", "" },
        { "mail joe@example.org", "" },
        { "joe,x@example.org", "" },
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_SIZE(cases); i++) {
        char text[STORE_CONTACT];
        strcpy(text, cases[i].requester);
        privacy_requester(PRIVACY_FULL, text);
        assert_string_equal(text, cases[i].requester);
        for (unsigned again = 0; again < 2; again++) {
            privacy_requester(PRIVACY_PREFIX, text);
            assert_string_equal(text, cases[i].prefix);
        }
        privacy_requester(PRIVACY_NONE, text);
        assert_string_equal(text, "");
    }
}

/* ---- Rows ---- */

static struct removal_request add_request(struct store *s, enum request_status status, int64_t at,
                                          const char *email, const char *client, const char *details)
{
    struct removal_request r = { .status = status, .created_at = at, .updated_at = at };
    struct event event = { .time = at, .kind = EVENT_REQUESTED };
    r.range = text_range("192.0.2.1", false);
    store_new_id(1, r.id);
    snprintf(r.contact_name, sizeof(r.contact_name), "The Contact");
    snprintf(r.email, sizeof(r.email), "%s", email);
    snprintf(r.client, sizeof(r.client), "%s", client);
    snprintf(r.details, sizeof(r.details), "%s", details);
    snprintf(r.reply, sizeof(r.reply), "thank you");
    strcpy(event.item_id, r.id);
    snprintf(event.client, sizeof(event.client), "%s", client);
    snprintf(event.reason, sizeof(event.reason), "as asked for");
    store_fixture_begin(s);
    assert_ok(requests_add(s, &r, &error), &error);
    assert_ok(events_add(s, &event, &error), &error);
    store_fixture_commit(s);
    return r;
}

static struct item add_item(struct store *s, enum item_state state, int64_t ended_at, const char *requester,
                            const char *reason)
{
    struct item item = store_fixture_item("192.0.2.1", 1);
    item.state = state;
    item.ended_at = ended_at;
    item.sticky = false;
    snprintf(item.requester, sizeof(item.requester), "%s", requester);
    snprintf(item.reason, sizeof(item.reason), "%s", reason);
    store_fixture_add(s, &item);
    return item;
}

static uint64_t add_event(struct store *s, int64_t at, const char *client, const char *reason)
{
    struct event event = { .time = at, .kind = EVENT_ADMIN };
    snprintf(event.client, sizeof(event.client), "%s", client);
    snprintf(event.reason, sizeof(event.reason), "%s", reason);
    store_fixture_begin(s);
    assert_ok(events_add(s, &event, &error), &error);
    store_fixture_commit(s);
    return event.sequence;
}

/* ---- Retention ---- */

/* Purges until there is nothing more to do; returns the number of portions. */
static unsigned purge(struct store *s, uint32_t people, uint32_t history, int64_t now)
{
    struct retention retention = { people, history };
    unsigned portions = 0;
    bool more = true;
    for (; more; portions++) {
        store_fixture_begin(s);
        assert_ok(privacy_purge(s, &retention, now, &more, &error), &error);
        store_fixture_commit(s);
    }
    return portions;
}

static void old_data_of_people_is_erased(void **state)
{
    struct store *s = *state;
    struct removal_request found,
        old = add_request(s, REQUEST_DENIED, NOW - 100, "joe@example.org", "192.0.2.0/24", "x"),
        young = add_request(s, REQUEST_REMOVED, NOW - 99, "joe@example.org", "192.0.2.0/24", "x"),
        unconfirmed = add_request(s, REQUEST_VERIFY, NOW - 100, "joe@example.org", "192.0.2.0/24", "x"),
        open = add_request(s, REQUEST_PENDING, NOW - 1000, "joe@example.org", "192.0.2.0/24", "x");
    struct item item, ended = add_item(s, ITEM_ENDED, NOW - 100, "joe@example.org", "reason"),
                      recent = add_item(s, ITEM_ENDED, NOW - 99, "joe@example.org", "reason"),
                      active = add_item(s, ITEM_ACTIVE, 0, "joe@example.org", "reason");
    struct store_reader *r = store_txn_reader(s);
    assert_int_equal(purge(s, 0, 0, NOW), 1); /* for ever */
    assert_int_equal(purge(s, 100, 0, NOW), 1);

    assert_ok(requests_find(r, old.id, &found, &error), &error);
    assert_string_equal(found.email, "");
    assert_string_equal(found.contact_name, "");
    assert_string_equal(found.client, "");
    assert_string_equal(found.details, "");
    assert_string_equal(found.reply, "thank you");
    assert_ok(requests_find(r, unconfirmed.id, &found, &error), &error);
    assert_string_equal(found.email, "");
    assert_ok(requests_find(r, young.id, &found, &error), &error);
    assert_string_equal(found.email, "joe@example.org");
    assert_ok(requests_find(r, open.id, &found, &error), &error);
    assert_string_equal(found.email, "joe@example.org");
    assert_ok(items_find_number(r, ended.number, NOW, &item, &error), &error);
    assert_string_equal(item.requester, "");
    assert_string_equal(item.reason, "reason");
    assert_ok(items_find_number(r, recent.number, NOW, &item, &error), &error);
    assert_string_equal(item.requester, "joe@example.org");
    assert_ok(items_find_number(r, active.number, NOW, &item, &error), &error);
    assert_string_equal(item.requester, "joe@example.org");
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM events WHERE client IS NOT NULL"),
                     1); /* that of `young` */
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM events WHERE reason IS NOT NULL"), 4);
}

static void history_goes_by_age(void **state)
{
    struct store *s = *state;
    struct item found, ended = add_item(s, ITEM_ENDED, NOW - 100, "", ""),
                       recent = add_item(s, ITEM_RELISTED, NOW - 99, "", ""),
                       fulfilled = add_item(s, ITEM_FULFILLED, NOW - 5000, "", ""),
                       active = add_item(s, ITEM_ACTIVE, 0, "", "");
    struct store_reader *r = store_txn_reader(s);
    struct removal_request request, old = add_request(s, REQUEST_DENIED, NOW - 100, "", "", ""),
                                    open = add_request(s, REQUEST_PENDING, NOW - 100, "", "", "");
    add_event(s, NOW + 1000, "", "the clock was wrong");
    add_event(s, NOW - 101, "", "old");
    add_event(s, NOW - 99, "", "young"); /* the fifth */
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM watches"), 2);
    purge(s, 0, 100, NOW);
    assert_int_equal(items_find_number(r, ended.number, NOW, &found, &error), ERR_REFUSED);
    assert_ok(items_find_number(r, recent.number, NOW, &found, &error), &error);
    assert_ok(items_find_number(r, fulfilled.number, NOW, &found, &error),
              &error); /* may be relisted until it expires */
    assert_ok(items_find_number(r, active.number, NOW, &found, &error), &error);
    assert_int_equal(requests_find(r, old.id, &request, &error), ERR_REFUSED);
    assert_ok(requests_find(r, open.id, &request, &error), &error);
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM events"), 2);
    assert_int_equal(store_fact(s, "events_gone", 0), 4);
    purge(s, 0, 100, NOW + 3600 + 100);
    assert_int_equal(items_find_number(r, fulfilled.number, NOW, &found, &error), ERR_REFUSED);
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM watches"), 1); /* the active one's */
    assert_int_equal(store_fact(s, "events_gone", 0), 5);
    uint64_t kinds[3];
    assert_ok(items_count(r, kinds, &error), &error);
    assert_int_equal(kinds[OVERLAY_DELIST], 1);
}

static void sweeping_is_done_in_portions(void **state)
{
    struct store *s = *state;
    store_fixture_begin(s);
    for (unsigned i = 0; i < 1200; i++) {
        struct event event = { .time = NOW - 200 + (i % 7), .kind = EVENT_ADMIN };
        strcpy(event.client, "192.0.2.1");
        assert_ok(events_add(s, &event, &error), &error);
    }
    store_fixture_commit(s);
    assert_int_equal(purge(s, 100, 0, NOW), 3);
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM events WHERE client IS NOT NULL"), 0);
    assert_int_equal(purge(s, 100, 0, NOW), 1);
    assert_int_equal(purge(s, 0, 100, NOW), 3);
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM events"), 0);
    assert_int_equal(store_fact(s, "events_gone", 0), 1200);
}

/* ---- One subject ---- */

struct given {
    char lines[30][400];
    unsigned count, most;
};

static bool give(void *context, const char *table, const char *id, int64_t time, const char *field,
                 const char *value)
{
    struct given *g = context;
    assert_true(id[0] != '\0' && time != 0);
    snprintf(g->lines[g->count++], sizeof(g->lines[0]), "%s %s %s", table, field, value);
    return g->count != g->most;
}

static struct given given_of(struct store *s, const char *subject)
{
    struct given g = { .count = 0 };
    assert_ok(privacy_each(store_txn_reader(s), subject, give, &g, &error), &error);
    return g;
}

static bool has_line(const struct given *g, const char *line)
{
    for (unsigned i = 0; i < g->count; i++)
        if (strcmp(g->lines[i], line) == 0)
            return true;
    return false;
}

static uint64_t erase(struct store *s, const char *subject)
{
    uint64_t rows = 99;
    store_fixture_begin(s);
    assert_ok(privacy_erase(s, subject, &rows, &error), &error);
    store_fixture_commit(s);
    return rows;
}

static void data_of_a_person_is_given_out_and_erased(void **state)
{
    struct store *s = *state;
    struct idempotency repeat = { .actor = "token", .key = "key" };
    struct removal_request found,
        own = add_request(s, REQUEST_PENDING, NOW, "Joe@Example.org", "198.51.100.7", "my server"),
        other = add_request(s, REQUEST_PENDING, NOW, "ann@example.org", "198.51.100.8",
                            "joe@example.org told me so");
    struct item item,
        his = add_item(s, ITEM_ACTIVE, 0, "joe@example.org", "the ticket is 77"),
        named = add_item(s, ITEM_ENDED, NOW, "ann@example.org", "Joe <joe@example.org> called."),
        similar =
            add_item(s, ITEM_ACTIVE, 0, "notjoe@example.org", "joe@example.organic, joe@example.org.uk");
    uint64_t rows;
    add_event(s, NOW, "203.0.113.9", "joe@example.org: checked");
    store_fixture_begin(s);
    assert_ok(idempotency_add(s, &repeat, NOW, 201, "{\"requester\":\"joe@example.org\"}", 31, &error),
              &error);
    store_fixture_commit(s);

    struct given g = given_of(s, "joe@example.org");
    static const char *const lines[] = {
        "requests contact_name The Contact",
        "requests email Joe@Example.org",
        "requests client 198.51.100.7",
        "requests details my server",
        "requests reply thank you", /* all of his request is his data */
        "requests details joe@example.org told me so",
        "events client 198.51.100.7",
        "events reason as asked for",
        "events reason joe@example.org: checked",
        "items requester joe@example.org",
        "items reason Joe <joe@example.org> called.",
        "repeats body {\"requester\":\"joe@example.org\"}",
    };
    for (unsigned i = 0; i < ARRAY_SIZE(lines); i++)
        if (!has_line(&g, lines[i]))
            fail_msg("not given: %s", lines[i]);
    assert_int_equal(g.count, ARRAY_SIZE(lines));
    g = (struct given){ .most = 2 };
    assert_ok(privacy_each(store_txn_reader(s), "joe@example.org", give, &g, &error), &error);
    assert_int_equal(g.count, 2);

    rows = erase(s, "JOE@example.org");
    assert_int_equal(rows, 7); /* two events, two items, two requests, one answer */
    assert_int_equal(given_of(s, "joe@example.org").count, 0);
    assert_int_equal(erase(s, "joe@example.org"), 0);

    struct store_reader *r = store_txn_reader(s);
    assert_ok(requests_find(r, own.id, &found, &error), &error);
    assert_true(found.email[0] == '\0' && found.contact_name[0] == '\0' && found.client[0] == '\0' &&
                found.details[0] == '\0' && found.reply[0] == '\0');
    assert_int_equal(found.status, REQUEST_PENDING);
    assert_ok(requests_find(r, other.id, &found, &error), &error);
    assert_string_equal(found.email, "ann@example.org");
    assert_string_equal(found.details, "");
    assert_ok(items_find_number(r, his.number, NOW, &item, &error), &error);
    assert_string_equal(item.requester, "");
    assert_string_equal(item.reason, "the ticket is 77");
    assert_int_equal(item.state, ITEM_ACTIVE);
    assert_ok(items_find_number(r, named.number, NOW, &item, &error), &error);
    assert_string_equal(item.requester, "ann@example.org");
    assert_string_equal(item.reason, "");
    assert_ok(items_find_number(r, similar.number, NOW, &item, &error), &error);
    assert_string_equal(item.requester, "notjoe@example.org");
    assert_string_equal(item.reason, "joe@example.organic, joe@example.org.uk");
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM events"), 3);
}

static void data_of_an_address_is_erased(void **state)
{
    struct store *s = *state;
    add_request(s, REQUEST_DENIED, NOW, "a@example.org", "2001:db8::7", "x");
    add_request(s, REQUEST_DENIED, NOW, "b@example.org", "2001:db8::77", "x");
    add_event(s, NOW, "192.0.2.0/24", "");
    add_event(s, NOW, "192.0.2.1", "from 192.0.2.10 and 192.0.2.1.");
    add_event(s, NOW, "192.0.2.10", "1192.0.2.1 192.0.2.1.5 192.0.2.1/32");
    assert_int_equal(given_of(s, "2001:0db8::0007").count, 7); /* a request of five fields, and its event */
    assert_int_equal(erase(s, "2001:DB8::7"), 2);
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM requests WHERE client IS NULL"), 1);
    assert_int_equal(given_of(s, "192.0.2.1").count, 2);
    assert_int_equal(erase(s, "192.0.2.1"), 1);
    assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM events WHERE client = '192.0.2.10'"), 1);
    assert_int_equal(erase(s, "192.0.2.0/24"), 1); /* as stored */
    assert_int_equal(erase(s, "192.0.2.0"), 0);
    static const char *const nobody[] = { "", "a", "x", "@", "The Contact", "example.org", "%", "192.0.2" };
    for (unsigned i = 0; i < ARRAY_SIZE(nobody); i++) {
        assert_int_equal(given_of(s, nobody[i]).count, 0);
        assert_int_equal(erase(s, nobody[i]), 0);
    }
}

/* ---- In the files ---- */

static bool file_has(const char *path, const char *text)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return false;
    char *data = malloc(8 << 20);
    size_t size = fread(data, 1, 8 << 20, f);
    fclose(f);
    bool has = memmem(data, size, text, strlen(text)) != NULL;
    free(data);
    return has;
}

static void erased_is_gone_from_the_disk(void **state)
{
    const char *file = temp_dir_path(state, "dnsbld.db"), *log = temp_dir_path(state, "dnsbld.db-wal");
    struct store *s = store_fixture_open(*state);
    char text[800];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (unsigned i = 0; i < 50; i++)
        add_request(s, REQUEST_DENIED, NOW, i % 2 ? "joe@example.org" : "ann@example.org", "192.0.2.1", text);
    add_item(s, ITEM_ACTIVE, 0, "joe@example.org", text);
    store_close(s); /* checkpoints the WAL */
    s = store_fixture_open(*state);
    add_item(s, ITEM_ENDED, NOW, "joe@example.org", text);
    assert_true(file_has(file, "joe@example.org"));
    assert_true(file_has(log, "joe@example.org"));
    assert_int_equal(erase(s, "joe@example.org"), 25 + 25 + 2);
    assert_false(file_has(file, "joe@example.org"));
    assert_false(file_has(log, "joe@example.org"));
    assert_true(file_has(file, "ann@example.org"));

    struct store_reader *r; /* a reader of the old state delays it, but not forever */
    add_item(s, ITEM_ENDED, NOW, "eve@example.org", text);
    assert_ok(store_read(s, &r, &error), &error);
    assert_int_equal(erase(s, "eve@example.org"), 1);
    store_read_end(r);
    store_fixture_begin(s);
    store_fixture_commit(s);
    assert_false(file_has(file, "eve@example.org"));
    assert_false(file_has(log, "eve@example.org"));

    purge(s, 100, 0, NOW + 1000);
    assert_false(file_has(file, "ann@example.org"));
    assert_false(file_has(log, "ann@example.org"));
    store_close(s);
}

int main(void)
{
#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clients_are_cut_down),
        cmocka_unit_test(requesters_are_cut_down),
        IN_MEMORY(old_data_of_people_is_erased),
        IN_MEMORY(history_goes_by_age),
        IN_MEMORY(sweeping_is_done_in_portions),
        IN_MEMORY(data_of_a_person_is_given_out_and_erased),
        IN_MEMORY(data_of_an_address_is_erased),
        cmocka_unit_test_setup_teardown(erased_is_gone_from_the_disk, temp_dir_setup, temp_dir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
