/* The use case: every judgement, groups, batches, repeats, failures, time. */
#include "../../delisting.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>

#include <cmocka.h>
#include <sys/resource.h>

static struct actor operator_, admin, owner, public_;
static struct range owned;

static int make_actors(void **state)
{
    (void)state;
    owned = delisting_range("192.0.2.0/24");
    operator_ = delisting_actor(ROLE_OPERATOR, "alice");
    admin = delisting_actor(ROLE_ADMIN, "root");
    owner = delisting_actor(ROLE_OWNER, "isp");
    owner.ranges = &owned;
    owner.ranges_count = 1;
    public_ = delisting_actor(ROLE_NONE, "public");
    return 0;
}

/* ---- Single operations ---- */

static struct delist_op apply_as(struct delisting *t, const struct actor *actor, struct delist_op op)
{
    struct delist_op *ops[] = { &op };
    op.actor = actor;
    delist_apply(t->d, ops, 1, t->now);
    return op;
}

static struct created create_as(struct delisting *t, const struct actor *actor, struct create c)
{
    struct created out;
    struct delist_op op = apply_as(
        t, actor, (struct delist_op){ .verb = DELIST_CREATE, .create = &c, .created = &out, .count = 1 });
    assert_int_equal(op.judgement.kind, out.judgement.kind);
    assert_string_equal(op.judgement.code, out.judgement.code);
    return out;
}

static struct item made(struct delisting *t, enum overlay_kind kind, const char *range, const char *lists,
                        int64_t seconds)
{
    struct created out = create_as(t, &operator_, delisting_create(t, kind, range, lists, seconds));
    if (out.judgement.kind != JUDGE_OK)
        fail_msg("%s: %s", range, out.judgement.message);
    assert_false(out.existed);
    return out.item;
}

static struct delist_op on_item(enum delist_verb verb, const struct item *item)
{
    struct delist_op op = { .verb = verb, .kind = item->kind };
    memcpy(op.id, item->id, sizeof(op.id));
    return op;
}

static struct item stored(const struct delisting *t, const struct item *like)
{
    struct item item;
    struct reader *reader;
    struct error error;
    assert_int_equal(store_read(delist_store(t->d), &reader, &error), OK);
    assert_int_equal(items_find(reader, like->kind, like->id, t->now, &item, &error), OK);
    store_read_end(reader);
    return item;
}

static void expect(const struct judgement *j, enum judgement_kind kind, const char *code)
{
    if (j->kind != kind || strcmp(j->code, code) != 0)
        fail_msg("expected %d %s, got %d %s (%s)", kind, code, j->kind, j->code, j->message);
}

/* ---- Events, as text ---- */

static bool note_event(void *context, const struct event *e)
{
    char *text = context;
    sprintf(text + strlen(text), "%s by %s; ", event_kind_word(e->kind, e->item_kind), e->actor);
    return true;
}

static const char *events_since(const struct delisting *t, uint64_t since)
{
    static char text[4096];
    struct reader *reader;
    struct error error;
    text[0] = '\0';
    assert_int_equal(store_read(delist_store(t->d), &reader, &error), OK);
    assert_int_equal(events_each(reader, since, true, note_event, text, &error), OK);
    store_read_end(reader);
    return text;
}

