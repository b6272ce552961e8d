/* Rows of removal requests, and the answers of idempotency keys. */
#include "base/sha256.h"
#include "store/idempotency.h"
#include "store/requests.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

static struct removal_request make(const char *range, enum request_status status)
{
    struct removal_request r = { .status = status, .created_at = NOW, .updated_at = NOW, .revision = 1 };
    r.range = text_range(range, false);
    r.lists = store_fixture_mask(1, 2);
    store_new_id(1, r.id);
    memset(r.repeat, 7, sizeof(r.repeat));
    return r;
}

static void add(struct store *s, const struct removal_request *r)
{
    store_fixture_begin(s);
    assert_ok(requests_add(s, r, &error), &error);
    store_fixture_commit(s);
}

static void assert_same(const struct removal_request *a, const struct removal_request *b)
{
    assert_string_equal(a->id, b->id);
    assert_true(a->status == b->status && a->fixed == b->fixed && a->revision == b->revision);
    assert_true(range_contains(&a->range, &b->range) && range_contains(&b->range, &a->range));
    assert_memory_equal(&a->lists, &b->lists, sizeof(a->lists));
    assert_memory_equal(&a->removed, &b->removed, sizeof(a->removed));
    assert_true(a->created_at == b->created_at && a->updated_at == b->updated_at);
    assert_int_equal(a->effective_by, b->effective_by);
    assert_string_equal(a->contact_name, b->contact_name);
    assert_string_equal(a->email, b->email);
    assert_string_equal(a->company, b->company);
    assert_string_equal(a->details, b->details);
    assert_string_equal(a->category, b->category);
    assert_string_equal(a->lang, b->lang);
    assert_string_equal(a->client, b->client);
    assert_string_equal(a->reply, b->reply);
    assert_string_equal(a->decided_by, b->decided_by);
    assert_memory_equal(a->code, b->code, sizeof(a->code));
    assert_memory_equal(a->repeat, b->repeat, sizeof(a->repeat));
    assert_memory_equal(a->control_code, b->control_code, sizeof(a->control_code));
    assert_string_equal(a->control_to, b->control_to);
    assert_string_equal(a->hosts, b->hosts);
    assert_true(a->wrong_codes == b->wrong_codes && a->checks == b->checks);
}

static void all_fields_come_back(void **state)
{
    struct store *s = *state;
    struct removal_request full = make("192.0.2.0-192.0.2.9", REQUEST_VERIFY),
                           bare = make("a.example.com", REQUEST_DENIED), found;
    full.removed = store_fixture_mask(2, 255);
    full.effective_by = NOW + 300;
    memset(full.contact_name, 'n', STORE_CONTACT - 1);
    memset(full.email, 'e', STORE_CONTACT - 1);
    memset(full.company, 'c', STORE_CONTACT - 1);
    memset(full.details, 'd', STORE_REASON - 1);
    memset(full.category, 'k', STORE_NAME - 1);
    full.fixed = true;
    memset(full.lang, 'l', sizeof(full.lang) - 1);
    memset(full.client, '1', sizeof(full.client) - 1);
    memset(full.reply, 'r', STORE_REASON - 1);
    memset(full.decided_by, 'b', STORE_NAME - 1);
    memset(full.code, 0xf0, sizeof(full.code));
    memset(full.hosts, 'h', STORE_HOSTS - 1);
    add(s, &full);
    add(s, &bare);
    assert_ok(requests_find(store_txn_reader(s), full.id, &found, &error), &error);
    assert_same(&found, &full);
    assert_ok(requests_find(store_txn_reader(s), bare.id, &found, &error), &error);
    assert_same(&found, &bare);

    full.status = REQUEST_REMOVED;
    full.removed = store_fixture_mask(1, 2);
    full.updated_at = NOW + 9;
    full.effective_by = 0;
    strcpy(full.reply, "done");
    strcpy(full.decided_by, "");
    memset(full.code, 0, sizeof(full.code));
    memset(full.control_code, 0x0f, sizeof(full.control_code));
    memset(full.control_to, 'p', STORE_EMAIL - 1);
    strcpy(full.hosts, "mx.example.com");
    full.wrong_codes = 4;
    full.checks = 20;
    store_fixture_begin(s);
    assert_ok(requests_change(s, &full, &error), &error);
    store_fixture_commit(s);
    assert_int_equal(full.revision, 2);
    assert_ok(requests_find(store_txn_reader(s), full.id, &found, &error), &error);
    assert_same(&found, &full);
    assert_int_equal(requests_find(store_txn_reader(s), "unknown", &found, &error), ERR_REFUSED);
    store_new_id(1, full.id);
    assert_int_equal(requests_find(store_txn_reader(s), full.id, &found, &error), ERR_REFUSED);
    assert_string_equal(error.text, "");
    store_fixture_begin(s);
    assert_int_equal(requests_change(s, &full, &error), ERR_SYSTEM);
    store_rollback(s);
}

