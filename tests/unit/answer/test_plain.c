/*
 * Plain replies, which have a path of their own, beside composed ones. Each question is asked in several ways
 * that must make no difference: alone and behind others, over UDP and TCP, with and without EDNS. The option
 * NSID, where the server has no identity to tell, changes nothing in a reply but leads to the general path.
 */
#include "support/dns_client.h"
#include "support/must.h"
#include "support/text_overlay.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW  1795321198
#define APEX "$SOA 1h ns.test. h.test. 1 1h 1h 1h 10m\n$NS 1h ns.test.\n"
#define IP6  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" /* 2001:db8::1 */
#define IP6B "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.b.d.0.1.0.0.2" /* 2001:db9::1 */
#define MAP  "1.2.0.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0" /* ::ffff:192.0.0.33 */
#define VIA4 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.2.0.0.0.0.0.c.2.0.0.2" /* 2002:c000:20::1 */

enum { IP, SIX, DOMAINS, MIXED, TOGETHER, GENERIC, MANY, GUARDED, KEYED, GLOBAL };

static char many[4096] = APEX; /* a host with 33 codes: 528 bytes */

static const struct text_set sets[] = {
    { "ip.test", "ip4set",
      APEX "192.0.2.0/24 :2:net\n192.0.2.18 :4:host\n10.0.0.0/8 :3:\n192.0.2.77\n1.2.3.4\n" },
    { "six.test", "ip6trie", APEX "2001:db8::/32 :6:\n" },
    { "names.test", "dnset", APEX ".bad.example :5:\nexact.example :7:\na.b.mid.example :8:\n" },
    { "mixed.test", "ip4set", APEX "192.0.0.33 :2:\n192.0.0.32 :2:\n" },
    { "mixed.test", "dnset", ".bad.example :5:\n" },
    { "com.test", "combined",
      "$DATASET ip4set:a s @\n192.0.2.18 :7:\n$DATASET ip4set:b @\n192.0.2.19 :8:\n" },
    { "gen.test", "generic", APEX "www A 192.0.2.80\nwww MX 10 mail.test.\n" },
    { "many.test", "ip4set", many },
    { "guarded.test", "ip4set", APEX "192.0.2.18 :2:\n" },
    { "guarded.test", "acl", "10.2.0.0/16 :refuse\n10.3.0.0/16 :9:you\n10.4.0.0/16 :empty\n" },
    { "keyed.test", "ip4set", APEX "192.0.2.18 :2:\n" },
    { "", "never", "192.0.2.77\n" },
};
static const uint16_t lists[] = { 0, 1, 2, 3, 3, 4, 5, 6, 7, VIEW_NO_LIST, 8, VIEW_NO_LIST };
enum { ZONES = 9, ZONE_KEYED = 8 };

static const struct text_item items[] = {
    { "192.0.2.32/28", OVERLAY_DELIST, 0x1, 0, 0, NULL },
    { "203.0.113.9", OVERLAY_LIST, 0x1, 0, 9, NULL },
    { "2001:db8:9::/48", OVERLAY_DELIST, 0x2, 0, 0, NULL },
    { "x.bad.example", OVERLAY_DELIST, 0x4, 0, 0, NULL },
};

static struct fixture {
    struct view *view, *joined; /* without and with the overlay */
    struct overlay *overlay;
    struct answer_context context;
    struct answer_zone_counters zones[ZONES];
    struct policy policy;
    bool keyed[ZONES];
} fixture;

static int setup(void **state)
{
    struct overlay_view version;
    size_t at = strlen(many);
    for (unsigned i = 2; i < 35; i++)
        at += (size_t)snprintf(many + at, sizeof(many) - at, "192.0.2.18 :%u:\n", i);
    fixture.view = text_view_build(sets, lists, ARRAY_SIZE(sets));
    fixture.overlay = text_overlay_new(items, ARRAY_SIZE(items), &version);
    must(view_with_overlay(fixture.view, &version, &fixture.joined) == OK, "memory");
    (void)state;
    return 0;
}

