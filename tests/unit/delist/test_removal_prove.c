/* Removal requests that wait for a proof of control: what was found out in DNS is given, the time too. */
#include "delist/removal.h"
#include "store/requests.h"
#include "support/feed_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOST     "mx.example.com"
#define STRANGER "198.51.100.9"

static const struct delist_limits limits = {
    .listing_widest = { 24, 48 }, .allow_widest = { 16, 32 }, .requests_per_client = 1000, .pending_most = 2
};

/* own: the owner removes it at once, by any proof; an operator reviews it else. dns, mail, home: by one proof
 * only; pbl: by a code to the requester. sbl: a review. */
static void open_lists(struct feed_fixture *f)
{
    static const struct {
        const char *name;
        enum removal_policy removal;
        unsigned proof;
    } lists[FEED_FIXTURE_LISTS] = {
        { "own", REMOVAL_OWNER, PROOF_MAIL | PROOF_DNS | PROOF_ADDRESS },
        { "dns", REMOVAL_SELF, PROOF_DNS },
        { "mail", REMOVAL_SELF, PROOF_MAIL },
        { "home", REMOVAL_SELF, PROOF_ADDRESS },
        { "pbl", REMOVAL_SELF, 0 },
        { "sbl", REMOVAL_OWNER, 0 },
    };
    struct list_policy rules[FEED_FIXTURE_LISTS];
    memset(rules, 0, sizeof(rules));
    for (unsigned i = 0; i < FEED_FIXTURE_LISTS; i++) {
        strcpy(rules[i].name, lists[i].name);
        rules[i].removal = lists[i].removal;
        rules[i].proof = lists[i].proof;
        rules[i].confirm = strcmp(lists[i].name, "pbl") == 0;
        rules[i].widest[0] = rules[i].public_widest[0] = 32;
        rules[i].widest[1] = rules[i].public_widest[1] = 64;
        rules[i].duration = rules[i].public_duration = 7 * DAY;
        rules[i].removals = 2;
        rules[i].window = 30 * DAY;
        rules[i].relist_factor = 1;
    }
    feed_fixture_open(f, rules, &limits, PRIVACY_FULL, true);
    for (unsigned i = 0; i < FEED_FIXTURE_LISTS; i++)
        feed_fixture_load(f, lists[i].name, i == 0 ? "192.0.2.0/24" : "203.0.113.0/24", "2001:db8::1",
                          "spam.example");
}

static struct delist_op ask_from(struct feed_fixture *f, const char *client, const char *query,
                                 const char *lists, const char *email)
{
    struct delist_op op = feed_fixture_request(f, client, query, lists, email);

    strcpy(op.evidence.hosts, HOST);
    feed_fixture_apply(f, &op);
    return op;
}

static struct delist_op ask(struct feed_fixture *f, const char *query, const char *lists)
{
    return ask_from(f, STRANGER, query, lists, "");
}

static struct delist_op act(struct feed_fixture *f, enum delist_verb verb, const char *client, const char *id,
                            const char *text, struct proof_evidence evidence)
{
    static struct actor anybody;
    struct delist_op op = { .verb = verb, .actor = &anybody, .evidence = evidence };

    anybody = (struct actor){ .origin = "api" };
    strcpy(anybody.client, client);
    strcpy(op.id, id);
    strcpy(op.reason, text);
    feed_fixture_apply(f, &op);
    return op;
}

static struct delist_op prove(struct feed_fixture *f, const char *id, enum proof_kind kind,
                              enum proof_finding finding, const char *to)
{
    struct proof_evidence evidence = { .kind = kind, .finding = finding };
    if (finding == PROOF_FOUND && kind == PROOF_MAIL)
        strcpy(evidence.hosts, HOST);
    return act(f, DELIST_PROVE, STRANGER, id, to, evidence);
}

static struct delist_op enter(struct feed_fixture *f, const char *id, const char *code)
{
    return act(f, DELIST_VERIFY, STRANGER, id, code, (struct proof_evidence){ .hosts = "" });
}

static struct delist_op review(struct feed_fixture *f, const char *id)
{
    return act(f, DELIST_REVIEW, STRANGER, id, "", (struct proof_evidence){ .hosts = "" });
}

/* The status and the lists where it was removed, "removed: own"; or the code of the refusal. */
static void expect(const struct feed_fixture *f, const struct delist_op *op, const char *expected)
{
    char text[256];
    if (op->refusal.kind != REFUSE_NONE)
        snprintf(text, sizeof(text), "%s", op->refusal.code);
    else
        snprintf(text, sizeof(text), "%s: %s", request_status_word(op->request.status),
                 feed_fixture_names(f, &op->request.removed));
    assert_string_equal(text, expected);
}