static bool is_found(struct store *s, const struct removal_request *like)
{
    struct removal_request found;
    bool same;
    assert_ok(requests_find_same(store_txn_reader(s), like, &same, &found, &error), &error);
    return same && strcmp(found.id, like->id) == 0;
}

static void a_repeat_is_found(void **state)
{
    struct store *s = *state;
    struct removal_request pending = make("192.0.2.1", REQUEST_PENDING),
                           verify = make("192.0.2.2", REQUEST_VERIFY),
                           denied = make("192.0.2.3", REQUEST_DENIED),
                           removed = make("192.0.2.4", REQUEST_REMOVED);
    removed.removed = store_fixture_mask(1, 2);
    add(s, &pending);
    add(s, &verify);
    add(s, &denied);
    add(s, &removed);
    assert_true(is_found(s, &pending));
    assert_true(is_found(s, &verify));
    assert_false(is_found(s, &denied));
    assert_false(is_found(s, &removed)); /* its delistings are over */

    struct removal_request other = pending;
    other.lists = store_fixture_mask(1, 3);
    assert_false(is_found(s, &other));
    other = pending;
    other.range = text_range("192.0.2.0/31", false);
    assert_false(is_found(s, &other));
    other = pending;
    other.repeat[0]++; /* somebody else's */
    assert_false(is_found(s, &other));
    memset(other.repeat, 0, sizeof(other.repeat)); /* nobody's */
    assert_false(is_found(s, &other));

    struct item item = store_fixture_item("192.0.2.4", 1), second = store_fixture_item("192.0.2.4", 2);
    store_fixture_add(s, &item);
    assert_false(is_found(s, &removed)); /* one of two */
    store_fixture_add(s, &second);
    assert_true(is_found(s, &removed));
    store_fixture_begin(s);
    list_mask_add(&second.over, 2);
    assert_ok(items_change(s, &second, &error), &error);
    store_fixture_commit(s);
    assert_false(is_found(s, &removed));
}

/* ---- The queue ---- */

struct queue {
    char ids[20][STORE_ID];
    unsigned count, most;
    uint64_t last;
};

static bool record(void *context, const struct removal_request *r)
{
    struct queue *q = context;
    strcpy(q->ids[q->count++], r->id);
    q->last = r->number;
    return q->count != q->most;
}

static void the_queue_has_pages(void **state)
{
    struct store *s = *state;
    char ids[12][STORE_ID];
    for (unsigned i = 0; i < 12; i++) {
        struct removal_request r = make("192.0.2.1", i % 3 == 0 ? REQUEST_PENDING : REQUEST_DENIED);
        add(s, &r);
        strcpy(ids[i], r.id);
    }
    for (int newest = 0; newest < 2; newest++) {
        for (int status = -1; status <= REQUEST_PENDING; status += 2) { /* all, and the pending */
            struct queue all = { .count = 0 };
            unsigned expected = status < 0 ? 12 : 4, step = status < 0 ? 1 : 3;
            uint64_t after = 0;
            do {
                struct queue page = { .most = 3 };
                assert_ok(requests_each(store_txn_reader(s), status, newest, after, record, &page, &error),
                          &error);
                for (unsigned i = 0; i < page.count; i++)
                    strcpy(all.ids[all.count++], page.ids[i]);
                after = page.count == 3 ? page.last : 0;
            } while (after != 0);
            assert_int_equal(all.count, expected);
            for (unsigned i = 0; i < expected; i++)
                assert_string_equal(all.ids[i], ids[(newest ? expected - 1 - i : i) * step]);
        }
    }
}

static uint64_t count_pending(struct store *s, const char *range)
{
    struct range of = text_range(range != NULL ? range : "192.0.2.1", false);
    uint64_t count;
    assert_ok(requests_count_pending(store_txn_reader(s), range != NULL ? &of : NULL, &count, &error),
              &error);
    return count;
}

/* Those that wait are counted, in all and for one range, and found oldest first; an undone operation and
 * decisions count too. */
