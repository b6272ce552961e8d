/* Items that are made, changed and ended: every refusal, batches. */
#include "support/operation.h"

#include "support/query.h"

/* ---- Making, changing, ending ---- */

static void test_kinds(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    assert_int_equal(t.publishes, 1);

    struct item item = made(&t, OVERLAY_DELIST, "192.0.2.0/28", "xbl", 100);
    assert_int_equal(t.publishes, 2);
    assert_int_equal(item.expires_at, t.now + 100);
    assert_int_equal(item.revision, 1);
    assert_true(item.sticky);
    assert_string_equal(item.created_by, "alice");
    assert_string_equal(item.origin, "api");
    assert_int_equal(delisting_says(&t, "192.0.2.15", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delisting_says(&t, "192.0.2.15", "sbl"), OVERLAY_NOTHING);
    assert_int_equal(delisting_says(&t, "192.0.2.16", "xbl"), OVERLAY_NOTHING);

    made(&t, OVERLAY_LIST, "192.0.2.3", "sbl", 50);
    assert_int_equal(delisting_says(&t, "192.0.2.3", "sbl"), OVERLAY_ADDS);
    assert_int_equal(delisting_says(&t, "192.0.2.3", "xbl"), OVERLAY_HIDES);
    made(&t, OVERLAY_ALLOW, "+example.org", "pbl xbl", 50);
    assert_int_equal(delisting_says(&t, "www.example.org", "pbl"), OVERLAY_ALLOWS);
    assert_int_equal(delisting_says(&t, "www.example.org", "sbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_overlay_usage(t.d).items, 3);

    t.now += 49;
    assert_int_equal(delisting_says(&t, "192.0.2.3", "sbl"), OVERLAY_ADDS);
    t.now += 1;
    assert_int_equal(delisting_says(&t, "192.0.2.3", "sbl"), OVERLAY_NOTHING);
    t.now += 50;
    assert_int_equal(delisting_says(&t, "192.0.2.15", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(stored(&t, &item).state, ITEM_EXPIRED);
    assert_string_equal(events_since(&t, 0), "delisted by alice; listed by alice; allowed by alice; ");
    delisting_teardown(&t);
}

static void test_change(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    struct item item = made(&t, OVERLAY_DELIST, "192.0.2.1", "xbl", 100);

    struct delist_op op = on_item(DELIST_CHANGE, &item);
    op.has_expiry = op.has_reason = op.has_revision = true;
    op.revision = 1;
    op.expiry = (struct expiry){ EXPIRY_IN, 200 };
    strcpy(op.reason, "longer");
    op = apply_as(&t, &operator_, op);
    expect(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.revision, 2);
    assert_int_equal(op.item.expires_at, t.now + 200);
    assert_string_equal(stored(&t, &item).reason, "longer");
    t.now += 150;
    assert_int_equal(delisting_says(&t, "192.0.2.1", "xbl"), OVERLAY_HIDES);

    op = apply_as(&t, &operator_, op); /* with the old revision */
    expect(&op.refusal, REFUSE_CHANGED, "changed");
    op.has_revision = false;
    op.expiry = (struct expiry){ EXPIRY_AT, t.now };
    op = apply_as(&t, &operator_, op);
    expect(&op.refusal, REFUSE_RULE, "expired_already");
    op.expiry = (struct expiry){ .kind = EXPIRY_NEVER };
    op = apply_as(&t, &operator_, op);
    expect(&op.refusal, REFUSE_FORBIDDEN, "no_end");
    op.expiry = (struct expiry){ EXPIRY_IN, 31 * DAY };
    op = apply_as(&t, &owner, op);
    expect(&op.refusal, REFUSE_RULE, "too_long");
    op.force = true;
    op = apply_as(&t, &operator_, op);
    expect(&op.refusal, REFUSE_FORBIDDEN, "force_forbidden");
    op.kind = OVERLAY_LIST;
    op = apply_as(&t, &operator_, op);
    expect(&op.refusal, REFUSE_MISSING, "not_found");

    unsigned publishes = t.publishes;
    op = on_item(DELIST_CHANGE, &item);
    op.has_reason = true;
    strcpy(op.reason, "longer");
    op = apply_as(&t, &operator_, op); /* no change */
    expect(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.revision, 2);
    assert_int_equal(t.publishes, publishes);
    t.now += 50;
    op = apply_as(&t, &operator_, op);
    expect(&op.refusal, REFUSE_CONFLICT, "ended");
    delisting_teardown(&t);
}

static void test_end(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    struct item narrow = made(&t, OVERLAY_DELIST, "192.0.2.1", "xbl sbl", 100);
    struct item wide = made(&t, OVERLAY_DELIST, "192.0.2.0/24", "xbl", 100);

    struct delist_op op = apply_as(&t, &operator_, on_item(DELIST_END, &narrow));
    expect(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.state, ITEM_ENDED);
    assert_int_equal(op.item.ended_at, t.now);
    assert_string_equal(op.item.ended_by, "alice");
    assert_int_equal(op.still_covered_count, 1);
    assert_string_equal(op.still_covered[0], wide.id);
    assert_int_equal(delisting_says(&t, "192.0.2.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delisting_says(&t, "192.0.2.1", "sbl"), OVERLAY_NOTHING);

    uint64_t revision = op.item.revision;
    op = apply_as(&t, &admin, on_item(DELIST_END, &narrow)); /* again */
    expect(&op.refusal, REFUSE_NONE, "");
    assert_int_equal(op.item.revision, revision);
    assert_int_equal(op.sequence, 0);
    assert_string_equal(op.item.ended_by, "alice");

    op = apply_as(&t, &operator_, on_item(DELIST_END, &wide));
    assert_int_equal(op.still_covered_count, 0);
    assert_int_equal(delisting_says(&t, "192.0.2.1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    struct item outside = made(&t, OVERLAY_DELIST, "192.0.3.1", "xbl", 100);
    op = apply_as(&t, &owner, on_item(DELIST_END, &outside));
    expect(&op.refusal, REFUSE_FORBIDDEN, "range_forbidden");
    assert_int_equal(delisting_says(&t, "192.0.3.1", "xbl"), OVERLAY_HIDES);
    delisting_teardown(&t);
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
        { &operator_, OVERLAY_DELIST, "10.0.0.0/16", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &operator_, OVERLAY_DELIST, "10.0.0.0/15", "xbl", { 0 }, false, REFUSE_RULE, "too_wide" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.0.0/15",
          "xbl",
          { 0 },
          true,
          REFUSE_FORBIDDEN,
          "force_forbidden" },
        { &admin, OVERLAY_DELIST, "0.0.0.0/0", "xbl", { 0 }, true, REFUSE_NONE, "" },
        { &operator_, OVERLAY_DELIST, "10.0.0.1", "pol", { 0 }, false, REFUSE_RULE, "removal_never" },
        { &operator_, OVERLAY_DELIST, "10.0.0.1", "xbl pol", { 0 }, false, REFUSE_RULE, "removal_never" },
        { &admin, OVERLAY_DELIST, "10.0.0.1", "pol", { 0 }, true, REFUSE_NONE, "" },
        { &public_, OVERLAY_DELIST, "10.0.0.1", "sbl", { 0 }, false, REFUSE_RULE, "owner_only" },
        { &owner, OVERLAY_DELIST, "10.0.0.1", "sbl", { 0 }, false, REFUSE_FORBIDDEN, "range_forbidden" },
        { &owner, OVERLAY_DELIST, "192.0.2.0/24", "sbl", { 0 }, false, REFUSE_NONE, "" },
        { &operator_, OVERLAY_DELIST, "10.0.0.1", "", { 0 }, false, REFUSE_INVALID, "no_lists" },
        { &operator_, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &operator_, OVERLAY_ALLOW, "127.0.0.0/30", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &admin, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &admin, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, true, REFUSE_NONE, "" },
        { &operator_, OVERLAY_DELIST, "127.0.0.4", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &operator_, OVERLAY_DELIST, "::/64", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "127.0.0.1", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &admin, OVERLAY_LIST, "127.0.0.0/24", "xbl", { 0 }, true, REFUSE_CONFLICT, "protected" },
        { &admin, OVERLAY_LIST, "::1", "xbl", { 0 }, true, REFUSE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "host.localhost", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "a.b.invalid", "xbl", { 0 }, false, REFUSE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "invalid.example", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &operator_, OVERLAY_LIST, "notinvalid.notlocalhost", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &operator_, OVERLAY_LIST, "127.0.0.2", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &operator_, OVERLAY_LIST, "10.0.0.0/23", "xbl", { 0 }, false, REFUSE_RULE, "too_wide" },
        { &operator_, OVERLAY_ALLOW, "10.0.0.1", "sbl", { 0 }, false, REFUSE_RULE, "no_bypass" },
        { &operator_, OVERLAY_ALLOW, "10.0.0.1", "xbl", { 0 }, false, REFUSE_NONE, "" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.0",
          "xbl",
          { EXPIRY_NEVER, 0 },
          false,
          REFUSE_FORBIDDEN,
          "no_end" },
        { &admin, OVERLAY_DELIST, "10.0.1.0", "xbl", { EXPIRY_NEVER, 0 }, false, REFUSE_NONE, "" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_AT, DELISTING_NOW },
          false,
          REFUSE_RULE,
          "expired_already" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, 0 },
          false,
          REFUSE_RULE,
          "expired_already" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, INT64_MAX },
          false,
          REFUSE_RULE,
          "too_long" },
        { &admin,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_AT, INT64_MAX },
          true,
          REFUSE_RULE,
          "too_long" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, LIST_POLICY_LONGEST },
          false,
          REFUSE_NONE,
          "" },
        { &owner,
          OVERLAY_DELIST,
          "192.0.2.1",
          "xbl",
          { EXPIRY_IN, 31 * DAY },
          false,
          REFUSE_RULE,
          "too_long" },
    };
    struct delisting t;

    (void)state;
    delisting_setup(&t, false);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct item_spec c = delisting_create(&t, rows[i].kind, rows[i].range, rows[i].lists, 0);
        uint64_t items = delist_overlay_usage(t.d).items;
        c.expiry = rows[i].expiry;
        c.force = rows[i].force;
        print_message("%zu %s %s\n", i, rows[i].range, rows[i].code);
        struct item_result out = create_as(&t, rows[i].actor, c);
        expect(&out.refusal, rows[i].refused, rows[i].code);
        assert_int_equal(delist_overlay_usage(t.d).items, items + (rows[i].refused == REFUSE_NONE));
    }
    delisting_teardown(&t);
}

static void test_lists_omitted(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);

    struct item_result out =
        create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", NULL, 0));
    struct list_mask want = delisting_lists(&t, "sbl xbl pbl"), skipped = delisting_lists(&t, "pol");
    expect(&out.refusal, REFUSE_NONE, "");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    assert_memory_equal(&out.item.lists, &want, sizeof(want));
    assert_memory_equal(&out.skipped, &skipped, sizeof(skipped));
    expect(&out.why[0], REFUSE_RULE, "removal_never");
    assert_int_equal(out.why[1].kind, REFUSE_NONE);
    /* The shortest default of those; the hour of the list that does not permit it does not count. */
    assert_int_equal(out.item.expires_at, t.now + DAY);

    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_ALLOW, "10.0.0.1", NULL, 0));
    want = delisting_lists(&t, "xbl pbl pol");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    expect(&out.why[0], REFUSE_RULE, "no_bypass");
    out = create_as(&t, &public_, delisting_create(&t, OVERLAY_DELIST, "10.0.0.2", NULL, 0));
    want = delisting_lists(&t, "xbl pbl");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    assert_int_equal(out.item.expires_at, t.now + 2 * DAY);
    assert_false(out.item.sticky);

    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, "10.0.0.0/8", NULL, 0));
    expect(&out.refusal, REFUSE_RULE, "too_wide");
    out = create_as(&t, &owner, delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", NULL, 0));
    expect(&out.refusal, REFUSE_FORBIDDEN, "range_forbidden");
    struct actor bound = operator_;
    bound.lists = delisting_lists(&t, "pbl");
    out = create_as(&t, &bound, delisting_create(&t, OVERLAY_DELIST, "10.0.0.3", NULL, 0));
    assert_memory_equal(&out.lists, &bound.lists, sizeof(want));
    out = create_as(&t, &bound, delisting_create(&t, OVERLAY_DELIST, "10.0.0.3", "xbl", 0));
    expect(&out.refusal, REFUSE_FORBIDDEN, "list_forbidden");
    delisting_teardown(&t);
}

