#include "delist/removal_plan.h"
#include "store/requests.h"
#include "support/delist_fixture.h"
#include "support/feed_fixture.h"
#include "support/list_text.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR 3600

static const struct delist_limits limits = { .listing_widest = { 24, 48 },
                                             .allow_widest = { 16, 32 },
                                             .requests_per_client = 100 };

/* xbl: anybody removes an address 3 times in 30 days, a day apart, unless css lists it. pbl: a code is
 * required. sbl: an operator decides. dbl: single names and addresses only. zzz: never. */
static void open_with(struct feed_fixture *f, enum privacy privacy, bool mail,
                      const struct delist_limits *own)
{
    static const struct {
        const char *name;
        enum removal_policy removal;
        bool confirm;
        uint32_t max_ttl;
    } lists[FEED_FIXTURE_LISTS] = {
        { "sbl", REMOVAL_OWNER, false, 0 },   { "xbl", REMOVAL_SELF, false, 300 },
        { "pbl", REMOVAL_SELF, true, 900 },   { "css", REMOVAL_SELF, false, 300 },
        { "dbl", REMOVAL_SINGLE, false, 60 }, { "zzz", REMOVAL_NEVER, false, 0 },
    };
    struct list_policy rules[FEED_FIXTURE_LISTS];
    memset(rules, 0, sizeof(rules));
    for (unsigned i = 0; i < FEED_FIXTURE_LISTS; i++) {
        strcpy(rules[i].name, lists[i].name);
        rules[i].removal = lists[i].removal;
        rules[i].confirm = lists[i].confirm;
        rules[i].max_ttl = lists[i].max_ttl;
        rules[i].widest[0] = 16;
        rules[i].widest[1] = 32;
        rules[i].public_widest[0] = 32;
        rules[i].public_widest[1] = 64;
        rules[i].duration = 30 * DAY;
        rules[i].longest = 365 * DAY;
        rules[i].public_duration = 7 * DAY;
        rules[i].removals = 3;
        rules[i].window = 30 * DAY;
        rules[i].cool_down = DAY;
        rules[i].relist_factor = 2;
        rules[i].relist_after = HOUR;
    }
    list_mask_add(&rules[1].blocked_by, 3);
    feed_fixture_open(f, rules, own, privacy, mail);
}

static void open_as(struct feed_fixture *f, enum privacy privacy, bool mail, uint32_t requests_per_client)
{
    struct delist_limits own = limits;
    own.requests_per_client = requests_per_client;
    open_with(f, privacy, mail, &own);
}

static void open_lists(struct feed_fixture *f)
{
    open_as(f, PRIVACY_FULL, true, 100);
}

/* Makes a request; `lists` "": none named. */
static struct delist_op ask_from(struct feed_fixture *f, const char *client, const char *query,
                                 const char *lists, const char *email)
{
    struct delist_op op = feed_fixture_request(f, client, query, lists, email);

    strcpy(op.request.contact_name, "A. Sender");
    feed_fixture_apply(f, &op);
    return op;
}

static struct delist_op ask_for(struct feed_fixture *f, const char *query, const char *lists,
                                const char *email)
{
    return ask_from(f, "198.51.100.9", query, lists, email);
}

static struct delist_op ask(struct feed_fixture *f, const char *query, const char *lists)
{
    return ask_for(f, query, lists, "");
}

static struct delist_op decide(struct feed_fixture *f, enum delist_verb verb, const char *id,
                               const char *text)
{
    static struct actor ops;
    struct delist_op op = { .verb = verb, .actor = &ops };

    ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    strcpy(op.id, id);
    strcpy(op.reason, text);
    feed_fixture_apply(f, &op);
    return op;
}

/* The request as it is stored. */
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

/* Compares the outcome of a request: its status, or the code of a refusal; the lists removed; its reply. */
static void check(const struct feed_fixture *f, const struct delist_op *op, const char *outcome,
                  const char *removed, const char *reply)
{
    const struct removal_request *r = &op->request;
    if (op->refusal.kind != REFUSE_NONE) {
        assert_string_equal(op->refusal.code, outcome);
        assert_string_equal(op->confirm_code, "");
        return;
    }
    assert_string_equal(request_status_word(r->status), outcome);
    assert_string_equal(feed_fixture_names(f, &r->removed), removed);
    if (reply != NULL)
        assert_string_equal(r->reply, reply);
    struct removal_request s = stored(f, r->id);
    assert_int_equal(s.status, r->status);
    assert_memory_equal(&s.removed, &r->removed, sizeof(s.removed));
    assert_string_equal(s.reply, r->reply);
    assert_int_equal(s.effective_by, r->effective_by);
    assert_int_equal(s.revision, r->revision);
}

/* ---- One list ---- */