/* ---- What there is, comes and goes ---- */

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
    expect(&op.judgement, JUDGE_OK, "");
    assert_int_equal(op.item.revision, 2);
    assert_int_equal(op.item.expires_at, t.now + 200);
    assert_string_equal(stored(&t, &item).reason, "longer");
    t.now += 150;
    assert_int_equal(delisting_says(&t, "192.0.2.1", "xbl"), OVERLAY_HIDES);

    op = apply_as(&t, &operator_, op); /* with the revision of before */
    expect(&op.judgement, JUDGE_CHANGED, "changed");
    op.has_revision = false;
    op.expiry = (struct expiry){ EXPIRY_AT, t.now };
    op = apply_as(&t, &operator_, op);
    expect(&op.judgement, JUDGE_RULE, "expired_already");
    op.expiry = (struct expiry){ .kind = EXPIRY_NEVER };
    op = apply_as(&t, &operator_, op);
    expect(&op.judgement, JUDGE_FORBIDDEN, "no_end");
    op.expiry = (struct expiry){ EXPIRY_IN, 31 * DAY };
    op = apply_as(&t, &owner, op);
    expect(&op.judgement, JUDGE_RULE, "too_long");
    op.force = true;
    op = apply_as(&t, &operator_, op);
    expect(&op.judgement, JUDGE_FORBIDDEN, "force_forbidden");
    op.kind = OVERLAY_LIST;
    op = apply_as(&t, &operator_, op);
    expect(&op.judgement, JUDGE_MISSING, "not_found");

    unsigned publishes = t.publishes;
    op = on_item(DELIST_CHANGE, &item);
    op.has_reason = true;
    strcpy(op.reason, "longer");
    op = apply_as(&t, &operator_, op); /* no change */
    expect(&op.judgement, JUDGE_OK, "");
    assert_int_equal(op.item.revision, 2);
    assert_int_equal(t.publishes, publishes);
    t.now += 50;
    op = apply_as(&t, &operator_, op);
    expect(&op.judgement, JUDGE_CONFLICT, "ended");
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
    expect(&op.judgement, JUDGE_OK, "");
    assert_int_equal(op.item.state, ITEM_ENDED);
    assert_int_equal(op.item.ended_at, t.now);
    assert_string_equal(op.item.ended_by, "alice");
    struct list_mask xbl = delisting_lists(&t, "xbl");
    assert_memory_equal(&op.still_covered, &xbl, sizeof(xbl));
    assert_int_equal(delisting_says(&t, "192.0.2.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delisting_says(&t, "192.0.2.1", "sbl"), OVERLAY_NOTHING);

    uint64_t revision = op.item.revision;
    op = apply_as(&t, &admin, on_item(DELIST_END, &narrow)); /* again */
    expect(&op.judgement, JUDGE_OK, "");
    assert_int_equal(op.item.revision, revision);
    assert_int_equal(op.sequence, 0);
    assert_string_equal(op.item.ended_by, "alice");

    op = apply_as(&t, &operator_, on_item(DELIST_END, &wide));
    assert_memory_equal(&op.still_covered, &(struct list_mask){ { 0 } }, sizeof(xbl));
    assert_int_equal(delisting_says(&t, "192.0.2.1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    struct item outside = made(&t, OVERLAY_DELIST, "192.0.3.1", "xbl", 100);
    op = apply_as(&t, &owner, on_item(DELIST_END, &outside));
    expect(&op.judgement, JUDGE_FORBIDDEN, "range_forbidden");
    assert_int_equal(delisting_says(&t, "192.0.3.1", "xbl"), OVERLAY_HIDES);
    delisting_teardown(&t);
}

/* ---- Judgements ---- */

static void test_judgements(void **state)
{
    static const struct {
        const struct actor *actor;
        enum overlay_kind kind;
        const char *range, *lists;
        struct expiry expiry;
        bool force;
        enum judgement_kind judgement;
        const char *code;
    } rows[] = {
        { &operator_, OVERLAY_DELIST, "10.0.0.0/16", "xbl", { 0 }, false, JUDGE_OK, "" },
        { &operator_, OVERLAY_DELIST, "10.0.0.0/15", "xbl", { 0 }, false, JUDGE_RULE, "too_wide" },
        { &operator_, OVERLAY_DELIST, "10.0.0.0/15", "xbl", { 0 }, true, JUDGE_FORBIDDEN, "force_forbidden" },
        { &admin, OVERLAY_DELIST, "0.0.0.0/0", "xbl", { 0 }, true, JUDGE_OK, "" },
        { &operator_, OVERLAY_DELIST, "10.0.0.1", "pol", { 0 }, false, JUDGE_RULE, "removal_never" },
        { &operator_, OVERLAY_DELIST, "10.0.0.1", "xbl pol", { 0 }, false, JUDGE_RULE, "removal_never" },
        { &admin, OVERLAY_DELIST, "10.0.0.1", "pol", { 0 }, true, JUDGE_OK, "" },
        { &public_, OVERLAY_DELIST, "10.0.0.1", "sbl", { 0 }, false, JUDGE_RULE, "owner_only" },
        { &owner, OVERLAY_DELIST, "10.0.0.1", "sbl", { 0 }, false, JUDGE_FORBIDDEN, "range_forbidden" },
        { &owner, OVERLAY_DELIST, "192.0.2.0/24", "sbl", { 0 }, false, JUDGE_OK, "" },
        { &operator_, OVERLAY_DELIST, "10.0.0.1", "", { 0 }, false, JUDGE_BAD, "no_lists" },
        { &operator_, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, false, JUDGE_CONFLICT, "protected" },
        { &operator_, OVERLAY_ALLOW, "127.0.0.0/30", "xbl", { 0 }, false, JUDGE_CONFLICT, "protected" },
        { &admin, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, false, JUDGE_CONFLICT, "protected" },
        { &admin, OVERLAY_DELIST, "127.0.0.2", "xbl", { 0 }, true, JUDGE_OK, "" },
        { &operator_, OVERLAY_DELIST, "127.0.0.4", "xbl", { 0 }, false, JUDGE_OK, "" },
        { &operator_, OVERLAY_DELIST, "::/64", "xbl", { 0 }, false, JUDGE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "127.0.0.1", "xbl", { 0 }, false, JUDGE_CONFLICT, "protected" },
        { &admin, OVERLAY_LIST, "127.0.0.0/24", "xbl", { 0 }, true, JUDGE_CONFLICT, "protected" },
        { &admin, OVERLAY_LIST, "::1", "xbl", { 0 }, true, JUDGE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "host.localhost", "xbl", { 0 }, false, JUDGE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "a.b.invalid", "xbl", { 0 }, false, JUDGE_CONFLICT, "protected" },
        { &operator_, OVERLAY_LIST, "invalid.example", "xbl", { 0 }, false, JUDGE_OK, "" },
        { &operator_, OVERLAY_LIST, "notinvalid.notlocalhost", "xbl", { 0 }, false, JUDGE_OK, "" },
        { &operator_, OVERLAY_LIST, "127.0.0.2", "xbl", { 0 }, false, JUDGE_OK, "" },
        { &operator_, OVERLAY_LIST, "10.0.0.0/23", "xbl", { 0 }, false, JUDGE_RULE, "too_wide" },
        { &operator_, OVERLAY_ALLOW, "10.0.0.1", "sbl", { 0 }, false, JUDGE_RULE, "no_bypass" },
        { &operator_, OVERLAY_ALLOW, "10.0.0.1", "xbl", { 0 }, false, JUDGE_OK, "" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.0",
          "xbl",
          { EXPIRY_NEVER, 0 },
          false,
          JUDGE_FORBIDDEN,
          "no_end" },
        { &admin, OVERLAY_DELIST, "10.0.1.0", "xbl", { EXPIRY_NEVER, 0 }, false, JUDGE_OK, "" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_AT, DELISTING_NOW },
          false,
          JUDGE_RULE,
          "expired_already" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, 0 },
          false,
          JUDGE_RULE,
          "expired_already" },
        { &operator_,
          OVERLAY_DELIST,
          "10.0.1.1",
          "xbl",
          { EXPIRY_IN, INT64_MAX },
          false,
          JUDGE_RULE,
          "too_long" },
        { &admin, OVERLAY_DELIST, "10.0.1.1", "xbl", { EXPIRY_AT, INT64_MAX }, true, JUDGE_RULE, "too_long" },
        { &operator_, OVERLAY_DELIST, "10.0.1.1", "xbl", { EXPIRY_IN, RULES_LONGEST }, false, JUDGE_OK, "" },
        { &owner,
          OVERLAY_DELIST,
          "192.0.2.1",
          "xbl",
          { EXPIRY_IN, 31 * DAY },
          false,
          JUDGE_RULE,
          "too_long" },
    };
    struct delisting t;

    (void)state;
    delisting_setup(&t, false);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct create c = delisting_create(&t, rows[i].kind, rows[i].range, rows[i].lists, 0);
        uint64_t items = delist_overlay_usage(t.d).items;
        c.expiry = rows[i].expiry;
        c.force = rows[i].force;
        print_message("%zu %s %s\n", i, rows[i].range, rows[i].code);
        struct created out = create_as(&t, rows[i].actor, c);
        expect(&out.judgement, rows[i].judgement, rows[i].code);
        assert_int_equal(delist_overlay_usage(t.d).items, items + (rows[i].judgement == JUDGE_OK));
    }
    delisting_teardown(&t);
}