static void test_same(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    struct item_spec c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 7 * DAY);
    struct item_result first = create_as(&t, &operator_, c), out;

    t.now += 30; /* a client that got no answer asks again */
    out = create_as(&t, &operator_, c);
    expect(&out.refusal, REFUSE_NONE, "");
    assert_true(out.existed);
    assert_string_equal(out.item.id, first.item.id);
    assert_int_equal(t.publishes, 2);
    t.now += 3600; /* and one who wants a week from now on */
    out = create_as(&t, &operator_, c);
    assert_false(out.existed);
    c.expiry = (struct expiry){ EXPIRY_AT, out.item.expires_at + 1 };
    out = create_as(&t, &operator_, c);
    assert_false(out.existed);
    out = create_as(&t, &operator_, c);
    assert_true(out.existed);
    c.lists = delisting_lists(&t, "pbl");
    assert_false(create_as(&t, &operator_, c).existed);
    out.item.kind = OVERLAY_DELIST;
    apply_as(&t, &operator_, on_item(DELIST_END, &out.item));
    c.lists = delisting_lists(&t, "xbl");
    assert_false(create_as(&t, &operator_, c).existed);
    assert_int_equal(delist_overlay_usage(t.d).items, 4);
    delisting_teardown(&t);
}

static void test_dry_run(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    struct item_spec c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.0/24", NULL, 0);
    c.dry_run = true;
    struct item_result out = create_as(&t, &operator_, c);
    expect(&out.refusal, REFUSE_NONE, "");
    assert_int_equal(out.addresses, 256);
    assert_int_equal(out.listed_now, 0);
    assert_int_equal(t.publishes, 1);
    assert_string_equal(events_since(&t, 0), "");
    delisting_teardown(&t);
}

