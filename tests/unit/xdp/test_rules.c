/* Access lists on the fast path, -A, and the sample of hits: as the sockets have them. */
#include "support/dns_client.h"
#include "support/must.h"
#include "support/random.h"
#include "support/xdp_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Access lists for all zones ---- */

static void acls(void **state)
{
    (void)state;
    static const struct text_set with_acls[] = {
        { "bl.test", "ip4set", "192.0.2.1\n" },
        { "", "acl", "10.5.0.0/16 :ignore\n192.0.2.0/24 :2:listed\n2001:db8:5::/48 :refuse\n" },
        { "", "acl", "10.6.0.0/16 :pass\n" },
    };
    static const struct {
        const char *client;
        bool has_rule;
    } table[] = {
        { "10.5.0.0", true },      { "10.5.255.255", true },   { "10.4.255.255", false },
        { "10.6.1.2", true },      { "192.0.2.200", true },    { "192.0.3.0", false },
        { "2001:db8:5::1", true }, { "2001:db8:6::1", false }, { "a05::", false },
        { "198.51.100.1", false },
    };
    static const struct rate_rules rate = { 1, 1, 32, 64, 1024, false };
    struct xdp_peer *p =
        xdp_rules_begin(with_acls, ARRAY_SIZE(with_acls), &(struct xdp_peer_rules){ .rate = &rate });

    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        bool ipv6 = strchr(table[i].client, ':') != NULL, has = table[i].has_rule;
        unsigned way = ipv6 ? XDP_PEER_IPV6 : 0;
        print_message("%s\n", table[i].client);
        xdp_peer_client(ipv6 ? "198.51.100.7" : table[i].client, ipv6 ? table[i].client : "2001:db8::1");
        assert_int_equal(xdp_rules_ask(p, way, "1.2.0.192.bl.test", TYPE_A), has ? XDP_ACL : XDP_LISTED);
        assert_int_equal(xdp_rules_ask(p, way, "1.2.0.192.bl.test", TYPE_A), has ? XDP_ACL : XDP_SLIPPED);
    }
    xdp_rules_end(p);
}

static void too_many_acls(void **state)
{
    struct text_set many[XDP_ACLS_MAX + 2] = { { "bl.test", "ip4set", "192.0.2.1\n" } };

    (void)state;
    for (size_t count = XDP_ACLS_MAX; count <= XDP_ACLS_MAX + 1; count++) {
        for (size_t i = 1; i <= count; i++)
            many[i] =
                (struct text_set){ "", "acl", i == count ? "198.51.100.7 :pass\n" : "10.0.0.1 :pass\n" };
        struct xdp_peer *p = xdp_rules_begin(many, count + 1, NULL);
        assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_A), XDP_ACL);
        xdp_peer_client("198.51.100.8", "2001:db8::1");
        assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_A),
                         count == XDP_ACLS_MAX ? XDP_LISTED : XDP_ACL);
        xdp_rules_end(p);
    }
}

/* ---- -A ---- */

static void authority(void **state)
{
    (void)state;
    static const struct text_set zones[] = {
        { "a.test", "ip4set", "$NS 1h ns1.a.test n2.x\n192.0.2.1 :2:\n192.0.2.2 :2:\n192.0.2.2 :3:\n" },
        { "a.test", "generic", "ns1 A 192.0.2.53\nns1 AAAA 2001:db8::53\n" },
        { "none.test", "ip4set", "192.0.2.1 :2:\n" },
        { "short.test", "ip4set",
          "$NS 1h a b c d e f g h i j k\n192.0.2.1 :2:\n192.0.2.2 :2:\n192.0.2.2 :3:\n" },
        { "dots.test", "ip4set", "$NS 1h . . . . . . . . . . . . . .\n192.0.2.1 :2:\n" },
        { "many.test", "ip4set",
          "$NS 1h ns1.a-long-name.example ns2.a-long-name.example ns3.a-long-name.example "
          "ns4.a-long-name.example ns5.a-long-name.example\n192.0.2.1 :2:\n" },
    };
    static const struct {
        const char *name;
        unsigned type;
        enum xdp_outcome outcome;
    } table[] = {
        { "1.2.0.192.a.test", TYPE_A, XDP_LISTED },
        { "2.2.0.192.A.test", TYPE_A, XDP_LISTED },
        { "1.2.0.192.a.test", TYPE_AAAA, XDP_NODATA },
        { "9.2.0.192.a.test", TYPE_A, XDP_NXDOMAIN },
        { "1.2.0.192.none.test", TYPE_A, XDP_LISTED },
        { "1.2.0.192.short.test", TYPE_A, XDP_LISTED },   /* 16 + 11 records of 15 octets */
        { "2.2.0.192.short.test", TYPE_A, XDP_TOO_LONG }, /* 16 more: 197 */
        { "1.2.0.192.dots.test", TYPE_A, XDP_TOO_LONG },  /* 16 + 14 records of 13 octets: 198 */
        { "1.2.0.192.many.test", TYPE_A, XDP_TOO_LONG },
        { "9.2.0.192.many.test", TYPE_A, XDP_NXDOMAIN },
    };
    struct xdp_peer *p =
        xdp_rules_begin(zones, ARRAY_SIZE(zones), &(struct xdp_peer_rules){ .authority = true });

    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        for (unsigned way = 0; way < XDP_PEER_WAYS; way++)
            for (unsigned edns = 0; edns < 2; edns++) {
                uint8_t message[512];
                size_t size =
                    dns_client_query(message, table[i].name, table[i].type, CLASS_IN, edns ? "" : NULL, 0);
                print_message("%s, type %u\n", table[i].name, table[i].type);
                assert_int_equal(xdp_peer_ask(p, way, message, size), table[i].outcome);
            }
    xdp_rules_end(p);
}