static void test_lists_omitted(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);

    struct created out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", NULL, 0));
    struct list_mask want = delisting_lists(&t, "sbl xbl pbl"), skipped = delisting_lists(&t, "pol");
    expect(&out.judgement, JUDGE_OK, "");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    assert_memory_equal(&out.item.lists, &want, sizeof(want));
    assert_memory_equal(&out.skipped, &skipped, sizeof(skipped));
    expect(&out.why[0], JUDGE_RULE, "removal_never");
    assert_int_equal(out.why[1].kind, JUDGE_OK);
    /* The shortest default of those; the hour of the list that does not permit it does not count. */
    assert_int_equal(out.item.expires_at, t.now + DAY);

    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_ALLOW, "10.0.0.1", NULL, 0));
    want = delisting_lists(&t, "xbl pbl pol");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    expect(&out.why[0], JUDGE_RULE, "no_bypass");
    out = create_as(&t, &public_, delisting_create(&t, OVERLAY_DELIST, "10.0.0.2", NULL, 0));
    want = delisting_lists(&t, "xbl pbl");
    assert_memory_equal(&out.lists, &want, sizeof(want));
    assert_int_equal(out.item.expires_at, t.now + 2 * DAY);
    assert_false(out.item.sticky);

    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, "10.0.0.0/8", NULL, 0));
    expect(&out.judgement, JUDGE_RULE, "too_wide");
    out = create_as(&t, &owner, delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", NULL, 0));
    expect(&out.judgement, JUDGE_FORBIDDEN, "range_forbidden");
    struct actor bound = operator_;
    bound.lists = delisting_lists(&t, "pbl");
    out = create_as(&t, &bound, delisting_create(&t, OVERLAY_DELIST, "10.0.0.3", NULL, 0));
    assert_memory_equal(&out.lists, &bound.lists, sizeof(want));
    out = create_as(&t, &bound, delisting_create(&t, OVERLAY_DELIST, "10.0.0.3", "xbl", 0));
    expect(&out.judgement, JUDGE_FORBIDDEN, "list_forbidden");
    delisting_teardown(&t);
}