static int teardown(void **state)
{
    view_free_shell(fixture.joined);
    view_free(fixture.view);
    overlay_free(fixture.overlay);
    (void)state;
    return 0;
}

/* ---- Asking ---- */

enum edns { EDNS_NONE, EDNS_PLAIN, EDNS_DO_BIT, EDNS_GENERAL, EDNS_WAYS };

struct ask {
    const char *name;
    unsigned type;
    enum edns edns;
    unsigned edns_size;
    bool tcp;
    const char *client;
};

struct reply_bytes {
    uint8_t packet[65535];
    uint32_t size;
    char text[4096];
};

static void make(const struct ask *a, struct answer_query *q, struct sockaddr_storage *client,
                 uint8_t *packet)
{
    static const uint8_t nsid[] = { 0, EDNS_NSID, 0, 0 };
    *client = dns_client_address(a->client != NULL ? a->client : "10.1.0.1");
    *q = (struct answer_query){ .packet = packet,
                                .capacity = a->tcp ? 65535 : ANSWER_UDP_MAX,
                                .tcp = a->tcp,
                                .client = (const struct sockaddr *)client };
    q->length =
        (uint32_t)dns_client_query(packet, a->name, a->type, CLASS_IN, a->edns != EDNS_NONE ? nsid : NULL,
                                   a->edns == EDNS_GENERAL ? sizeof(nsid) : 0);
    uint8_t *opt = packet + q->length - (a->edns == EDNS_GENERAL ? sizeof(nsid) : 0) - 1 - WIRE_RECORD;
    if (a->edns != EDNS_NONE)
        wire_put16(opt + 3, a->edns_size);
    if (a->edns == EDNS_DO_BIT)
        opt[7] = 0x80;
}

/* Asks alone, or between others of the same batch: then the zone is known already. */
static void ask(const struct view *view, const struct ask *a, bool among, struct reply_bytes *out)
{
    static uint8_t buffers[3][65535];
    static const char *const others[] = { "18.2.0.192.", "99.9.0.192." };
    struct sockaddr_storage clients[3];
    struct answer_query queries[3];
    char names[2][300];

    for (unsigned i = 0; i < 2; i++) {
        const char *zone = strstr(a->name, ".test");
        while (zone != a->name && zone[-1] != '.')
            zone--;
        snprintf(names[i], sizeof(names[i]), "%s%s", others[i], zone);
        struct ask other = { .name = names[i], .type = TYPE_A, .client = a->client };
        make(&other, &queries[2 * i], &clients[2 * i], buffers[2 * i]);
    }
    make(a, &queries[1], &clients[1], buffers[1]);
    answer_batch(&fixture.context, view, NOW, among ? queries : &queries[1], among ? 3 : 1);
    out->size = queries[1].length;
    memcpy(out->packet, buffers[1], out->size);
    dns_client_print_reply(out->packet, out->size, out->text, sizeof(out->text));
}

static bool is_nsid(const struct reply_bytes *r)
{
    return strstr(r->text, "nsid") != NULL;
}

/* Asks in all ways. */
static void expect(const struct view *view, struct ask a, const char *expected)
{
    static struct reply_bytes replies[2][EDNS_WAYS];
    print_message("%s%s\n", a.name, a.tcp ? " over TCP" : "");
    a.edns_size = a.edns_size != 0 ? a.edns_size : 1232;
    for (unsigned among = 0; among < 2; among++)
        for (a.edns = EDNS_NONE; a.edns < EDNS_WAYS; a.edns++) {
            ask(view, &a, among, &replies[among][a.edns]);
            assert_string_equal(replies[among][a.edns].text, expected);
            assert_false(is_nsid(&replies[among][a.edns]));
        }
    for (unsigned among = 0; among < 2; among++) {
        struct reply_bytes *r = replies[among], *general = &replies[0][EDNS_GENERAL];
        if (general->size == 0)
            continue;
        assert_int_equal(r[EDNS_PLAIN].size, general->size);
        assert_memory_equal(r[EDNS_PLAIN].packet, general->packet, general->size);
        r[EDNS_DO_BIT].packet[general->size - 4] ^= 0x80; /* the OPT record is the last, and empty */
        assert_int_equal(r[EDNS_DO_BIT].size, general->size);
        assert_memory_equal(r[EDNS_DO_BIT].packet, general->packet, general->size);
        assert_int_equal(r[EDNS_NONE].size, general->size - 11);
        r[EDNS_NONE].packet[11]++; /* the OPT record is counted */
        assert_memory_equal(r[EDNS_NONE].packet, general->packet, general->size - 11);
    }
}