static struct removal_request stored(const struct feed_fixture *f, const char *id)
{
    struct removal_request request;
    struct store_reader *r;
    struct error error;

    assert_int_equal(store_read(delist_store(f->delist.d), &r, &error), OK);
    assert_int_equal(requests_find(r, id, &request, &error), OK);
    store_read_end(r);
    return request;
}

/* ---- Each kind ---- */

static void by_a_record(void **state)
{
    struct feed_fixture f;

    (void)state;
    open_lists(&f);
    struct delist_op op = ask(&f, "192.0.2.1", "own"), last;
    expect(&f, &op, "verify: ");
    assert_string_equal(op.request.reply, "own: it is removed once control of it is proven.");
    assert_int_equal(removal_proofs(f.delist.d, &op.request), PROOF_MAIL | PROOF_DNS | PROOF_ADDRESS);
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_MISSING, "");
    expect(&f, &last, "no_record");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_NO_ANSWER, "");
    expect(&f, &last, "no_answer");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_BUSY, "");
    expect(&f, &last, "busy");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_UNASKED, "");
    expect(&f, &last, "no_record");
    assert_int_equal(stored(&f, op.request.id).checks, 3); /* a look-up that was not made does not count */
    assert_int_equal(stored(&f, op.request.id).status, REQUEST_VERIFY);
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "removed: own");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "decided");
    assert_string_equal(feed_fixture_events(&f), "public:requested public:delisted public:decided");
    feed_fixture_close(&f);
}

static void look_ups_are_counted(void **state)
{
    struct feed_fixture f;
    struct delist_op last;

    (void)state;
    open_lists(&f);
    struct delist_op op = ask(&f, "192.0.2.1", "own"), other = ask(&f, "192.0.2.2", "own");
    for (unsigned i = 0; i < REMOVAL_CHECKS; i++) {
        last = prove(&f, op.request.id, i % 2 == 0 ? PROOF_DNS : PROOF_MAIL, PROOF_MISSING, "");
        expect(&f, &last, i % 2 == 0 ? "no_record" : "no_mailbox");
    }
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "too_many_checks");
    last = prove(&f, op.request.id, PROOF_ADDRESS, PROOF_UNASKED, "");
    expect(&f, &last, "other_address");
    last = prove(&f, other.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "removed: own");
    feed_fixture_close(&f);
}

static void from_the_address(void **state)
{
    static const struct {
        const char *client, *query, *lists, *expected;
    } rows[] = {
        { "192.0.2.1", "192.0.2.1", "own", "removed: own" },
        { "192.0.2.1", "192.0.2.2", "own", "verify: " },
        { "203.0.113.1", "203.0.113.1", "home", "removed: home" },
        { "203.0.113.1", "203.0.113.1", "dns", "verify: " },
        { "203.0.113.2", "203.0.113.2", "dns home", "verify: home" },
        { "2001:db8::99", "2001:db8::1", "home", "removed: home" }, /* the /64 */
        { "2001:db8:0:1::1", "2001:db8::1", "own", "verify: " },
        { "", "192.0.2.3", "own", "verify: " },
        { "unix", "192.0.2.4", "own", "verify: " },
    };
    struct feed_fixture f;

    (void)state;
    open_lists(&f);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        print_message("%s from %s\n", rows[i].query, rows[i].client);
        struct delist_op op = ask_from(&f, rows[i].client, rows[i].query, rows[i].lists, "");
        expect(&f, &op, rows[i].expected);
    }
    struct delist_op op = ask(&f, "192.0.2.9", "own");
    struct proof_evidence evidence = { .kind = PROOF_ADDRESS };
    struct delist_op last = act(&f, DELIST_PROVE, "192.0.2.8", op.request.id, "", evidence);
    expect(&f, &last, "other_address");
    last = act(&f, DELIST_PROVE, "192.0.2.9", op.request.id, "", evidence);
    expect(&f, &last, "removed: own");
    feed_fixture_close(&f);
}