/* xbl has some addresses, and some may not be listed. */
static struct view *view_of(const struct delisting *t)
{
    static const struct text_set sets[] = { { "x.test", "ip4set", "10.0.0.4/30\n10.0.0.9\n" },
                                            { "x.test", "ip4set", "10.0.0.0/25\n" },
                                            { "", "never", "10.0.7.7\n.example.org\n" } };
    const uint16_t lists[] = { (uint16_t)delisting_list(t, "xbl"), (uint16_t)delisting_list(t, "pbl"),
                               VIEW_NO_LIST };

    return answering_view_of(sets, lists, ARRAY_SIZE(sets));
}

static void test_view(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    struct view *view = view_of(&t);
    t.view = view;
    struct item_spec c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.0/24", "xbl", 0);
    c.dry_run = true;
    struct item_result out = create_as(&t, &operator_, c);
    assert_int_equal(out.addresses, 256);
    assert_int_equal(out.listed_now, 5);
    c.lists = delisting_lists(&t, "xbl pbl");
    out = create_as(&t, &operator_, c);
    assert_int_equal(out.listed_now, 128);
    c.lists = delisting_lists(&t, "sbl");
    out = create_as(&t, &operator_, c);
    assert_int_equal(out.listed_now, 0);

    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_LIST, "10.0.7.0/24", "sbl", 0));
    expect(&out.refusal, REFUSE_CONFLICT, "protected");
    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_LIST, "www.example.org", "sbl", 0));
    expect(&out.refusal, REFUSE_CONFLICT, "protected");
    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_LIST, "10.0.7.8", "sbl", 0));
    expect(&out.refusal, REFUSE_NONE, "");
    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, "10.0.7.7", "sbl", 0));
    expect(&out.refusal, REFUSE_NONE, "");
    c = delisting_create(&t, OVERLAY_LIST, "10.0.7.0/24", "sbl", 0);
    c.force = true;
    out = create_as(&t, &admin, c);
    expect(&out.refusal, REFUSE_NONE, "");
    delisting_teardown(&t);
    view_free(view);
}

