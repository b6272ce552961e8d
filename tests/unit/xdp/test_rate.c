/* The rate limit on the fast path: as the sockets have it. */
#include "support/dns_client.h"
#include "support/must.h"
#include "support/random.h"
#include "support/rate_bursts.h"
#include "support/xdp_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void bursts(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rate_bursts); i++) {
        struct xdp_peer *p = xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS,
                                             &(struct xdp_peer_rules){ .rate = &rate_bursts[i].rules });
        bool dry = rate_bursts[i].rules.dry_run;
        print_message("%s\n", rate_bursts[i].why);
        for (unsigned way = 0; way < XDP_PEER_WAYS; way++) {
            unsigned got[XDP_OUTCOMES] = { 0 };
            for (unsigned n = 0; n < rate_bursts[i].count; n++)
                got[xdp_rules_ask(p, way, "1.2.0.192.bl.test", TYPE_A)]++;
            assert_int_equal(got[XDP_LISTED], rate_bursts[i].passed);
            assert_int_equal(got[XDP_SLIPPED], rate_bursts[i].slipped);
            assert_int_equal(got[XDP_DROPPED], rate_bursts[i].dropped);
            p->now++; /* a new second, a new count */
        }
        struct xdp_counters counted = { .rate_slipped = p->limited[RATE_SLIP],
                                        .rate_dropped = p->limited[RATE_DROP] };
        if (p->path != NULL) {
            counted = (struct xdp_counters){ .bytes_in = 0 };
            xdp_path_count(p->path, &counted);
        }
        assert_int_equal(counted.rate_slipped, XDP_PEER_WAYS * (dry ? 10 : rate_bursts[i].slipped));
        assert_int_equal(counted.rate_dropped, XDP_PEER_WAYS * (dry ? 10 : rate_bursts[i].dropped));
        xdp_rules_end(p);
    }
}

static void who_is_counted_together(void **state)
{
    (void)state;
    static const struct {
        const char *ip4, *ip6; /* NULL: the other one */
        bool limited;          /* after 192.0.2.7 and 2001:db8:1:200::7 have used up their share */
    } table[] = {
        { "192.0.2.255", NULL, true },       { "192.0.3.7", NULL, false },
        { NULL, "2001:db8:1:200::7", true }, { NULL, "2001:db8:1:2ff:1::", true },
        { NULL, "2001:db8:1:300::", false }, { "198.51.100.1", NULL, false },
        { "192.0.2.128", NULL, true },       { NULL, "2001:db8:ffff::1", false },
        { NULL, "c000:2ff::", false }, /* the bits of 192.0.2.255 */
    };
    static const struct rate_rules rate = { 2, 0, 24, 56, 1024, false };
    struct xdp_peer *p =
        xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &(struct xdp_peer_rules){ .rate = &rate });

    xdp_peer_client("192.0.2.7", "2001:db8:1:200::7");
    for (unsigned way = 0; way < 2; way++)
        for (unsigned n = 0; n < 2; n++)
            assert_int_equal(xdp_rules_ask(p, way, "9.2.0.192.bl.test", TYPE_A), XDP_NXDOMAIN);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        bool ipv6 = table[i].ip4 == NULL;
        xdp_peer_client(ipv6 ? "192.0.2.7" : table[i].ip4, ipv6 ? table[i].ip6 : "2001:db8::1");
        enum xdp_outcome expected = table[i].limited ? XDP_DROPPED : XDP_NXDOMAIN;
        print_message("row %zu\n", i);
        assert_int_equal(xdp_rules_ask(p, ipv6 ? XDP_PEER_IPV6 : 0, "9.2.0.192.bl.test", TYPE_A), expected);
    }
    xdp_rules_end(p);
}

/* What goes up is counted; so nobody is given the limit twice. What may have a cookie is left to the sockets.
 */
static void what_goes_up(void **state)
{
    (void)state;
    static const struct rate_rules rate = { 4, 2, 24, 56, 1024, false };
    struct xdp_peer *p =
        xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &(struct xdp_peer_rules){ .rate = &rate });
    uint8_t message[512];
    size_t size = dns_client_query(message, "1.2.0.192.bl.test", TYPE_A, CLASS_IN, "\0\12\0\10clientck", 12);

    for (unsigned n = 0; n < 9; n++)
        assert_int_equal(xdp_peer_ask(p, 0, message, size), XDP_OPTIONS);
    assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_TXT), XDP_TYPE);
    assert_int_equal(xdp_rules_ask(p, 0, "bl.test", TYPE_SOA), XDP_APEX);
    assert_int_equal(xdp_rules_ask(p, 0, "other.test", TYPE_A), XDP_NO_ZONE);
    assert_int_equal(xdp_rules_ask(p, 0, "2.0.192.bl.test", TYPE_A), XDP_PARTIAL);
    assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_A), XDP_DROPPED);
    assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_TXT), XDP_SLIPPED);
    assert_int_equal(xdp_rules_ask(p, 0, "other.test", TYPE_ANY), XDP_DROPPED);
    assert_int_equal(xdp_rules_ask(p, 0, "bl.test", TYPE_SOA), XDP_SLIPPED);
    assert_int_equal(xdp_rules_ask(p, 0, "bl.test", TYPE_AXFR), XDP_NO_QUERY);
    assert_int_equal(xdp_peer_ask(p, 0, message, size), XDP_OPTIONS);
    xdp_rules_end(p);
}

