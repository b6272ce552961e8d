/*
 * The whole path of an answer: packets from the input, several in a batch, over a small view with all types
 * of sets, with and without an overlay, access lists and every rule. The first bytes choose rules and the
 * clock; then, packet by packet, a byte of options, a byte of the client's address, a byte of length, and the
 * packet.
 */
#include "base/sha256.h"
#include "dns/query.h"
#include "support/dns_client.h"
#include "support/must.h"
#include "support/text_overlay.h"
#include "support/text_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>
#include <sys/socket.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NOW = 1795321198, PACKETS = 8, CONTEXT_OPTIONS = 4 };

static const struct text_set sets[] = {
    { "", "acl", "10.1.0.0/16 :ignore\n10.2.0.0/16 :refuse\n10.3.0.0/16 :9:you $\n10.4.0.0/16 :empty\n" },
    { "zen", "ip4set",
      "$SOA 1h ns1.zen mail.zen 7 10m 5m 1d 1m\n$NS 1h ns1.zen ns2.zen\n$1 one\n$= t $= $1\n"
      "192.0.2.1 :2:text $\n192.0.2.0/24 :3:\n192.0.2.1 :4:=raw $1\n127.0.0.2\n!192.0.2.9\n" },
    { "zen", "ip4trie", "10.0.0.0/8 :5:ten\n!10.9.0.0/16\n" },
    { "zen", "ip4tset", ":6:t\n192.0.2.1\n1.2.3.4\n" },
    { "zen", "ip6trie", "2001:db8::/32 :7:six $\n!2001:db8:9::/48\n::ffff:7f00:2\n" },
    { "zen", "ip6tset", ":8:s\n2001:db8:1:2\n" },
    { "zen", "generic", "ns1 A 192.0.2.53\nmx MX 10 mail.zen\nt TXT \"one\"\n@ TXT apex\n" },
    { "zen", "acl", "10.5.0.0/16 :10:zone $\n" },
    { "d", "dnset", ".bad.example :5:listed $\nexact.test\n*.wild.test :6:\n!no.wild.test\n1.2.0.192\n" },
    { "c", "combined", "$DATASET ip4set:a s\n192.0.2.1 :7:a\n$DATASET dnset:b @\nx.s :8:b\n" },
    { "k", "ip4set", "192.0.2.1 :2:key\n" },
    { "", "never", "192.0.2.77\n2001:db8:3::/48\n.ok.example\n" },
};
static const uint16_t lists[] = { VIEW_NO_LIST, 0, 1, 2, 0, 2, 3, VIEW_NO_LIST, 4, 5, 6, VIEW_NO_LIST };
enum { ZONE_KEYED = 3, ZONES = 4 };

static const struct text_item items[] = {
    { "192.0.2.0/26", OVERLAY_DELIST, 0x3, NOW + 3, 0, NULL },
    { "192.0.2.1", OVERLAY_LIST, 0x46, NOW + 5, 30, "dyn $ $1 $=" },
    { "192.0.2.64/26", OVERLAY_LIST, 0x22, NOW + 2, 31, NULL },
    { "10.0.0.0/9", OVERLAY_ALLOW, 0x2, NOW + 4, 0, NULL },
    { "2001:db8::/33", OVERLAY_DELIST, 0x1, 0, 0, NULL },
    { "2001:db8:1:2::5", OVERLAY_LIST, 0x4, NOW + 6, 32, "=six" },
    { ".bad.example", OVERLAY_DELIST, 0x10, NOW + 1, 0, NULL },
    { ".new.bad.example", OVERLAY_LIST, 0x11, NOW + 7, 33, "$" },
    { "t.mx", OVERLAY_LIST, 0x8, NOW + 7, 34, NULL },
    { "x.s", OVERLAY_DELIST, 0x20, NOW + 7, 0, NULL },
};

static struct fixture {
    struct view *view, *joined; /* without and with the overlay */
    struct hit_sample *hits;
    struct policy policy;
    bool keyed[ZONES];
    struct policy_parent parent;
    struct prefixes resolvers;
    struct rate_rules rate_rules;
    struct answer_zone_counters counters[ZONES];
} fixture;