static void by_policy(void **state)
{
    (void)state;
    static const struct {
        const char *query, *lists, *outcome, *removed, *reply, *item;
    } rows[] = {
        { "192.0.2.1", "", "removed", "xbl",
          "xbl: removed until 2026-11-29T04:19:58Z; new abuse lists it again.", "192.0.2.1" },
        { "192.0.2.2", "sbl", "pending", "", "sbl: an operator will review the request.", NULL },
        { "192.0.2.3", "", "denied", "", "zzz: nothing is removed from this list by request.", NULL },
        { "192.0.2.4", "xbl", "denied", "", "xbl: it is also listed by css; resolve that first.", NULL },
        { "192.0.2.5", "dbl", "removed", "dbl", NULL, "192.0.2.5" },
        { "192.0.2.77", "", "not_listed", "", NULL, NULL },
        { "192.0.2.1", "sbl", "not_listed", "", NULL, NULL },
        { "192.0.2.1", "sbl xbl zzz", "removed", "xbl", NULL, "192.0.2.1" },
        { "192.0.2.0/31", "", "too_wide", "", NULL, NULL },
        { "192.0.2.1-192.0.2.2", "xbl", "too_wide", "", NULL, NULL },
        { "2001:db8::/63", "", "too_wide", "", NULL, NULL },
        { "2001:db8::/96", "", "too_wide", "", NULL, NULL },
        { "2001:db8:0:1::1", "", "removed", "xbl", NULL, "2001:db8:0:1::/64" },
        { "2001:db8:0:1::/64", "", "removed", "xbl", NULL, "2001:db8:0:1::/64" },
        { "2001:db8:0:2::1", "", "removed", "dbl", NULL, "2001:db8:0:2::1" },
        { "2001:db8:0:2::/64", "", "denied", "", "dbl: only single addresses are removed.", NULL },
        { "example.com", "", "removed", "xbl", NULL, "example.com" },
        { "example.org", "", "removed", "dbl", NULL, "example.org" },
        { "co.example", "", "removed", "xbl", NULL, "co.example" },
        { "a.b.wild.example", "", "removed", "xbl", NULL, "a.b.wild.example" },
        { "www.example.com", "", "not_listed", "", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct feed_fixture f;
        char text[RANGE_TEXT];
        open_lists(&f);
        feed_fixture_load(&f, "xbl", "192.0.2.1\n192.0.2.4", "2001:db8:0:1::1",
                          "example.com\nco.example\nspam.co.example\n*.wild.example");
        feed_fixture_load(&f, "css", "192.0.2.4", "", "");
        feed_fixture_load(&f, "sbl", "192.0.2.2", "", "");
        feed_fixture_load(&f, "zzz", "192.0.2.3", "", "");
        feed_fixture_load(&f, "dbl", "192.0.2.5", "2001:db8:0:2::1", "example.org");
        print_message("%s on \"%s\": %s\n", rows[i].query, rows[i].lists, rows[i].outcome);
        struct delist_op op = ask(&f, rows[i].query, rows[i].lists);
        check(&f, &op, rows[i].outcome, rows[i].removed, rows[i].reply);
        const struct feed_fixture_items *items = feed_fixture_items(&f);
        assert_int_equal(items->count, rows[i].item != NULL);
        if (rows[i].item != NULL) {
            range_format(&items->item[0].range, text);
            assert_string_equal(text, rows[i].item);
            assert_string_equal(feed_fixture_names(&f, &items->item[0].lists), rows[i].removed);
        }
        feed_fixture_close(&f);
    }
}

static void creates_an_ordinary_delisting(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    struct delist_op op = ask_for(&f, "192.0.2.1", "", "a@example.com");
    const struct item *item = &feed_fixture_items(&f)->item[0];
    assert_int_equal(op.request.effective_by, LIST_TEXT_NOW + 300);
    assert_int_equal(item->kind, OVERLAY_DELIST);
    assert_false(item->sticky);
    assert_int_equal(item->expires_at, LIST_TEXT_NOW + 7 * DAY);
    assert_string_equal(item->origin, "request");
    assert_string_equal(item->created_by, "public");
    assert_string_equal(item->requester, "a@example.com");
    assert_string_equal(item->reason, "removal request"); /* the id is not for all who see items */
    assert_string_equal(feed_fixture_events(&f), "public:delisted public:requested");
    assert_int_equal(f.delist.publishes, 2); /* at the start, and once for this */
    feed_fixture_close(&f);
}

/* A name stands for what is below it only where the lists have nothing of its own there. */
static void names_and_what_is_below(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        bool subdomains;
    } rows[] = { { "example.com", true }, { "co.example", false }, { "spam.co.example", true } };
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "", "", "example.com\nco.example\nspam.co.example");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct delist_op op = ask(&f, rows[i].query, "xbl");
        assert_int_equal(op.refusal.kind, REFUSE_NONE);
        assert_int_equal(feed_fixture_items(&f)->item[0].range.subdomains, rows[i].subdomains);
    }
    feed_fixture_close(&f);
}

static void the_same_again(void **state)
{
    (void)state;
    static const char *const queries[] = { "192.0.2.1", "192.0.2.2", "2001:db8::1", "example.com" };
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "2001:db8::1", "example.com\na.example.com");
    feed_fixture_load(&f, "sbl", "192.0.2.2", "", "");
    for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
        print_message("%s\n", queries[i]);
        f.delist.now = LIST_TEXT_NOW;
        struct delist_op first = ask(&f, queries[i], "");
        unsigned items = feed_fixture_items(&f)->count;
        f.delist.now = LIST_TEXT_NOW + 7 * DAY - 1;
        struct delist_op again = ask(&f, queries[i], "");
        assert_int_equal(again.refusal.kind, REFUSE_NONE);
        assert_string_equal(again.request.id, first.request.id);
        assert_int_equal(again.request.created_at, LIST_TEXT_NOW);
        assert_int_equal(feed_fixture_items(&f)->count, items);
    }
    feed_fixture_close(&f);
}

/* ---- Limits ---- */

static void cool_down_and_review(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    struct delist_op op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "removed", "xbl", NULL);
    /* It ends early; a day must have passed since it was made. */
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct delist_op end = { .verb = DELIST_END, .actor = &ops };
    strcpy(end.id, feed_fixture_items(&f)->item[0].id);
    feed_fixture_apply(&f, &end);
    f.delist.now = LIST_TEXT_NOW + DAY - 1;
    op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "denied", "",
          "xbl: it was removed recently; the next removal is possible at 2026-11-23T04:19:58Z.");
    f.delist.now = LIST_TEXT_NOW + DAY;
    op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "removed", "xbl", NULL);
    f.delist.now = LIST_TEXT_NOW + 9 * DAY; /* the second one has expired */
    op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "removed", "xbl", NULL);
    f.delist.now = LIST_TEXT_NOW + 17 * DAY;
    op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "pending", "",
          "xbl: it was removed 3 times recently; an operator will review the request.");
    f.delist.now = LIST_TEXT_NOW + 30 * DAY + 1; /* the first one is no longer within the window */
    op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "removed", "xbl", NULL);
    feed_fixture_close(&f);
}

static void requests_an_hour(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_as(&f, PRIVACY_FULL, true, 2);
    feed_fixture_load(&f, "xbl", "192.0.2.0/24", "", "");
    assert_int_equal(ask(&f, "192.0.2.1", "").refusal.kind, REFUSE_NONE);
    assert_int_equal(ask(&f, "192.0.2.2", "").refusal.kind, REFUSE_NONE);
    struct delist_op op = ask(&f, "192.0.2.3", "");
    assert_int_equal(op.refusal.kind, REFUSE_TOO_MANY);
    assert_int_equal(op.refusal.retry_after, HOUR / 2); /* two an hour: one in half an hour */
    assert_int_equal(feed_fixture_items(&f)->count, 2);
    assert_int_equal(ask(&f, "192.0.2.2", "").refusal.kind, REFUSE_NONE); /* a repeat is none */
    f.delist.now += HOUR / 2 - 1;
    assert_int_equal(ask(&f, "192.0.2.3", "").refusal.kind, REFUSE_TOO_MANY);
    f.delist.now++;
    assert_int_equal(ask(&f, "192.0.2.3", "").refusal.kind, REFUSE_NONE);
    assert_int_equal(ask(&f, "192.0.2.4", "").refusal.kind, REFUSE_TOO_MANY);
    feed_fixture_close(&f);
}