static void by_mail(void **state)
{
    struct feed_fixture f;
    struct delist_op last;
    char code[sizeof(f.code)];

    (void)state;
    open_lists(&f);
    struct delist_op op = ask(&f, "192.0.2.1", "own");
    const char *id = op.request.id;
    last = prove(&f, id, PROOF_MAIL, PROOF_FOUND, "postmaster@evil.example");
    expect(&f, &last, "other_mailbox");
    last = prove(&f, id, PROOF_MAIL, PROOF_FOUND, "POSTMASTER@" HOST);
    expect(&f, &last, "other_mailbox");
    last = prove(&f, id, PROOF_MAIL, PROOF_MISSING,
                 "postmaster@" HOST); /* the name does not lead back any more */
    expect(&f, &last, "no_mailbox");
    assert_string_equal(stored(&f, id).hosts, "");
    last = prove(&f, id, PROOF_MAIL, PROOF_NO_ANSWER, "postmaster@" HOST);
    expect(&f, &last, "no_answer");
    assert_int_equal(f.mails, 0);
    last = prove(&f, id, PROOF_MAIL, PROOF_FOUND, "abuse@" HOST);
    expect(&f, &last, "verify: ");
    assert_int_equal(f.mails, 1);
    assert_string_equal(f.mailed_to, "abuse@" HOST);
    assert_string_equal(stored(&f, id).control_to, "abuse@" HOST);
    strcpy(code, f.code);
    last = enter(&f, id, "2345-6789-ABCD-EFGH");
    expect(&f, &last, "wrong_code");
    assert_int_equal(stored(&f, id).wrong_codes, 1);
    last = enter(&f, id, code);
    expect(&f, &last, "removed: own");
    last = enter(&f, id, code); /* people click twice */
    expect(&f, &last, "removed: own");
    feed_fixture_close(&f);
}

/* One mail a day for a target; who asks meanwhile shares its code. */
static void one_mail_a_day(void **state)
{
    struct feed_fixture f;
    struct delist_op last;

    (void)state;
    open_lists(&f);
    struct delist_op first = ask(&f, "192.0.2.1", "own");
    struct delist_op second = ask_from(&f, "198.51.100.77", "192.0.2.1", "own", "");
    last = prove(&f, first.request.id, PROOF_MAIL, PROOF_FOUND, "postmaster@" HOST);
    expect(&f, &last, "verify: ");
    f.delist.now += DAY - 1;
    second =
        ask_from(&f, "198.51.100.77", "192.0.2.1", "own", ""); /* the first one of that client is too old */
    last = prove(&f, second.request.id, PROOF_MAIL, PROOF_FOUND, "abuse@" HOST);
    expect(&f, &last, "verify: ");
    assert_int_equal(f.mails, 1);
    assert_string_equal(stored(&f, second.request.id).control_to, "postmaster@" HOST); /* where it went */
    f.delist.now++;
    struct delist_op third = ask_from(&f, "198.51.100.78", "192.0.2.1", "own", "");
    char shared[sizeof(f.code)];
    strcpy(shared, f.code);
    last = prove(&f, third.request.id, PROOF_MAIL, PROOF_FOUND, "abuse@" HOST);
    assert_int_equal(f.mails, 2);
    assert_string_equal(f.mailed_to, "abuse@" HOST);
    last = enter(&f, first.request.id, shared);
    expect(&f, &last, "expired");
    last = enter(&f, third.request.id, shared);
    expect(&f, &last, "wrong_code");
    last = enter(&f, second.request.id, shared);
    expect(&f, &last, "removed: own");
    /* Another address is another target; all of a /64 is one. */
    struct delist_op other = ask(&f, "192.0.2.2", "own");
    last = prove(&f, other.request.id, PROOF_MAIL, PROOF_FOUND, "postmaster@" HOST);
    assert_int_equal(f.mails, 3);
    struct delist_op six = ask(&f, "2001:db8::1", "mail");
    last = prove(&f, six.request.id, PROOF_MAIL, PROOF_FOUND, "postmaster@" HOST);
    assert_int_equal(f.mails, 4);
    six = ask_from(&f, "198.51.100.77", "2001:db8::1", "mail", "");
    last = prove(&f, six.request.id, PROOF_MAIL, PROOF_FOUND, "postmaster@" HOST);
    expect(&f, &last, "verify: ");
    assert_int_equal(f.mails, 4);
    feed_fixture_close(&f);
}