static void test_same(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    struct create c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 7 * DAY);
    struct created first = create_as(&t, &operator_, c), out;

    t.now += 30; /* a client that got no answer asks again */
    out = create_as(&t, &operator_, c);
    expect(&out.judgement, JUDGE_OK, "");
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
    struct create c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.0/24", NULL, 0);
    c.dry_run = true;
    struct created out = create_as(&t, &operator_, c);
    expect(&out.judgement, JUDGE_OK, "");
    assert_int_equal(out.addresses, 256);
    assert_int_equal(out.listed_now, 0);
    assert_int_equal(t.publishes, 1);
    assert_string_equal(events_since(&t, 0), "");
    delisting_teardown(&t);
}

static void test_room(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    for (int i = 0; i < OVERLAY_ITEMS_MAX; i++)
        made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000 + 100 * i);
    struct create c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.0/24", "xbl", 5000);
    struct created out = create_as(&t, &operator_, c);
    expect(&out.judgement, JUDGE_CONFLICT, "too_many_items");
    t.now += 1000; /* the first one is over, though no sweep has seen it */
    out = create_as(&t, &operator_, c);
    expect(&out.judgement, JUDGE_OK, "");
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
    struct created out =
        create_as(&t, &operator_, delisting_create(&t, OVERLAY_LIST, "10.0.1.0/26", "xbl", 0));
    expect(&out.judgement, JUDGE_TOO_MANY, "cap_reached");
    assert_int_equal(out.judgement.retry_after, DAY - 100);
    made(&t, OVERLAY_LIST, "10.0.1.0/27", "xbl", 0);
    delisting_reopen(&t); /* it is remembered */
    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_LIST, "2001:db8::/60", "xbl", 0));
    expect(&out.judgement, JUDGE_TOO_MANY, "cap_reached");
    out = create_as(&t, &admin, delisting_create(&t, OVERLAY_LIST, "10.2.0.0/24", "xbl", 0));
    expect(&out.judgement, JUDGE_OK, "");
    t.now += DAY - 100; /* tomorrow */
    made(&t, OVERLAY_LIST, "10.0.3.0/26", "xbl", 0);
    t.now += 3;
    out = create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, "10.0.9.9", "xbl", 0));
    expect(&out.judgement, JUDGE_TROUBLE, "too_many_active");
    assert_true(out.judgement.retry_after > 0);
    delisting_teardown(&t);
}

