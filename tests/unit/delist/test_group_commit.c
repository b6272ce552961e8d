/* Groups of operations: idempotency, failures, time, restarts, the audit trail. */
#include "delist/txn.h"
#include "support/assert.h"
#include "support/delist_fixture.h"
#include "support/operation.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- Groups ---- */

static void test_group(void **state)
{
    struct item_result out[3];
    struct item_spec in[3];
    struct delist_op op[3], *ops[3] = { &op[0], &op[1], &op[2] };
    struct delist_fixture t;

    (void)state;
    delist_fixture_setup(&t, false);
    in[0] = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    in[1] = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "pol", 0);
    in[2] = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    for (unsigned i = 0; i < 3; i++)
        op[i] = (struct delist_op){
            .verb = DELIST_CREATE, .actor = &actor_operator, .create = &in[i], .created = &out[i], .count = 1
        };
    delist_apply(t.d, ops, 3, t.now);
    assert_refusal(&op[0].refusal, REFUSE_NONE, "");
    assert_refusal(&op[1].refusal, REFUSE_RULE, "removal_never");
    assert_refusal(&op[2].refusal, REFUSE_NONE, "");
    assert_true(out[2].existed);
    assert_int_equal(t.publishes, 2);
    assert_int_equal(op[0].sequence, 1);
    assert_string_equal(operation_events(&t, 0), "delisted by alice; ");
    delist_fixture_teardown(&t);
}

/* ---- Idempotency ---- */

static void render(struct delist_op *op)
{
    static unsigned answers;
    op->status = 201;
    op->body_length = (size_t)asprintf(&op->body, "answer %u %s", answers++, op->created->item.id);
}

static void test_idempotency(void **state)
{
    struct idempotency key = { .actor = "alice", .key = "k1" }, other = key;
    struct item_result out;
    struct delist_fixture t;

    (void)state;
    other.fingerprint[0] = 1;
    delist_fixture_setup(&t, false);
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "pol", 0);
    struct delist_op op = { .verb = DELIST_CREATE,
                            .create = &c,
                            .created = &out,
                            .count = 1,
                            .idempotency = &key,
                            .render = render };
    op = operation_apply(&t, &actor_operator, op); /* a refusal is not stored */
    assert_refusal(&op.refusal, REFUSE_RULE, "removal_never");
    assert_null(op.body);
    c.lists = delist_fixture_lists(&t, "xbl");
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_false(op.replayed);
    char *first = op.body;
    op = operation_apply(&t, &actor_operator, op);
    assert_true(op.replayed);
    assert_int_equal(op.status, 201);
    assert_string_equal(op.body, first);
    free(op.body);
    op.idempotency = &other;
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_RULE, "key_reused");
    t.now += IDEMPOTENCY_SECONDS + 1;
    op.idempotency = &key;
    op = operation_apply(&t, &actor_operator, op);
    assert_false(op.replayed);
    assert_string_not_equal(op.body, first);
    free(op.body);
    free(first);
    delist_fixture_teardown(&t);
}