static void the_pending_are_counted(void **state)
{
    static const char *const ranges[] = { "192.0.2.1", "192.0.2.2", "192.0.2.1", "a.example.com" };
    struct store *s = *state;
    struct removal_request made[ARRAY_SIZE(ranges)], found, denied = make("192.0.2.1", REQUEST_DENIED);
    bool some;
    for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
        made[i] = make(ranges[i], REQUEST_PENDING);
        add(s, &made[i]);
    }
    add(s, &denied);
    assert_int_equal(count_pending(s, NULL), 4);
    assert_int_equal(count_pending(s, "192.0.2.1"), 2);
    assert_int_equal(count_pending(s, "192.0.2.3"), 0);
    for (unsigned i = 0; i < 2; i++) { /* the first and the third, and no more */
        const char *after = i == 0 ? "" : made[0].id;
        assert_ok(requests_find_pending(store_txn_reader(s), &made[0].range, after, &some, &found, &error),
                  &error);
        assert_true(some);
        assert_string_equal(found.id, made[2 * i].id);
    }
    assert_ok(requests_find_pending(store_txn_reader(s), &made[0].range, made[2].id, &some, &found, &error),
              &error);
    assert_false(some);

    store_fixture_begin(s);
    assert_ok(store_savepoint(s, &error), &error);
    made[0].status = REQUEST_REMOVED;
    assert_ok(requests_change(s, &made[0], &error), &error);
    assert_int_equal(count_pending(s, NULL), 3);
    assert_ok(store_undo(s, &error), &error);
    made[2].status = REQUEST_DENIED;
    assert_ok(requests_change(s, &made[2], &error), &error);
    assert_ok(requests_change(s, &denied, &error), &error); /* as it was */
    denied.status = REQUEST_PENDING;
    assert_ok(requests_change(s, &denied, &error), &error);
    denied.status = REQUEST_DENIED;
    assert_ok(requests_change(s, &denied, &error), &error);
    store_fixture_commit(s);
    assert_int_equal(count_pending(s, NULL), 3);
    assert_int_equal(count_pending(s, "192.0.2.1"), 1);
}

static void a_code_that_was_sent_is_found(void **state)
{
    struct store *s = *state;
    struct removal_request sent = make("192.0.2.1", REQUEST_VERIFY), later = sent;
    uint8_t proof[SHA256_SIZE], other[STORE_DIGEST] = { 9 };
    bool found;
    memset(sent.mailbox, 1, sizeof(sent.mailbox));
    memset(sent.code, 2, sizeof(sent.code));
    add(s, &sent);
    store_new_id(1, later.id); /* the same code, but it was not sent for this one */
    later.created_at = NOW + 50;
    memset(later.code, 2, sizeof(later.code));
    add(s, &later);
    assert_ok(requests_find_code(store_txn_reader(s), sent.mailbox, NOW, NOW, &found, proof, &error), &error);
    assert_true(found);
    assert_memory_equal(proof, sent.code, sizeof(proof));
    assert_ok(requests_find_code(store_txn_reader(s), sent.mailbox, NOW + 1, NOW + 9, &found, proof, &error),
              &error);
    assert_false(found);
    assert_ok(requests_find_code(store_txn_reader(s), sent.mailbox, NOW - 9, NOW - 1, &found, proof, &error),
              &error);
    assert_false(found);
    assert_ok(requests_find_code(store_txn_reader(s), other, NOW, NOW, &found, proof, &error), &error);
    assert_false(found);
}

