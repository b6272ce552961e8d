/* Items are created, changed and ended: every refusal, batches. */
#include "support/assert.h"
#include "support/delist_fixture.h"
#include "support/operation.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- Create, change, end ---- */

static void test_kinds(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    assert_int_equal(t.publishes, 1);

    struct item item = operation_add(&t, OVERLAY_DELIST, "192.0.2.0/28", "xbl", 100);
    assert_int_equal(t.publishes, 2);
    assert_int_equal(item.expires_at, t.now + 100);
    assert_int_equal(item.revision, 1);
    assert_true(item.sticky);
    assert_string_equal(item.created_by, "alice");
    assert_string_equal(item.origin, "api");
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.15", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.15", "sbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.16", "xbl"), OVERLAY_NOTHING);

    operation_add(&t, OVERLAY_LIST, "192.0.2.3", "sbl", 50);
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.3", "sbl"), OVERLAY_ADDS);
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.3", "xbl"), OVERLAY_HIDES);
    operation_add(&t, OVERLAY_ALLOW, "+example.org", "pbl xbl", 50);
    assert_int_equal(delist_fixture_effect(&t, "www.example.org", "pbl"), OVERLAY_ALLOWS);
    assert_int_equal(delist_fixture_effect(&t, "www.example.org", "sbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_overlay_usage(t.d).items, 3);

    t.now += 49;
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.3", "sbl"), OVERLAY_ADDS);
    t.now += 1;
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.3", "sbl"), OVERLAY_NOTHING);
    t.now += 50;
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.15", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(operation_stored(&t, &item).state, ITEM_EXPIRED);
    assert_string_equal(operation_events(&t, 0), "delisted by alice; listed by alice; allowed by alice; ");
    delist_fixture_teardown(&t);
}

static void test_change(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    struct item item = operation_add(&t, OVERLAY_DELIST, "192.0.2.1", "xbl", 100);

    struct delist_op op = operation_on(DELIST_CHANGE, &item);
    op.has_expiry = op.has_reason = op.has_revision = true;
    op.revision = 1;
    op.expiry = (struct expiry){ EXPIRY_IN, 200 };
    strcpy(op.reason, "longer");
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.revision, 2);
    assert_int_equal(op.item.expires_at, t.now + 200);
    assert_string_equal(operation_stored(&t, &item).reason, "longer");
    t.now += 150;
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.1", "xbl"), OVERLAY_HIDES);

    op = operation_apply(&t, &actor_operator, op); /* with the old revision */
    assert_refusal(&op.refusal, REFUSE_CHANGED, "changed");
    op.has_revision = false;
    op.expiry = (struct expiry){ EXPIRY_AT, t.now };
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_RULE, "expired_already");
    op.expiry = (struct expiry){ .kind = EXPIRY_NEVER };
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_FORBIDDEN, "no_end");
    op.expiry = (struct expiry){ EXPIRY_IN, 31 * DAY };
    op = operation_apply(&t, &actor_owner, op);
    assert_refusal(&op.refusal, REFUSE_RULE, "too_long");
    op.force = true;
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_FORBIDDEN, "force_forbidden");
    op.kind = OVERLAY_LIST;
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_MISSING, "not_found");

    unsigned publishes = t.publishes;
    op = operation_on(DELIST_CHANGE, &item);
    op.has_reason = true;
    strcpy(op.reason, "longer");
    op = operation_apply(&t, &actor_operator, op); /* no change */
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.revision, 2);
    assert_int_equal(t.publishes, publishes);
    t.now += 50;
    op = operation_apply(&t, &actor_operator, op);
    assert_refusal(&op.refusal, REFUSE_CONFLICT, "ended");
    delist_fixture_teardown(&t);
}