static void mail_to_a_domain(void **state)
{
    struct feed_fixture f;

    (void)state;
    open_lists(&f);
    struct delist_op op = ask(&f, "spam.example", "mail");
    expect(&f, &op, "verify: ");
    struct delist_op last = prove(&f, op.request.id, PROOF_MAIL, PROOF_UNASKED, "postmaster@" HOST);
    expect(&f, &last, "other_mailbox");
    last = prove(&f, op.request.id, PROOF_MAIL, PROOF_UNASKED, "postmaster@spam.example");
    expect(&f, &last, "verify: ");
    assert_string_equal(f.mailed_to, "postmaster@spam.example");
    assert_int_equal(stored(&f, op.request.id).checks, 0); /* nothing is looked up for a domain */
    last = enter(&f, op.request.id, f.code);
    expect(&f, &last, "removed: mail");
    feed_fixture_close(&f);
}

/* ---- Lists that differ ---- */

/* Each proof takes it off the lists that take it; the request waits on for the others. */
static void several_lists(void **state)
{
    struct feed_fixture f;

    (void)state;
    open_lists(&f);
    struct delist_op op = ask_from(&f, STRANGER, "203.0.113.1", "dns mail pbl sbl", "ann@example.net");
    expect(&f, &op, "verify: ");
    assert_string_equal(feed_fixture_names(&f, &op.request.lists), "dns mail pbl");
    char code[sizeof(f.code)];
    strcpy(code, f.code);
    assert_string_equal(f.mailed_to, "ann@example.net");
    struct delist_op last = prove(&f, op.request.id, PROOF_ADDRESS, PROOF_UNASKED, "");
    expect(&f, &last, "other_proof");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "verify: dns");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "other_proof");
    last = enter(&f, op.request.id, code);
    expect(&f, &last, "verify: dns pbl");
    last = prove(&f, op.request.id, PROOF_MAIL, PROOF_FOUND, "postmaster@" HOST);
    expect(&f, &last, "verify: dns pbl");
    last = enter(&f, op.request.id, f.code);
    expect(&f, &last, "removed: dns mail pbl");
    feed_fixture_close(&f);
}

/* A proof does not lift the other rules. */
static void removals_are_used_up(void **state)
{
    struct feed_fixture f;
    struct actor ops = delist_fixture_actor(ROLE_ADMIN, "ops");

    (void)state;
    open_lists(&f);
    for (unsigned i = 0; i < 3; i++) {
        struct delist_op op = ask_from(&f, "192.0.2.1", "192.0.2.1", "own", "");
        expect(&f, &op, i < 2 ? "removed: own" : "pending: ");
        struct delist_op end = { .verb = DELIST_END, .actor = &ops, .kind = OVERLAY_DELIST };
        strcpy(end.id, feed_fixture_items(&f)->item[0].id);
        feed_fixture_apply(&f, &end);
        f.delist.now += DAY;
    }
    feed_fixture_close(&f);
}

static void a_review_instead(void **state)
{
    struct feed_fixture f;

    (void)state;
    open_lists(&f);
    struct delist_op op = ask(&f, "192.0.2.1", "own"), self = ask(&f, "203.0.113.1", "dns");
    assert_true(removal_may_be_reviewed(f.delist.d, &op.request));
    assert_false(removal_may_be_reviewed(f.delist.d, &self.request));
    struct delist_op last = review(&f, self.request.id);
    expect(&f, &last, "no_review");
    last = review(&f, op.request.id);
    expect(&f, &last, "pending: ");
    last = review(&f, op.request.id);
    expect(&f, &last, "decided");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "decided");
    op = ask(&f, "192.0.2.2", "own");
    f.delist.now += DAY;
    last = review(&f, op.request.id);
    expect(&f, &last, "expired");
    last = prove(&f, op.request.id, PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "expired");
    op = ask(&f, "192.0.2.3", "own");
    last = review(&f, op.request.id);
    expect(&f, &last, "pending: ");
    op = ask(&f, "192.0.2.4", "own");
    last = review(&f, op.request.id);
    expect(&f, &last, "queue_full");
    assert_int_equal(stored(&f, op.request.id).status, REQUEST_VERIFY);
    last = prove(&f, "01890a5d-ac96-774b-bcce-b302099a8057", PROOF_DNS, PROOF_FOUND, "");
    expect(&f, &last, "not_found");
    feed_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_a_record),      cmocka_unit_test(look_ups_are_counted),
        cmocka_unit_test(from_the_address), cmocka_unit_test(by_mail),
        cmocka_unit_test(one_mail_a_day),   cmocka_unit_test(mail_to_a_domain),
        cmocka_unit_test(several_lists),    cmocka_unit_test(removals_are_used_up),
        cmocka_unit_test(a_review_instead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