struct row {
    const char *name;
    unsigned type;
    const char *expected;
    const char *client;
};

static void expect_all(const struct view *view, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned tcp = 0; tcp < 2; tcp++)
            expect(view,
                   (struct ask){
                       .name = rows[i].name, .type = rows[i].type, .tcp = tcp, .client = rows[i].client },
                   rows[i].expected);
}

static const struct row shapes[] = {
    { "18.2.0.192.ip.test", TYPE_A, "NOERROR A 127.0.0.4", NULL },
    { "19.2.0.192.ip.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
    { "255.0.0.10.ip.test", TYPE_A, "NOERROR A 127.0.0.3", NULL },
    { "19.3.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "77.2.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL }, /* never */
    { "4.3.2.1.ip.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
    { "4.3.2.2.ip.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "18.2.0.192.ip.test", TYPE_TXT, "NOERROR TXT \"host\"", NULL },
    { "18.2.0.192.ip.test", TYPE_AAAA, "NOERROR soa", NULL },
    { "2.0.192.ip.test", TYPE_A, "NOERROR soa", NULL },
    { "3.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "x.18.2.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "256.2.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "18.02.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "ip.test", TYPE_A, "NOERROR soa", NULL },
    { IP6 ".six.test", TYPE_A, "NOERROR A 127.0.0.6", NULL },
    { IP6B ".six.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "8.b.d.0.1.0.0.2.six.test", TYPE_A, "NOERROR soa", NULL },
    { "1.0.0.2.six.test", TYPE_A, "NOERROR soa", NULL },
    { "4.0.0.2.six.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "www.bad.example.names.test", TYPE_A, "NOERROR A 127.0.0.5", NULL },
    { "exact.example.names.test", TYPE_A, "NOERROR A 127.0.0.7", NULL },
    { "www.exact.example.names.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "b.mid.example.names.test", TYPE_A, "NOERROR soa", NULL },
    { "18.2.0.192.names.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "33.0.0.192.mixed.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
    { "34.0.0.192.mixed.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "a.bad.example.mixed.test", TYPE_A, "NOERROR A 127.0.0.5", NULL },
    { MAP ".mixed.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
    { VIA4 ".mixed.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
    { "18.2.0.192.com.test", TYPE_A, "NOERROR A 127.0.0.7", NULL },
    { "18.2.0.192.s.com.test", TYPE_A, "NOERROR A 127.0.0.7", NULL },
    { "19.2.0.192.s.com.test", TYPE_A, "NXDOMAIN soa", NULL },
    { "www.gen.test", TYPE_A, "NOERROR A 192.0.2.80", NULL },
    { "18.2.0.192.guarded.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
    { "18.2.0.192.guarded.test", TYPE_A, "REFUSED", "10.2.0.1" },
    { "18.2.0.192.guarded.test", TYPE_A, "NOERROR A 127.0.0.9", "10.3.0.1" },
    { "19.2.0.192.guarded.test", TYPE_A, "NOERROR A 127.0.0.9", "10.3.0.1" },
    { "18.2.0.192.guarded.test", TYPE_A, "NXDOMAIN soa", "10.4.0.1" },
    { "18.2.0.192.none.test", TYPE_A, "REFUSED", NULL },
};

static void begin(bool authority)
{
    fixture.context =
        (struct answer_context){ .zones = fixture.zones, .edns_limit = 1232, .authority = authority };
    memset(fixture.zones, 0, sizeof(fixture.zones));
}

static void without_overlay(void **state)
{
    begin(false);
    expect_all(fixture.view, shapes, ARRAY_SIZE(shapes));
    (void)state;
}

static void with_overlay(void **state)
{
    static const struct row rows[] = {
        { "33.2.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL },
        { "48.2.0.192.ip.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
        { "9.113.0.203.ip.test", TYPE_A, "NOERROR A 127.0.0.9", NULL },
        { "113.0.203.ip.test", TYPE_A, "NOERROR soa", NULL },
        { "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.0.0.0.8.b.d.0.1.0.0.2.six.test", TYPE_A, "NXDOMAIN soa",
          NULL },
        { "x.bad.example.names.test", TYPE_A, "NOERROR soa", NULL }, /* the names below it are listed */
        { "y.bad.example.names.test", TYPE_A, "NOERROR A 127.0.0.5", NULL },
    };
    begin(false);
    expect_all(fixture.joined, rows, ARRAY_SIZE(rows));
    expect_all(fixture.joined, shapes, ARRAY_SIZE(shapes)); /* no item concerns these */
    (void)state;
}

/* -A: the NS set follows what is listed; a single record of authority is printed as "soa". */
static void with_authority(void **state)
{
    static const struct row rows[] = { { "18.2.0.192.ip.test", TYPE_A, "NOERROR A 127.0.0.4 soa", NULL },
                                       { "19.3.0.192.ip.test", TYPE_A, "NXDOMAIN soa", NULL } };
    struct ask a = { .name = "18.2.0.192.ip.test", .type = TYPE_A };
    static struct reply_bytes r;
    begin(true);
    expect_all(fixture.view, rows, ARRAY_SIZE(rows));
    for (unsigned among = 0; among < 2; among++) {
        ask(fixture.view, &a, among, &r);
        assert_int_equal(wire_get16(r.packet + 8), 1);
        assert_int_equal(r.size, 12 + 20 + 4 + 16 + 2 + 10 + 9); /* question, A, NS "ns.test" */
    }
    (void)state;
}

/* 33 records of 16 bytes follow 26 of the question and 12 of the header, 566 in all, and the OPT record 11.
 */
static void sizes(void **state)
{
    static const struct {
        unsigned edns_size, size; /* 0: truncated */
    } rows[] = { { 0, 0 }, { 576, 0 }, { 577, 577 }, { 4096, 577 } };
    static struct reply_bytes r;
    begin(false);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        for (unsigned among = 0; among < 2; among++)
            for (enum edns edns = EDNS_PLAIN; edns < EDNS_WAYS; edns++) {
                struct ask a = { "18.2.0.192.many.test", TYPE_A, edns, rows[i].edns_size, false, NULL };
                ask(fixture.view, &a, among, &r);
                assert_int_equal(r.packet[2] >> 1 & 1, rows[i].size == 0); /* TC */
                assert_int_equal(wire_get16(r.packet + 6) == 33, rows[i].size != 0);
                if (rows[i].size != 0)
                    assert_int_equal(r.size, 577);
                a.tcp = true;
                ask(fixture.view, &a, among, &r);
                assert_int_equal(r.size, 577);
                a.edns = EDNS_NONE;
                ask(fixture.view, &a, among, &r);
                assert_int_equal(r.size, 566);
            }
    fixture.context.edns_limit = 576;
    struct ask a = { "18.2.0.192.many.test", TYPE_A, EDNS_PLAIN, 1232, false, NULL };
    ask(fixture.view, &a, true, &r);
    assert_int_equal(r.packet[2] >> 1 & 1, 1);
    (void)state;
}

/* ---- Counting, limits, keys ---- */

static void counters(void **state)
{
    struct ask listed = { .name = "18.2.0.192.ip.test", .type = TYPE_A },
               unlisted = { .name = "18.3.0.192.ip.test", .type = TYPE_A };
    static struct reply_bytes r;
    begin(false);
    for (unsigned among = 0; among < 2; among++) { /* 99.9.0.192, which goes along, is not listed */
        ask(fixture.view, &listed, among, &r);
        ask(fixture.view, &unlisted, among, &r);
    }
    const struct answer_counters *n = &fixture.context.counters;
    const struct answer_zone_counters *z = &fixture.zones[0];
    unsigned query = 12 + 20 + 4, positive = query + 16, negative = query + 2 + 10 + 9 + 8 + 20;
    assert_int_equal(n->queries, 8);
    assert_int_equal(n->answered, 4);
    assert_int_equal(n->nxdomain, 4);
    assert_int_equal(n->nodata, 0);
    assert_int_equal(n->bytes_in, 8 * query);
    assert_int_equal(n->bytes_out, 4 * positive + 4 * negative);
    assert_int_equal(z->queries, 8);
    assert_int_equal(z->ok, 4);
    assert_int_equal(z->nxdomain, 4);
    assert_int_equal(z->bytes_in, 8 * query);
    assert_int_equal(z->bytes_out, 4 * positive + 4 * negative);
    (void)state;
}

/* What is not answered is counted, but no byte of it. */
static void dropped(void **state)
{
    uint8_t packet[ANSWER_UDP_MAX] = { 0 };
    struct answer_query q = { .packet = packet, .length = 11, .capacity = sizeof(packet) };
    begin(false);
    answer_batch(&fixture.context, fixture.view, NOW, &q, 1);
    assert_int_equal(q.length, 0);
    assert_int_equal(fixture.context.counters.queries, 1);
    assert_int_equal(fixture.context.counters.dropped, 1);
    assert_int_equal(fixture.context.counters.bytes_in + fixture.context.counters.bytes_out, 0);
    (void)state;
}

static void hits(void **state)
{
    struct ask a = { .name = "18.2.0.192.ip.test", .type = TYPE_A };
    static struct reply_bytes r;
    begin(false);
    must(hit_sample_new(16, 1, 16, &fixture.context.hits) == OK, "memory");
    ask(fixture.view, &a, true, &r);
    struct hit_record record;
    assert_int_equal(hit_sample_end(fixture.context.hits), 2); /* the first of the batch is the same host */
    for (unsigned i = 0; i < 2; i++) {
        assert_true(hit_sample_get(fixture.context.hits, i, &record));
        assert_int_equal(record.code, 0x7f000004);
        assert_int_equal(record.zone, 0);
        assert_int_equal(record.key.family, RANGE_IP4);
        assert_true(record.key.first.hi == UINT64_C(0xc0000212) << 32);
        assert_true(record.client[0] == UINT64_C(0x0a010001) << 32);
    }
    hit_sample_free(fixture.context.hits);
    (void)state;
}

/* Two replies a second; every second one beyond is sent with TC. */
static void rate_limit(void **state)
{
    static const struct rate_rules rules = { 2, 2, 24, 56, 64, false };
    static const char *const expected[] = {
        "NOERROR A 127.0.0.4", "NOERROR A 127.0.0.4", "nothing", "NOERROR tc", "nothing", "NOERROR tc"
    };
    static uint8_t buffers[6][ANSWER_UDP_MAX];
    struct ask a = { .name = "18.2.0.192.ip.test", .type = TYPE_A };
    struct sockaddr_storage clients[6];
    struct answer_query queries[6];
    char text[256];
    begin(false);
    fixture.context.rate = rate_new(&rules, NULL);
    for (unsigned i = 0; i < 6; i++)
        make(&a, &queries[i], &clients[i], buffers[i]);
    answer_batch(&fixture.context, fixture.view, NOW, queries, 6);
    for (unsigned i = 0; i < 6; i++) {
        dns_client_print_reply(buffers[i], queries[i].length, text, sizeof(text));
        assert_string_equal(text, expected[i]);
    }
    assert_int_equal(fixture.zones[0].queries, 2);
    assert_int_equal(fixture.context.counters.truncated, 2);
    rate_free(fixture.context.rate);
    (void)state;
}

/* A name that ends where a label of an address would be: its class is what follows, and no known one. */
static void early_end(void **state)
{
    static const char packet[] = "\0\7\1\0\0\1\0\0\0\0\0\0"
                                 "\3"
                                 "192\3"
                                 "200\0\3"
                                 "192\2ip\4test\0\0\1\0\1";
    struct ask first = { .name = "18.2.0.192.ip.test", .type = TYPE_A };
    static uint8_t buffers[2][ANSWER_UDP_MAX];
    struct sockaddr_storage client;
    struct answer_query queries[2];
    for (unsigned authority = 0; authority < 2; authority++) {
        begin(authority != 0);
        make(&first, &queries[0], &client, buffers[0]);
        queries[1] = queries[0];
        queries[1].packet = buffers[1];
        queries[1].length = sizeof(packet) - 1;
        memcpy(buffers[1], packet, sizeof(packet) - 1);
        answer_batch(&fixture.context, fixture.view, NOW, queries, 2);
        assert_int_equal(buffers[1][3] & 15, RCODE_REFUSED);
    }
    (void)state;
}

static void keys(void **state)
{
    static const struct row rows[] = {
        { "18.2.0.192.keyed.test", TYPE_A, "REFUSED", NULL },
        { "18.2.0.192.k.keyed.test", TYPE_A, "NOERROR A 127.0.0.2", NULL },
        { "19.2.0.192.k.keyed.test", TYPE_A, "NXDOMAIN soa", NULL },
        { "k.keyed.test", TYPE_A, "NOERROR soa", NULL },
        { "18.2.0.192.ip.test", TYPE_A, "NOERROR A 127.0.0.4", NULL },
    };
    static const struct prefixes none;
    struct customer_keys *table = customer_keys_new(1, ZONES);
    struct customer_key key = { .size = 1, .label = "k", .expires = INT64_MAX };
    bool allowed[ZONES] = { [ZONE_KEYED] = true };
    key.customer = customer_keys_add_customer(table, "K");
    must(customer_keys_add(table, &key, allowed) == OK && customer_keys_finish(table, 1) == OK, "keys");
    begin(false);
    fixture.keyed[ZONE_KEYED] = true;
    fixture.policy = (struct policy){ .keyed = fixture.keyed, .keys = table, .public_resolvers = &none };
    fixture.context.policy = &fixture.policy;
    expect_all(fixture.view, rows, ARRAY_SIZE(rows));
    customer_keys_free(table);
    (void)state;
}

/* The client's cookie is answered, in front of others or behind them. */
static void cookies(void **state)
{
    static const uint8_t option[] = "\0\12\0\10"
                                    "01234567";
    struct dns_client *a = calloc(1, sizeof(*a));
    begin(false);
    fixture.policy = (struct policy){ .use_cookies = true };
    fixture.context.policy = &fixture.policy;
    a->context = &fixture.context;
    a->view = fixture.view;
    assert_string_equal(dns_client_ask(a, "18.2.0.192.ip.test", TYPE_A, option, sizeof(option) - 1),
                        "NOERROR A 127.0.0.4 cookie");
    assert_string_equal(dns_client_ask(a, "18.3.0.192.ip.test", TYPE_A, option, sizeof(option) - 1),
                        "NXDOMAIN soa cookie");
    assert_string_equal(dns_client_ask(a, "18.2.0.192.ip.test", TYPE_A, "", 0), "NOERROR A 127.0.0.4");
    free(a);
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_overlay),
        cmocka_unit_test(with_overlay),
        cmocka_unit_test(with_authority),
        cmocka_unit_test(sizes),
        cmocka_unit_test(counters),
        cmocka_unit_test(dropped),
        cmocka_unit_test(hits),
        cmocka_unit_test(rate_limit),
        cmocka_unit_test(early_end),
        cmocka_unit_test(keys),
        cmocka_unit_test(cookies),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
