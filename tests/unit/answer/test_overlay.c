/* Answers of snapshot and overlay together: what is hidden, what is added, and the TTLs. */
#include "support/dns_client.h"
#include "support/text_overlay.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ldns/ldns.h>

#define NOW  1795321198
#define SOA  "$SOA 1h ns.test. h.test. 1 1h 1h 1h 10m\n"
#define IP6  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2" /* 2001:db8::1 */
#define MAP  "1.0.2.0.0.0.0.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0" /* ::ffff:192.0.2.1 */
#define MAP5 "5.3.3.6.4.6.c.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0" /* ::ffff:204.100.99.53 */
#define VIA4 "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.2.0.0.0.0.c.2.0.0.2" /* 2002:c000:201::1 */

enum { SBL, XBL, PBL, TMP, DBL, GEN, COMB, PLAIN };
#define ON(list) (1u << (list))
enum { TYPE_MX = 15 };

static const struct text_set sets[] = {
    { "zen.test", "ip4set", SOA "$TTL 1h\n$= SBL $: $=\n192.0.2.0/24 :2:net\n192.0.2.1 :4:host $\n" },
    { "zen.test", "ip6trie", "$TTL 30m\n2001:db8::/32 :2:six\n2002::/16 :6:\n" },
    { "zen.test", "ip4set", "$TTL 2h\n192.0.2.1 :10:pbl\n192.0.2.8 :2:pbl\n10.0.0.1\n" },
    { "zen.test", "ip4set", "$TTL 5m\n$0 later\n" },
    { "dbl.test", "dnset",
      "$TTL 20m\n.bad.example :5:$\n*.wild.example :6:\nexact.example :7:\na.b.mid.example :8:\n" },
    { "gen.test", "generic", "$TTL 1h\nwww.example A 192.0.2.80\nwww.example MX 10 mail.test\n" },
    { "comb.test", "combined",
      "$DATASET ip4set:a sub\n192.0.2.1 :7:\n$DATASET dnset:b @\n.bad.example :9:\n" },
    { "comb.test", "dnset", ".x.sub :3:\n" },
    { "six.test", "ip6trie", "2001:db8::/32 :2:\n" },
    { "", "never", "192.0.2.7\nok.example\n.fine.example\n" },
};
static const uint16_t lists[] = { SBL, SBL, PBL, TMP, DBL, GEN, COMB, PLAIN, SBL, VIEW_NO_LIST };

struct question {
    int64_t after; /* seconds after NOW */
    const char *name;
    unsigned type;
    const char *expected; /* "RCODE", then "TYPE data/TTL" for each answer, and "soa/TTL" */
};

struct scenario {
    const char *why;
    struct text_item items[8];
    struct question questions[16];
};

/* The reply as struct question has it. */
static void print_reply(const struct dns_client *a, char *text, size_t room)
{
    ldns_pkt *reply = NULL;
    assert_int_equal(ldns_wire2pkt(&reply, a->packet, a->size), LDNS_STATUS_OK);
    char *out = text, *end = text + room;
    ldns_lookup_table *rcode = ldns_lookup_by_id(ldns_rcodes, (int)ldns_pkt_get_rcode(reply));
    out += snprintf(out, room, "%s", rcode->name);
    ldns_rr_list *answer = ldns_pkt_answer(reply), *authority = ldns_pkt_authority(reply);
    for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
        ldns_rr *rr = ldns_rr_list_rr(answer, i);
        char *type = ldns_rr_type2str(ldns_rr_get_type(rr)), *data = ldns_rdf2str(ldns_rr_rdf(rr, 0));
        out += snprintf(out, (size_t)(end - out), " %s %s/%u", type, data, ldns_rr_ttl(rr));
        free(type);
        free(data);
    }
    if (ldns_rr_list_rr_count(authority) == 1)
        snprintf(out, (size_t)(end - out), " soa/%u", ldns_rr_ttl(ldns_rr_list_rr(authority, 0)));
    ldns_pkt_free(reply);
}