/* ---- A full disk ---- */

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_disk_full(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, true);
    struct item kept = operation_add(&t, OVERLAY_DELIST, "10.0.0.9", "xbl", 1000);
    struct item short_lived = operation_add(&t, OVERLAY_DELIST, "10.0.0.8", "xbl", 10);
    uint64_t generation = t.generation;

    limit_files(4096);
    struct idempotency key = { .actor = "alice", .key = "k" };
    struct item_result out[2];
    struct item_spec in[2] = { delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0),
                               delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.2", "pol", 0) };
    struct delist_op op[3] = {
        { .verb = DELIST_CREATE,
          .actor = &actor_operator,
          .create = in,
          .created = out,
          .count = 1,
          .idempotency = &key,
          .render = render },
        { .verb = DELIST_CREATE, .actor = &actor_operator, .create = in + 1, .created = out + 1, .count = 1 },
        operation_on(DELIST_END, &kept)
    };
    struct delist_op *ops[3] = { op, op + 1, op + 2 };
    op[2].actor = &actor_operator;
    delist_apply(t.d, ops, 3, t.now);
    for (unsigned i = 0; i < 3; i++) {
        assert_refusal(&op[i].refusal, REFUSE_UNAVAILABLE, "store_unavailable");
        assert_true(op[i].refusal.retry_after > 0);
        assert_null(op[i].body);
    }
    assert_refusal(&out[0].refusal, REFUSE_UNAVAILABLE, "store_unavailable");
    assert_int_equal(t.generation, generation);
    t.now += 10; /* expiry goes on, its record waits */
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.8", "xbl"), OVERLAY_NOTHING);
    assert_true(delist_tick(t.d, t.now) > t.now);
    assert_int_equal(t.generation, generation);

    limit_files(RLIM_INFINITY);
    delist_apply(t.d, ops, 3, t.now);
    assert_refusal(&op[0].refusal, REFUSE_NONE, "");
    assert_refusal(&op[1].refusal, REFUSE_RULE, "removal_never");
    assert_refusal(&op[2].refusal, REFUSE_NONE, "");
    free(op[0].body);
    delist_tick(t.d, t.now);
    assert_int_equal(delist_overlay_usage(t.d).items, 1);
    assert_int_equal(operation_stored(&t, &short_lived).state, ITEM_EXPIRED);
    delist_fixture_reopen(&t);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.9", "xbl"), OVERLAY_NOTHING);
    delist_fixture_teardown(&t);
}

/* A full overlay refuses new items, and no other operation of the group. */
static void test_overlay_full(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_prepare(&t, false);
    t.options.overlay_bytes = 2 << 20;
    delist_fixture_open(&t);
    struct item first = operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000);
    struct refusal j = { .kind = REFUSE_NONE };
    unsigned i = 0;
    for (; i < 65536 && j.kind == REFUSE_NONE; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.%u.%u.9", i % 256, i / 256);
        j = operation_create(&t, &actor_operator, delist_fixture_spec(&t, OVERLAY_DELIST, text, "xbl", 1000))
                .refusal;
        delist_reclaim(t.d, t.generation);
    }
    assert_refusal(&j, REFUSE_UNAVAILABLE, "overlay_full");
    assert_true(i > 1000);

    struct item_result out;
    struct item_spec in = delist_fixture_spec(&t, OVERLAY_DELIST, "11.0.0.1", "xbl", 0);
    struct delist_op op[2] = {
        operation_on(DELIST_END, &first),
        { .verb = DELIST_CREATE, .actor = &actor_operator, .create = &in, .created = &out, .count = 1 }
    };
    struct delist_op *ops[2] = { op, op + 1 };
    op[0].actor = &actor_operator;
    delist_apply(t.d, ops, 2, t.now);
    assert_refusal(&op[0].refusal, REFUSE_NONE, "");
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    delist_fixture_teardown(&t);
}

/* ---- Time and restarts ---- */

static void test_suspend(void **state)
{
    struct delist_fixture t;
    struct delist_op suspend = { .verb = DELIST_SUSPEND }, resume = { .verb = DELIST_RESUME };
    (void)state;
    delist_fixture_setup(&t, true);
    operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000);
    suspend = operation_apply(&t, &actor_admin, suspend);
    assert_refusal(&suspend.refusal, REFUSE_NONE, "");
    assert_true(delist_suspended(t.d));
    assert_true(overlay_is_empty(&t.published));
    operation_add(&t, OVERLAY_DELIST, "10.0.0.2", "xbl", 1000); /* goes on below */
    assert_true(overlay_is_empty(&t.published));
    assert_int_equal(operation_apply(&t, &actor_admin, suspend).sequence, 0);
    delist_fixture_reopen(&t);
    assert_true(delist_suspended(t.d));
    assert_true(overlay_is_empty(&t.published));
    resume = operation_apply(&t, &actor_admin, resume);
    assert_false(delist_suspended(t.d));
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.2", "xbl"), OVERLAY_HIDES);
    assert_string_equal(operation_events(&t, 1), "suspended by root; delisted by alice; resumed by root; ");
    delist_fixture_teardown(&t);
}

