/* The overlay on the fast path: what it answers with items of all kinds, and what it leaves to the sockets.
 */
#include "support/dns_client.h"
#include "support/must.h"
#include "support/random.h"
#include "support/text_overlay.h"
#include "support/text_range.h"
#include "support/text_view.h"
#include "support/xdp_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW  1795321198
#define SOA  "$SOA 1h ns.test. h.test. 1 1h 1h 1h 10m\n"
#define IP6  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" /* 2001:db8::1 */
#define MAP  "1.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0" /* ::ffff:192.0.2.1 */
#define MAP5 "5.3.3.6.4.6.c.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0" /* ::ffff:204.100.99.53 */
#define VIA4 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.2.0.0.0.0.c.2.0.0.2" /* 2002:c000:201::1 */

enum { SBL, XBL, PBL, TMP, DBL, GEN, BARE, OTHER };
#define ON(list) (1u << (list))

static const struct text_set sets[] = {
    { "zen.test", "ip4set",
      SOA "$TTL 1h\n192.0.2.0/24 :2:net\n192.0.2.1 :4:host\n192.0.2.1 :5:too\n8.8.8.8\n" },
    { "zen.test", "ip6trie", "$TTL 30m\n2001:db8::/32 :2:six\n2002::/16 :6:\n" },
    { "zen.test", "ip4set", "$TTL 2h\n192.0.2.1 :10:pbl\n192.0.2.8 :2:pbl\n10.0.0.1\n" },
    { "zen.test", "ip4set", "$TTL 5m\n198.18.0.1 :3:\n" },
    { "dbl.test", "dnset",
      "$TTL 20m\n.bad.example :5:$\n*.wild.example :6:\nexact.example :7:\na.b.mid.example :8:\n"
      "12.2.0.192 :3:\n" },
    { "gen.test", "generic", "$TTL 1h\nwww.example A 192.0.2.80\n" },
    { "six.test", "ip6trie", "2001:db8::/32 :2:\n" },
    { "old.test", "ip4set", "$TIMESTAMP 2026-11-22-04:18:20 2026-11-22-04:21:40\n192.0.2.1\n" },
    { "", "never", "192.0.2.7\nok.example\n.fine.example\n" },
};
static const uint16_t lists[] = { SBL, SBL, PBL, TMP, DBL, GEN, SBL, OTHER, VIEW_NO_LIST };

struct question {
    int64_t after; /* seconds after NOW */
    const char *name;
    unsigned type;
    enum xdp_outcome outcome;
};