/* ---- Batches ---- */

static struct delist_op batch(struct delisting *t, const char *const *ranges, size_t count, bool atomic,
                              struct created *out)
{
    static struct create in[64];
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
    struct created out[5];
    struct delisting t;

    (void)state;
    delisting_setup(&t, false);
    struct delist_op op = batch(&t, ranges, 5, true, out);
    expect(&op.judgement, JUDGE_RULE, "too_wide");
    expect(&out[0].judgement, JUDGE_OK, "");
    expect(&out[2].judgement, JUDGE_RULE, "too_wide");
    expect(&out[3].judgement, JUDGE_OK, "");
    expect(&out[4].judgement, JUDGE_RULE, "too_wide");
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    assert_string_equal(events_since(&t, 0), "");

    op = batch(&t, ranges, 5, false, out);
    expect(&op.judgement, JUDGE_OK, "");
    expect(&out[2].judgement, JUDGE_RULE, "too_wide");
    assert_int_equal(delist_overlay_usage(t.d).items, 3);
    assert_int_equal(delisting_says(&t, "10.0.0.9", "xbl"), OVERLAY_HIDES);
    assert_string_equal(out[0].item.batch_id, op.batch_id);

    struct delist_op revert = { .verb = DELIST_REVERT };
    memcpy(revert.id, op.batch_id, sizeof(revert.id));
    apply_as(&t, &operator_, on_item(DELIST_END, &out[0].item));
    revert = apply_as(&t, &admin, revert);
    expect(&revert.judgement, JUDGE_OK, "");
    assert_int_equal(revert.affected, 2);
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    assert_string_equal(stored(&t, &out[3].item).ended_by, "root");
    revert = apply_as(&t, &admin, revert);
    assert_int_equal(revert.affected, 0);
    revert.id[0] ^= 1;
    revert = apply_as(&t, &admin, revert);
    expect(&revert.judgement, JUDGE_MISSING, "not_found");

    op = batch(&t, good, 3, true, out);
    expect(&op.judgement, JUDGE_OK, "");
    assert_true(out[1].existed);
    assert_int_equal(delist_overlay_usage(t.d).items, 2);
    delisting_teardown(&t);
}

/* The 17th of a batch takes the 16 before it back, from an overlay that has something already. */
static void test_batch_room(void **state)
{
    struct created out[17];
    struct create in[17];
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
    expect(&op.judgement, JUDGE_CONFLICT, "too_many_items");
    expect(&out[14].judgement, JUDGE_OK, "");
    expect(&out[15].judgement, JUDGE_CONFLICT, "too_many_items");
    assert_int_equal(delist_overlay_usage(t.d).items, 1);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "pbl"), OVERLAY_HIDES);
    delisting_teardown(&t);
}

/* ---- Groups ---- */

static void test_group(void **state)
{
    struct created out[3];
    struct create in[3];
    struct delist_op op[3], *ops[3] = { &op[0], &op[1], &op[2] };
    struct delisting t;

    (void)state;
    delisting_setup(&t, false);
    in[0] = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    in[1] = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "pol", 0);
    in[2] = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    for (unsigned i = 0; i < 3; i++)
        op[i] = (struct delist_op){
            .verb = DELIST_CREATE, .actor = &operator_, .create = &in[i], .created = &out[i], .count = 1
        };
    delist_apply(t.d, ops, 3, t.now);
    expect(&op[0].judgement, JUDGE_OK, "");
    expect(&op[1].judgement, JUDGE_RULE, "removal_never");
    expect(&op[2].judgement, JUDGE_OK, "");
    assert_true(out[2].existed);
    assert_int_equal(t.publishes, 2);
    assert_int_equal(op[0].sequence, 1);
    assert_string_equal(events_since(&t, 0), "delisted by alice; ");
    delisting_teardown(&t);
}

