/* The policies of lists, as tables: who requests what, and the code of the refusal (NULL: none). */
#include "delist/list_policy.h"
#include "delist/proof.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1000000000
#define DAY 86400

static struct range range_of(const char *text, bool subdomains)
{
    struct range range;
    struct error error;
    if (range_parse(text, subdomains, &range, &error) != OK)
        fail_msg("%s: %s", text, error.text);
    return range;
}

static struct actor actor_of(enum role role)
{
    struct actor a = { .role = role, .name = "somebody" };
    memset(&a.lists, 0xff, sizeof(a.lists));
    return a;
}

static void expect(const char *what, bool yes, const struct refusal *j, enum refusal_kind kind,
                   const char *code)
{
    if (code == NULL ? !yes : yes || j->kind != kind || strcmp(j->code, code) != 0)
        fail_msg("%s: expected %s, got %s (%s)", what, code ? code : "yes", yes ? "yes" : j->code,
                 yes ? "" : j->message);
    if (!yes && (j->message[0] == '\0' || j->message[strlen(j->message) - 1] != '.'))
        fail_msg("%s: no sentence: \"%s\"", what, j->message);
}

/* ---- Delistings ---- */

static struct list_policy list_of(enum removal_policy removal)
{
    return (struct list_policy){ .name = "xbl",
                                 .removal = removal,
                                 .bypass = true,
                                 .widest = { 16, 32 },
                                 .public_widest = { 24, 64 },
                                 .longest = 30 * DAY };
}