/* Those who have a token, such as a desk that files what it is told by telephone, are not the public. */
static void as_many_as_needed_with_a_token(void **state)
{
    (void)state;
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct feed_fixture f;
    open_as(&f, PRIVACY_FULL, true, 2);
    feed_fixture_load(&f, "xbl", "192.0.2.0/24", "", "");
    strcpy(ops.client, "198.51.100.9");
    for (unsigned n = 0; n < 200; n++) {
        char query[32];
        struct delist_op op = { .verb = DELIST_REQUEST, .actor = &ops };
        snprintf(query, sizeof(query), "192.0.2.%u", n);
        op.request.range = text_range(query, true);
        feed_fixture_apply(&f, &op);
        check(&f, &op, "removed", "xbl", NULL);
    }
    struct delist_op op = ask(&f, "192.0.2.201", ""); /* nor do they use up what others have */
    check(&f, &op, "removed", "xbl", NULL);
    feed_fixture_close(&f);
}

static void too_many_items(void **state)
{
    (void)state;
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    for (unsigned i = 0; i < OVERLAY_ITEMS_MAX; i++) {
        struct item_spec create = { .range = text_range("192.0.2.1", false),
                                    .lists_given = true,
                                    .lists = delist_fixture_lists(&f.delist, "css"),
                                    .expiry = { EXPIRY_IN, DAY + 1000 * i } };
        struct item_result created;
        struct delist_op op = { .actor = &ops, .create = &create, .created = &created, .count = 1 };
        feed_fixture_apply(&f, &op);
        assert_int_equal(op.refusal.kind, REFUSE_NONE);
    }
    struct delist_op op = ask(&f, "192.0.2.1", "");
    assert_int_equal(op.refusal.kind, REFUSE_CONFLICT);
    assert_int_equal(feed_fixture_items(&f)->count, OVERLAY_ITEMS_MAX);
    assert_null(strstr(feed_fixture_events(&f), "requested"));
    feed_fixture_close(&f);
}

static void not_loaded_yet(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    struct delist_op op = ask(&f, "192.0.2.1", "");
    assert_int_equal(op.refusal.kind, REFUSE_UNAVAILABLE);
    assert_true(op.refusal.retry_after > 0);
    feed_fixture_close(&f);
}

/* ---- Several lists ---- */

static void lists_differ(void **state)
{
    (void)state;
    struct feed_fixture f;
    char reply[STORE_REASON];
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    feed_fixture_load(&f, "sbl", "192.0.2.1", "", "");
    feed_fixture_load(&f, "zzz", "192.0.2.1", "", "");
    struct delist_op op = ask(&f, "192.0.2.1", "");
    assert_int_equal(op.request.status, REQUEST_REMOVED);
    assert_string_equal(feed_fixture_names(&f, &op.request.removed), "xbl");

    /* Lists that need a review get a request of their own, which the reply names. */
    struct delist_op rest = ask(&f, "192.0.2.1", "sbl");
    check(&f, &rest, "pending", "", "sbl: an operator will review the request.");
    snprintf(reply, sizeof(reply),
             "xbl: removed until 2026-11-29T04:19:58Z; new abuse lists it again. "
             "sbl: an operator will review the request. Its status is that of request %s. "
             "zzz: nothing is removed from this list by request.",
             rest.request.id);
    check(&f, &op, "removed", "xbl", reply);

    /* All of it again makes nothing new. */
    struct delist_op again = ask(&f, "192.0.2.1", "");
    assert_string_equal(again.request.id, op.request.id);
    assert_int_equal(feed_fixture_items(&f)->count, 1);
    assert_string_equal(feed_fixture_events(&f), "public:delisted public:requested public:requested");
    feed_fixture_close(&f);
}

static void not_listed_any_more(void **state)
{
    (void)state;
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    feed_fixture_load(&f, "css", "192.0.2.1", "", "");
    struct item_spec create = { .range = text_range("192.0.2.0/24", false),
                                .lists_given = true,
                                .lists = delist_fixture_lists(&f.delist, "css"),
                                .expiry = { EXPIRY_IN, DAY } };
    struct item_result created;
    struct delist_op made = { .actor = &ops, .create = &create, .created = &created, .count = 1 };
    feed_fixture_apply(&f, &made);
    /* css does not list it any more, and so does not block xbl. */
    struct delist_op op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "removed", "xbl css",
          "xbl: removed until 2026-11-29T04:19:58Z; new abuse lists it again. css: it is already off this "
          "list.");
    assert_int_equal(feed_fixture_items(&f)->count, 2);
    assert_string_equal(feed_fixture_names(&f, &feed_fixture_items(&f)->item[0].lists), "xbl");
    feed_fixture_close(&f);
}

static void dynamic_listing(void **state)
{
    (void)state;
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "", "", "");
    struct item_spec create = { .kind = OVERLAY_LIST,
                                .range = text_range("192.0.2.1", false),
                                .lists_given = true,
                                .lists = delist_fixture_lists(&f.delist, "xbl"),
                                .code = 0x7f000004,
                                .expiry = { EXPIRY_IN, HOUR } };
    struct item_result created;
    struct delist_op made = { .actor = &ops, .create = &create, .created = &created, .count = 1 };
    feed_fixture_apply(&f, &made);
    assert_int_equal(made.refusal.kind, REFUSE_NONE);
    struct delist_op op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "removed", "xbl", NULL);
    feed_fixture_close(&f);
}

/* Operations of one group are performed in order. */
static void together(void **state)
{
    (void)state;
    static struct actor anybody = { .client = "198.51.100.9" };
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    feed_fixture_load(&f, "sbl", "192.0.2.1", "", "");
    struct delist_op op[2] = { { .verb = DELIST_REQUEST, .actor = &anybody } },
                     *ops_of[] = { &op[0], &op[1] };
    op[0].request.range = text_range("192.0.2.1", true);
    op[1] = op[0];
    delist_apply(f.delist.d, ops_of, 2, f.delist.now);
    check(&f, &op[0], "removed", "xbl", NULL);
    check(&f, &op[1], "removed", "xbl", NULL);
    assert_string_equal(op[0].request.id, op[1].request.id);
    assert_int_equal(feed_fixture_items(&f)->count, 1);

    struct delist_op rest = ask(&f, "192.0.2.1", "sbl");
    op[0] = (struct delist_op){ .verb = DELIST_DENY, .actor = &ops };
    strcpy(op[0].id, rest.request.id);
    op[1] = op[0];
    op[1].verb = DELIST_APPROVE;
    delist_apply(f.delist.d, ops_of, 2, f.delist.now);
    check(&f, &op[0], "denied", "", NULL);
    check(&f, &op[1], "decided", "", NULL);
    assert_int_equal(stored(&f, rest.request.id).status, REQUEST_DENIED);
    feed_fixture_close(&f);
}

/* ---- Decisions ---- */