static const struct scenario {
    struct text_item items[8];
    struct question questions[16];
} scenarios[] = {
    { { { NULL } },
      { { 0, "1.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 101, "1.2.0.192.old.test", TYPE_A, XDP_LISTED }, /* out of date a second later */
        { 102, "1.2.0.192.old.test", TYPE_A, XDP_ZONE } } },
    { { { "192.0.2.0/24", OVERLAY_DELIST, ON(SBL), NOW + 100, 0, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
        { 99, "9.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
        { 100, "9.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 0, "9.2.0.192.zen.test", TYPE_AAAA, XDP_NXDOMAIN },
        { 0, "1.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 40, "1.2.0.192.zen.test", TYPE_AAAA, XDP_NODATA },
        { 0, "8.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 0, "9.3.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
        { 0, "2.0.192.zen.test", TYPE_A, XDP_PARTIAL },
        { 0, MAP ".zen.test", TYPE_A, XDP_LISTED },
        { 0, VIA4 ".zen.test", TYPE_A, XDP_NOT_READY }, /* by both */
        { 0, "12.2.0.192.dbl.test", TYPE_A, XDP_LISTED },
        { 0, "1.2.0.192.six.test", TYPE_A, XDP_NXDOMAIN } } },
    { { { "192.0.2.0/24", OVERLAY_DELIST, ON(SBL) | ON(PBL), 0, 0, NULL },
        { "2001:db8::/48", OVERLAY_DELIST, ON(SBL), NOW + 100, 0, NULL },
        { "2002:c000:201::1", OVERLAY_DELIST, ON(SBL), NOW + 50, 0, NULL } },
      { { 0, "1.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
        { 0, MAP ".zen.test", TYPE_A, XDP_NXDOMAIN },
        { 0, IP6 ".zen.test", TYPE_A, XDP_NXDOMAIN },
        { 100, IP6 ".zen.test", TYPE_A, XDP_LISTED },
        { 0, VIA4 ".zen.test", TYPE_A, XDP_NXDOMAIN },
        { 60, VIA4 ".zen.test", TYPE_A, XDP_LISTED },
        { 0, "8.8.8.8.zen.test", TYPE_A, XDP_LISTED } } },
    { { { "198.51.100.7", OVERLAY_LIST, ON(TMP), NOW + 60, 15, NULL },
        { "204.100.99.53", OVERLAY_LIST, ON(SBL), NOW + 70, 3, NULL },
        { "8.8.4.4", OVERLAY_LIST, ON(BARE) | ON(TMP), 0, 3, NULL },
        { "8.8.4.5", OVERLAY_LIST, ON(SBL) | ON(PBL), 0, 3, NULL },
        { "192.0.2.0/24", OVERLAY_LIST, ON(SBL), NOW + 5000, 10, NULL },
        { "10.0.0.0/24", OVERLAY_LIST, ON(SBL) | ON(TMP), NOW + 5000, 9, NULL },
        { "10.0.0.0/25", OVERLAY_LIST, ON(PBL), NOW + 5000, 8, NULL } },
      { { 0, "7.100.51.198.zen.test", TYPE_A, XDP_LISTED },
        { 59, "7.100.51.198.zen.test", TYPE_AAAA, XDP_NODATA },
        { 60, "7.100.51.198.zen.test", TYPE_A, XDP_NXDOMAIN },
        { 0, "7.100.51.198.dbl.test", TYPE_A, XDP_NXDOMAIN },
        { 0, MAP5 ".zen.test", TYPE_A, XDP_LISTED },
        { 0, MAP5 ".six.test", TYPE_A, XDP_LISTED },
        { 0, "4.4.8.8.zen.test", TYPE_A, XDP_LISTED },
        { 0, "5.4.8.8.zen.test", TYPE_A, XDP_LISTED }, /* with the lower TTL */
        { 0, "9.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 0, "1.2.0.192.zen.test", TYPE_A, XDP_LISTED }, /* the same code once */
        { 0, "8.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 0, "7.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN }, /* protected */
        { 0, "200.0.0.10.zen.test", TYPE_A, XDP_LISTED },
        { 0, "100.0.0.10.zen.test", TYPE_A, XDP_OVERLAY }, /* two codes */
        { 5000, "1.0.0.10.zen.test", TYPE_A, XDP_LISTED } } },
    { { { "192.0.2.9", OVERLAY_ALLOW, ON(SBL), NOW + 100, 0, NULL },
        { "192.0.2.9", OVERLAY_LIST, ON(SBL) | ON(PBL), NOW + 200, 20, NULL },
        { "192.0.2.10", OVERLAY_LIST, ON(SBL), NOW + 100, 20, NULL },
        { "192.0.2.10", OVERLAY_DELIST, ON(SBL), NOW + 50, 20, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 150, "9.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 200, "9.2.0.192.zen.test", TYPE_A, XDP_LISTED },
        { 0, "10.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
        { 50, "10.2.0.192.zen.test", TYPE_A, XDP_LISTED } } },
    { { { ".bad.example", OVERLAY_DELIST, ON(DBL), NOW + 100, 0, NULL },
        { "www.wild.example", OVERLAY_DELIST, ON(DBL), NOW + 100, 0, NULL },
        { "exact.example", OVERLAY_DELIST, ON(DBL), NOW + 90, 0, NULL } },
      { { 0, "bad.example.dbl.test", TYPE_A, XDP_PARTIAL },
        { 0, "www.bad.example.dbl.test", TYPE_A, XDP_PARTIAL }, /* NODATA: it holds for names below */
        { 100, "www.bad.example.dbl.test", TYPE_A, XDP_LISTED },
        { 0, "www.wild.example.dbl.test", TYPE_A, XDP_PARTIAL },
        { 0, "a.www.wild.example.dbl.test", TYPE_A, XDP_LISTED },
        { 0, "exact.example.dbl.test", TYPE_A, XDP_NXDOMAIN },
        { 90, "exact.example.dbl.test", TYPE_A, XDP_LISTED },
        { 0, "good.example.dbl.test", TYPE_A, XDP_NXDOMAIN },
        { 0, "1.2.0.192.zen.test", TYPE_A, XDP_LISTED } } },
    { { { ".new.example", OVERLAY_LIST, ON(DBL), NOW + 60, 20, NULL },
        { "a.new.example", OVERLAY_DELIST, ON(DBL), NOW + 60, 20, NULL },
        { ".fine.example", OVERLAY_LIST, ON(DBL) | ON(SBL), NOW + 60, 20, NULL },
        { ".old.example", OVERLAY_LIST, ON(GEN), NOW + 50, 21, NULL },
        { "one.deep.example", OVERLAY_LIST, ON(DBL), NOW + 50, 21, NULL } },
      { { 0, "new.example.dbl.test", TYPE_A, XDP_LISTED },
        { 59, "x.y.new.example.dbl.test", TYPE_AAAA, XDP_NODATA },
        { 0, "a.new.example.dbl.test", TYPE_A, XDP_OVERLAY },    /* by two names */
        { 0, "www.fine.example.dbl.test", TYPE_A, XDP_PARTIAL }, /* protected, and so is what is below */
        { 0, "www.fine.example.zen.test", TYPE_A, XDP_OVERLAY },
        { 0, "www.example.gen.test", TYPE_A, XDP_NOT_READY },
        { 0, "www.old.example.gen.test", TYPE_A, XDP_LISTED },
        { 0, "www.old.example.dbl.test", TYPE_A, XDP_NXDOMAIN },
        { 0, "one.deep.example.dbl.test", TYPE_A, XDP_LISTED },
        { 0, "deep.example.dbl.test", TYPE_A, XDP_PARTIAL }, /* names below were listed */
        { 0, "two.deep.example.dbl.test", TYPE_A, XDP_NXDOMAIN },
        { 0, "1.1.1.1.1.1.1.1.1.1.1.new.example.dbl.test", TYPE_A, XDP_LISTED },
        { 0, "9.2.0.193.zen.test", TYPE_A, XDP_NXDOMAIN } } },
};

struct fixture {
    struct view *view;
    struct xdp_overlay *memory;
    struct xdp_peer *peer;
};

static int begin(void **state)
{
    static struct fixture f;

    f.view = text_view_build(sets, lists, ARRAY_SIZE(sets));
    f.memory = xdp_peer_overlay(TEXT_OVERLAY_MAX);
    xdp_peer_new_over(f.view, f.memory, NULL, &f.peer);
    *state = &f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;

    xdp_peer_free(f->peer);
    xdp_overlay_free(f->memory);
    view_free(f->view);
    return 0;
}

static enum xdp_outcome ask(struct xdp_peer *p, const char *name, unsigned type, bool edns)
{
    return xdp_peer_query(p, edns ? XDP_PEER_IPV6 : 0, name, type, edns);
}

static void questions(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
        const struct scenario *s = &scenarios[i];
        size_t count = 0;
        while (count < ARRAY_SIZE(s->items) && s->items[count].range != NULL)
            count++;
        struct xdp_overlay *memory = xdp_peer_overlay(TEXT_OVERLAY_MAX);
        struct overlay *o =
            text_overlay_new_in(s->items, count, xdp_overlay_memory(memory), &f->view->overlay);
        struct xdp_peer *p;
        xdp_peer_new_over(f->view, memory, NULL, &p);
        xdp_overlay_publish(memory, &f->view->overlay);
        for (const struct question *q = s->questions; q < s->questions + 16 && q->name != NULL; q++)
            for (unsigned edns = 0; edns < 2; edns++) {
                p->now = NOW + q->after;
                enum xdp_outcome outcome = ask(p, q->name, q->type, edns);
                if (outcome != q->outcome)
                    fail_msg("%zu, %+d s, %s: %s, not %s", i, (int)q->after, q->name,
                             xdp_outcome_name(outcome), xdp_outcome_name(q->outcome));
            }
        xdp_peer_free(p);
        overlay_free(o);
        xdp_overlay_free(memory);
    }
}

/* ---- Random items ---- */

/* Ranges and names around those that are asked. */
static const char *const ranges[] = {
    "192.0.2.1",     "192.0.2.0/24", "192.0.2.0/28",       "192.0.0.0/16",      "0.0.0.0/0",
    "192.0.2.7",     "8.8.8.8",      "10.0.0.1-10.0.0.9",  "198.51.100.7",      "2001:db8::1",
    "2001:db8::/32", "2002::/16",    "2002:c000:201::/48", "204.100.99.53",     ".b.mid.example",
    "bad.example",   ".bad.example", "www.bad.example",    ".www.wild.example", "exact.example",
    ".fine.example", "www.example",  ".example.test",      "12.2.0.192",
};

static const char *const names[] = {
    "1.2.0.192",
    "7.2.0.192",
    "8.2.0.192",
    "12.2.0.192",
    "99.2.0.192",
    "1.0.0.10",
    "8.8.8.8",
    "7.100.51.198",
    "2.0.192",
    "1.1.1.193",
    IP6,
    MAP,
    MAP5,
    VIA4,
    "bad.example",
    "www.bad.example",
    "a.b.www.bad.example",
    "www.wild.example",
    "x.www.wild.example",
    "exact.example",
    "y.exact.example",
    "mid.example",
    "a.b.mid.example",
    "ok.example",
    "www.fine.example",
    "www.example",
    "example",
    "q.example",
    "other.test",
};
static const char *const zones[] = { "zen.test", "dbl.test", "gen.test", "six.test", "old.test" };

/* A few times at which items end, or do not. */
static int64_t random_time(uint64_t *random)
{
    return NOW + 10 * (int64_t)(random_next(random) % 5);
}

static void add_item(struct overlay *o, uint64_t number, uint64_t *random)
{
    const char *text = ranges[random_next(random) % ARRAY_SIZE(ranges)];
    bool subdomains = text[0] == '.';
    struct range range = text_range(text + subdomains, subdomains);
    struct list_mask on = { { random_next(random) & random_next(random) & 0xff } };
    struct overlay_item item = { .number = number,
                                 .until = random_next(random) % 4 == 0 ? INT64_MAX : random_time(random),
                                 .lists = &on,
                                 .code = 0x7f000002 + (uint32_t)random_next(random) % 4,
                                 .kind = (uint8_t)(random_next(random) % 3),
                                 .subdomains = subdomains };
    struct error error;

    if (list_mask_is_empty(&on) || !overlay_has_room(o, &range, 0))
        return;
    assert_int_equal(overlay_add(o, &range, &item, 0, &error), OK);
}

static void ask_random(struct xdp_peer *p, uint64_t *random, uint64_t *counts)
{
    static const unsigned types[] = { TYPE_A, TYPE_A, TYPE_A, TYPE_AAAA };
    char name[512];

    p->now = random_time(random) - (int64_t)(random_next(random) % 2);
    snprintf(name, sizeof(name), "%s.%s", names[random_next(random) % ARRAY_SIZE(names)],
             zones[random_next(random) % ARRAY_SIZE(zones)]);
    counts[ask(p, name, types[random_next(random) % ARRAY_SIZE(types)], random_next(random) % 2)]++;
}

/* Overlays of no, one and many items, each made of the one before it by a transaction. */
static void random_items(void **state)
{
    enum { OVERLAYS = 10, VERSIONS = 30, QUESTIONS = 160, RECLAIM = 5 };
    struct fixture *f = *state;
    uint64_t random = 5, counts[XDP_OUTCOMES] = { 0 };

    for (unsigned i = 0; i < OVERLAYS; i++) {
        struct xdp_overlay *memory = xdp_peer_overlay(TEXT_OVERLAY_MAX);
        struct xdp_peer *p;
        struct overlay *o;
        struct error error;
        uint64_t number = 1, generation;
        assert_int_equal(overlay_new_in(TEXT_OVERLAY_MAX, xdp_overlay_memory(memory), &o, &error), OK);
        xdp_peer_new_over(f->view, memory, NULL, &p);
        for (unsigned version = 0; version < VERSIONS; version++) {
            for (unsigned n = version / 2; n > 0; n--)
                add_item(o, number++, &random);
            assert_int_equal(overlay_commit(o, &f->view->overlay, &generation, &error), OK);
            xdp_overlay_publish(memory, &f->view->overlay);
            if (version % RECLAIM == 0) {
                xdp_overlay_wait(memory);
                overlay_reclaim(o, generation);
            }
            for (unsigned n = 0; n < QUESTIONS; n++)
                ask_random(p, &random, counts);
        }
        xdp_peer_free(p);
        overlay_free(o);
        xdp_overlay_free(memory);
    }
    for (unsigned i = 0; i < XDP_OUTCOMES; i++)
        if (counts[i] != 0)
            print_message("%s %u\n", xdp_outcome_name(i), (unsigned)counts[i]);
    assert_true(counts[XDP_LISTED] > 1000 && counts[XDP_NODATA] > 100 && counts[XDP_NXDOMAIN] > 1000);
    assert_true(counts[XDP_OVERLAY] > 0 && counts[XDP_FAULT] == 0);
}

static void kernel(void **state)
{
    struct fixture *f = *state;

    if (f->peer->path == NULL) {
        print_message("skipped: %s\n", f->peer->why_not.text);
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(kernel), cmocka_unit_test(questions),
                                        cmocka_unit_test(random_items) };
    return cmocka_run_group_tests(tests, begin, end);
}