static void test_end(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    struct item narrow = operation_add(&t, OVERLAY_DELIST, "192.0.2.1", "xbl sbl", 100);
    struct item wide = operation_add(&t, OVERLAY_DELIST, "192.0.2.0/24", "xbl", 100);

    struct delist_op op = operation_apply(&t, &actor_operator, operation_on(DELIST_END, &narrow));
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.state, ITEM_ENDED);
    assert_int_equal(op.item.ended_at, t.now);
    assert_string_equal(op.item.ended_by, "alice");
    assert_int_equal(op.still_covered_count, 1);
    assert_string_equal(op.still_covered[0], wide.id);
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.1", "sbl"), OVERLAY_NOTHING);

    uint64_t revision = op.item.revision;
    op = operation_apply(&t, &actor_admin, operation_on(DELIST_END, &narrow)); /* again */
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.revision, revision);
    assert_int_equal(op.sequence, 0);
    assert_string_equal(op.item.ended_by, "alice");

    op = operation_apply(&t, &actor_operator, operation_on(DELIST_END, &wide));
    assert_int_equal(op.still_covered_count, 0);
    assert_int_equal(delist_fixture_effect(&t, "192.0.2.1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    struct item outside = operation_add(&t, OVERLAY_DELIST, "192.0.3.1", "xbl", 100);
    op = operation_apply(&t, &actor_owner, operation_on(DELIST_END, &outside));
    assert_refusal(&op.refusal, REFUSE_FORBIDDEN, "range_forbidden");
    assert_int_equal(delist_fixture_effect(&t, "192.0.3.1", "xbl"), OVERLAY_HIDES);
    delist_fixture_teardown(&t);
}

/* ---- Refusals ---- */

static void test_refusals(void **state)
{
    static const struct {
        const struct actor *actor;
        enum overlay_kind kind;
        const char *range, *lists;
        struct expiry expiry;
        bool force;
        enum refusal_kind refused;
        const char *code;
    } rows[] = {
        { &actor_operator, OVERLAY_DELIST, "10.0.0.0/16", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_DELIST, "10.0.0.0/15", "xbl", { 0 }, false, REFUSE_RULE, "too_wide" },
        { &actor_operator,
          OVERLAY_DELIST,
          "10.0.0.0/15",
          "xbl",
          { 0 },
          true,
          REFUSE_FORBIDDEN,
          "force_forbidden" },
        { &actor_admin, OVERLAY_DELIST, "0.0.0.0/0", "xbl", { 0 }, true, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_DELIST, "10.0.0.1", "pol", { 0 }, false, REFUSE_RULE, "removal_never" },
        { &actor_operator,
          OVERLAY_DELIST,
          "10.0.0.1",
          "xbl pol",
          { 0 },
          false,
          REFUSE_RULE,
          "removal_never" },
        { &actor_admin, OVERLAY_DELIST, "10.0.0.1", "pol", { 0 }, true, REFUSE_NONE, "" },
        { &actor_public, OVERLAY_DELIST, "10.0.0.1", "sbl", { 0 }, false, REFUSE_RULE, "owner_only" },
        { &actor_owner,
          OVERLAY_DELIST,
          "10.0.0.1",
          "sbl",
          { 0 },
          false,
          REFUSE_FORBIDDEN,
          "range_forbidden" },
        { &actor_owner, OVERLAY_DELIST, "192.0.2.0/24", "sbl", { 0 }, false, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_DELIST, "10.0.0.1", "", { 0 }, false, REFUSE_INVALID, "no_lists" },
        { &actor_operator, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &actor_operator, OVERLAY_ALLOW, "127.0.0.0/30", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &actor_admin, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &actor_admin, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, true, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_DELIST, "127.0.0.4", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_DELIST, "::/64", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &actor_operator, OVERLAY_LIST, "127.0.0.1", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &actor_admin, OVERLAY_LIST, "127.0.0.0/24", "xbl", { 0 }, true, REFUSE_CONFLICT, "protected" },
        { &actor_admin, OVERLAY_LIST, "::1", "xbl", { 0 }, true, REFUSE_CONFLICT, "protected" },
        { &actor_operator,
          OVERLAY_LIST,
          "host.localhost",
          "xbl",
          { 0 },
          false,
          REFUSE_CONFLICT,
          "protected" },
        { &actor_operator, OVERLAY_LIST, "a.b.invalid", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &actor_operator, OVERLAY_LIST, "invalid.example", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_LIST, "notinvalid.notlocalhost", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_LIST, "127.0.0.2", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &actor_operator, OVERLAY_LIST, "10.0.0.0/23", "xbl", { 0 }, false, REFUSE_RULE, "too_wide" },
        { &actor_operator, OVERLAY_ALLOW, "10.0.0.1", "sbl", { 0 }, false, REFUSE_RULE, "no_bypass" },
        { &actor_operator, OVERLAY_ALLOW, "10.0.0.1", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &actor_operator,
          OVERLAY_DELIST,
          "10.0.1.0",
          "xbl",
          { EXPIRY_NEVER, 0 },
          false,
          REFUSE_FORBIDDEN,
          "no_end" },
        { &actor_admin, OVERLAY_DELIST, "10.0.1.0", "xbl", { EXPIRY_NEVER, 0 }, false, REFUSE_NONE, "" },
        { &actor_operator,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_AT, DELIST_FIXTURE_NOW },
          false,
          REFUSE_RULE,
          "expired_already" },
        { &actor_operator,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, 0 },
          false,
          REFUSE_RULE,
          "expired_already" },
        { &actor_operator,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, INT64_MAX },
          false,
          REFUSE_RULE,
          "too_long" },
        { &actor_admin,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_AT, INT64_MAX },
          true,
          REFUSE_RULE,
          "too_long" },
        { &actor_operator,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, LIST_POLICY_LONGEST },
          false,
          REFUSE_NONE,
          "" },
        { &actor_owner,
          OVERLAY_DELIST,
          "192.0.2.1",
          "xbl",
          { EXPIRY_IN, 31 * DAY },
          false,
          REFUSE_RULE,
          "too_long" },
    };
    struct delist_fixture t;

    (void)state;
    delist_fixture_setup(&t, false);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct item_spec c = delist_fixture_spec(&t, rows[i].kind, rows[i].range, rows[i].lists, 0);
        uint64_t items = delist_overlay_usage(t.d).items;
        c.expiry = rows[i].expiry;
        c.force = rows[i].force;
        print_message("%zu %s %s\n", i, rows[i].range, rows[i].code);
        struct item_result out = operation_create(&t, rows[i].actor, c);
        assert_refusal(&out.refusal, rows[i].refused, rows[i].code);
        assert_int_equal(delist_overlay_usage(t.d).items, items + (rows[i].refused == REFUSE_NONE));
    }
    delist_fixture_teardown(&t);
}