/* ---- Repeats ---- */

static void render(struct delist_op *op)
{
    static unsigned answers;
    op->status = 201;
    op->body_length = (size_t)asprintf(&op->body, "answer %u %s", answers++, op->created->item.id);
}

static void test_repeats(void **state)
{
    struct repeat key = { .actor = "alice", .key = "k1" }, other = key;
    struct created out;
    struct delisting t;

    (void)state;
    other.fingerprint[0] = 1;
    delisting_setup(&t, false);
    struct create c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "pol", 0);
    struct delist_op op = {
        .verb = DELIST_CREATE, .create = &c, .created = &out, .count = 1, .repeat = &key, .render = render
    };
    op = apply_as(&t, &operator_, op); /* a refusal is not remembered */
    expect(&op.judgement, JUDGE_RULE, "removal_never");
    assert_null(op.body);
    c.lists = delisting_lists(&t, "xbl");
    op = apply_as(&t, &operator_, op);
    expect(&op.judgement, JUDGE_OK, "");
    assert_false(op.repeated);
    char *first = op.body;
    op = apply_as(&t, &operator_, op);
    assert_true(op.repeated);
    assert_int_equal(op.status, 201);
    assert_string_equal(op.body, first);
    free(op.body);
    op.repeat = &other;
    op = apply_as(&t, &operator_, op);
    expect(&op.judgement, JUDGE_RULE, "key_reused");
    t.now += REPEAT_SECONDS + 1;
    op.repeat = &key;
    op = apply_as(&t, &operator_, op);
    assert_false(op.repeated);
    assert_string_not_equal(op.body, first);
    free(op.body);
    free(first);
    delisting_teardown(&t);
}

/* ---- A disk that is full ---- */

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
    struct delisting t;
    (void)state;
    delisting_setup(&t, true);
    struct item kept = made(&t, OVERLAY_DELIST, "10.0.0.9", "xbl", 1000);
    struct item short_lived = made(&t, OVERLAY_DELIST, "10.0.0.8", "xbl", 10);
    uint64_t generation = t.generation;

    limit_files(4096);
    struct repeat key = { .actor = "alice", .key = "k" };
    struct created out[2];
    struct create in[2] = { delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0),
                            delisting_create(&t, OVERLAY_DELIST, "10.0.0.2", "pol", 0) };
    struct delist_op op[3] = {
        { .verb = DELIST_CREATE,
          .actor = &operator_,
          .create = in,
          .created = out,
          .count = 1,
          .repeat = &key,
          .render = render },
        { .verb = DELIST_CREATE, .actor = &operator_, .create = in + 1, .created = out + 1, .count = 1 },
        on_item(DELIST_END, &kept)
    };
    struct delist_op *ops[3] = { op, op + 1, op + 2 };
    op[2].actor = &operator_;
    delist_apply(t.d, ops, 3, t.now);
    for (unsigned i = 0; i < 3; i++) {
        expect(&op[i].judgement, JUDGE_TROUBLE, "store_unavailable");
        assert_true(op[i].judgement.retry_after > 0);
        assert_null(op[i].body);
    }
    expect(&out[0].judgement, JUDGE_TROUBLE, "store_unavailable");
    assert_int_equal(t.generation, generation);
    t.now += 10; /* expiry goes on, the sweep waits */
    assert_int_equal(delisting_says(&t, "10.0.0.8", "xbl"), OVERLAY_NOTHING);
    assert_true(delist_tick(t.d, t.now) > t.now);
    assert_int_equal(t.generation, generation);

    limit_files(RLIM_INFINITY);
    delist_apply(t.d, ops, 3, t.now);
    expect(&op[0].judgement, JUDGE_OK, "");
    expect(&op[1].judgement, JUDGE_RULE, "removal_never");
    expect(&op[2].judgement, JUDGE_OK, "");
    free(op[0].body);
    delist_tick(t.d, t.now);
    assert_int_equal(delist_overlay_usage(t.d).items, 1);
    assert_int_equal(stored(&t, &short_lived).state, ITEM_EXPIRED);
    delisting_reopen(&t);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delisting_says(&t, "10.0.0.9", "xbl"), OVERLAY_NOTHING);
    delisting_teardown(&t);
}