static struct customer_keys *make_keys(void)
{
    struct customer_keys *keys = customer_keys_new(1, ZONES);
    struct customer_key key = {
        .size = 1, .label = "k", .expires = NOW + 5, .customer = customer_keys_add_customer(keys, "K")
    };
    bool allowed[ZONES] = { [ZONE_KEYED] = true };

    must(customer_keys_add(keys, &key, allowed) == OK, "a key");
    sha256("h", 1, key.label);
    key.size = 0;
    key.customer = customer_keys_add_customer(keys, "H");
    must(customer_keys_add(keys, &key, allowed) == OK && customer_keys_finish(keys, 1) == OK, "keys");
    keys->states[key.customer] = KEY_TOO_MANY;
    return keys;
}

static void begin(void)
{
    struct error error;

    if (fixture.view != NULL)
        return;
    struct overlay_view overlay;
    fixture.view = text_view_build(sets, lists, ARRAY_SIZE(sets));
    text_overlay_new(items, ARRAY_SIZE(items), &overlay); /* lives as long as the process */
    must(view_with_overlay(fixture.view, &overlay, &fixture.joined) == OK, "memory");
    must(hit_sample_new(4, 3, 1, &fixture.hits) == OK, "memory");
    fixture.keyed[ZONE_KEYED] = true;
    fixture.parent = (struct policy_parent){ .wire = "\1p", .wire_len = 3, .labels = 1 };
    must(prefixes_add(&fixture.resolvers, "10.6.0.0/16", &error) == OK, error.text);
    prefixes_finish(&fixture.resolvers);
    fixture.rate_rules = (struct rate_rules){ 2, 2, 24, 56, 64, false };
    fixture.policy = (struct policy){ .cookies = { "0123456789abcde", "another secret." },
                                      .use_cookies = true,
                                      .keyed = fixture.keyed,
                                      .keys = make_keys(),
                                      .public_resolvers = &fixture.resolvers,
                                      .parents = &fixture.parent,
                                      .parents_count = 1,
                                      .help = "https://help.example/" };
}

/* 10.N.0.1, plain or IPv4-mapped, or an IPv6 address. */
static struct sockaddr_storage client_of_byte(uint8_t byte)
{
    char text[64];

    snprintf(text, sizeof(text),
             (const char *[]){ "10.%d.0.1", "::ffff:10.%d.0.1", "2001:db8:%d::1" }[byte % 3], byte / 3 % 16);
    return dns_client_address(text);
}

/* Checks what holds for every reply to `query`, of `size` bytes. */
static void check(const struct answer_query *q, const uint8_t *query, size_t size, size_t limit)
{
    const uint8_t *r = q->packet;
    ldns_pkt *reply = NULL;

    if (q->length == 0)
        return;
    must(size >= WIRE_HEADER && !(query[2] & 0x80), "only queries are answered");
    must(q->length >= WIRE_HEADER && q->length <= limit, "a reply keeps to its limit");
    must(memcmp(r, query, 2) == 0 && r[2] & 0x80, "a reply has its query's id");
    must((r[2] & 0x79) == (query[2] & 0x79), "opcode and RD are the query's");
    must((r[3] & 0xf0) == 0, "RA, Z, AD and CD are clear");
    must(ldns_wire2pkt(&reply, r, q->length) == LDNS_STATUS_OK, "ldns can read the reply");
    size_t questions = ldns_pkt_qdcount(reply), at = WIRE_HEADER;
    must(questions <= 1, "at most one question");
    if (questions == 1) {
        while (r[at] != 0)
            at += r[at] + 1u;
        at += 5;
        must(at <= size && memcmp(r + WIRE_HEADER, query + WIRE_HEADER, at - WIRE_HEADER) == 0,
             "the question is repeated byte by byte");
    }
    unsigned counts = wire_get16(r + 6) + wire_get16(r + 8) + wire_get16(r + 10u);
    for (; counts > 0; counts--) { /* ldns does not report what it left unread */
        while (at < q->length && r[at] != 0 && r[at] < 0xc0)
            at += r[at] + 1u;
        at += at < q->length && r[at] == 0 ? 1 : 2;
        must(at + WIRE_RECORD <= q->length, "a record is whole");
        at += WIRE_RECORD + wire_get16(r + at + 8u);
    }
    must(at == q->length, "the counts match the sections, and nothing follows");
    ldns_pkt_free(reply);
}