static void approved_or_denied(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "sbl", "192.0.2.0/24", "", "");
    char id[STORE_ID];
    strcpy(id, ask(&f, "192.0.2.1", "").request.id);
    f.delist.now += HOUR;
    struct delist_op op = decide(&f, DELIST_APPROVE, id, "");
    check(&f, &op, "removed", "sbl", "An operator has approved the request.");
    assert_string_equal(op.request.decided_by, "ops");
    assert_int_equal(op.request.updated_at, f.delist.now);
    assert_int_equal(op.request.effective_by, f.delist.now + 2100); /* the list's own TTL */
    const struct item *item = &feed_fixture_items(&f)->item[0];
    assert_string_equal(item->created_by, "ops");
    assert_string_equal(item->origin, "request");
    assert_false(item->sticky);
    assert_int_equal(item->expires_at, f.delist.now + 7 * DAY);
    op = decide(&f, DELIST_DENY, id, "");
    assert_int_equal(op.refusal.kind, REFUSE_CONFLICT);
    assert_string_equal(op.refusal.code, "decided");

    strcpy(id, ask(&f, "192.0.2.2", "").request.id);
    op = decide(&f, DELIST_DENY, id, "Fix your machine first.");
    check(&f, &op, "denied", "", "Fix your machine first.");
    op = decide(&f, DELIST_APPROVE, id, "");
    assert_string_equal(op.refusal.code, "decided");
    assert_int_equal(feed_fixture_items(&f)->count, 1);

    op = decide(&f, DELIST_DENY, "01234567-89ab-7def-8123-456789abcdef", "");
    assert_int_equal(op.refusal.kind, REFUSE_MISSING);
    assert_string_equal(feed_fixture_events(&f),
                        "public:requested ops:delisted ops:decided public:requested ops:decided");
    feed_fixture_close(&f);
}

static void decided_with_care(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "sbl", "192.0.2.0/24", "", "");
    struct delist_op asked = ask(&f, "192.0.2.1", "");
    struct range elsewhere = text_range("198.51.100.0/24", false);
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct delist_op op = { .verb = DELIST_APPROVE, .actor = &ops };
    strcpy(op.id, asked.request.id);

    ops.ranges = &elsewhere;
    ops.ranges_count = 1;
    feed_fixture_apply(&f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_FORBIDDEN);
    ops.ranges_count = 0;
    memset(&ops.lists, 0, sizeof(ops.lists));
    feed_fixture_apply(&f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_FORBIDDEN);
    ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    op.has_revision = true;
    op.revision = asked.request.revision + 1;
    feed_fixture_apply(&f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_CHANGED);
    op.revision = asked.request.revision;
    op.has_expiry = true;
    op.expiry = (struct expiry){ EXPIRY_IN, -5 };
    feed_fixture_apply(&f, &op);
    assert_int_equal(op.refusal.kind, REFUSE_RULE);
    assert_int_equal(stored(&f, asked.request.id).status, REQUEST_PENDING);
    assert_int_equal(feed_fixture_items(&f)->count, 0);
    op.expiry = (struct expiry){ EXPIRY_IN, 90 * DAY };
    feed_fixture_apply(&f, &op);
    check(&f, &op, "removed", "sbl", NULL);
    assert_int_equal(feed_fixture_items(&f)->item[0].expires_at, LIST_TEXT_NOW + 90 * DAY);
    feed_fixture_close(&f);
}

/* ---- Codes ---- */

static struct delist_op verify(struct feed_fixture *f, const char *id, const char *code)
{
    return decide(f, DELIST_VERIFY, id, code);
}

static void confirmed_by_code(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
    struct delist_op op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "email_needed", "", NULL);
    op = ask_for(&f, "192.0.2.1", "", "a@example.com\nb@example.com");
    check(&f, &op, "bad_email", "", NULL);
    assert_int_equal(f.mails, 0);

    struct delist_op asked = ask_for(&f, "192.0.2.1", "", "a@example.com");
    check(&f, &asked, "verify", "", "pbl: it is removed once the code that was sent by e-mail is entered.");
    assert_int_equal(f.mails, 1);
    assert_string_equal(f.mailed_to, "a@example.com");
    assert_int_equal(strlen(f.code), 19);
    assert_int_equal(feed_fixture_items(&f)->count, 0);
    assert_null(strstr(asked.request.reply, f.code));

    op = verify(&f, asked.request.id, "AAAA-AAAA-AAAA-AAAA");
    assert_int_equal(op.refusal.kind, REFUSE_RULE);
    assert_string_equal(op.refusal.code, "wrong_code");
    for (char *p = f.code; *p != '\0'; p++) /* as people type it */
        *p = *p == '-' ? ' ' : *p >= 'A' ? (char)(*p + 32) : *p;
    op = verify(&f, asked.request.id, f.code);
    check(&f, &op, "removed", "pbl", "pbl: removed until 2026-11-29T04:19:58Z; new abuse lists it again.");
    assert_int_equal(op.request.effective_by, LIST_TEXT_NOW + 900);
    assert_int_equal(feed_fixture_items(&f)->count, 1);
    assert_string_equal(feed_fixture_items(&f)->item[0].created_by, "public");
    op = verify(&f, asked.request.id, f.code); /* clicked twice */
    check(&f, &op, "removed", "pbl", NULL);
    assert_int_equal(feed_fixture_items(&f)->count, 1);
    op = verify(&f, asked.request.id, "BBBB-AAAA-AAAA-AAAA");
    assert_string_equal(op.refusal.code, "decided");
    op = verify(&f, "01234567-89ab-7def-8123-456789abcdef", f.code);
    assert_int_equal(op.refusal.kind, REFUSE_MISSING);
    feed_fixture_close(&f);
}

static void codes_do_not_last(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
    struct delist_op asked = ask_for(&f, "192.0.2.1", "", "a@example.com"), op;
    for (unsigned i = 1; i < REMOVAL_CODE_ATTEMPTS; i++) {
        op = verify(&f, asked.request.id, "");
        assert_string_equal(op.refusal.code, "wrong_code");
        assert_int_equal(stored(&f, asked.request.id).status, REQUEST_VERIFY);
    }
    op = verify(&f, asked.request.id, "x");
    assert_string_equal(op.refusal.code, "wrong_code");
    assert_int_equal(stored(&f, asked.request.id).status, REQUEST_DENIED);
    op = verify(&f, asked.request.id, f.code);
    assert_string_equal(op.refusal.code, "decided");

    asked = ask_for(&f, "192.0.2.1", "", "a@example.com");
    assert_int_equal(f.mails, 1); /* the code that was sent is good for this request too */
    f.delist.now += DAY;
    op = verify(&f, asked.request.id, f.code);
    assert_string_equal(op.refusal.code, "expired");
    assert_int_equal(feed_fixture_items(&f)->count, 0);
    struct delist_op again = ask_for(&f, "192.0.2.1", "", "a@example.com");
    assert_string_not_equal(again.request.id, asked.request.id);
    op = verify(&f, again.request.id, f.code);
    check(&f, &op, "removed", "pbl", NULL);
    feed_fixture_close(&f);
}