/* An overlay that is full refuses what would fill it, and nothing else of the group. */
static void test_overlay_full(void **state)
{
    struct delisting t;
    (void)state;
    delisting_prepare(&t, false);
    t.options.overlay_bytes = 2 << 20;
    delisting_open(&t);
    struct item first = made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000);
    struct judgement j = { .kind = JUDGE_OK };
    unsigned i = 0;
    for (; i < 65536 && j.kind == JUDGE_OK; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.%u.%u.9", i % 256, i / 256);
        j = create_as(&t, &operator_, delisting_create(&t, OVERLAY_DELIST, text, "xbl", 1000)).judgement;
        delist_reclaim(t.d, t.generation);
    }
    expect(&j, JUDGE_TROUBLE, "overlay_full");
    assert_true(i > 1000);

    struct created out;
    struct create in = delisting_create(&t, OVERLAY_DELIST, "11.0.0.1", "xbl", 0);
    struct delist_op op[2] = {
        on_item(DELIST_END, &first),
        { .verb = DELIST_CREATE, .actor = &operator_, .create = &in, .created = &out, .count = 1 }
    };
    struct delist_op *ops[2] = { op, op + 1 };
    op[0].actor = &operator_;
    delist_apply(t.d, ops, 2, t.now);
    expect(&op[0].judgement, JUDGE_OK, "");
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_NOTHING);
    delisting_teardown(&t);
}

/* ---- Time and restarts ---- */

static void test_suspend(void **state)
{
    struct delisting t;
    struct delist_op suspend = { .verb = DELIST_SUSPEND }, resume = { .verb = DELIST_RESUME };
    (void)state;
    delisting_setup(&t, true);
    made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000);
    suspend = apply_as(&t, &admin, suspend);
    expect(&suspend.judgement, JUDGE_OK, "");
    assert_true(delist_suspended(t.d));
    assert_true(overlay_is_empty(&t.published));
    made(&t, OVERLAY_DELIST, "10.0.0.2", "xbl", 1000); /* goes on below */
    assert_true(overlay_is_empty(&t.published));
    assert_int_equal(apply_as(&t, &admin, suspend).sequence, 0);
    delisting_reopen(&t);
    assert_true(delist_suspended(t.d));
    assert_true(overlay_is_empty(&t.published));
    resume = apply_as(&t, &admin, resume);
    assert_false(delist_suspended(t.d));
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delisting_says(&t, "10.0.0.2", "xbl"), OVERLAY_HIDES);
    assert_string_equal(events_since(&t, 1), "suspended by root; delisted by alice; resumed by root; ");
    delisting_teardown(&t);
}

static void test_sweep(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, false);
    struct item item = made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 10);
    for (int i = 0; i < 1200; i++) {
        char text[32];
        snprintf(text, sizeof(text), "10.1.%d.%d", i / 250, i % 250);
        made(&t, OVERLAY_DELIST, text, "xbl", 20);
    }
    assert_true(delist_tick(t.d, t.now) > t.now);
    assert_int_equal(delist_overlay_usage(t.d).items, 1201);
    t.now += 15;
    delist_tick(t.d, t.now);
    assert_int_equal(delist_overlay_usage(t.d).items, 1200);
    item = stored(&t, &item);
    assert_int_equal(item.state, ITEM_EXPIRED);
    assert_int_equal(item.ended_at, t.now - 5);
    assert_string_equal(item.ended_by, "time");
    assert_string_equal(events_since(&t, 1201), "expired by time; ");
    t.now += 15;
    unsigned ticks = 1;
    while (delist_tick(t.d, t.now) <= t.now)
        ticks++;
    assert_true(ticks > 1 && ticks < 20); /* in portions */
    assert_int_equal(delist_overlay_usage(t.d).items, 0);
    delisting_teardown(&t);
}