/* The largest reply to a query of this kind. */
static size_t limit_of(const uint8_t *query, size_t size, const struct answer_context *c)
{
    struct query q;

    if (query_parse(query, size, &q) == QUERY_DROP || !q.edns)
        return 512;
    return q.edns_size < c->edns_limit ? q.edns_size : c->edns_limit;
}

/* Reads packets from the input until it ends; returns how many. Each has a buffer of exactly its capacity, so
 * that the sanitizer sees every access beyond it. */
static unsigned decode_packets(const uint8_t **data, size_t *size, struct answer_query *queries,
                               struct sockaddr_storage *clients)
{
    unsigned count = 0;

    for (; count < PACKETS && *size >= 3; count++) {
        uint8_t options = (*data)[0];
        size_t length = (*data)[2] + (options & 2 ? 256u : 0);
        clients[count] = client_of_byte((*data)[1]);
        *data += 3;
        *size -= 3;
        length = length < *size ? length : *size;
        struct answer_query *q = &queries[count];
        *q = (struct answer_query){ .length = (uint32_t)length,
                                    .capacity = options & 1 ? UINT16_MAX : ANSWER_UDP_MAX,
                                    .tcp = options & 1,
                                    .client = (const struct sockaddr *)&clients[count] };
        q->packet = malloc(q->capacity);
        memcpy(q->packet, *data, length);
        *data += length;
        *size -= length;
    }
    return count;
}

/* Answers `query`, of `size` bytes, alone: the reply is the one that it has among others. */
static void check_alone(const struct answer_context *context, const struct view *view, int64_t now,
                        const struct answer_query *among, const uint8_t *query, size_t size)
{
    struct answer_context c = *context;
    struct answer_query q = *among;

    q.length = (uint32_t)size;
    q.packet = malloc(q.capacity);
    memcpy(q.packet, query, size);
    answer_batch(&c, view, now, &q, 1);
    must(q.length == among->length && memcmp(q.packet, among->packet, q.length) == 0,
         "a reply does not depend on the other queries of its batch");
    free(q.packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer_query queries[PACKETS];
    struct sockaddr_storage clients[PACKETS];
    uint8_t asked[PACKETS][512];
    size_t sizes[PACKETS];

    begin();
    if (size < CONTEXT_OPTIONS)
        return 0;
    struct answer_context c = { .zones = fixture.counters,
                                .edns_limit = (uint16_t)(512 + data[1] * 14),
                                .authority = data[0] & 1,
                                .minimal_any = data[0] & 2,
                                .version = "dnsbld",
                                .hostname = data[0] & 4 ? "host" : NULL,
                                .identity = data[0] & 8 ? "identity" : NULL,
                                .rate = data[0] & 16 ? rate_new(&fixture.rate_rules, NULL) : NULL,
                                .policy = data[0] & 32 ? &fixture.policy : NULL,
                                .hits = data[0] & 128 ? fixture.hits : NULL };
    const struct view *view = data[0] & 64 ? fixture.joined : fixture.view;
    fixture.policy.keys_dry_run = data[2] & 1;
    fixture.policy.public_dry_run = data[2] & 2;
    fixture.policy.misspelt_dry_run = data[2] & 4;
    int64_t now = NOW + data[3] % 8;
    data += CONTEXT_OPTIONS;
    size -= CONTEXT_OPTIONS;

    unsigned count = decode_packets(&data, &size, queries, clients);
    for (unsigned i = 0; i < count; i++) {
        sizes[i] = queries[i].length;
        memcpy(asked[i], queries[i].packet, sizes[i]);
    }
    answer_batch(&c, view, now, queries, count);
    for (unsigned i = 0; i < count; i++) {
        check(&queries[i], asked[i], sizes[i],
              queries[i].tcp ? queries[i].capacity : limit_of(asked[i], sizes[i], &c));
        if (c.rate == NULL)
            check_alone(&c, view, now, &queries[i], asked[i], sizes[i]);
        free(queries[i].packet);
    }
    const struct answer_counters *n = &c.counters;
    must(n->queries == count, "every query is counted");
    rate_free(c.rate);
    return 0;
}
