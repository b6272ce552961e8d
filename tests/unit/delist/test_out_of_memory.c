/* SQLite's n-th allocation fails, for every n: the operation is refused with 503, or performed. */
#include "store/items.h"
#include "support/assert.h"
#include "support/delist_fixture.h"
#include "support/operation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

/* ---- An allocator that fails once ---- */

static sqlite3_mem_methods system_memory;
static unsigned countdown; /* allocations until the one that fails; 0: none does */

static bool fails(void)
{
    return countdown != 0 && --countdown == 0;
}

static void *failing_malloc(int size)
{
    return fails() ? NULL : system_memory.xMalloc(size);
}

static void *failing_realloc(void *old, int size)
{
    return fails() ? NULL : system_memory.xRealloc(old, size);
}

static int setup(void **state)
{
    sqlite3_mem_methods failing;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &system_memory);
    failing = system_memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    return sqlite3_config(SQLITE_CONFIG_MALLOC, &failing) != SQLITE_OK || operation_make_actors(state) != 0;
}

/* ---- Operations ---- */

static void render(struct delist_op *op)
{
    op->status = 201;
    op->body_length = (size_t)asprintf(&op->body, "answer");
}

/* Performs one operation whose n-th allocation fails, for n = 1, 2... until it needs fewer. */
static void test_create(void **state)
{
    struct delist_fixture t;
    unsigned refused = 0, done = 0;
    bool needs_more = true;

    (void)state;
    delist_fixture_setup(&t, true);
    for (unsigned n = 1; needs_more; n++) {
        struct idempotency key = { .actor = "alice" };
        struct item_result out;
        char range[32];
        snprintf(range, sizeof(range), "10.%u.%u.%u", n >> 16, n >> 8 & 255, n & 255);
        snprintf(key.key, sizeof(key.key), "key %u", n);
        struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, range, "xbl", 0);
        struct delist_op op = { .verb = DELIST_CREATE,
                                .create = &c,
                                .created = &out,
                                .count = 1,
                                .idempotency = &key,
                                .render = render };
        delist_reclaim(t.d, t.generation);
        countdown = n;
        op = operation_apply(&t, &actor_operator, op);
        needs_more = countdown == 0;
        countdown = 0;
        if (op.refusal.kind != REFUSE_NONE) {
            assert_refusal(&op.refusal, REFUSE_UNAVAILABLE, "store_unavailable");
            assert_true(op.refusal.retry_after > 0);
            assert_null(op.body);
            assert_int_equal(delist_fixture_effect(&t, range, "xbl"), OVERLAY_NOTHING);
            refused++;
        } else {
            assert_string_equal(op.body, "answer");
            assert_int_equal(delist_fixture_effect(&t, range, "xbl"), OVERLAY_HIDES);
            done++;
        }
        free(op.body);
    }
    assert_in_range(refused, 10, 10000);
    delist_fixture_reopen(&t);
    assert_int_equal(delist_overlay_usage(t.d).items, done);
    delist_fixture_teardown(&t);
}

/* A field that cannot be read for lack of memory is not taken for a damaged one. */
static void test_read(void **state)
{
    struct delist_fixture t;
    unsigned failed = 0;
    bool needs_more = true;

    (void)state;
    delist_fixture_setup(&t, true);
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    strcpy(c.reason, "it was a printer");
    struct item_result made = operation_create(&t, &actor_operator, c);
    for (unsigned n = 1; needs_more; n++) {
        struct store_reader *reader;
        struct error error;
        struct item item;
        assert_int_equal(store_read(delist_store(t.d), &reader, &error), OK);
        countdown = n;
        enum err e = items_find(reader, OVERLAY_DELIST, made.item.id, t.now, &item, &error);
        needs_more = countdown == 0;
        countdown = 0;
        if (e == OK)
            assert_string_equal(item.reason, "it was a printer");
        else
            assert_int_equal(e, ERR_MEMORY);
        failed += e != OK;
        store_read_end(reader);
        delist_fixture_reopen(&t); /* without prepared statements */
    }
    assert_in_range(failed, 5, 1000);
    delist_fixture_teardown(&t);
}

/* An answer that cannot be rendered fails its operation: a repeat would do it again. */
static void render_nothing(struct delist_op *op)
{
    op->status = 201;
}

static void test_render(void **state)
{
    struct idempotency key = { .actor = "alice", .key = "k" };
    struct item_result out;
    struct delist_fixture t;

    (void)state;
    delist_fixture_setup(&t, false);
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    struct delist_op op = { .verb = DELIST_CREATE,
                            .create = &c,
                            .created = &out,
                            .count = 1,
                            .idempotency = &key,
                            .render = render_nothing };
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_UNAVAILABLE, "store_unavailable");
    assert_refusal(&out.refusal, REFUSE_UNAVAILABLE, "store_unavailable");
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    op.render = render;
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_false(op.replayed);
    free(op.body);
    delist_fixture_teardown(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_create), cmocka_unit_test(test_read),
                                        cmocka_unit_test(test_render) };
    return cmocka_run_group_tests(tests, setup, NULL);
}