/* A mail address gets no second code; another address gets its own request. */
static void code_of_another_request(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
    struct delist_op first = ask_for(&f, "192.0.2.1", "", "a@example.com");
    struct delist_op same = ask_for(&f, "192.0.2.1", "", "a@example.com");
    struct delist_op other = ask_for(&f, "192.0.2.1", "", "b@example.com");
    assert_string_equal(first.request.id, same.request.id);
    assert_string_not_equal(first.request.id, other.request.id);
    assert_int_equal(f.mails, 2);
    feed_fixture_close(&f);
}

/* Who asks again in the same words when another code may be sent has lost the first: he gets one, whatever
 * the clock has done meanwhile. Both are good for a day. */
static void a_code_that_was_lost(void **state)
{
    (void)state;
    static const int64_t ahead[] = { HOUR + 1, DAY - 1, 365 * DAY, -HOUR - 1 };
    for (size_t i = 0; i < ARRAY_SIZE(ahead); i++) {
        struct feed_fixture f;
        char code[sizeof(f.code)];
        open_as(&f, PRIVACY_FULL, true, 0);
        feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
        struct delist_op first = ask_for(&f, "192.0.2.1", "", "a@example.com");
        strcpy(code, f.code);
        f.delist.now += ahead[i] > 0 ? HOUR : -HOUR;
        struct delist_op soon = ask_for(&f, "192.0.2.1", "", "a@example.com");
        assert_string_equal(soon.request.id, first.request.id);
        f.delist.now = LIST_TEXT_NOW + ahead[i];
        struct delist_op again = ask_for(&f, "192.0.2.1", "", "a@example.com");
        assert_string_not_equal(again.request.id, first.request.id);
        check(&f, &again, "verify", "", NULL);
        assert_int_equal(f.mails, 2);
        struct delist_op op = verify(&f, again.request.id, f.code);
        check(&f, &op, "removed", "pbl", NULL);
        op = verify(&f, first.request.id, code);
        check(&f, &op, ahead[i] < DAY ? "removed" : "expired", ahead[i] < DAY ? "pbl" : "", NULL);
        feed_fixture_close(&f);
    }
}

#define TEN "xxxxxxxxxx"
#define HAN "\u4e00\u9fa5\u5000\u9000\u6000\u8000\u7000\u4f00\u9f00\u5f00." /* an A-label of 36 bytes */

/* A mailbox has one address, and its domain one form: RFC 5321 section 2.3.5, RFC 5890 section 2.3.2.1, and
 * what UTS 46 maps to it. So nobody is sent a code for each other form. */
static void one_form_of_a_mailbox(void **state)
{
    (void)state;
    static const struct {
        const char *email, *form; /* NULL: not an address */
    } rows[] = {
        { "ann@example.com", "ann@example.com" },
        { "ann@EXAMPLE.com.", "ann@example.com" },
        { "ann@\uff45xample.com", "ann@example.com" },
        { "ann@example\u3002com", "ann@example.com" },
        { "ann@exa\u00admple.com", "ann@example.com" },
        { "ann@exa\u200bmple.com", "ann@example.com" },
        { "Ann.O'Neil+x@b\u00fccher.example", "Ann.O'Neil+x@xn--bcher-kva.example" },
        { "ann@B\u00dcCHER.example", "ann@xn--bcher-kva.example" },
        { "\u00e4nn@example.com", "\u00e4nn@example.com" },
        { "ann@a_b.example.com", "ann@a_b.example.com" },
        { "ann@localhost", NULL },
        { "ann@192.0.2.1", NULL },
        { "ann@2001", NULL },
        { "ann@192.0.2.0/24", NULL },
        { "ann@*.example.com", NULL },
        { "ann@.example.com", NULL },
        { "ann@b..com", NULL },
        { "ann@exam%ple.com", NULL },
        { "ann@example.com/x", NULL },
        { "a\u2028ann@example.com", NULL },
        { "a\u2029ann@example.com", NULL },
        { "ann@1234567890123456789012345678901234567890123456789012345678901234.com", NULL },
        { TEN TEN TEN TEN TEN TEN TEN TEN "@" HAN HAN HAN HAN HAN "example", NULL }, /* 273 bytes */
    };
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char query[32], client[32];
        snprintf(query, sizeof(query), "192.0.2.%zu", i);
        snprintf(client, sizeof(client), "198.51.%zu.1", i);
        print_message("%s\n", rows[i].email);
        struct delist_op op = ask_from(&f, client, query, "", rows[i].email);
        check(&f, &op, rows[i].form != NULL ? "verify" : "bad_email", "", NULL);
        if (rows[i].form == NULL)
            continue;
        assert_string_equal(f.mailed_to, rows[i].form);
        assert_string_equal(stored(&f, op.request.id).email, rows[i].email); /* to be found as it was typed */
    }
    unsigned mails = f.mails;
    for (size_t i = 0; i < 6; i++) {
        struct delist_op op = ask_from(&f, "198.51.100.1", "192.0.2.0", "", rows[i].email);
        check(&f, &op, "verify", "", NULL);
    }
    assert_int_equal(f.mails, mails);
    feed_fixture_close(&f);
}

/* Lists that require no code are left at once; the request waits for the others. */
static void code_for_some(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
    feed_fixture_load(&f, "xbl", "192.0.2.0/24", "", "");
    struct delist_op op = ask_for(&f, "192.0.2.1", "", "a@example.com");
    check(&f, &op, "verify", "xbl", NULL);
    op = verify(&f, op.request.id, f.code);
    check(&f, &op, "removed", "xbl pbl", NULL);
    assert_int_equal(feed_fixture_items(&f)->count, 2);
    feed_fixture_close(&f);
}

static void no_mail_no_code(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_as(&f, PRIVACY_FULL, false, 100);
    feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
    struct delist_op op = ask(&f, "192.0.2.1", "");
    check(&f, &op, "pending", "", "pbl: an operator will review the request.");
    feed_fixture_close(&f);
}

/* ---- People ---- */