static void test_tick(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    struct item item = operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 10);
    for (int i = 0; i < 1200; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.1.%d.%d", i / 250, i % 250);
        operation_add(&t, OVERLAY_DELIST, text, "xbl", 20);
    }
    assert_true(delist_tick(t.d, t.now) > t.now);
    assert_int_equal(delist_overlay_usage(t.d).items, 1201);
    t.now += 15;
    delist_tick(t.d, t.now);
    assert_int_equal(delist_overlay_usage(t.d).items, 1200);
    item = operation_stored(&t, &item);
    assert_int_equal(item.state, ITEM_EXPIRED);
    assert_int_equal(item.ended_at, t.now - 5);
    assert_string_equal(item.ended_by, "time");
    assert_string_equal(operation_events(&t, 1201), "expired by time; ");
    t.now += 15;
    unsigned ticks = 1;
    while (delist_tick(t.d, t.now) <= t.now)
        ticks++;
    assert_true(ticks > 1 && ticks < 20); /* in portions */
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    delist_fixture_teardown(&t);
}

static void test_reopen(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, true);
    operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000);
    operation_add(&t, OVERLAY_DELIST, "+example.org", "pbl", 1000);
    operation_add(&t, OVERLAY_LIST, "2001:db8::/64", "xbl", 10);
    unsigned xbl = delist_fixture_list(&t, "xbl");
    t.rules[0].blocked_by.word[0] = 2; /* by index: the second, xbl; and it comes first now */
    struct list_policy swap = t.rules[1];
    t.rules[1] = t.rules[0];
    t.rules[0] = swap;
    t.rules[1].blocked_by.word[0] = 1;
    t.now += 10;
    delist_fixture_reopen(&t);
    assert_int_equal(delist_fixture_list(&t, "xbl"), xbl);
    assert_true(list_mask_has(&delist_policy(t.d, delist_fixture_list(&t, "sbl"))->blocked_by, xbl));
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delist_fixture_effect(&t, "a.example.org", "pbl"), OVERLAY_HIDES);
    assert_int_equal(delist_fixture_effect(&t, "2001:db8::1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_overlay_usage(t.d).items, 2);
    struct item next = operation_add(&t, OVERLAY_DELIST, "10.0.0.2", "xbl", 1000);
    assert_int_equal(next.number, 4);
    delist_fixture_teardown(&t);
}

/* A clock that is set back revives expired items. When they are too many for the overlay, the server starts
 * nevertheless. */
static void test_clock_back(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, true);
    for (int i = 0; i < 10; i++)
        operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 100 + i * 10);
    t.now += 500;
    for (int i = 0; i < 10; i++)
        operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000 + i * 100);
    t.now -= 490;
    delist_fixture_reopen(&t);
    assert_int_equal(delist_overlay_usage(t.d).items, OVERLAY_ITEMS_MAX);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    t.now += 490;
    delist_tick(t.d, t.now);
    delist_fixture_teardown(&t);
}

/* A clock that is far ahead for a moment erases nothing; what is past its retention goes an hour later. */
static void test_clock_ahead(void **state)
{
    struct delist_fixture t;
    struct item found;
    struct error error;
    (void)state;
    delist_fixture_prepare(&t, false);
    t.options.retention = (struct retention){ .people = DAY, .history = 30 * DAY };
    delist_fixture_open(&t);
    struct item item = operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 100);
    t.now += 200;
    for (unsigned turn = 0; turn < 5; turn++) { /* ahead at every third look */
        t.now += 3600;
        if (turn > 1)
            t.d->looks.ms -= CLOCK_CONFIRM_MS;
        for (unsigned second = 0; second < 3; second++)
            delist_tick(t.d, t.now + (turn == 0 || turn == 3 ? 4000 * (int64_t)DAY + second : second));
        assert_int_equal(operation_stored(&t, &item).state, ITEM_EXPIRED);
    }
    t.now += 30 * DAY;
    delist_tick(t.d, t.now);
    assert_int_equal(operation_stored(&t, &item).state, ITEM_EXPIRED);
    for (unsigned look = 0; look < 2; look++) {
        t.d->looks.ms -= CLOCK_CONFIRM_MS;
        t.now += 3600;
        delist_tick(t.d, t.now);
    }
    assert_int_equal(
        items_find(store_txn_reader(delist_store(t.d)), OVERLAY_DELIST, item.id, t.now, &found, &error),
        ERR_REFUSED);
    delist_fixture_teardown(&t);
}

