/* The fast path: what it answers, as the sockets do, and what it leaves to them. */
#include "support/dns_client.h"
#include "support/must.h"
#include "support/random.h"
#include "support/text_view.h"
#include "support/xdp_peer.h"
#include "xdp/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#define NIBBLES6(first) "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." first
#define MAPPED(last)    last ".f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
#define SIX_TO_4(ip4)   "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." ip4 ".2.0.0.2"
#define LONG_LABEL      "a23456789.b23456789.c23456789.d23456789.e23456789.f23456789.g23456789.h23456789"

static const struct text_set sets[] = {
    { "zen.test", "ip4set",
      "$SOA 1h ns1.zen mail.zen 7 10m 5m 1d 2m\n$NS 1h ns1.zen ns2.zen\n192.0.2.1 :2:text $\n192.0.2.0/24 "
      ":3:\n"
      "192.0.2.1 :4:=raw\n127.0.0.2\n!192.0.2.9\n8.8.8.8\n" },
    { "zen.test", "ip4trie", "10.0.0.0/8 :5:ten\n!10.9.0.0/16\n" },
    { "zen.test", "ip6trie",
      "2001:db8::/32 :7:six $\n!2001:db8:9::/48\n::ffff:7f00:2\n2002:a01:1::/48 :9:\n" },
    { "six.test", "ip6trie", "2001:db8::/32 :7:\n::ffff:7f00:2\n2002:c000:201::/48 :8:\n" },
    { "gen.test", "generic", "x A 192.0.2.53\nmx MX 10 mail.zen\n" },
    { "dbl.test", "dnset",
      ".bad.example :5:listed $\nexact.test\n*.wild.test :6:\n!no.wild.test\n1.2.0.192\n" LONG_LABEL "\n" },
    { "two.dbl.test", "dnset", "other.example :7:\n.bad.example :8:\nz.bad.example :9:\n" },
    { "comb.test", "combined", "$DATASET ip4set:a s\n192.0.2.1 :7:a\n$DATASET dnset:b @\nx.s :8:b\n" },
    { "acl.test", "ip4set", "192.0.2.1\n" },
    { "acl.test", "acl", "10.5.0.0/16 :10:zone $\n" },
    { "", "never", "192.0.2.77\n.ok.bad.example\n" },
};

