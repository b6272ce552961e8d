/* The overlay on the fast path together with the operator's rules: -A, the rate limit, the sample of hits. */
#include "support/dns_client.h"
#include "support/must.h"
#include "support/text_overlay.h"
#include "support/text_view.h"
#include "support/xdp_peer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NOW 1795321198

enum { ONE, TWO, NAMES, SHORT };
#define ON(list) (1u << (list))

static const struct text_set sets[] = {
    { "bl.test", "ip4set", "$NS 1h ns1.bl.test n2.x\n192.0.2.1 :2:\n192.0.2.3 :2:\n" },
    { "bl.test", "ip4set", "$TTL 5m\n192.0.2.1 :10:\n" },
    { "bl.test", "generic", "ns1 A 192.0.2.53\n" },
    { "dbl.test", "dnset", "$NS 1h ns1.x\n.bad.example :5:\n" },
    { "short.test", "ip4set", "$NS 1h a b c d e f g h i j k\n192.0.2.1 :2:\n192.0.2.3 :2:\n" },
};
static const uint16_t lists[] = { ONE, TWO, VIEW_NO_LIST, NAMES, SHORT };

static const struct text_item items[] = {
    { "192.0.2.1", OVERLAY_DELIST, ON(ONE), NOW + 100, 0, NULL },
    { "192.0.2.3", OVERLAY_DELIST, ON(ONE), NOW + 100, 0, NULL },
    { "198.51.100.9", OVERLAY_LIST, ON(ONE), NOW + 60, 4, NULL },
    { ".new.example", OVERLAY_LIST, ON(NAMES), 0, 6, NULL },
    { "192.0.2.3", OVERLAY_LIST, ON(SHORT), 0, 7, NULL },
};

/* Ascending seconds after NOW. */
static const struct {
    int64_t after;
    const char *name;
    unsigned type;
    enum xdp_outcome outcome;
} table[] = {
    { 0, "1.2.0.192.bl.test", TYPE_A, XDP_LISTED }, /* by what is left */
    { 1, "1.2.0.192.bl.test", TYPE_AAAA, XDP_NODATA },
    { 2, "3.2.0.192.bl.test", TYPE_A, XDP_NXDOMAIN },
    { 3, "9.100.51.198.bl.test", TYPE_A, XDP_LISTED },
    { 4, "www.New.example.dbl.test", TYPE_A, XDP_LISTED },
    { 5, "www.bad.example.dbl.test", TYPE_A, XDP_LISTED },
    { 6, "1.2.0.192.short.test", TYPE_A, XDP_LISTED },
    { 59, "9.100.51.198.bl.test", TYPE_A, XDP_LISTED },
    { 60, "9.100.51.198.bl.test", TYPE_A, XDP_NXDOMAIN },
    { 99, "3.2.0.192.bl.test", TYPE_A, XDP_NXDOMAIN },
    { 100, "3.2.0.192.bl.test", TYPE_A, XDP_LISTED },
    { 101, "1.2.0.192.bl.test", TYPE_A, XDP_LISTED },
};

struct fixture {
    struct view *view;
    struct xdp_overlay *memory;
    struct overlay *overlay;
    struct xdp_peer *peer;
};

static struct fixture begin(const struct xdp_peer_rules *rules)
{
    struct fixture f = { .view = text_view_build(sets, lists, ARRAY_SIZE(sets)),
                         .memory = xdp_peer_overlay(TEXT_OVERLAY_MAX) };

    xdp_peer_client("198.51.100.7", "2001:db8:100::7");
    f.overlay = text_overlay_new_in(items, ARRAY_SIZE(items), xdp_overlay_memory(f.memory), &f.view->overlay);
    xdp_peer_new_over(f.view, f.memory, rules, &f.peer);
    xdp_overlay_publish(f.memory, &f.view->overlay);
    if (f.peer->path == NULL)
        print_message("on the host alone: %s\n", f.peer->why_not.text);
    return f;
}

static void end(struct fixture *f)
{
    xdp_peer_free(f->peer);
    overlay_free(f->overlay);
    xdp_overlay_free(f->memory);
    view_free(f->view);
}

static void authority(void **state)
{
    (void)state;
    struct fixture f = begin(&(struct xdp_peer_rules){ .authority = true });

    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        for (unsigned way = 0; way < 2 * XDP_PEER_WAYS; way++) {
            print_message("%s, type %u\n", table[i].name, table[i].type);
            f.peer->now = NOW + table[i].after;
            assert_int_equal(xdp_peer_query(f.peer, way / 2, table[i].name, table[i].type, way % 2),
                             table[i].outcome);
        }
    f.peer->now = NOW;
    /* 32 and 11 records of 15 octets: 197 */
    assert_int_equal(xdp_peer_query(f.peer, 0, "3.2.0.192.short.test", TYPE_A, false), XDP_TOO_LONG);
    end(&f);
}

/* The items count seconds with the same clock as the limit and the sample. What is dropped or slips is no
 * hit. */
static void limit_and_hits(void **state)
{
    (void)state;
    static const struct rate_rules rate = { 2, 2, 24, 56, 64, false };
    struct fixture f = begin(&(struct xdp_peer_rules){ .authority = true, .hits = true, .rate = &rate });
    struct xdp_peer *p = f.peer;
    struct hit_sample *sample;
    uint64_t listed = 0;

    assert_int_equal(hit_sample_new(HIT_KEPT, HIT_RATE, HIT_ALL, &sample), OK);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        p->now = NOW + table[i].after;
        print_message("%s, type %u\n", table[i].name, table[i].type);
        for (unsigned n = 0; n < 4; n++)
            assert_int_equal(xdp_peer_query(p, i % XDP_PEER_WAYS, table[i].name, table[i].type, false),
                             n < 2    ? table[i].outcome
                             : n == 2 ? XDP_DROPPED
                                      : XDP_SLIPPED);
        listed += table[i].outcome == XDP_LISTED ? 2 : 0;
        if (p->path != NULL)
            xdp_kept_read_hits(p->kept, sample, p->now);
    }
    assert_int_equal(hit_sample_end(p->context.hits), listed);
    for (uint64_t i = 0; i < listed && p->path != NULL; i++) {
        struct hit_record kernel, sockets;
        assert_true(hit_sample_get(sample, i, &kernel) && hit_sample_get(p->context.hits, i, &sockets));
        assert_memory_equal(&kernel, &sockets, sizeof(kernel));
    }
    assert_int_equal(hit_sample_end(sample), p->path != NULL ? listed : 0);
    hit_sample_free(sample);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(authority), cmocka_unit_test(limit_and_hits) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