static void test_delist(void **state)
{
    static const struct {
        enum removal_policy removal;
        enum role role;
        const char *range;
        bool subdomains;
        int days;
        bool force;
        const char *code;
        const char *why;
    } rows[] = {
        { REMOVAL_SELF, ROLE_NONE, "192.0.2.1", false, 7, false, NULL, "anybody may, on a self list" },
        { REMOVAL_SELF, ROLE_NONE, "192.0.2.0/24", false, 7, false, NULL, "as wide as public_widest" },
        { REMOVAL_SELF, ROLE_NONE, "192.0.2.0/23", false, 7, false, "too_wide", "wider" },
        { REMOVAL_SELF, ROLE_NONE, "192.0.2.0-192.0.3.0", false, 7, false, "too_wide", "one address more" },
        { REMOVAL_SELF, ROLE_NONE, "2001:db8::/64", false, 7, false, NULL, "a /64 of IPv6" },
        { REMOVAL_SELF, ROLE_NONE, "2001:db8::/63", false, 7, false, "too_wide", "wider" },
        { REMOVAL_SELF, ROLE_NONE, "192.0.2.1", false, 31, false, "too_long", "longer than the longest" },
        { REMOVAL_SELF, ROLE_NONE, "192.0.2.1", false, 30, false, NULL, "just as long" },
        { REMOVAL_SELF, ROLE_NONE, "example.org", true, 7, false, NULL, "a name and below" },
        { REMOVAL_SINGLE, ROLE_NONE, "192.0.2.1", false, 7, false, NULL, "one address" },
        { REMOVAL_SINGLE, ROLE_NONE, "192.0.2.0/31", false, 7, false, "too_wide", "two addresses" },
        { REMOVAL_SINGLE, ROLE_NONE, "2001:db8::1", false, 7, false, NULL, "one address" },
        { REMOVAL_SINGLE, ROLE_NONE, "2001:db8::/127", false, 7, false, "too_wide", "two addresses" },
        { REMOVAL_SINGLE, ROLE_NONE, "example.org", false, 7, false, NULL, "one name" },
        { REMOVAL_SINGLE, ROLE_NONE, "example.org", true, 7, false, "too_wide", "and below" },
        { REMOVAL_SINGLE, ROLE_OWNER, "192.0.2.0/24", false, 7, false, NULL, "an owner has ranges" },
        { REMOVAL_OWNER, ROLE_NONE, "192.0.2.1", false, 7, false, "owner_only", "not the public" },
        { REMOVAL_OWNER, ROLE_READER, "192.0.2.1", false, 7, false, "owner_only", "a reader is public" },
        { REMOVAL_OWNER, ROLE_OWNER, "192.0.2.1", false, 7, false, NULL, "the owner" },
        { REMOVAL_OWNER, ROLE_OWNER, "192.0.2.1", false, 31, false, "too_long", "owners have the longest" },
        { REMOVAL_OWNER, ROLE_OPERATOR, "192.0.2.1", false, 31, false, NULL, "operators have not" },
        { REMOVAL_OWNER, ROLE_OPERATOR, "10.0.0.0/16", false, 7, false, NULL, "as wide as the widest" },
        { REMOVAL_OWNER, ROLE_OPERATOR, "10.0.0.0/15", false, 7, false, "too_wide", "wider" },
        { REMOVAL_OWNER, ROLE_OPERATOR, "2001:db8::/32", false, 7, false, NULL, "as wide as the widest" },
        { REMOVAL_OWNER, ROLE_OPERATOR, "2001:db8::/31", false, 7, false, "too_wide", "wider" },
        { REMOVAL_OWNER, ROLE_ADMIN, "10.0.0.0/15", false, 7, false, "too_wide", "binds an admin too" },
        { REMOVAL_OWNER, ROLE_ADMIN, "0.0.0.0/0", false, 7, true, NULL, "but not one with force" },
        { REMOVAL_OWNER, ROLE_OPERATOR, "10.0.0.0/15", false, 7, true, "too_wide", "force is an admin's" },
        { REMOVAL_NEVER, ROLE_NONE, "192.0.2.1", false, 7, false, "removal_never", "nobody" },
        { REMOVAL_NEVER, ROLE_OPERATOR, "192.0.2.1", false, 7, false, "removal_never", "nobody" },
        { REMOVAL_NEVER, ROLE_ADMIN, "192.0.2.1", false, 7, false, "removal_never", "nobody" },
        { REMOVAL_NEVER, ROLE_ADMIN, "192.0.2.1", false, 7, true, NULL, "but an admin with force" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_policy list = list_of(rows[i].removal);
        struct range range = range_of(rows[i].range, rows[i].subdomains);
        struct actor actor = actor_of(rows[i].role);
        struct refusal j;
        bool yes = list_policy_check_delisting(&list, &actor, &range, NOW, NOW + rows[i].days * DAY,
                                               rows[i].force, &j);
        expect(rows[i].why, yes, &j, REFUSE_RULE, rows[i].code);
    }
}

/* ---- Listings ---- */

static void test_codes(void **state)
{
    static const struct {
        uint32_t code;
        const char *expected;
    } rows[] = {
        { 0x7f000000, "bad_code" }, { 0x7f000002, NULL },       { 0x7f000001, "bad_code" },
        { 0x7effffff, "bad_code" }, { 0x80000000, "bad_code" }, { 0x7ffffefe, NULL },
        { 0x7fffff00, "bad_code" }, { 0x7ffffffe, "bad_code" }, { 0x7f000101, NULL },
        { 0, "bad_code" },
    };
    struct delist_limits limits = { .listing_widest = { 24, 48 } };
    struct actor operator_ = actor_of(ROLE_OPERATOR), admin = actor_of(ROLE_ADMIN);
    struct range range = range_of("192.0.2.1", false);

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct refusal j = { 0 };
        bool yes =
            list_policy_check_listing(&limits, &operator_, &range, rows[i].code, NOW, NOW + 1, false, &j);
        expect("code", yes, &j, REFUSE_RULE, rows[i].expected);
        yes = list_policy_check_listing(&limits, &admin, &range, rows[i].code, NOW, NOW + 1, true, &j);
        expect("code, with force", yes, &j, REFUSE_RULE, rows[i].expected);
        if (rows[i].expected != NULL)
            assert_string_equal(j.field, "code");
    }
}