static void test_room(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    for (int i = 0; i < OVERLAY_ITEMS_MAX; i++)
        made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000 + 100 * i);
    struct item_spec c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.0/24", "xbl", 5000);
    struct item_result out = create_as(&t, &operator_, c);
    expect(&out.refusal, REFUSE_CONFLICT, "too_many_items");
    t.now += 1000; /* the first one has expired, though no tick has processed it */
    out = create_as(&t, &operator_, c);
    expect(&out.refusal, REFUSE_NONE, "");
    delisting_teardown(&t);
}

static void test_caps(void **state)
{
    struct delisting t;
    (void)state;
    delisting_prepare(&t, true);
    t.options.limits.cap_addresses = 300;
    t.options.limits.active_most = 4;
    t.now = DELISTING_NOW / DAY * DAY + 100;
    delisting_open(&t);
    made(&t, OVERLAY_LIST, "10.0.0.0/24", "xbl", 0);
    struct item_result out =
        create_as(&t, &operator_, delisting_create(&t, OVERLAY_LIST, "10.0.1.0/26", "xbl", 0));
    expect(&out.refusal, REFUSE_TOO_MANY, "cap_reached");
    assert_int_equal(out.refusal.retry_after, DAY - 100);
    made(&t, OVERLAY_LIST, "10.0.1.0/27", "xbl", 0);
    delisting_reopen(&t); /* it is remembered */
    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_LIST, "2001:db8::/52", "xbl", 0));
    expect(&out.refusal, REFUSE_TOO_MANY, "cap_reached");
    out = create_as(&t, &admin, delisting_create(&t, OVERLAY_LIST, "10.2.0.0/24", "xbl", 0));
    expect(&out.refusal, REFUSE_NONE, "");
    t.now += DAY - 100; /* tomorrow */
    made(&t, OVERLAY_LIST, "10.0.3.0/26", "xbl", 0);
    t.now += 3;
    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, "10.0.9.9", "xbl", 0));
    expect(&out.refusal, REFUSE_UNAVAILABLE, "too_many_active");
    assert_true(out.refusal.retry_after > 0);
    delisting_teardown(&t);
}