static void what_is_kept_of_people(void **state)
{
    (void)state;
    static const struct {
        enum privacy privacy;
        const char *name, *email, *client;
    } rows[] = {
        { PRIVACY_FULL, "A. Sender", "a@example.com", "198.51.100.9" },
        { PRIVACY_PREFIX, "", "@example.com", "198.51.100.0/24" },
        { PRIVACY_NONE, "", "", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct feed_fixture f;
        open_as(&f, rows[i].privacy, true, 100);
        feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
        struct delist_op op = ask_for(&f, "192.0.2.1", "", "a@example.com");
        struct removal_request r = stored(&f, op.request.id);
        assert_string_equal(f.mailed_to, "a@example.com"); /* the code is sent nevertheless */
        assert_string_equal(r.contact_name, rows[i].name);
        assert_string_equal(r.email, rows[i].email);
        assert_string_equal(r.client, rows[i].client);
        op = verify(&f, op.request.id, f.code);
        assert_string_equal(feed_fixture_items(&f)->item[0].requester, rows[i].email);
        feed_fixture_close(&f);
    }
}

/* ---- Requesters ---- */

static const enum privacy privacies[] = { PRIVACY_FULL, PRIVACY_PREFIX, PRIVACY_NONE };

/* Whoever asks has a request of his own, and no answer tells that somebody else has asked: same status, same
 * fields, a new row. Only the same client's same words are a repeat. */
static void each_has_his_own(void **state)
{
    (void)state;
    static const struct {
        const char *query, *lists, *status, *first, *second; /* replies */
    } rows[] = {
        { "192.0.2.1", "sbl", "pending", "sbl: an operator will review the request.", NULL },
        { "192.0.2.1", "pbl", "verify",
          "pbl: it is removed once the code that was sent by e-mail is entered.", NULL },
        { "192.0.2.1", "zzz", "denied", "zzz: nothing is removed from this list by request.", NULL },
        /* That it is off already, anybody sees by a look-up. */
        { "192.0.2.1", "xbl", "removed", "xbl: removed until 2026-11-29T04:19:58Z; new abuse lists it again.",
          "xbl: it is already off this list." },
        { "example.com", "xbl", "removed", NULL, "xbl: it is already off this list." },
        { "2001:db8::1", "sbl", "pending", NULL, NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(privacies); i++) {
        size_t row = i / ARRAY_SIZE(privacies);
        struct feed_fixture f;
        open_as(&f, privacies[i % ARRAY_SIZE(privacies)], true, 100);
        for (size_t list = 0; list < FEED_FIXTURE_LISTS; list++)
            feed_fixture_load(&f, (const char *[]){ "sbl", "xbl", "pbl", "dbl", "zzz", "css" }[list],
                              list < 5 ? "192.0.2.1" : "", list < 5 ? "2001:db8::1" : "",
                              list < 5 ? "example.com" : "");
        print_message("%s on %s\n", rows[row].query, rows[row].lists);
        static const char *const clients[] = { "198.51.100.9", "198.51.100.10", "2001:db8:9::1", "unix" };
        struct delist_op ops[ARRAY_SIZE(clients)];
        for (size_t c = 0; c < ARRAY_SIZE(clients); c++) {
            const char *reply = c == 0 || rows[row].second == NULL ? rows[row].first : rows[row].second;
            ops[c] = ask_from(&f, clients[c], rows[row].query, rows[row].lists, "a@example.com");
            check(&f, &ops[c], rows[row].status, strcmp(rows[row].status, "removed") == 0 ? "xbl" : "",
                  reply);
            assert_true(ops[c].sequence != 0); /* 201 */
            assert_int_equal(ops[c].request.revision, 1);
            for (size_t earlier = 0; earlier < c; earlier++)
                assert_string_not_equal(ops[c].request.id, ops[earlier].request.id);
        }
        /* From the same address, but by somebody else. */
        struct delist_op other = ask_from(&f, clients[0], rows[row].query, rows[row].lists, "b@example.com");
        assert_string_not_equal(other.request.id, ops[0].request.id);
        for (size_t c = 0; c < ARRAY_SIZE(clients) && strcmp(rows[row].status, "denied") != 0; c++) {
            struct delist_op again =
                ask_from(&f, clients[c], rows[row].query, rows[row].lists, "a@example.com");
            assert_string_equal(again.request.id, ops[c].request.id);
            assert_int_equal(again.sequence, 0); /* 200 */
        }
        feed_fixture_close(&f);
    }
}

/* A stranger who names somebody else's mailbox gets no code, uses up his own attempts only, and does not keep
 * the owner of the mailbox from confirming by the one code that was sent. */
static void codes_of_strangers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(privacies); i++) {
        struct feed_fixture f;
        open_as(&f, privacies[i], true, 100);
        feed_fixture_load(&f, "pbl", "192.0.2.0/24", "", "");
        struct delist_op stranger = ask_from(&f, "203.0.113.1", "192.0.2.1", "pbl", "A+b@Example.com");
        struct delist_op own = ask_for(&f, "192.0.2.1", "pbl", "a@example.com");
        assert_int_equal(f.mails, 1);
        assert_string_not_equal(own.request.id, stranger.request.id);
        for (unsigned n = 0; n < 2 * REMOVAL_CODE_ATTEMPTS; n++)
            (void)verify(&f, stranger.request.id, "AAAA-AAAA-AAAA-AAAA");
        assert_int_equal(stored(&f, stranger.request.id).status, REQUEST_DENIED);
        stranger = ask_from(&f, "203.0.113.1", "192.0.2.1", "pbl", "a@example.com"); /* no second mail */
        assert_int_equal(f.mails, 1);
        assert_int_equal(stored(&f, own.request.id).status, REQUEST_VERIFY);
        struct delist_op op = verify(&f, own.request.id, f.code);
        check(&f, &op, "removed", "pbl", NULL);
        /* Another range, or an hour later: another code. */
        op = ask_for(&f, "192.0.2.2", "pbl", "a@example.com");
        assert_int_equal(f.mails, 2);
        f.delist.now += HOUR;
        op = ask_from(&f, "203.0.113.1", "192.0.2.2", "pbl", "a@example.com");
        assert_int_equal(f.mails, 2);
        f.delist.now++;
        op = ask_from(&f, "203.0.113.2", "192.0.2.2", "pbl", "a@example.com");
        assert_int_equal(f.mails, 3);
        feed_fixture_close(&f);
    }
}

/* A client is counted, whatever is kept of its address; so is its network, which may have eight times as
 * many. */