static void test_lists_omitted(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);

    struct item_spec spec = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", NULL, 0);
    struct item_result out = operation_create(&t, &actor_operator, spec);
    struct refusal why;
    struct list_mask want = delist_fixture_lists(&t, "sbl xbl pbl"),
                     skipped = delist_fixture_lists(&t, "pol");
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    assert_memory_equal(&out.item.lists, &want, sizeof(want));
    assert_memory_equal(&out.skipped, &skipped, sizeof(skipped));
    delist_why_skipped(t.d, &actor_operator, &spec, &out, delist_fixture_list(&t, "pol"), &why);
    assert_refusal(&why, REFUSE_RULE, "removal_never");
    /* The shortest default of those; the hour of the list that does not permit it does not count. */
    assert_int_equal(out.item.expires_at, t.now + DAY);

    spec = delist_fixture_spec(&t, OVERLAY_ALLOW, "10.0.0.1", NULL, 0);
    out = operation_create(&t, &actor_operator, spec);
    want = delist_fixture_lists(&t, "xbl pbl pol");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    delist_why_skipped(t.d, &actor_operator, &spec, &out, delist_fixture_list(&t, "sbl"), &why);
    assert_refusal(&why, REFUSE_RULE, "no_bypass");
    out = operation_create(&t, &actor_public, delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.2", NULL, 0));
    want = delist_fixture_lists(&t, "xbl pbl");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    assert_int_equal(out.item.expires_at, t.now + 2 * DAY);
    assert_false(out.item.sticky);

    out =
        operation_create(&t, &actor_operator, delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.0/8", NULL, 0));
    assert_refusal(&out.refusal, REFUSE_RULE, "too_wide");
    out = operation_create(&t, &actor_owner, delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", NULL, 0));
    assert_refusal(&out.refusal, REFUSE_FORBIDDEN, "range_forbidden");
    struct actor bound = actor_operator;
    bound.lists = delist_fixture_lists(&t, "pbl");
    out = operation_create(&t, &bound, delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.3", NULL, 0));
    assert_memory_equal(&out.lists, &bound.lists, sizeof(want));
    out = operation_create(&t, &bound, delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.3", "xbl", 0));
    assert_refusal(&out.refusal, REFUSE_FORBIDDEN, "list_forbidden");
    delist_fixture_teardown(&t);
}

static void test_same(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 7 * DAY);
    struct item_result first = operation_create(&t, &actor_operator, c), out;

    t.now += 30; /* a client that got no answer asks again */
    out = operation_create(&t, &actor_operator, c);
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    assert_true(out.existed);
    assert_string_equal(out.item.id, first.item.id);
    assert_int_equal(t.publishes, 2);
    t.now += 3600; /* and one who wants a week from now on */
    out = operation_create(&t, &actor_operator, c);
    assert_false(out.existed);
    c.expiry = (struct expiry){ EXPIRY_AT, out.item.expires_at + 1 };
    out = operation_create(&t, &actor_operator, c);
    assert_false(out.existed);
    out = operation_create(&t, &actor_operator, c);
    assert_true(out.existed);
    c.lists = delist_fixture_lists(&t, "pbl");
    assert_false(operation_create(&t, &actor_operator, c).existed);
    out.item.kind = OVERLAY_DELIST;
    operation_apply(&t, &actor_operator, operation_on(DELIST_END, &out.item));
    c.lists = delist_fixture_lists(&t, "xbl");
    assert_false(operation_create(&t, &actor_operator, c).existed);
    assert_int_equal(delist_overlay_usage(t.d).items, 4);
    delist_fixture_teardown(&t);
}

static void test_dry_run(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.0/24", NULL, 0);
    c.dry_run = true;
    struct item_result out = operation_create(&t, &actor_operator, c);
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    assert_int_equal(out.addresses, 256);
    assert_int_equal(out.listed_now, 0);
    assert_int_equal(t.publishes, 1);
    assert_string_equal(operation_events(&t, 0), "");
    delist_fixture_teardown(&t);
}

/* xbl has some addresses, and some may not be listed. */
static struct view *view_of(const struct delist_fixture *t)
{
    static const struct text_set sets[] = { { "x.test", "ip4set", "10.0.0.4/30\n10.0.0.9\n" },
                                            { "x.test", "ip4set", "10.0.0.0/25\n" },
                                            { "", "never", "10.0.7.7\n.example.org\n" } };
    const uint16_t lists[] = { (uint16_t)delist_fixture_list(t, "xbl"),
                               (uint16_t)delist_fixture_list(t, "pbl"), VIEW_NO_LIST };

    return text_view_build(sets, lists, ARRAY_SIZE(sets));
}

static void test_view(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    struct view *view = view_of(&t);
    t.view = view;
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.0/24", "xbl", 0);
    c.dry_run = true;
    struct item_result out = operation_create(&t, &actor_operator, c);
    assert_int_equal(out.addresses, 256);
    assert_int_equal(out.listed_now, 5);
    c.lists = delist_fixture_lists(&t, "xbl pbl");
    out = operation_create(&t, &actor_operator, c);
    assert_int_equal(out.listed_now, 128);
    c.lists = delist_fixture_lists(&t, "sbl");
    out = operation_create(&t, &actor_operator, c);
    assert_int_equal(out.listed_now, 0);

    out =
        operation_create(&t, &actor_operator, delist_fixture_spec(&t, OVERLAY_LIST, "10.0.7.0/24", "sbl", 0));
    assert_refusal(&out.refusal, REFUSE_CONFLICT, "protected");
    out = operation_create(&t, &actor_operator,
                           delist_fixture_spec(&t, OVERLAY_LIST, "www.example.org", "sbl", 0));
    assert_refusal(&out.refusal, REFUSE_CONFLICT, "protected");
    out = operation_create(&t, &actor_operator, delist_fixture_spec(&t, OVERLAY_LIST, "10.0.7.8", "sbl", 0));
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    out =
        operation_create(&t, &actor_operator, delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.7.7", "sbl", 0));
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    c = delist_fixture_spec(&t, OVERLAY_LIST, "10.0.7.0/24", "sbl", 0);
    c.force = true;
    out = operation_create(&t, &actor_admin, c);
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    delist_fixture_teardown(&t);
    view_free(view);
}

static void test_room(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_setup(&t, false);
    for (int i = 0; i < OVERLAY_ITEMS_MAX; i++)
        operation_add(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000 + 100 * i);
    struct item_spec c = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.0/24", "xbl", 5000);
    struct item_result out = operation_create(&t, &actor_operator, c);
    assert_refusal(&out.refusal, REFUSE_CONFLICT, "too_many_items");
    t.now += 1000; /* the first one has expired, though no tick has processed it */
    out = operation_create(&t, &actor_operator, c);
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    delist_fixture_teardown(&t);
}

static void test_caps(void **state)
{
    struct delist_fixture t;
    (void)state;
    delist_fixture_prepare(&t, true);
    t.options.limits.cap_addresses = 300;
    t.options.limits.active_most = 4;
    t.now = DELIST_FIXTURE_NOW / DAY * DAY + 100;
    delist_fixture_open(&t);
    operation_add(&t, OVERLAY_LIST, "10.0.0.0/24", "xbl", 0);
    struct item_result out =
        operation_create(&t, &actor_operator, delist_fixture_spec(&t, OVERLAY_LIST, "10.0.1.0/26", "xbl", 0));
    assert_refusal(&out.refusal, REFUSE_TOO_MANY, "cap_reached");
    assert_int_equal(out.refusal.retry_after, DAY - 100);
    operation_add(&t, OVERLAY_LIST, "10.0.1.0/27", "xbl", 0);
    delist_fixture_reopen(&t); /* it is remembered */
    out = operation_create(&t, &actor_operator,
                           delist_fixture_spec(&t, OVERLAY_LIST, "2001:db8::/52", "xbl", 0));
    assert_refusal(&out.refusal, REFUSE_TOO_MANY, "cap_reached");
    out = operation_create(&t, &actor_admin, delist_fixture_spec(&t, OVERLAY_LIST, "10.2.0.0/24", "xbl", 0));
    assert_refusal(&out.refusal, REFUSE_NONE, "");
    t.now += DAY - 100; /* tomorrow */
    operation_add(&t, OVERLAY_LIST, "10.0.3.0/26", "xbl", 0);
    t.now += 3;
    out =
        operation_create(&t, &actor_operator, delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.9.9", "xbl", 0));
    assert_refusal(&out.refusal, REFUSE_UNAVAILABLE, "too_many_active");
    assert_true(out.refusal.retry_after > 0);
    delist_fixture_teardown(&t);
}

/* ---- Batches ---- */

static struct delist_op batch(struct delist_fixture *t, const char *const *ranges, size_t count, bool atomic,
                              struct item_result *out)
{
    static struct item_spec in[64];
    for (size_t i = 0; i < count; i++)
        in[i] = delist_fixture_spec(t, OVERLAY_DELIST, ranges[i], "xbl", 1000);
    return operation_apply(t, &actor_operator,
                           (struct delist_op){ .verb = DELIST_CREATE,
                                               .create = in,
                                               .created = out,
                                               .count = count,
                                               .batch = true,
                                               .atomic = atomic });
}

static void test_batch(void **state)
{
    static const char *const ranges[] = { "10.0.0.1", "10.0.0.0/24", "10.0.0.0/8", "10.0.0.3", "10.0.0.0/9" };
    static const char *const good[] = { "10.0.0.1", "10.0.0.1", "10.0.0.2" };
    struct item_result out[5];
    struct delist_fixture t;

    (void)state;
    delist_fixture_setup(&t, false);
    struct delist_op op = batch(&t, ranges, 5, true, out);
    assert_refusal(&op.refusal, REFUSE_RULE, "too_wide");
    assert_refusal(&out[0].refusal, REFUSE_NONE, "");
    assert_refusal(&out[2].refusal, REFUSE_RULE, "too_wide");
    assert_refusal(&out[3].refusal, REFUSE_NONE, "");
    assert_refusal(&out[4].refusal, REFUSE_RULE, "too_wide");
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    assert_string_equal(operation_events(&t, 0), "");

    op = batch(&t, ranges, 5, false, out);
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_refusal(&out[2].refusal, REFUSE_RULE, "too_wide");
    assert_int_equal(delist_overlay_usage(t.d).items, 3);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.9", "xbl"), OVERLAY_HIDES);
    assert_string_equal(out[0].item.batch_id, op.batch_id);

    struct delist_op revert = { .verb = DELIST_REVERT };
    memcpy(revert.id, op.batch_id, sizeof(revert.id));
    operation_apply(&t, &actor_operator, operation_on(DELIST_END, &out[0].item));
    revert = operation_apply(&t, &actor_admin, revert);
    assert_refusal(&revert.refusal, REFUSE_NONE, "");
    assert_int_equal(revert.affected, 2);
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    assert_string_equal(operation_stored(&t, &out[3].item).ended_by, "root");
    revert = operation_apply(&t, &actor_admin, revert);
    assert_int_equal(revert.affected, 0);
    revert.id[0] ^= 1;
    revert = operation_apply(&t, &actor_admin, revert);
    assert_refusal(&revert.refusal, REFUSE_MISSING, "not_found");

    op = batch(&t, good, 3, true, out);
    assert_refusal(&op.refusal, REFUSE_NONE, "");
    assert_true(out[1].existed);
    assert_int_equal(delist_overlay_usage(t.d).items, 2);
    delist_fixture_teardown(&t);
}

/* The 17th item of a batch has no room, and undoes the 16 before it; the overlay is not empty. */
static void test_batch_room(void **state)
{
    struct item_result out[17];
    struct item_spec in[17];
    struct delist_fixture t;

    (void)state;
    delist_fixture_setup(&t, false);
    operation_add(&t, OVERLAY_DELIST, "10.0.0.0/24", "pbl", 1000);
    for (unsigned i = 0; i < 17; i++)
        in[i] = delist_fixture_spec(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000 + 100 * (int)i);
    struct delist_op op = operation_apply(&t, &actor_operator,
                                          (struct delist_op){ .verb = DELIST_CREATE,
                                                              .create = in,
                                                              .created = out,
                                                              .count = 17,
                                                              .batch = true,
                                                              .atomic = true });
    assert_refusal(&op.refusal, REFUSE_CONFLICT, "too_many_items");
    assert_refusal(&out[14].refusal, REFUSE_NONE, "");
    assert_refusal(&out[15].refusal, REFUSE_CONFLICT, "too_many_items");
    assert_int_equal(delist_overlay_usage(t.d).items, 1);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_fixture_effect(&t, "10.0.0.1", "pbl"), OVERLAY_HIDES);
    delist_fixture_teardown(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),         cmocka_unit_test(test_change),
        cmocka_unit_test(test_end),           cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_lists_omitted), cmocka_unit_test(test_same),
        cmocka_unit_test(test_dry_run),       cmocka_unit_test(test_view),
        cmocka_unit_test(test_room),          cmocka_unit_test(test_caps),
        cmocka_unit_test(test_batch),         cmocka_unit_test(test_batch_room),
    };
    return cmocka_run_group_tests(tests, operation_make_actors, NULL);
}