static const struct {
    const char *name;
    unsigned type;
    enum xdp_outcome outcome;
} table[] = {
    { "1.2.0.192.zen.test", TYPE_A, XDP_LISTED },
    { "1.2.0.192.ZeN.tEsT", TYPE_A, XDP_LISTED },
    { "2.2.0.192.zen.test", TYPE_A, XDP_LISTED },
    { "9.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
    { "77.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN }, /* protected */
    { "1.2.0.192.zen.test", TYPE_AAAA, XDP_NODATA },
    { "1.2.0.192.zen.test", TYPE_NS, XDP_NODATA },
    { "9.2.0.192.zen.test", TYPE_AAAA, XDP_NXDOMAIN },
    { "9.2.0.192.zen.test", 65, XDP_NXDOMAIN },
    { "200.1.2.10.zen.test", TYPE_A, XDP_LISTED },
    { "200.1.9.10.zen.test", TYPE_A, XDP_NXDOMAIN },
    { "255.255.255.255.zen.test", TYPE_A, XDP_NXDOMAIN },
    { "0.0.0.0.zen.test", TYPE_A, XDP_PARTIAL },      /* may begin an IPv6 address */
    { "8.8.8.8.zen.test", TYPE_A, XDP_LISTED },       /* and is listed */
    { "256.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN }, /* a name */
    { "01.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
    { "5.1.2.0.192.zen.test", TYPE_A, XDP_NXDOMAIN },
    { "2.0.192.zen.test", TYPE_A, XDP_PARTIAL },
    { "192.zen.test", TYPE_A, XDP_PARTIAL },
    { "www.zen.test", TYPE_A, XDP_NXDOMAIN },
    { NIBBLES6("8.b.d.0.1.0.0.2") ".zen.test", TYPE_A, XDP_LISTED },
    { NIBBLES6("8.B.D.0.1.0.0.2") ".zen.test", TYPE_A, XDP_LISTED },
    { NIBBLES6("8.b.d.0.1.0.0.3") ".zen.test", TYPE_A, XDP_NXDOMAIN },
    { NIBBLES6("8.b.d.0.1.0.0.g") ".zen.test", TYPE_A, XDP_NXDOMAIN },
    { "8.b.d.0.1.0.0.2.zen.test", TYPE_A, XDP_PARTIAL },
    { "0." NIBBLES6("8.b.d.0.1.0.0.2") ".zen.test", TYPE_A, XDP_NXDOMAIN },
    { "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.9.0.0.0.8.b.d.0.1.0.0.2.zen.test", TYPE_A, XDP_NXDOMAIN },
    { MAPPED("2.0.0.0.0.0.f.7") ".zen.test", TYPE_A, XDP_LISTED },
    { MAPPED("3.0.0.0.0.0.f.7") ".zen.test", TYPE_A, XDP_NXDOMAIN },
    { MAPPED("2.0.0.0.0.0.f.7") ".six.test", TYPE_A, XDP_LISTED },
    { MAPPED("1.0.2.0.0.0.0.c") ".six.test", TYPE_A, XDP_NXDOMAIN },
    { SIX_TO_4("1.0.2.0.0.0.0.c") ".zen.test", TYPE_A, XDP_LISTED },    /* by the IPv4 address */
    { SIX_TO_4("1.0.0.0.1.0.a.0") ".zen.test", TYPE_A, XDP_NOT_READY }, /* by both */
    { SIX_TO_4("1.0.2.0.0.0.0.c") ".six.test", TYPE_A, XDP_LISTED },    /* by the IPv6 address */
    { SIX_TO_4("1.0.2.0.0.0.0.d") ".six.test", TYPE_A, XDP_NXDOMAIN },
    { "1.2.0.192.six.test", TYPE_A, XDP_NXDOMAIN },
    { "x.gen.test", TYPE_A, XDP_NOT_READY },
    { "mx.gen.test", TYPE_A, XDP_NOT_READY },
    { "y.gen.test", TYPE_A, XDP_PARTIAL }, /* a single nibble */
    { "xy.gen.test", TYPE_A, XDP_NXDOMAIN },
    { "bad.example.dbl.test", TYPE_A, XDP_LISTED },
    { "a.B.bad.example.dbl.test", TYPE_A, XDP_LISTED },
    { "bad.example.dbl.test", TYPE_AAAA, XDP_NODATA },
    { "ok.bad.example.dbl.test", TYPE_A, XDP_NXDOMAIN },
    { "exact.test.dbl.test", TYPE_A, XDP_LISTED },
    { "www.exact.test.dbl.test", TYPE_A, XDP_NXDOMAIN },
    { "wild.test.dbl.test", TYPE_A, XDP_PARTIAL }, /* NODATA: names below it are listed */
    { "www.wild.test.dbl.test", TYPE_A, XDP_LISTED },
    { "no.wild.test.dbl.test", TYPE_A, XDP_PARTIAL },
    { "example.dbl.test", TYPE_A, XDP_PARTIAL },
    { "good.example.dbl.test", TYPE_A, XDP_NXDOMAIN },
    { "other.example.dbl.test", TYPE_A, XDP_NXDOMAIN }, /* in the table, of another zone */
    { "1.2.0.192.dbl.test", TYPE_A, XDP_LISTED },
    { SIX_TO_4("1.0.2.0.0.0.0.c") ".dbl.test", TYPE_A, XDP_NOT_READY }, /* that is listed by name */
    { "other.example.two.dbl.test", TYPE_A, XDP_LISTED },
    { "z.bad.example.two.dbl.test", TYPE_A, XDP_LISTED },
    { "y.bad.example.two.dbl.test", TYPE_A, XDP_LISTED },
    { LONG_LABEL ".dbl.test", TYPE_A, XDP_LISTED },
    { LONG_LABEL "x.dbl.test", TYPE_A, XDP_NXDOMAIN },
    { "1.2.0.192.zen.test", TYPE_TXT, XDP_TYPE },
    { "1.2.0.192.zen.test", TYPE_ANY, XDP_TYPE },
    { "1.2.0.192.zen.test", TYPE_AXFR, XDP_NO_QUERY },
    { "zen.test", TYPE_SOA, XDP_APEX },
    { "zen.test", TYPE_A, XDP_APEX },
    { "test", TYPE_A, XDP_NO_ZONE },
    { ".", TYPE_NS, XDP_NO_ZONE },
    { "1.2.0.192.other.test", TYPE_A, XDP_NO_ZONE },
    { "1.2.0.192.comb.test", TYPE_A, XDP_ZONE },
    { "1.2.0.192.s.comb.test", TYPE_A, XDP_ZONE },
    { "1.2.0.192.acl.test", TYPE_A, XDP_ZONE },
};

static int begin(void **state)
{
    xdp_peer_new(text_view_build(sets, NULL, ARRAY_SIZE(sets)), NULL, (struct xdp_peer **)state);
    return 0;
}

static int end(void **state)
{
    struct xdp_peer *p = *state;
    struct view *view = (struct view *)p->view;

    xdp_peer_free(p);
    view_free(view);
    return 0;
}

static void questions(void **state)
{
    for (size_t i = 0; i < ARRAY_SIZE(table); i++)
        for (unsigned way = 0; way < XDP_PEER_WAYS; way++)
            for (unsigned edns = 0; edns < 2; edns++) {
                uint8_t message[512];
                size_t size =
                    dns_client_query(message, table[i].name, table[i].type, CLASS_IN, edns ? "" : NULL, 0);
                message[2] |= way & 1; /* RD */
                enum xdp_outcome outcome = xdp_peer_ask(*state, way, message, size);
                if (outcome != table[i].outcome)
                    print_message("%s, type %u\n", table[i].name, table[i].type);
                assert_int_equal(outcome, table[i].outcome);
            }
}

/* Runs after `questions`. */
static void zones(void **state)
{
    struct xdp_peer *p = *state;
    struct xdp_zone_counters sums[ARRAY_SIZE(p->zones)] = { { 0 } };
    uint64_t all = 0;

    if (p->path == NULL)
        skip();
    xdp_path_count_zones(p->path, sums, ARRAY_SIZE(sums));
    for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
        assert_memory_equal(&sums[i], &p->zones[i], sizeof(p->zones[i]));
        all += sums[i].queries;
    }
    assert_int_equal(all, p->context.counters.queries);
}

/* Queries that differ from a plain one in some octet. */
static void messages(void **state)
{
    enum { OPT = 36 }; /* of the query below */
    static const struct {
        int at;
        uint8_t value;
        enum xdp_outcome outcome;
    } changes[] = {
        { 2, 0x80, XDP_NO_QUERY }, /* a response */
        { 2, 0x10, XDP_NO_QUERY }, /* an opcode */
        { 2, 0x04, XDP_NO_QUERY }, /* AA */
        { 2, 0x02, XDP_NO_QUERY }, /* TC */
        { 3, 0xff, XDP_LISTED },   /* the other flags do not count */
        { 5, 0, XDP_NO_QUERY },    /* no question */
        { 5, 2, XDP_NO_QUERY },    /* two */
        { 7, 1, XDP_OPTIONS },     /* an answer, in a query */
        { 9, 1, XDP_OPTIONS },
        { 11, 0, XDP_OPTIONS }, /* octets behind the message */
        { 11, 2, XDP_OPTIONS },
        { 12, 64, XDP_NO_QUERY },   /* a label of 64 octets */
        { 12, 0xc0, XDP_NO_QUERY }, /* a pointer */
        { OPT - 1, CLASS_CH, XDP_NO_QUERY },
        { OPT - 1, CLASS_ANY, XDP_NO_QUERY },
        { OPT, 1, XDP_OPTIONS },       /* an owner */
        { OPT + 2, 42, XDP_OPTIONS },  /* another type */
        { OPT + 3, 0, XDP_LISTED },    /* a size below 512 counts as 512 */
        { OPT + 5, 1, XDP_LISTED },    /* a query's extended rcode does not count */
        { OPT + 6, 1, XDP_OPTIONS },   /* a version */
        { OPT + 7, 0x80, XDP_LISTED }, /* DO */
        { OPT + 7, 0xff, XDP_LISTED },
        { OPT + 10, 4, XDP_OPTIONS },
    };
    uint8_t plain[512], message[512];
    size_t size = dns_client_query(plain, "1.2.0.192.zen.test", TYPE_A, CLASS_IN, "", 0);

    assert_int_equal(size, OPT + 11);
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        memcpy(message, plain, size);
        message[changes[i].at] = changes[i].value;
        print_message("octet %d\n", changes[i].at);
        assert_int_equal(xdp_peer_ask(*state, 0, message, size), changes[i].outcome);
    }
    for (size_t cut = 0; cut < size; cut++)
        assert_true(xdp_peer_ask(*state, 0, plain, cut) > XDP_NXDOMAIN);
}

/* Frames that differ from one with a plain query in some octet: `ipv6` has another layout. */
static void frames(void **state)
{
    static const struct {
        unsigned way;
        int at;
        uint8_t value;
        enum xdp_outcome outcome;
    } changes[] = {
        { 0, 5, 9, XDP_NOT_DNS }, /* for another MAC */
        { 0, 0, 0xff, XDP_NOT_DNS },
        { 0, 12, 0x88, XDP_NOT_DNS },   /* another ethertype */
        { 0, 14, 0x46, XDP_ODD_FRAME }, /* IP options */
        { 0, 14, 0x65, XDP_ODD_FRAME },
        { 0, 16, 4, XDP_ODD_FRAME },    /* longer than the frame */
        { 0, 20, 0x20, XDP_ODD_FRAME }, /* more fragments */
        { 0, 21, 1, XDP_ODD_FRAME },    /* a fragment */
        { 0, 22, 1, XDP_ODD_FRAME },    /* a TTL without its checksum */
        { 0, 23, 6, XDP_NOT_DNS },      /* TCP */
        { 0, 33, 54, XDP_ODD_FRAME },   /* another address, and the checksum */
        { 0, 37, 54, XDP_NOT_DNS },     /* another port */
        { 0, 38, 1, XDP_ODD_FRAME },    /* UDP longer than IP */
        { 0, 39, 7, XDP_ODD_FRAME },
        { XDP_PEER_VLAN, 16, 0x81, XDP_NOT_DNS }, /* two tags */
        { XDP_PEER_IPV6, 14, 0x40, XDP_ODD_FRAME },
        { XDP_PEER_IPV6, 18, 4, XDP_ODD_FRAME },
        { XDP_PEER_IPV6, 20, 0, XDP_NOT_DNS },      /* an extension header */
        { XDP_PEER_IPV6, 22, 0xff, XDP_ODD_FRAME }, /* from a multicast address */
        { XDP_PEER_IPV6, 22, 0, XDP_ODD_FRAME },
        { XDP_PEER_IPV6, 53, 9, XDP_NOT_DNS },
    };
    uint8_t message[512], frame[1024], reply[XDP_FRAME];
    size_t size = dns_client_query(message, "1.2.0.192.zen.test", TYPE_A, CLASS_IN, NULL, 0), bytes;

    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        size_t length = xdp_peer_frame(frame, changes[i].way, true, message, size);
        frame[changes[i].at] = changes[i].value;
        print_message("octet %d of %u\n", changes[i].at, changes[i].way);
        assert_int_equal(xdp_peer_run(*state, frame, length, reply, &bytes), changes[i].outcome);
        assert_int_equal(bytes, 0);
    }
    for (unsigned way = 0; way < 2; way++) { /* from our own address */
        size_t length = xdp_peer_frame(frame, way, true, message, size);
        memcpy(frame + (way ? 22 : 26), frame + (way ? 38 : 30), way ? 16 : 4);
        wire_put16(frame + 24, way ? wire_get16(frame + 24) : 0x1d8c);
        assert_int_equal(xdp_peer_run(*state, frame, length, reply, &bytes), XDP_ODD_FRAME);
    }
    size_t length = xdp_peer_frame(frame, 0, true, message, size);
    for (size_t cut = 14; cut < length; cut++)
        assert_true(xdp_peer_run(*state, frame, cut, reply, &bytes) > XDP_NXDOMAIN);
    memset(frame + length, 0xee, 18); /* padding behind it */
    assert_int_equal(xdp_peer_run(*state, frame, length + 18, reply, &bytes), XDP_LISTED);
}

static void random_changes(void **state)
{
    enum { ROUNDS = 300000 };
    uint64_t random = 1;

    for (unsigned i = 0; i < ROUNDS; i++) {
        unsigned row = (unsigned)(random_next(&random) % ARRAY_SIZE(table));
        uint8_t message[512], frame[1024], reply[XDP_FRAME];
        size_t bytes, size = dns_client_query(message, table[row].name, table[row].type, CLASS_IN,
                                              i % 2 ? "" : NULL, 0);
        for (unsigned n = (unsigned)random_next(&random) % 4; n > 0; n--)
            message[random_next(&random) % size] = (uint8_t)random_next(&random);
        xdp_peer_ask(*state, i % XDP_PEER_WAYS, message, size);
        size_t length = xdp_peer_frame(frame, i % XDP_PEER_WAYS, true, message, size);
        frame[random_next(&random) % length] = (uint8_t)random_next(&random);
        xdp_peer_run(*state, frame, length, reply, &bytes);
    }
}

/* The corpora of the fuzzer of answer_batch(): from each of their octets on, a message. */
static void corpora(void **state)
{
    uint8_t bytes[8192];
    glob_t files;
    unsigned count = 0;

    assert_int_equal(glob("tests/fuzz/corpus/fuzz_answer/*", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        FILE *f = fopen(files.gl_pathv[i], "r");
        assert_non_null(f);
        size_t size = fread(bytes, 1, sizeof(bytes), f);
        fclose(f);
        for (size_t from = 0; from < size; from++)
            for (size_t end = from + WIRE_HEADER; end <= size && end <= from + 80; end++, count++)
                xdp_peer_ask(*state, count % XDP_PEER_WAYS, bytes + from, end - from);
    }
    globfree(&files);
    assert_true(count > 1000);
}

/* A packet can grow by twelve records; longer replies go up. */
static void sizes(void **state)
{
    char text[2048] = "";
    struct text_set set = { "many.test", "ip4set", text };
    struct xdp_peer *p;
    uint8_t message[512];

    (void)state;
    for (unsigned i = 0; i < 25; i++)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "192.0.2.%u :%u:\n", i < 12 ? 1 : 2,
                 i + 2);
    struct view *view = text_view_build(&set, NULL, 1);
    xdp_peer_new(view, NULL, &p);
    for (unsigned edns = 0; edns < 2; edns++) {
        size_t size = dns_client_query(message, "1.2.0.192.many.test", TYPE_A, CLASS_IN, edns ? "" : NULL, 0);
        assert_int_equal(xdp_peer_ask(p, 0, message, size), XDP_LISTED);
        size = dns_client_query(message, "2.2.0.192.many.test", TYPE_A, CLASS_IN, edns ? "" : NULL, 0);
        assert_int_equal(xdp_peer_ask(p, 0, message, size), XDP_TOO_LONG);
    }
    xdp_peer_free(p);
    view_free(view);
}

static bool is_within(const void *p, const struct snapshot *s)
{
    return (const char *)p >= (char *)s->mapping && (const char *)p < (char *)s->mapping + s->mapping_bytes;
}

/* A snapshot that has its data in the table answers as before, also after the path is gone. */
static void lent(void **state)
{
    struct view *view = text_view_build(sets, NULL, ARRAY_SIZE(sets));
    const struct snapshot *s = view->snapshot;
    struct xdp_peer *p;
    void *peer;

    (void)state;
    xdp_peer_new(view, NULL, &p);
    peer = p;
    if (p->path != NULL) {
        xdp_path_lend(p->path, view->snapshot);
        assert_true(is_within(s->words.data, s) && is_within(s->trie4.words, s) &&
                    is_within(s->trie6.words, s));
        assert_true(is_within(s->names.records.data, s) && is_within(s->names.slots.data, s));
        xdp_path_free(p->path);
        p->path = NULL;
        questions(&peer);
    }
    xdp_peer_free(p);
    view_free(view);
}

/* Frames and replies of all lengths: they are copied in parts, and names are read in words. */
static void lengths(void **state)
{
    uint8_t message[512];

    for (unsigned n = 2; n <= 240; n++) {
        char name[256];
        for (unsigned i = 0; i < n; i++)
            name[i] = (i + 2) % 50 == 0 && i + 1 < n ? '.' : (char)('G' + i % 20);
        strcpy(name + n, ".zen.test");
        for (unsigned way = 0; way < XDP_PEER_WAYS; way++)
            for (unsigned edns = 0; edns < 2; edns++) {
                size_t size = dns_client_query(message, name, TYPE_A, CLASS_IN, edns ? "" : NULL, 0);
                assert_int_equal(xdp_peer_ask(*state, way, message, size), XDP_NXDOMAIN);
            }
    }
}

static void kernel(void **state)
{
    struct xdp_peer *p = *state;

    if (p->path == NULL) {
        print_message("skipped: %s\n", p->why_not.text);
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernel),   cmocka_unit_test(questions), cmocka_unit_test(zones),
        cmocka_unit_test(messages), cmocka_unit_test(frames),    cmocka_unit_test(random_changes),
        cmocka_unit_test(corpora),  cmocka_unit_test(sizes),     cmocka_unit_test(lent),
        cmocka_unit_test(lengths),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