static void test_reopen(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, true);
    made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000);
    made(&t, OVERLAY_DELIST, "+example.org", "pbl", 1000);
    made(&t, OVERLAY_LIST, "2001:db8::/64", "xbl", 10);
    unsigned xbl = delisting_list(&t, "xbl");
    t.rules[0].blocked_by.word[0] = 2; /* by index: the second, xbl; and it comes first now */
    struct list_rules swap = t.rules[1];
    t.rules[1] = t.rules[0];
    t.rules[0] = swap;
    t.rules[1].blocked_by.word[0] = 1;
    t.now += 10;
    delisting_reopen(&t);
    assert_int_equal(delisting_list(&t, "xbl"), xbl);
    assert_true(list_mask_has(&delist_rules(t.d, delisting_list(&t, "sbl"))->blocked_by, xbl));
    assert_true(list_mask_has(&delist_rules(t.d, xbl)->numbers, xbl));
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    assert_int_equal(delisting_says(&t, "a.example.org", "pbl"), OVERLAY_HIDES);
    assert_int_equal(delisting_says(&t, "2001:db8::1", "xbl"), OVERLAY_NOTHING);
    assert_int_equal(delist_overlay_usage(t.d).items, 2);
    struct item next = made(&t, OVERLAY_DELIST, "10.0.0.2", "xbl", 1000);
    assert_int_equal(next.number, 4);
    delisting_teardown(&t);
}

/* A clock that goes back brings back what had expired: more than there is room for does not stop a start. */
static void test_clock_back(void **state)
{
    struct delisting t;
    (void)state;
    delisting_setup(&t, true);
    for (int i = 0; i < 10; i++)
        made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 100 + i * 10);
    t.now += 500;
    for (int i = 0; i < 10; i++)
        made(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 1000 + i * 100);
    t.now -= 490;
    delisting_reopen(&t);
    assert_int_equal(delist_overlay_usage(t.d).items, OVERLAY_ITEMS_MAX);
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    t.now += 490;
    delist_tick(t.d, t.now);
    delisting_teardown(&t);
}

static void test_notes(void **state)
{
    struct delisting t;
    struct delist_op note = { .verb = DELIST_NOTE },
                     erase = { .verb = DELIST_ERASE, .subject = "a@example.org" };
    (void)state;
    delisting_setup(&t, false);
    strcpy(note.reason, "backup\nof the store");
    note = apply_as(&t, &admin, note);
    assert_int_equal(note.sequence, 1);
    struct create c = delisting_create(&t, OVERLAY_DELIST, "10.0.0.1", "xbl", 0);
    strcpy(c.requester, "a@example.org");
    struct created out = create_as(&t, &operator_, c);
    assert_string_equal(out.item.requester, "a@example.org");
    erase = apply_as(&t, &admin, erase);
    expect(&erase.judgement, JUDGE_OK, "");
    assert_int_equal(erase.affected, 1);
    assert_string_equal(stored(&t, &out.item).requester, "");
    assert_int_equal(delisting_says(&t, "10.0.0.1", "xbl"), OVERLAY_HIDES);
    delisting_teardown(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),         cmocka_unit_test(test_change),
        cmocka_unit_test(test_end),           cmocka_unit_test(test_judgements),
        cmocka_unit_test(test_lists_omitted), cmocka_unit_test(test_same),
        cmocka_unit_test(test_dry_run),       cmocka_unit_test(test_room),
        cmocka_unit_test(test_caps),          cmocka_unit_test(test_batch),
        cmocka_unit_test(test_batch_room),    cmocka_unit_test(test_group),
        cmocka_unit_test(test_repeats),       cmocka_unit_test(test_disk_full),
        cmocka_unit_test(test_overlay_full),  cmocka_unit_test(test_suspend),
        cmocka_unit_test(test_sweep),         cmocka_unit_test(test_reopen),
        cmocka_unit_test(test_clock_back),    cmocka_unit_test(test_notes),
    };
    return cmocka_run_group_tests(tests, make_actors, NULL);
}