/* What is logged meanwhile. */
static const char *log_of(struct delist_fixture *t, const struct actor *actor, struct delist_op op)
{
    static char text[4096];
    int log = memfd_create("log", 0), before = dup(STDERR_FILENO);
    dup2(log, STDERR_FILENO);
    operation_apply(t, actor, op);
    dup2(before, STDERR_FILENO);
    ssize_t n = pread(log, text, sizeof(text) - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    close(before);
    close(log);
    return text;
}

static void test_audit(void **state)
{
    struct delist_fixture t;
    struct delist_op op = { .verb = DELIST_CHANGE, .kind = OVERLAY_DELIST, .has_reason = true };
    char want[256];
    (void)state;
    delist_fixture_setup(&t, false);
    struct item item = operation_add(&t, OVERLAY_DELIST, "10.0.0.0/24", "xbl pbl", 60);
    memcpy(op.id, item.id, sizeof(op.id));
    strcpy(op.reason, "because\ndnsbld: audit: \x1b[0m\x7f!");
    snprintf(want, sizeof(want),
             "dnsbld: audit: alice (api from 198.51.100.7) changed 10.0.0.0/24 on xbl,pbl "
             "until 2027-01-15T08:01:00Z: because dnsbld: audit:  [0m ! [%s]\n",
             item.id);
    assert_string_equal(log_of(&t, &actor_operator, op), want);
    assert_string_equal(log_of(&t, &actor_operator, op), ""); /* nothing was changed */

    memset(op.reason, 'x', sizeof(op.reason));
    strcpy(op.reason + 206, "\xc3\xa4"); /* does not fit as a whole */
    const char *line = log_of(&t, &actor_operator, op);
    assert_null(strchr(line, '\xc3'));
    assert_non_null(strstr(line, "xxxxx ["));
    delist_fixture_teardown(&t);
}

static void test_records(void **state)
{
    struct delist_fixture t;
    struct delist_op note = { .verb = DELIST_AUDIT },
                     erase = { .verb = DELIST_ERASE, .subject = "a@example.org" };
    (void)state;
    delist_fixture_setup(&t, false);
    strcpy(note.reason, "backup\nof the store");
    note = operation_apply(&t, &actor_admin, note);
    assert_int_equal(note.sequence, 1);
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    strcpy(c.requester, "a@example.org");
    struct item_result out = operation_create(&t, &actor_operator, c);
    assert_string_equal(out.item.requester, "a@example.org");
    erase = operation_apply(&t, &actor_admin, erase);
    assert_refusal(&erase.refusal, REFUSE_NONE, "");
    assert_int_equal(erase.affected, 1);
    assert_string_equal(operation_stored(&t, &out.item).requester, "");
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    delist_fixture_teardown(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group),      cmocka_unit_test(test_idempotency),
        cmocka_unit_test(test_disk_full),  cmocka_unit_test(test_overlay_full),
        cmocka_unit_test(test_suspend),    cmocka_unit_test(test_tick),
        cmocka_unit_test(test_reopen),     cmocka_unit_test(test_clock_ahead),
        cmocka_unit_test(test_clock_back), cmocka_unit_test(test_audit),
        cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, operation_make_actors, NULL);
}