/* ---- Hits, and the time ---- */

static void hits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned type;
    } names[] = { { "1.2.0.192.bl.test", TYPE_A },
                  { "2.2.0.192.BL.test", TYPE_A },
                  { "9.2.0.192.bl.test", TYPE_A },    /* no hit */
                  { "1.2.0.192.bl.test", TYPE_AAAA }, /* likewise */
                  { "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bl.test", TYPE_A },
                  { "1.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.bl.test", TYPE_A },
                  { "Bad.example.dbl.test", TYPE_A },
                  { "a-rather-long-label.www.bad.example.dbl.test", TYPE_A } };
    struct xdp_peer *p =
        xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &(struct xdp_peer_rules){ .hits = true });
    struct hit_sample *sample;
    uint64_t random = 1;

    if (p->path == NULL)
        skip();
    assert_int_equal(hit_sample_new(HIT_KEPT, HIT_RATE, HIT_ALL, &sample), OK);
    for (unsigned i = 0; i < 6000; i++) {
        uint64_t r = random_next(&random);
        unsigned n = (unsigned)(r >> 8) % ARRAY_SIZE(names);
        xdp_peer_client(i % 2 ? "198.51.100.7" : "203.0.113.5", i % 3 ? "2001:db8::7" : "2001:db8:ffff::1");
        xdp_rules_ask(p, r & (XDP_PEER_WAYS - 1), names[n].name, names[n].type);
        xdp_kept_read_hits(p->kept, sample, p->now);
        p->now += i % 1000 == 999;
    }
    assert_int_equal(hit_sample_end(sample), hit_sample_end(p->context.hits));
    assert_in_range(hit_sample_end(sample), 6 * HIT_ALL + 100, 1000);
    for (uint64_t i = 0; i < hit_sample_end(sample); i++) {
        struct hit_record kernel, sockets;
        assert_true(hit_sample_get(sample, i, &kernel) && hit_sample_get(p->context.hits, i, &sockets));
        assert_memory_equal(&kernel, &sockets, sizeof(kernel));
    }
    hit_sample_free(sample);
    xdp_rules_end(p);
}

/* A ring that nobody reads loses records, and counts them. */
static void full_ring(void **state)
{
    (void)state;
    struct xdp_peer *p =
        xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, &(struct xdp_peer_rules){ .hits = true });
    struct xdp_counters counters = { .bytes_in = 0 };
    enum { ROUNDS = 1500 };

    if (p->path == NULL)
        skip();
    for (unsigned i = 0; i < ROUNDS; i++) {
        p->now += i % HIT_ALL == 0;
        assert_int_equal(xdp_rules_ask(p, 0, "bad.example.dbl.test", TYPE_A), XDP_LISTED);
    }
    xdp_path_count(p->path, &counters);
    assert_in_range(counters.hits_lost, ROUNDS - XDP_RING_BYTES / 300, ROUNDS - XDP_RING_BYTES / 400);
    assert_int_equal(counters.outcome[XDP_LISTED], ROUNDS);
    xdp_rules_end(p);
}

/* One packet in XDP_TIMED is timed, if it is answered. */
static void timed(void **state)
{
    (void)state;
    struct xdp_peer *p = xdp_rules_begin(xdp_rules_sets, XDP_RULES_SETS, NULL);
    struct xdp_counters counters = { .bytes_in = 0 };

    if (p->path == NULL)
        skip();
    for (unsigned i = 1; i <= 3 * XDP_TIMED; i++)
        xdp_rules_ask(p, 0, i == XDP_TIMED ? "bl.test" : "1.2.0.192.bl.test", TYPE_A);
    xdp_path_count(p->path, &counters);
    assert_int_equal(counters.timed, 2);
    assert_in_range(counters.timed_ns, 2 * 20, 2 * 1000000000ull);
    xdp_rules_end(p);
}

/* The verifier accepts the program with all that it can do. */
static void everything(void **state)
{
    (void)state;
    static const struct text_set with_acl[] = { { "bl.test", "ip4set", "192.0.2.1\n" },
                                                { "bl.test", "ip6trie", "2001:db8::/32\n" },
                                                { "dbl.test", "dnset", ".bad.example\n" },
                                                { "", "acl", "10.0.0.1 :pass\n" } };
    static const struct rate_rules rate = { 2, 2, 24, 56, 64, false };
    struct prefixes clients = { 0 };
    struct error error;

    assert_int_equal(prefixes_add(&clients, "192.0.2.0/24", &error), OK);
    assert_int_equal(prefixes_add(&clients, "2001:db8::/32", &error), OK);
    prefixes_finish(&clients);
    struct xdp_peer_rules rules = {
        .authority = true, .hits = true, .rate = &rate, .exempt = &clients, .resolvers = &clients
    };
    struct xdp_peer *p = xdp_rules_begin(with_acl, ARRAY_SIZE(with_acl), &rules),
                    *plain = xdp_rules_begin(with_acl, 1, NULL);
    assert_int_equal(p->path != NULL, plain->path != NULL);
    assert_int_equal(xdp_rules_ask(p, 0, "1.2.0.192.bl.test", TYPE_A), XDP_LISTED);
    assert_int_equal(xdp_rules_ask(p, 1, "1.2.0.192.bl.test", TYPE_A), XDP_RESOLVER);
    xdp_rules_end(p);
    xdp_rules_end(plain);
    prefixes_free(&clients);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acls),       cmocka_unit_test(too_many_acls), cmocka_unit_test(authority),
        cmocka_unit_test(hits),       cmocka_unit_test(full_ring),     cmocka_unit_test(timed),
        cmocka_unit_test(everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