static const struct scenario scenarios[] = {
    { "nothing in the overlay",
      { { NULL } },
      { { 0, "1.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.4/3600 A 127.0.0.10/3600" },
        { 0, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/3600" },
        { 0, "8.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/3600" },
        { 0, "1.2.0.192.zen.test", TYPE_TXT, "NOERROR TXT \"SBL 192.0.2.1: host $\"/3600 TXT \"pbl\"/3600" },
        { 0, "7.2.0.192.zen.test", TYPE_A, "NXDOMAIN soa/600" },
        { 0, "7.2.0.192.zen.test", TYPE_ANY, "NXDOMAIN soa/600" },
        { 0, IP6 ".zen.test", TYPE_A, "NOERROR A 127.0.0.2/1800" },
        { 0, VIA4 ".zen.test", TYPE_A, "NOERROR A 127.0.0.6/1800 A 127.0.0.4/1800 A 127.0.0.10/1800" } } },
    { "a delisting hides one list, until it ends",
      { { "192.0.2.0/24", OVERLAY_DELIST, ON(SBL), NOW + 100, 0, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, "NXDOMAIN soa/100" },
        { 99, "9.2.0.192.zen.test", TYPE_A, "NXDOMAIN soa/1" },
        { 100, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/3600" },
        { 0, "9.2.0.192.zen.test", TYPE_TXT, "NXDOMAIN soa/100" },
        { 0, "1.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.10/100" },
        { 40, "1.2.0.192.zen.test", TYPE_ANY, "NOERROR A 127.0.0.10/60 TXT \"pbl\"/60" },
        { 0, "8.2.0.192.zen.test", TYPE_TXT, "NOERROR TXT \"pbl\"/100" },
        { 0, "1.2.0.192.zen.test", TYPE_MX, "NOERROR soa/100" },
        { 0, "9.3.0.192.zen.test", TYPE_A, "NXDOMAIN soa/600" },
        { 0, "2.0.192.zen.test", TYPE_A, "NOERROR soa/600" }, /* partial names stay */
        { 0, "192.zen.test", TYPE_A, "NOERROR soa/600" },
        { 0, MAP ".zen.test", TYPE_A, "NOERROR A 127.0.0.10/100" },
        { 0, VIA4 ".zen.test", TYPE_A, "NOERROR A 127.0.0.6/100 A 127.0.0.10/100" } } },
    { "a delisting of other lists leaves no trace",
      { { "192.0.2.0/24", OVERLAY_DELIST, ON(DBL) | ON(XBL), NOW + 100, 0, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/3600" },
        { 0, "9.3.0.192.zen.test", TYPE_A, "NXDOMAIN soa/600" } } },
    { "no end: TTLs as ever",
      { { "192.0.2.9", OVERLAY_DELIST, ON(SBL), 0, 0, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, "NXDOMAIN soa/600" } } },
    { "far ends do not lengthen anything",
      { { "192.0.2.9", OVERLAY_DELIST, ON(SBL), NOW + (INT64_C(1) << 40), 0, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, "NXDOMAIN soa/600" } } },
    { "a listing where nothing is listed",
      { { "198.51.100.7", OVERLAY_LIST, ON(TMP), NOW + 60, 15, "$ spam, see $0" } },
      { { 0, "7.100.51.198.zen.test", TYPE_A, "NOERROR A 127.0.0.15/60" },
        { 0, "7.100.51.198.zen.test", TYPE_TXT, "NOERROR TXT \"198.51.100.7 spam, see later\"/60" },
        { 59, "7.100.51.198.zen.test", TYPE_A, "NOERROR A 127.0.0.15/1" },
        { 60, "7.100.51.198.zen.test", TYPE_A, "NXDOMAIN soa/600" },
        { 0, "7.100.51.198.zen.test", TYPE_MX, "NOERROR soa/60" },
        { 0, "100.51.198.zen.test", TYPE_A, "NOERROR soa/600" }, /* it exists now */
        { 0, "51.198.zen.test", TYPE_A, "NOERROR soa/600" },
        { 0, "50.198.zen.test", TYPE_A, "NXDOMAIN soa/600" },
        { 0, "8.100.51.198.zen.test", TYPE_A, "NXDOMAIN soa/600" },
        { 0, "7.100.51.198.dbl.test", TYPE_A, "NXDOMAIN soa/300" } } },
    { "a listing stands where its list does, and adds to it",
      { { "192.0.2.1", OVERLAY_LIST, ON(SBL), NOW + 5000, 3, "dyn" },
        { "192.0.2.8", OVERLAY_LIST, ON(PBL), NOW + 5000, 2, NULL },
        { "10.0.0.1", OVERLAY_LIST, ON(SBL), NOW + 5000, 9, "=own" },
        { "10.0.0.2", OVERLAY_LIST, ON(SBL), NOW + 5000, 9, "=" },
        { "10.0.0.3", OVERLAY_LIST, ON(SBL), NOW + 5000, 9, NULL } },
      { { 0, "1.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.4/3600 A 127.0.0.3/3600 A 127.0.0.10/3600" },
        { 0, "1.2.0.192.zen.test", TYPE_TXT,
          "NOERROR TXT \"SBL 192.0.2.1: host $\"/3600 TXT \"SBL 192.0.2.1: dyn\"/3600 TXT \"pbl\"/3600" },
        { 0, "8.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/3600" }, /* equal data once */
        { 4000, "8.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/1000" },
        { 0, "1.0.0.10.zen.test", TYPE_ANY, "NOERROR A 127.0.0.9/3600 A 127.0.0.2/3600 TXT \"own\"/3600" },
        { 0, "2.0.0.10.zen.test", TYPE_TXT, "NOERROR soa/600" },
        { 0, "3.0.0.10.zen.test", TYPE_TXT, "NOERROR TXT \"SBL 10.0.0.3: 10.0.0.3\"/3600" } } },
    { "the newest decides",
      { { "192.0.2.0/24", OVERLAY_LIST, ON(SBL) | ON(TMP), NOW + 500, 20, NULL },
        { "192.0.2.0/25", OVERLAY_DELIST, ON(SBL), NOW + 100, 0, NULL },
        { "192.0.2.0/26", OVERLAY_LIST, ON(SBL), NOW + 50, 21, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/50 A 127.0.0.21/50 A 127.0.0.20/50" },
        { 50, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.20/50" },
        { 100, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/300 A 127.0.0.20/300" },
        { 499, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/1 A 127.0.0.20/1" },
        { 500, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/3600" } } },
    { "an allow beats what is newer",
      { { "192.0.2.9", OVERLAY_ALLOW, ON(SBL), NOW + 100, 0, NULL },
        { "192.0.2.9", OVERLAY_LIST, ON(SBL) | ON(PBL), NOW + 200, 20, NULL } },
      { { 0, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.20/100" },
        { 100, "9.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/100 A 127.0.0.20/100" } } },
    { "what is protected is listed by nobody",
      { { "192.0.2.0/24", OVERLAY_LIST, ON(SBL), NOW + 100, 20, "x" },
        { "ok.example", OVERLAY_LIST, ON(DBL) | ON(SBL), NOW + 100, 20, NULL },
        { ".fine.example", OVERLAY_LIST, ON(DBL) | ON(SBL), NOW + 100, 20, NULL } },
      { { 0, "7.2.0.192.zen.test", TYPE_A, "NXDOMAIN soa/100" },
        { 0, "7.2.0.192.zen.test", TYPE_ANY, "NXDOMAIN soa/100" },
        { 0, "6.2.0.192.zen.test", TYPE_A, "NOERROR A 127.0.0.2/100 A 127.0.0.20/100" },
        { 0, "ok.example.dbl.test", TYPE_A, "NXDOMAIN soa/100" },
        { 0, "ok.example.zen.test", TYPE_A, "NXDOMAIN soa/100" },
        { 0, "www.fine.example.dbl.test", TYPE_A, "NXDOMAIN soa/100" },
        { 0, "www.fine.example.zen.test", TYPE_TXT, "NXDOMAIN soa/100" } } },
    { "IPv6, and IPv4 within it",
      { { "2001:db8::/48", OVERLAY_DELIST, ON(SBL), NOW + 100, 0, NULL },
        { "2002:c000:201::1", OVERLAY_DELIST, ON(SBL), NOW + 50, 0, NULL },
        { "204.100.99.53", OVERLAY_LIST, ON(SBL), NOW + 70, 3, NULL },
        { "2001:db9::1", OVERLAY_LIST, ON(SBL), NOW + 80, 3, NULL } },
      { { 0, IP6 ".zen.test", TYPE_A, "NXDOMAIN soa/100" },
        { 0, "0.0.0.0.8.b.d.0.1.0.0.2.zen.test", TYPE_A, "NOERROR soa/600" },
        { 0, VIA4 ".zen.test", TYPE_A, "NOERROR A 127.0.0.4/50 A 127.0.0.10/50" },
        { 0, MAP5 ".zen.test", TYPE_A, "NOERROR A 127.0.0.3/70" },
        { 0, MAP5 ".six.test", TYPE_A, "NOERROR A 127.0.0.3/70" }, /* though the zone lists no IPv4 */
        { 0, "4.6.c.c.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.six.test", TYPE_A, "NOERROR soa/300" },
        { 0, "9.b.d.0.1.0.0.2.zen.test", TYPE_A, "NOERROR soa/600" },
        { 0, "1.0.0.2.zen.test", TYPE_A, "NOERROR soa/600" },
        { 0, "a.b.d.0.1.0.0.2.zen.test", TYPE_A, "NXDOMAIN soa/600" } } },
    { "names",
      { { ".bad.example", OVERLAY_DELIST, ON(DBL), NOW + 100, 0, NULL },
        { "www.wild.example", OVERLAY_DELIST, ON(DBL), NOW + 100, 0, NULL },
        { "exact.example", OVERLAY_DELIST, ON(DBL), NOW + 90, 0, NULL },
        { ".new.example", OVERLAY_LIST, ON(DBL), NOW + 60, 20, "$ is new" },
        { "one.old.bad.example", OVERLAY_LIST, ON(DBL), NOW + 50, 21, NULL } },
      { { 0, "bad.example.dbl.test", TYPE_A, "NOERROR soa/100" },     /* delisted, but below it... */
        { 0, "www.bad.example.dbl.test", TYPE_A, "NOERROR soa/100" }, /* ...names are there */
        { 100, "www.bad.example.dbl.test", TYPE_TXT, "NOERROR TXT \"bad.example\"/1200" },
        { 0, "www.wild.example.dbl.test", TYPE_A, "NOERROR soa/100" },
        { 0, "a.www.wild.example.dbl.test", TYPE_A, "NOERROR A 127.0.0.6/1200" },
        { 0, "exact.example.dbl.test", TYPE_A, "NXDOMAIN soa/90" },
        { 90, "exact.example.dbl.test", TYPE_A, "NOERROR A 127.0.0.7/1200" },
        { 0, "mid.example.dbl.test", TYPE_A, "NOERROR soa/300" },
        { 0, "new.example.dbl.test", TYPE_A, "NOERROR A 127.0.0.20/60" },
        { 0, "a.b.new.example.dbl.test", TYPE_TXT, "NOERROR TXT \"new.example is new\"/60" },
        { 0, "one.old.bad.example.dbl.test", TYPE_A, "NOERROR A 127.0.0.5/50 A 127.0.0.21/50" },
        { 0, "new.example.zen.test", TYPE_A, "NXDOMAIN soa/600" },
        { 60, "new.example.dbl.test", TYPE_A, "NXDOMAIN soa/300" } } },
    { "a name is delisted, names below it are listed by the overlay",
      { { ".new.example", OVERLAY_LIST, ON(DBL), NOW + 100, 20, NULL },
        { "new.example", OVERLAY_DELIST, ON(DBL), NOW + 50, 0, NULL } },
      { { 0, "new.example.dbl.test", TYPE_A, "NOERROR soa/50" },
        { 0, "a.new.example.dbl.test", TYPE_A, "NOERROR A 127.0.0.20/100" } } },
    { "generic records",
      { { "www.example", OVERLAY_DELIST, ON(GEN), NOW + 100, 0, NULL },
        { "ftp.example", OVERLAY_LIST, ON(GEN), NOW + 100, 2, NULL } },
      { { 0, "www.example.gen.test", TYPE_MX, "NXDOMAIN soa/100" },
        { 0, "www.example.gen.test", TYPE_A, "NXDOMAIN soa/100" },
        { 100, "www.example.gen.test", TYPE_A, "NOERROR A 192.0.2.80/3600" },
        { 0, "ftp.example.gen.test", TYPE_A, "NOERROR A 127.0.0.2/100" } } },
    { "sections of a combined set are of its list",
      { { "192.0.2.1", OVERLAY_DELIST, ON(COMB), NOW + 100, 0, NULL },
        { "192.0.2.2", OVERLAY_LIST, ON(COMB), NOW + 100, 12, NULL },
        { "bad.example", OVERLAY_DELIST, ON(COMB), NOW + 100, 0, NULL },
        { "x.sub", OVERLAY_LIST, ON(COMB), NOW + 100, 13, NULL },
        { "y.sub", OVERLAY_LIST, ON(PLAIN), NOW + 100, 14, NULL },
        { ".a.x.sub", OVERLAY_DELIST, ON(PLAIN), NOW + 50, 0, NULL } },
      { { 0, "1.2.0.192.sub.comb.test", TYPE_A, "NXDOMAIN soa/100" },
        { 100, "1.2.0.192.sub.comb.test", TYPE_A, "NOERROR A 127.0.0.7/2100" },
        { 0, "2.2.0.192.sub.comb.test", TYPE_A, "NOERROR A 127.0.0.12/100" },
        { 0, "2.2.0.192.comb.test", TYPE_A, "NOERROR A 127.0.0.12/100" },
        { 0, "bad.example.comb.test", TYPE_A, "NOERROR soa/100" },
        { 0, "x.sub.comb.test", TYPE_A, "NOERROR A 127.0.0.3/100" }, /* the subzone has its own data */
        { 0, "y.sub.comb.test", TYPE_A, "NOERROR A 127.0.0.14/100" },
        { 0, "a.x.sub.comb.test", TYPE_A, "NOERROR soa/50" },
        { 0, "b.x.sub.comb.test", TYPE_A, "NOERROR A 127.0.0.3/2100" },
        { 0, "sub.comb.test", TYPE_A, "NOERROR soa/300" } } },
};

static void answers(void **state)
{
    struct dns_client a = { .context = &(struct answer_context){ .edns_limit = ANSWER_EDNS_LIMIT } };
    struct view *v = text_view_build(sets, lists, ARRAY_SIZE(sets));
    char text[1024];

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(scenarios); i++) {
        const struct scenario *s = &scenarios[i];
        struct overlay_view overlay;
        struct overlay *o;
        size_t count = 0;
        while (count < ARRAY_SIZE(s->items) && s->items[count].range != NULL)
            count++;
        o = text_overlay_new(s->items, count, &overlay);
        v->overlay = overlay;
        a.view = v;
        for (const struct question *q = s->questions; q < s->questions + 16 && q->name != NULL; q++) {
            a.now = NOW + q->after;
            dns_client_ask(&a, q->name, q->type, NULL, 0);
            print_reply(&a, text, sizeof(text));
            if (strcmp(text, q->expected) != 0)
                fail_msg("%s, %+d s: %s %u: %s, not %s", s->why, (int)q->after, q->name, q->type, text,
                         q->expected);
        }
        overlay_free(o);
    }
    view_free(v);
}

/* Access lists hold as without an overlay, and answers by them change with it too. */
static void clients(void **state)
{
    static const struct text_set rules[] = {
        { "", "acl", "$TTL 50m\n10.3.0.0/16 :9:you $\n10.4.0.0/16 :empty\n" },
        { "r.test", "ip4set", "$NS 1h ns.test\n$TTL 1h\n192.0.2.1\n" },
        { "r.test", "generic", "$TTL 1h\nwww.example A 192.0.2.80\n" },
    };
    static const struct text_item held[] = {
        { "192.0.2.1", OVERLAY_DELIST, 1, NOW + 100, 0, NULL },
        { "192.0.2.2", OVERLAY_LIST, 1, NOW + 90, 3, "dyn" },
        { "www.example", OVERLAY_DELIST, 2, NOW + 80, 0, NULL },
    };
    static const struct {
        const char *client, *name;
        unsigned type;
        const char *expected;
    } table[] = {
        { "10.3.0.1", "1.2.0.192.r.test", TYPE_A, "NOERROR A 127.0.0.9/100" },
        { "10.3.0.1", "2.2.0.192.r.test", TYPE_A, "NOERROR A 127.0.0.9/90" },
        { "10.3.0.1", "3.2.0.192.r.test", TYPE_A, "NOERROR A 127.0.0.9/3000" },
        { "10.3.0.1", "2.2.0.192.r.test", TYPE_TXT, "NOERROR TXT \"you 10.3.0.1\"/90" },
        { "10.4.0.1", "2.2.0.192.r.test", TYPE_A, "NXDOMAIN soa/90" },
        { "10.4.0.1", "1.2.0.192.r.test", TYPE_A, "NXDOMAIN soa/100" },
        { "10.4.0.1", "www.example.r.test", TYPE_A, "NXDOMAIN soa/80" },
        { "10.5.0.1", "2.2.0.192.r.test", TYPE_ANY, "NOERROR A 127.0.0.3/90" }, /* one RRset suffices */
    };
    struct overlay_view version;
    struct overlay *o = text_overlay_new(held, ARRAY_SIZE(held), &version);
    struct view *v = text_view_build(rules, (const uint16_t[]){ VIEW_NO_LIST, 0, 1 }, ARRAY_SIZE(rules));
    struct dns_client a = { .context = &(struct answer_context){ .edns_limit = 512, .minimal_any = true },
                            .view = v,
                            .now = NOW };
    char text[1024];

    (void)state;
    v->overlay = version;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        a.client = table[i].client;
        dns_client_ask(&a, table[i].name, table[i].type, NULL, 0);
        print_reply(&a, text, sizeof(text));
        assert_string_equal(text, table[i].expected);
    }
    view_free(v);
    overlay_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(answers), cmocka_unit_test(clients) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