static void clients_and_networks(void **state)
{
    (void)state;
    static const struct {
        const char *format; /* of addresses, with a number from 1 on */
        unsigned addresses, admitted;
    } rows[] = {
        { "198.51.100.%x", 1, 2 },        { "198.51.100.%x", 9, 16 },    { "198.51.%x.1", 9, 18 },
        { "2001:db8:9::%x", 9, 2 },       { "2001:db8:9:%x::1", 9, 16 }, { "2001:db8:%x::1", 9, 18 },
        { "::ffff:198.51.100.%x", 1, 2 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(privacies); i++) {
        size_t row = i / ARRAY_SIZE(privacies);
        unsigned admitted = 0;
        struct feed_fixture f;
        open_as(&f, privacies[i % ARRAY_SIZE(privacies)], true, 2);
        feed_fixture_load(&f, "xbl", "192.0.2.0/24", "", "");
        for (unsigned n = 0; n < 4 * rows[row].addresses; n++) {
            char client[64], query[64];
            snprintf(client, sizeof(client), rows[row].format, 1 + n % rows[row].addresses);
            snprintf(query, sizeof(query), "192.0.2.%u", n);
            struct delist_op op = ask_from(&f, client, query, "xbl", "");
            admitted += op.refusal.kind == REFUSE_NONE;
            if (op.refusal.kind != REFUSE_NONE)
                check(&f, &op, "too_many_requests", "", NULL);
        }
        print_message("%s\n", rows[row].format);
        assert_int_equal(admitted, rows[row].admitted);
        assert_int_equal(feed_fixture_items(&f)->count, admitted);
        feed_fixture_close(&f);
    }
}

/* ---- The queue ---- */

static struct delist_op ask_as(struct feed_fixture *f, unsigned client, const char *query, const char *lists)
{
    char text[64];
    snprintf(text, sizeof(text), "203.0.113.%u", client);
    return ask_from(f, text, query, lists, "");
}

/* Strangers can fill the queue, but not keep out who comes from the address itself; he has no more than that.
 */
static void room_for_who_comes_from_it(void **state)
{
    (void)state;
    static const struct {
        const char *query, *client;
        bool own;
    } rows[] = {
        { "192.0.2.1", "192.0.2.1", true },       { "192.0.2.1", "::ffff:192.0.2.1", true },
        { "192.0.2.1", "192.0.2.2", false },      { "192.0.2.1", "2001:db8::1", false },
        { "192.0.2.1", "unix", false },           { "2001:db8::1", "2001:db8::1", true },
        { "2001:db8::1", "2001:db8::2:3", true }, { "2001:db8::1", "2001:db8:0:1::1", false },
        { "2001:db8::/64", "2001:db8::9", true }, { "example.com", "192.0.2.1", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows) * ARRAY_SIZE(privacies); i++) {
        size_t row = i / ARRAY_SIZE(privacies);
        struct feed_fixture f;
        struct delist_limits few = limits;
        few.pending_each = i % 2 == 0 ? 2 : 100;
        few.pending_most = i % 2 == 0 ? 100 : 2;
        open_with(&f, privacies[i % ARRAY_SIZE(privacies)], true, &few);
        feed_fixture_load(&f, "sbl", "192.0.2.1", "2001:db8::/32", "example.com");
        for (unsigned n = 0; n < 3; n++) {
            struct delist_op op = ask_as(&f, n, rows[row].query, "sbl");
            check(&f, &op, n < 2 ? "pending" : "queue_full", "", NULL);
        }
        print_message("%s from %s\n", rows[row].query, rows[row].client);
        for (unsigned n = 0; n < 3; n++) {
            char email[] = "a@example.com";
            email[0] = "abc"[n];
            struct delist_op op = ask_from(&f, rows[row].client, rows[row].query, "sbl", email);
            check(&f, &op, rows[row].own && n < 2 ? "pending" : "queue_full", "", NULL);
        }
        feed_fixture_close(&f);
    }
}

/* So many wait, for one range and in all; the refusals do not tell which limit it was. */
static void the_queue_is_bounded(void **state)
{
    (void)state;
    struct feed_fixture f;
    char id[STORE_ID];
    struct delist_limits few = limits;
    few.pending_each = 2;
    few.pending_most = 3;
    open_with(&f, PRIVACY_FULL, true, &few);
    feed_fixture_load(&f, "sbl", "192.0.2.0/24", "", "");
    feed_fixture_load(&f, "xbl", "192.0.2.1", "", "");
    strcpy(id, ask_as(&f, 1, "192.0.2.1", "sbl").request.id);
    struct delist_op second = ask_as(&f, 2, "192.0.2.1", "sbl");
    check(&f, &second, "pending", "", NULL);
    struct delist_op each = ask_as(&f, 3, "192.0.2.1", "sbl");
    check(&f, &each, "queue_full", "", NULL);
    assert_int_equal(each.refusal.kind, REFUSE_UNAVAILABLE);
    assert_true(each.refusal.retry_after > 0);
    struct delist_op op = ask_as(&f, 1, "192.0.2.1", "sbl"); /* a repeat needs no room */
    assert_string_equal(op.request.id, id);
    op = ask_as(&f, 3, "192.0.2.2", "sbl");
    check(&f, &op, "pending", "", NULL);
    struct delist_op all = ask_as(&f, 3, "192.0.2.3", "sbl");
    assert_memory_equal(&all.refusal, &each.refusal, sizeof(all.refusal));
    /* What needs no review is done. */
    op = ask_as(&f, 3, "192.0.2.1", "");
    check(&f, &op, "removed", "xbl", NULL);
    assert_non_null(strstr(op.request.reply, "too many requests wait"));
    /* A decision makes room; what was refused did not count. */
    op = decide(&f, DELIST_DENY, id, "");
    check(&f, &op, "denied", "", NULL);
    op = ask_as(&f, 3, "192.0.2.1", "sbl");
    check(&f, &op, "pending", "", NULL);
    op = ask_as(&f, 3, "192.0.2.4", "sbl");
    check(&f, &op, "queue_full", "", NULL);
    feed_fixture_close(&f);
}

/* An approval approves what others ask for in vain from then on, without the reply, which is not theirs; a
 * denial is for one requester. */
static void a_decision_and_others(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_lists(&f);
    feed_fixture_load(&f, "sbl", "192.0.2.0/24", "", "");
    feed_fixture_load(&f, "dbl", "", "", "");
    struct delist_op first = ask_as(&f, 1, "192.0.2.1", ""), second = ask_as(&f, 2, "192.0.2.1", ""),
                     denied = ask_as(&f, 3, "192.0.2.1", ""), elsewhere = ask_as(&f, 2, "192.0.2.2", "");
    struct delist_op op = decide(&f, DELIST_DENY, denied.request.id, "Not by you.");
    check(&f, &op, "denied", "", "Not by you.");
    assert_int_equal(stored(&f, first.request.id).status, REQUEST_PENDING);
    assert_int_equal(stored(&f, second.request.id).status, REQUEST_PENDING);
    f.delist.now += HOUR;
    op = decide(&f, DELIST_APPROVE, first.request.id, "Dear Mr. First, done.");
    check(&f, &op, "removed", "sbl", "Dear Mr. First, done.");
    struct removal_request other = stored(&f, second.request.id);
    assert_int_equal(other.status, REQUEST_REMOVED);
    assert_string_equal(feed_fixture_names(&f, &other.removed), "sbl");
    assert_string_equal(other.reply, "An operator has approved the request.");
    assert_string_equal(other.decided_by, "ops");
    assert_int_equal(other.effective_by, op.request.effective_by);
    assert_int_equal(other.updated_at, f.delist.now);
    assert_int_equal(stored(&f, denied.request.id).status, REQUEST_DENIED);
    assert_int_equal(stored(&f, elsewhere.request.id).status, REQUEST_PENDING);
    assert_int_equal(feed_fixture_items(&f)->count, 1);
    op = decide(&f, DELIST_DENY, second.request.id, "");
    assert_string_equal(op.refusal.code, "decided");
    feed_fixture_close(&f);
}

/* A request for more lists than were approved waits on. */
static void a_decision_on_fewer_lists(void **state)
{
    (void)state;
    struct feed_fixture f;
    open_as(&f, PRIVACY_FULL, false, 100); /* no mails: pbl is reviewed */
    feed_fixture_load(&f, "sbl", "192.0.2.1", "", "");
    feed_fixture_load(&f, "pbl", "192.0.2.1", "", "");
    struct delist_op both = ask_as(&f, 1, "192.0.2.1", ""), one = ask_as(&f, 2, "192.0.2.1", "sbl");
    struct delist_op op = decide(&f, DELIST_APPROVE, one.request.id, "");
    check(&f, &op, "removed", "sbl", NULL);
    assert_int_equal(stored(&f, both.request.id).status, REQUEST_PENDING);
    op = decide(&f, DELIST_APPROVE, both.request.id, "");
    check(&f, &op, "removed", "sbl pbl", NULL);
    feed_fixture_close(&f);
}

/* What is refused before the updater is what the updater would refuse, by the same code. */
static void checked_early(void **state)
{
    (void)state;
    static const struct {
        const char *query, *lists, *code; /* NULL: the updater decides */
    } rows[] = {
        { "192.0.2.1", "", NULL },
        { "192.0.2.1", "xbl", NULL },
        { "192.0.2.1", "sbl", "not_listed" },
        { "192.0.2.9", "", "not_listed" },
        { "192.0.2.0/31", "", "too_wide" },
        { "2001:db8::1", "", NULL },
        { "2001:db8::/64", "", NULL },
        { "2001:db8:0:1::/64", "", "not_listed" },
        { "example.com", "", NULL },
        { "www.example.com", "", "not_listed" },
        { "198.51.100.1", "", NULL }, /* listed by an item */
        { "198.51.100.2", "", "not_listed" },
    };
    struct actor ops = delist_fixture_actor(ROLE_OPERATOR, "ops");
    struct feed_fixture f;
    struct refusal refusal = { .code = "" };
    struct removal_request request = { .range = text_range("192.0.2.1", true) };
    open_lists(&f);
    struct list_mask lists;
    assert_false(removal_check(f.delist.d, NULL, &request, &lists, &refusal));
    assert_string_equal(refusal.code, "not_loaded");
    for (unsigned listed = 0; listed < 2; listed++) {
        if (listed == 0) {
            feed_fixture_load(&f, "xbl", "192.0.2.1", "2001:db8::1", "example.com");
        } else {
            struct item_spec create = { .kind = OVERLAY_LIST,
                                        .range = text_range("198.51.100.1", false),
                                        .lists_given = true,
                                        .lists = delist_fixture_lists(&f.delist, "xbl"),
                                        .code = 0x7f000004,
                                        .expiry = { EXPIRY_IN, HOUR } };
            struct item_result created;
            struct delist_op made = { .actor = &ops, .create = &create, .created = &created, .count = 1 };
            feed_fixture_apply(&f, &made);
        }
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
            bool name = strchr(rows[i].query, '.') != NULL && rows[i].query[0] > '9';
            const char *expected = listed == 0 && strcmp(rows[i].query, "198.51.100.1") == 0 ? "not_listed"
                                   : listed != 0 && name                                     ? NULL
                                                                                             : rows[i].code;
            request = (struct removal_request){ .range = text_range(rows[i].query, true) };
            request.lists = delist_fixture_lists(&f.delist, rows[i].lists);
            print_message("%s on \"%s\"\n", rows[i].query, rows[i].lists);
            assert_int_equal(removal_check(f.delist.d, f.delist.view, &request, &lists, &refusal),
                             expected == NULL);
            struct delist_op op = ask(&f, rows[i].query, rows[i].lists);
            if (expected == NULL)
                continue;
            assert_string_equal(refusal.code, expected);
            assert_memory_equal(&op.refusal.code, &refusal.code, sizeof(refusal.code));
            assert_string_equal(op.refusal.message, refusal.message);
        }
    }
    feed_fixture_close(&f);
}