static void test_list(void **state)
{
    static const struct {
        enum role role;
        const char *range;
        int days;
        bool force;
        enum refusal_kind kind;
        const char *code;
    } rows[] = {
        { ROLE_NONE, "192.0.2.1", 1, false, REFUSE_FORBIDDEN, "forbidden" },
        { ROLE_READER, "192.0.2.1", 1, false, REFUSE_FORBIDDEN, "forbidden" },
        { ROLE_OWNER, "192.0.2.1", 1, false, REFUSE_NONE, NULL },
        { ROLE_OPERATOR, "192.0.2.0/24", 9, false, REFUSE_NONE, NULL },
        { ROLE_OPERATOR, "192.0.2.0/24", 11, false, REFUSE_RULE, "too_long" },
        { ROLE_OPERATOR, "192.0.2.0/23", 1, false, REFUSE_RULE, "too_wide" },
        { ROLE_OPERATOR, "2001:db8::/48", 1, false, REFUSE_NONE, NULL },
        { ROLE_OPERATOR, "2001:db8::/47", 1, false, REFUSE_RULE, "too_wide" },
        { ROLE_ADMIN, "192.0.2.0/23", 1, false, REFUSE_RULE, "too_wide" },
        { ROLE_ADMIN, "10.0.0.0/8", 99, true, REFUSE_NONE, NULL },
    };
    struct delist_limits limits = { .listing_widest = { 24, 48 }, .listing_longest = 10 * DAY };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct actor actor = actor_of(rows[i].role);
        struct range range = range_of(rows[i].range, false);
        struct refusal j;
        bool yes = list_policy_check_listing(&limits, &actor, &range, 0x7f000002, NOW,
                                             NOW + rows[i].days * DAY, rows[i].force, &j);
        expect(rows[i].range, yes, &j, rows[i].kind, rows[i].code);
    }
}

/* ---- Allows ---- */

static void test_allow(void **state)
{
    static const struct {
        bool bypass;
        enum role role;
        const char *range;
        int days;
        bool force;
        enum refusal_kind kind;
        const char *code;
    } rows[] = {
        { true, ROLE_NONE, "192.0.2.1", 1, false, REFUSE_FORBIDDEN, "forbidden" },
        { true, ROLE_OWNER, "192.0.2.1", 30, false, REFUSE_NONE, NULL },
        { true, ROLE_OWNER, "192.0.2.1", 31, false, REFUSE_RULE, "too_long" },
        { true, ROLE_OPERATOR, "10.0.0.0/16", 31, false, REFUSE_NONE, NULL },
        { true, ROLE_OPERATOR, "10.0.0.0/15", 1, false, REFUSE_RULE, "too_wide" },
        { true, ROLE_ADMIN, "10.0.0.0/15", 1, true, REFUSE_NONE, NULL },
        { false, ROLE_OPERATOR, "192.0.2.1", 1, false, REFUSE_RULE, "no_bypass" },
        { false, ROLE_ADMIN, "192.0.2.1", 1, true, REFUSE_RULE, "no_bypass" },
    };
    struct delist_limits limits = { .allow_widest = { 16, 32 } };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_policy list = list_of(REMOVAL_OWNER);
        struct actor actor = actor_of(rows[i].role);
        struct range range = range_of(rows[i].range, false);
        struct refusal j;
        list.bypass = rows[i].bypass;
        bool yes = list_policy_check_allow(&list, &limits, &actor, &range, NOW, NOW + rows[i].days * DAY,
                                           rows[i].force, &j);
        expect(rows[i].range, yes, &j, rows[i].kind, rows[i].code);
    }
}

/* ---- Scope and expiry ---- */

static void test_reach(void **state)
{
    struct range bounds[2] = { range_of("192.0.2.0/24", false), range_of("example.org", true) };
    static const struct {
        enum role role;
        size_t bounds;
        const char *range;
        const char *code;
    } rows[] = {
        { ROLE_OPERATOR, 0, "8.8.8.8", NULL },
        { ROLE_OWNER, 0, "8.8.8.8", "range_forbidden" },
        { ROLE_OWNER, 2, "192.0.2.255", NULL },
        { ROLE_OWNER, 2, "192.0.2.0/24", NULL },
        { ROLE_OWNER, 2, "192.0.2.0/23", "range_forbidden" },
        { ROLE_OWNER, 2, "192.0.2.9-192.0.3.0", "range_forbidden" },
        { ROLE_OPERATOR, 2, "192.0.3.0", "range_forbidden" },
        { ROLE_ADMIN, 2, "192.0.3.0", "range_forbidden" },
        { ROLE_OWNER, 2, "mail.example.org", NULL },
        { ROLE_OWNER, 1, "mail.example.org", "range_forbidden" },
        { ROLE_OWNER, 2, "example.net", "range_forbidden" },
    };
    struct list_mask lists = { { 0 } };
    struct refusal j;

    (void)state;
    list_mask_add(&lists, 3);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct actor actor = actor_of(rows[i].role);
        struct range range = range_of(rows[i].range, false);
        actor.ranges = bounds;
        actor.ranges_count = rows[i].bounds;
        expect(rows[i].range, list_policy_check_scope(&actor, &range, &lists, &j), &j, REFUSE_FORBIDDEN,
               rows[i].code);
    }
    struct actor actor = actor_of(ROLE_ADMIN);
    actor.lists = (struct list_mask){ { 0 } };
    list_mask_add(&actor.lists, 2);
    expect("list", list_policy_check_scope(&actor, &bounds[0], &lists, &j), &j, REFUSE_FORBIDDEN,
           "list_forbidden");
    list_mask_add(&actor.lists, 3);
    expect("list", list_policy_check_scope(&actor, &bounds[0], &lists, &j), &j, REFUSE_FORBIDDEN, NULL);
}