static void who_is_exempt(void **state)
{
    (void)state;
    static const struct {
        const char *client;
        bool exempt;
    } table[] = {
        { "192.0.2.15", false },
        { "192.0.2.16", true },
        { "192.0.2.31", true },
        { "192.0.2.32", false },
        { "10.255.255.255", true },
        { "11.0.0.0", false },
        { "203.0.113.9", true },
        { "203.0.113.8", false },
        { "203.0.113.10", false },
        { "2001:db8::", true },
        { "2001:db9::", false },
        { "2001:db7:ffff::", false },
        { "2001:dc0::17", true },
        { "2001:dc0::16", false },
        { "2001:dc0::18", false },
        { "2001:dc0:1::17", false },
        { "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true },
    };
    static const struct rate_rules rate = { 1, 0, 32, 64, 1024, false };
    static const char *const texts[] = { "192.0.2.16/28", "10.0.0.0/8", "203.0.113.9", "2001:db8::/32",
                                         "2001:dc0::17" };
    struct prefixes exempt = { 0 };
    struct error error;

    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        assert_int_equal(prefixes_add(&exempt, texts[i], &error), OK);
    prefixes_finish(&exempt);
    struct xdp_peer_rules rules = { .rate = &rate, .exempt = &exempt }, as_public = { .resolvers = &exempt };
    struct xdp_peer *p = xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &rules);
    struct xdp_peer *resolvers = xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &as_public);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        bool ipv6 = strchr(table[i].client, ':') != NULL, is = table[i].exempt;
        unsigned way = ipv6 ? XDP_PEER_IPV6 : 0;
        print_message("%s\n", table[i].client);
        p->now++;
        xdp_peer_client(ipv6 ? "198.51.100.7" : table[i].client, ipv6 ? table[i].client : "2001:db8::1");
        assert_int_equal(xdp_rules_ask(p, way, "1.2.0.192.bl.test", TYPE_A), XDP_LISTED);
        assert_int_equal(xdp_rules_ask(p, way, "1.2.0.192.bl.test", TYPE_A), is ? XDP_LISTED : XDP_DROPPED);
        assert_int_equal(xdp_rules_ask(resolvers, way, "1.2.0.192.bl.test", TYPE_A),
                         is ? XDP_RESOLVER : XDP_LISTED);
        assert_int_equal(xdp_rules_ask(resolvers, way, "bl.test", TYPE_A), XDP_APEX);
    }
    xdp_rules_end(p);
    xdp_rules_end(resolvers);
    prefixes_free(&exempt);
}

/* Many clients in any order, in a table of many lines and of a single one, which evicts. */
static void random_clients(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned type;
    } names[] = { { "1.2.0.192.bl.test", TYPE_A },   { "9.2.0.192.bl.test", TYPE_A },
                  { "1.2.0.192.bl.test", TYPE_TXT }, { "bl.test", TYPE_NS },
                  { "other.test", TYPE_A },          { "www.bad.example.dbl.test", TYPE_A } };
    for (unsigned lines = 1; lines <= 256; lines *= 256) {
        struct rate_rules rate = { 3, 2, 24, 56, lines * RATE_WAYS, false };
        struct xdp_peer *p =
            xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &(struct xdp_peer_rules){ .rate = &rate });
        uint64_t random = 1;
        char ip4[32], ip6[32];
        for (unsigned i = 0; i < 8000; i++) {
            uint64_t r = random_next(&random);
            snprintf(ip4, sizeof(ip4), "198.51.%u.%u", (unsigned)(r >> 8 & 7), (unsigned)(r >> 16 & 255));
            snprintf(ip6, sizeof(ip6), "2001:db8:%x::%x", (unsigned)(r >> 8 & 7), (unsigned)(r >> 16 & 255));
            xdp_peer_client(ip4, ip6);
            p->now += (r >> 32 & 31) == 0;
            unsigned n = (unsigned)(r >> 40) % ARRAY_SIZE(names);
            xdp_rules_ask(p, r & (XDP_PEER_WAYS - 1), names[n].name, names[n].type);
        }
        assert_in_range(p->limited[RATE_SLIP], 100, 9000);
        assert_in_range(p->limited[RATE_DROP], 100, 9000);
        xdp_rules_end(p);
    }
}

/* A reload does not open the limit: the kernel goes on with the table, which the peer compares. */
static void reload(void **state)
{
    (void)state;
    static const struct rate_rules rate = { 2, 2, 24, 56, 64, false };
    struct xdp_peer *p =
        xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &(struct xdp_peer_rules){ .rate = &rate });

    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_A), i < 2 ? XDP_LISTED : XDP_DROPPED);
    if (p->path != NULL)
        xdp_peer_reload(p);
    assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_A), XDP_SLIPPED);
    xdp_rules_end(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bursts),         cmocka_unit_test(who_is_counted_together),
        cmocka_unit_test(what_goes_up),   cmocka_unit_test(who_is_exempt),
        cmocka_unit_test(random_clients), cmocka_unit_test(reload),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