/* ---- Batches ---- */

static struct delist_op batch(struct delisting *t, const char *const *ranges, size_t count, bool atomic,
                              struct item_result *out)
{
    static struct item_spec in[64];
    for (size_t i = 0; i < count; i++)
        in[i] = delisting_create(t, OVERLAY_DELIST, ranges[i], "xbl", 1000);
    return apply_as(t, &operator_,
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
    struct delisting t;

    (void)state;
    delisting_setup(&t, false);
    struct delist_op op = batch(&t, ranges, 5, true, out);
    expect(&op.refusal, REFUSE_RULE, "too_wide");
    expect(&out[0].refusal, REFUSE_NONE, "");
    expect(&out[2].refusal, REFUSE_RULE, "too_wide");
    expect(&out[3].refusal, REFUSE_NONE, "");
    expect(&out[4].refusal, REFUSE_RULE, "too_wide");
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    assert_string_equal(events_since(&t, 0), "");

    op = batch(&t, ranges, 5, false, out);
    expect(&op.refusal, REFUSE_NONE, "");
    expect(&out[2].refusal, REFUSE_RULE, "too_wide");
    assert_int_equal(delist_overlay_usage(t.d).items, 3);
    assert_int_equal(delisting_says(&t, "10.0.0.9", "xbl"), OVERLAY_HIDES);
    assert_string_equal(out[0].item.batch_id, op.batch_id);

    struct delist_op revert = { .verb = DELIST_REVERT };
    memcpy(revert.id, op.batch_id, sizeof(revert.id));
    apply_as(&t, &operator_, on_item(DELIST_END, &out[0].item));
    revert = apply_as(&t, &admin, revert);
    expect(&revert.refusal, REFUSE_NONE, "");
    assert_int_equal(revert.affected, 2);
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    assert_string_equal(stored(&t, &out[3].item).ended_by, "root");
    revert = apply_as(&t, &admin, revert);
    assert_int_equal(revert.affected, 0);
    revert.id[0] ^= 1;
    revert = apply_as(&t, &admin, revert);
    expect(&revert.refusal, REFUSE_MISSING, "not_found");

    op = batch(&t, good, 3, true, out);
    expect(&op.refusal, REFUSE_NONE, "");
    assert_true(out[1].existed);
    assert_int_equal(delist_overlay_usage(t.d).items, 2);
    delisting_teardown(&t);
}

/* The 17th of a batch undoes the 16 before it, in an overlay that is not empty. */
static void test_batch_room(void **state)
{
    struct item_result out[17];
    struct item_spec in[17];
    struct delisting t;

    (void)state;
    delisting_setup(&t, false);
    made(&t, OVERLAY_DELIST, "10.0.0.0/24", "pbl", 1000);
    for (unsigned i = 0; i < 17; i++)
        in[i] = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000 + 100 * (int)i);
    struct delist_op op = apply_as(&t, &operator_,
                                   (struct delist_op){ .verb = DELIST_CREATE,
                                                       .create = in,
                                                       .created = out,
                                                       .count = 17,
                                                       .batch = true,
                                                       .atomic = true });
    expect(&op.refusal, REFUSE_CONFLICT, "too_many_items");
    expect(&out[14].refusal, REFUSE_NONE, "");
    expect(&out[15].refusal, REFUSE_CONFLICT, "too_many_items");
    assert_int_equal(delist_overlay_usage(t.d).items, 1);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "pbl"), OVERLAY_HIDES);
    delisting_teardown(&t);
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
    return cmocka_run_group_tests(tests, make_actors, NULL);
}