static void test_expiry(void **state)
{
    static const struct {
        enum role role;
        int64_t at;
        enum refusal_kind kind;
        const char *code;
    } rows[] = {
        { ROLE_OPERATOR, NOW + 1, REFUSE_NONE, NULL },
        { ROLE_OPERATOR, NOW, REFUSE_RULE, "expired_already" },
        { ROLE_ADMIN, NOW - 1, REFUSE_RULE, "expired_already" },
        { ROLE_ADMIN, INT64_MIN, REFUSE_RULE, "expired_already" },
        { ROLE_OPERATOR, STORE_FOREVER, REFUSE_FORBIDDEN, "no_end" },
        { ROLE_ADMIN, STORE_FOREVER, REFUSE_NONE, NULL },
        { ROLE_ADMIN, NOW + LIST_POLICY_LONGEST, REFUSE_NONE, NULL },
        { ROLE_ADMIN, NOW + LIST_POLICY_LONGEST + 1, REFUSE_RULE, "too_long" },
        { ROLE_ADMIN, STORE_FOREVER - 1, REFUSE_RULE, "too_long" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct actor actor = actor_of(rows[i].role);
        struct refusal j;
        bool yes = list_policy_check_expiry(&actor, NOW, rows[i].at, &j);
        expect("end", yes, &j, rows[i].kind, rows[i].code);
    }
}

/* ---- Public removals ---- */

static void test_outlook(void **state)
{
    static const struct {
        const char *what;
        struct removal_facts facts;
        uint32_t removals, cool_down, factor;
        unsigned left;
        int64_t next;
    } rows[] = {
        { "never removed", { 0, 0, 0, 0, -1, { 0 }, 0, false }, 3, DAY, 2, 3, 0 },
        { "once", { 1, 0, NOW - 100, 0, -1, { 0 }, 0, false }, 3, DAY, 2, 2, NOW - 100 + DAY },
        { "the cool-down is over", { 1, 0, NOW - DAY, 0, -1, { 0 }, 0, false }, 3, DAY, 2, 2, 0 },
        { "relisted: twice as long, from then on",
          { 1, 1, NOW - DAY, NOW - 100, -1, { 0 }, 0, false },
          3,
          DAY,
          2,
          2,
          NOW - 100 + 2 * DAY },
        { "three times: 2 * 2 * 2", { 3, 3, NOW - DAY, NOW, -1, { 0 }, 0, false }, 9, 60, 2, 6, NOW + 480 },
        { "factor 1", { 3, 3, NOW - DAY, NOW, -1, { 0 }, 0, false }, 9, 60, 1, 6, NOW + 60 },
        { "used up: a review, at once", { 3, 0, NOW - DAY, 0, -1, { 0 }, 0, false }, 3, 60, 2, 0, 0 },
        { "more than that", { 7, 0, NOW - DAY, 0, -1, { 0 }, 0, false }, 3, 60, 2, 0, 0 },
        { "...though there is a cool-down", { 3, 0, NOW, 0, -1, { 0 }, 0, false }, 3, DAY, 2, 0, 0 },
        { "no bound", { 70, 0, NOW - 60, 0, -1, { 0 }, 0, false }, 0, 60, 2, UINT_MAX, 0 },
        { "a year at most", { 1, 200, NOW, NOW, -1, { 0 }, 0, false }, 3, DAY, 2, 2, NOW + 366 * DAY },
        { "...also when the last relisting passes it",
          { 1, 9, NOW, NOW, -1, { 0 }, 0, false },
          3,
          DAY,
          2,
          2,
          NOW + 366 * DAY },
        { "...unless the rules want more",
          { 1, 9, NOW, NOW, -1, { 0 }, 0, false },
          3,
          400 * DAY,
          2,
          2,
          NOW + 400 * DAY },
        { "the clock went back", { 1, 0, NOW + 9 * DAY, 0, -1, { 0 }, 0, false }, 3, DAY, 2, 2, NOW + DAY },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_policy list = list_of(REMOVAL_SELF);
        struct removal_eligibility out;
        list.window = 30 * DAY;
        list.removals = rows[i].removals;
        list.cool_down = rows[i].cool_down;
        list.relist_factor = rows[i].factor;
        list_policy_eligibility(&list, &rows[i].facts, NOW, &out);
        assert_int_equal(out.policy, rows[i].left == 0 ? REMOVAL_OWNER : REMOVAL_SELF);
        if (out.removals_left != rows[i].left || out.next_at != rows[i].next || out.blocker != -1)
            fail_msg("%s: %u left, next at %+lld", rows[i].what, out.removals_left,
                     (long long)(out.next_at - NOW));
    }
}

static void test_outlook_policy(void **state)
{
    struct removal_facts facts = { .blocker = 4 };
    struct list_policy list = list_of(REMOVAL_NEVER);
    struct removal_eligibility out;

    (void)state;
    list_policy_eligibility(&list, &facts, NOW, &out);
    assert_int_equal(out.policy, REMOVAL_NEVER);
    assert_int_equal(out.blocker, 4);
    assert_int_equal(out.removals_left, 0);
    /* What an operator decides has neither a number nor a time. */
    list = list_of(REMOVAL_OWNER);
    list.removals = 1;
    list.cool_down = DAY;
    facts = (struct removal_facts){ .removals = 1, .last_removal = NOW, .blocker = -1 };
    list_policy_eligibility(&list, &facts, NOW, &out);
    assert_int_equal(out.policy, REMOVAL_OWNER);
    assert_int_equal(out.removals_left, UINT_MAX);
    assert_int_equal(out.next_at, 0);
    /* With a proof an owner removes it without one, so both hold. */
    list.proof = PROOF_DNS;
    list_policy_eligibility(&list, &facts, NOW, &out);
    assert_int_equal(out.policy, REMOVAL_OWNER);
    assert_int_equal(out.removals_left, 0);
    assert_int_equal(out.next_at, 0); /* a review, at once */
    list.removals = 2;
    list.relist_factor = 1;
    list_policy_eligibility(&list, &facts, NOW, &out);
    assert_int_equal(out.policy, REMOVAL_OWNER);
    assert_int_equal(out.removals_left, 1);
    assert_int_equal(out.next_at, NOW + DAY);
    assert_string_equal(list_policy_removal_word(REMOVAL_SINGLE), "single");
    assert_string_equal(list_policy_tier_word(TIER_TEMPORARY), "temporary");
}

/* Public removals within the last hour, against the limits of a list. */
static void test_breaker(void **state)
{
    static const struct breaker_rules own = {
        .list = 100, .list_permille = 1, .network = 30, .target = 3, .client = 20
    };
    static const struct {
        const char *what;
        enum removal_policy removal;
        struct breaker_rules rules;
        struct removal_facts facts;
        enum removal_policy policy;
        enum removal_scope breaker;
    } rows[] = {
#define FACTS(list, network, target, client, size)                                                           \
    { .blocker = -1, .recent = { list, network, target, client }, .entries = size }
        { "below all", REMOVAL_SELF, own, FACTS(99, 29, 2, 19, 0), REMOVAL_SELF, REMOVAL_SCOPES },
        { "list", REMOVAL_SELF, own, FACTS(100, 0, 0, 0, 0), REMOVAL_OWNER, REMOVALS_OF_LIST },
        { "network", REMOVAL_SELF, own, FACTS(30, 30, 0, 0, 0), REMOVAL_OWNER, REMOVALS_OF_NETWORK },
        { "target", REMOVAL_SELF, own, FACTS(3, 3, 3, 0, 0), REMOVAL_OWNER, REMOVALS_OF_TARGET },
        { "client", REMOVAL_SINGLE, own, FACTS(20, 0, 0, 20, 0), REMOVAL_OWNER, REMOVALS_BY_CLIENT },
        { "beyond", REMOVAL_SINGLE, own, FACTS(999, 999, 999, 999, 0), REMOVAL_OWNER, REMOVALS_OF_LIST },
        { "a list as big as ever", REMOVAL_SELF, own, FACTS(100, 0, 0, 0, 100999), REMOVAL_OWNER,
          REMOVALS_OF_LIST },
        { "a bigger one", REMOVAL_SELF, own, FACTS(100, 0, 0, 0, 101000), REMOVAL_SELF, REMOVAL_SCOPES },
        { "ten million", REMOVAL_SELF, own, FACTS(9999, 0, 0, 0, 10000000), REMOVAL_SELF, REMOVAL_SCOPES },
        { "...and a share of it", REMOVAL_SELF, own, FACTS(10000, 0, 0, 0, 10000000), REMOVAL_OWNER,
          REMOVALS_OF_LIST },
        { "no share",
          REMOVAL_SELF,
          { .list = 100 },
          FACTS(100, 0, 0, 0, 10000000),
          REMOVAL_OWNER,
          REMOVALS_OF_LIST },
        { "no limit of the list",
          REMOVAL_SELF,
          { .list_permille = 1 },
          FACTS(10000, 0, 0, 0, 1000),
          REMOVAL_SELF,
          REMOVAL_SCOPES },
        { "no limits", REMOVAL_SELF, { 0 }, FACTS(999, 999, 999, 999, 0), REMOVAL_SELF, REMOVAL_SCOPES },
        { "an operator decides anyway", REMOVAL_OWNER, own, FACTS(999, 999, 999, 999, 0), REMOVAL_OWNER,
          REMOVAL_SCOPES },
        { "never", REMOVAL_NEVER, own, FACTS(999, 999, 999, 999, 0), REMOVAL_NEVER, REMOVAL_SCOPES },
#undef FACTS
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_policy list = list_of(rows[i].removal);
        struct removal_facts facts = rows[i].facts;
        struct removal_eligibility out;
        list.breaker = rows[i].rules;
        list.cool_down = DAY;
        list_policy_eligibility(&list, &facts, NOW, &out);
        if (out.policy != rows[i].policy || out.breaker != rows[i].breaker || out.next_at != 0)
            fail_msg("%s: %s, breaker %d", rows[i].what, list_policy_removal_word(out.policy), out.breaker);
        /* What a wait denies, it denies. */
        facts.last_removal = NOW - 1;
        list_policy_eligibility(&list, &facts, NOW, &out);
        assert_int_equal(out.policy, rows[i].removal);
        assert_int_equal(out.breaker, REMOVAL_SCOPES);
    }
}

/* 127.0.0.2 stays listed, whatever the list permits. */
static void test_test_entry(void **state)
{
    struct removal_facts facts = { .blocker = -1, .is_test_entry = true };
    struct list_policy list = list_of(REMOVAL_SELF);
    struct removal_eligibility out;

    (void)state;
    list.removals = 3;
    list_policy_eligibility(&list, &facts, NOW, &out);
    assert_int_equal(out.policy, REMOVAL_NEVER);
    assert_int_equal(out.removals_left, 0);
}

/* Who proves control is stopped by a limit like everybody. */
static void test_breaker_and_proof(void **state)
{
    struct removal_facts facts = { .blocker = -1, .recent = { 7 } };
    struct list_policy list = list_of(REMOVAL_OWNER);
    struct removal_eligibility out;

    (void)state;
    list.breaker.list = 7;
    list_policy_eligibility(&list, &facts, NOW, &out);
    assert_int_equal(out.breaker, REMOVAL_SCOPES);
    list.proof = PROOF_DNS;
    list_policy_eligibility(&list, &facts, NOW, &out);
    assert_int_equal(out.policy, REMOVAL_OWNER);
    assert_int_equal(out.breaker, REMOVALS_OF_LIST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_delist),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_allow),
        cmocka_unit_test(test_reach),
        cmocka_unit_test(test_expiry),
        cmocka_unit_test(test_outlook),
        cmocka_unit_test(test_outlook_policy),
        cmocka_unit_test(test_breaker),
        cmocka_unit_test(test_test_entry),
        cmocka_unit_test(test_breaker_and_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