static void damaged_rows_are_passed_over(void **state)
{
    static const char *const damages[] = { "status = 4",
                                           "cover = x'00'",
                                           "lists = zeroblob(33)",
                                           "removed = zeroblob(33)",
                                           "email = printf('%1017d', 1)",
                                           "details = printf('%4097d', 1)",
                                           "fixed = 2",
                                           "lang = printf('%16d', 1)",
                                           "proof = x'00'",
                                           "repeat = x'00'",
                                           "control_code = x'00'",
                                           "control_to = printf('%255d', 1)",
                                           "hosts = printf('%512d', 1)",
                                           "wrong_codes = -1",
                                           "checks = 4294967296",
                                           "id = x'00'" };
    struct store *s = *state;
    struct removal_request good = make("192.0.2.1", REQUEST_DENIED);
    add(s, &good);
    for (unsigned i = 0; i < ARRAY_SIZE(damages); i++) {
        struct removal_request bad = make("192.0.2.1", REQUEST_DENIED);
        struct queue queue = { .count = 0 };
        char sql[200];
        add(s, &bad);
        snprintf(sql, sizeof(sql), "UPDATE requests SET %s WHERE number = (SELECT max(number) FROM requests)",
                 damages[i]);
        assert_int_equal(sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_ok(requests_each(store_txn_reader(s), -1, false, 0, record, &queue, &error), &error);
        assert_int_equal(queue.count, 1);
        assert_int_equal(
            sqlite3_exec(s->writer.conn.db, "DELETE FROM requests WHERE number > 1", NULL, NULL, NULL),
            SQLITE_OK);
    }
}

/* ---- Idempotency keys ---- */

static struct idempotency repeat_of(const char *actor, const char *key, uint8_t fingerprint)
{
    struct idempotency r;
    snprintf(r.actor, sizeof(r.actor), "%s", actor);
    snprintf(r.key, sizeof(r.key), "%s", key);
    memset(r.fingerprint, fingerprint, sizeof(r.fingerprint));
    return r;
}

static void assert_answer(struct store *s, const struct idempotency *r, int64_t now, int expected,
                          const char *text)
{
    char *body = NULL;
    size_t length = 99;
    int status = 99;
    assert_ok(idempotency_find(store_txn_reader(s), r, now, &status, &body, &length, &error), &error);
    assert_int_equal(status, expected);
    if (expected == 0)
        return;
    assert_int_equal(length, strlen(text));
    assert_string_equal(body, text);
    free(body);
}

static void answers_are_kept_for_a_day(void **state)
{
    struct store *s = *state;
    struct idempotency a = repeat_of("token", "key", 1), other_key = repeat_of("token", "KEY", 1),
                       other_actor = repeat_of("", "key", 1), other_request = repeat_of("token", "key", 2);
    char *body;
    size_t length;
    int status;
    assert_answer(s, &a, NOW, 0, NULL);
    store_fixture_begin(s);
    assert_ok(idempotency_add(s, &a, NOW, 201, "{\"id\":1}", 8, &error), &error);
    assert_ok(idempotency_add(s, &other_actor, NOW, 204, "", 0, &error), &error);
    store_fixture_commit(s);
    assert_answer(s, &a, NOW + 86399, 201, "{\"id\":1}");
    assert_answer(s, &a, NOW + 86400, 0, NULL);
    assert_answer(s, &other_key, NOW, 0, NULL);
    assert_answer(s, &other_actor, NOW, 204, "");
    assert_int_equal(
        idempotency_find(store_txn_reader(s), &other_request, NOW, &status, &body, &length, &error),
        ERR_REFUSED);
    assert_answer(s, &other_request, NOW + 86400, 0, NULL);

    store_fixture_begin(s);
    assert_ok(idempotency_add(s, &other_request, NOW + 86400, 200, "new", 3, &error), &error);
    assert_ok(idempotency_purge(s, NOW + 86400, &error), &error);
    store_fixture_commit(s);
    assert_answer(s, &other_request, NOW + 86400, 200, "new");
    assert_answer(s, &other_actor, NOW, 0, NULL); /* purged */
}

static void a_damaged_answer_is_none(void **state)
{
    static const char *const damages[] = { "fingerprint = x'00'", "status = 1000", "status = 600",
                                           "status = 199",        "status = 6",    "status = 0",
                                           "status = -1" };
    struct store *s = *state;
    struct idempotency a = repeat_of("token", "key", 1);
    for (unsigned i = 0; i < ARRAY_SIZE(damages); i++) {
        char sql[200];
        store_fixture_begin(s);
        assert_ok(idempotency_add(s, &a, NOW, 201, "body", 4, &error), &error);
        store_fixture_commit(s);
        assert_answer(s, &a, NOW, 201, "body");
        snprintf(sql, sizeof(sql), "UPDATE repeats SET %s", damages[i]);
        assert_int_equal(sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_answer(s, &a, NOW, 0, NULL);
    }
}

int main(void)
{
#define IN_MEMORY(f) cmocka_unit_test_setup_teardown(f, store_fixture_setup, store_fixture_teardown)
    const struct CMUnitTest tests[] = {
        IN_MEMORY(all_fields_come_back),          IN_MEMORY(a_repeat_is_found),
        IN_MEMORY(the_queue_has_pages),           IN_MEMORY(the_pending_are_counted),
        IN_MEMORY(a_code_that_was_sent_is_found), IN_MEMORY(damaged_rows_are_passed_over),
        IN_MEMORY(answers_are_kept_for_a_day),    IN_MEMORY(a_damaged_answer_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