/* ---- Replies ---- */

/* A reply has whole sentences only. */
static void replies_are_bounded(void **state)
{
    (void)state;
    char reply[STORE_REASON] = "";
    char longest[STORE_REASON];
    removal_reply_add(reply, "%s", "");
    assert_string_equal(reply, "");
    for (unsigned i = 0; i < 500; i++)
        removal_reply_add(reply, "%s", "list: no.");
    assert_int_equal(strlen(reply), 409 * 10 - 1);
    assert_string_equal(reply + strlen(reply) - 10, " list: no.");
    removal_reply_add(reply, "%s", "1234567"); /* with the blank it would be one byte too many */
    assert_int_equal(strlen(reply), 409 * 10 - 1);
    removal_reply_add(reply, "%s", "123456");
    assert_int_equal(strlen(reply), STORE_REASON - 1);
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    reply[0] = '\0';
    removal_reply_add(reply, "%s", longest);
    assert_string_equal(reply, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_policy),
        cmocka_unit_test(creates_an_ordinary_delisting),
        cmocka_unit_test(names_and_what_is_below),
        cmocka_unit_test(the_same_again),
        cmocka_unit_test(cool_down_and_review),
        cmocka_unit_test(requests_an_hour),
        cmocka_unit_test(as_many_as_needed_with_a_token),
        cmocka_unit_test(too_many_items),
        cmocka_unit_test(not_loaded_yet),
        cmocka_unit_test(lists_differ),
        cmocka_unit_test(not_listed_any_more),
        cmocka_unit_test(dynamic_listing),
        cmocka_unit_test(together),
        cmocka_unit_test(approved_or_denied),
        cmocka_unit_test(decided_with_care),
        cmocka_unit_test(confirmed_by_code),
        cmocka_unit_test(codes_do_not_last),
        cmocka_unit_test(code_of_another_request),
        cmocka_unit_test(a_code_that_was_lost),
        cmocka_unit_test(one_form_of_a_mailbox),
        cmocka_unit_test(code_for_some),
        cmocka_unit_test(no_mail_no_code),
        cmocka_unit_test(what_is_kept_of_people),
        cmocka_unit_test(each_has_his_own),
        cmocka_unit_test(codes_of_strangers),
        cmocka_unit_test(clients_and_networks),
        cmocka_unit_test(the_queue_is_bounded),
        cmocka_unit_test(room_for_who_comes_from_it),
        cmocka_unit_test(a_decision_and_others),
        cmocka_unit_test(a_decision_on_fewer_lists),
        cmocka_unit_test(checked_early),
        cmocka_unit_test(replies_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
