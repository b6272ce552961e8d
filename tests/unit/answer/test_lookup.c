/* Look-ups against results computed by hand. */
#include "answer/lookup.h"
#include "support/text_overlay.h"
#include "support/text_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1795321198

enum { SBL, XBL, PBL, DBL, TMP };
#define ON(list) (1u << (list))

static const struct text_set sets[] = {
    { "sbl.test", "ip4trie",
      "$TTL 1h\n$= SBL $: $=\n192.0.2.0/24 :2:net\n192.0.2.64/26 :3:part\n198.51.0.0/16 :2:wide\n" },
    { "zen.test", "ip4trie", "$TTL 2h\n192.0.2.0/24 :2:zen\n" },
    { "zen.test", "ip4set", "$TTL 10m\n192.0.2.9 :4:one\n192.0.2.9 :4:two\n192.0.2.9 :5\n10.9.8.7 :6:\n" },
    { "zen.test", "ip6trie", "2001:db8::/32 :2:six\n2001:db8:7::/48 :3:\n2002::/16 :9:\n" },
    { "dbl.test", "dnset", ".bad.example :5:$\nexact.example :6:\n*.wild.example :7:\n" },
    { "dbl.test", "generic", "gen.example A 127.0.0.8\ngen.example TXT \"why\"\n" },
    { "tmp.test", "ip4set", "$TTL 5m\n" },
    { "comb.test", "combined", "$DATASET ip4set:a sub\n192.0.2.9 :7:\n" },
    { "", "never", "192.0.2.200\nok.bad.example\n" },
};
static const uint16_t lists[] = { SBL, SBL, XBL, SBL, DBL, DBL, TMP, XBL, VIEW_NO_LIST };
static const char *const zones[] = { "sbl", "zen", "dbl", "tmp", "comb" };

static const struct text_item items[] = {
    { "192.0.2.0/28", OVERLAY_DELIST, ON(SBL), NOW + 100, 0, NULL },      /* 1 */
    { "198.51.100.0/24", OVERLAY_LIST, ON(TMP), NOW + 60, 15, "seen $" }, /* 2 */
    { "198.51.100.128/25", OVERLAY_DELIST, ON(TMP), NOW + 50, 0, NULL },  /* 3 */
    { "198.51.100.0/26", OVERLAY_ALLOW, ON(SBL), 0, 0, NULL },            /* 4 */
    { ".new.example", OVERLAY_LIST, ON(DBL), NOW + 70, 20, "$" },         /* 5 */
    { "exact.example", OVERLAY_DELIST, ON(DBL), NOW + 80, 0, NULL },      /* 6 */
    { "192.0.2.200", OVERLAY_LIST, ON(XBL), NOW + 90, 30, NULL },         /* 7 */
    { "2001:db8:7::1", OVERLAY_DELIST, ON(SBL), NOW + 40, 0, NULL },      /* 8 */
    { "10.0.0.1", OVERLAY_LIST, ON(DBL) | ON(SBL), NOW + 30, 2, NULL },   /* 9 */
};

/* "list.code/ttl state[*][ number until] range zone... \"text\"; ..." with * for dynamic, until from NOW on.
 */
static const char *print_lookup(const struct lookup *l)
{
    static const char *const states[] = { "live", "delisted", "allowed", "protected" };
    static char text[8192];
    size_t used = (size_t)snprintf(text, sizeof(text), "%s", l->listed ? "listed" : "not");

    for (unsigned i = 0; i < l->count; i++) {
        const struct lookup_listing *e = &l->listing[i];
        char range[RANGE_TEXT], until[32] = "";
        range_format(&e->range, range);
        assert_int_equal(e->code >> 8, 0x7f0000);
        if (e->number != 0)
            snprintf(until, sizeof(until), " %d %s", (int)e->number, e->until == INT64_MAX ? "ever" : "");
        if (e->number != 0 && e->until != INT64_MAX)
            snprintf(until, sizeof(until), " %d %d", (int)e->number, (int)(e->until - NOW));
        used += (size_t)snprintf(text + used, sizeof(text) - used, "; %u.%u/%u %s%s%s %s%s", e->list,
                                 e->code & 0xff, e->ttl, states[e->state], e->dynamic ? "*" : "", until,
                                 e->range.subdomains ? "." : "", range);
        for (unsigned j = 0; j < e->zones_count; j++)
            used += (size_t)snprintf(text + used, sizeof(text) - used, " %s", zones[e->zones[j]]);
        if (e->text[0] != '\0')
            used += (size_t)snprintf(text + used, sizeof(text) - used, " \"%s\"", e->text);
    }
    return text;
}

static void keys(void **state)
{
    static const struct {
        int64_t after;
        const char *key, *expected;
    } table[] = {
        { 0, "203.0.113.1", "not" },
        { 0, "192.0.2.20", "listed; 0.2/3600 live 192.0.2.10-192.0.2.63 sbl zen \"SBL 192.0.2.20: net\"" },
        { 0, "192.0.2.9",
          "listed; 0.2/100 delisted 1 100 192.0.2.9 sbl zen \"SBL 192.0.2.9: net\"; "
          "1.4/100 live 192.0.2.9 zen \"one\"; 1.5/100 live 192.0.2.9 zen; 1.7/2100 live 192.0.2.9 comb" },
        { 100, "192.0.2.9",
          "listed; 0.2/600 live 192.0.2.9 sbl zen \"SBL 192.0.2.9: net\"; "
          "1.4/600 live 192.0.2.9 zen \"one\"; 1.5/600 live 192.0.2.9 zen; 1.7/2100 live 192.0.2.9 comb" },
        { 0, "192.0.2.70",
          "listed; 0.3/3600 live 192.0.2.64/26 sbl \"SBL 192.0.2.70: part\"; "
          "0.2/7200 live 192.0.2.64/26 zen \"zen\"" },
        { 0, "192.0.2.200",
          "not; 0.2/90 protected 192.0.2.200 sbl zen \"SBL 192.0.2.200: net\"; "
          "1.30/90 protected* 7 90 192.0.2.200 zen comb" },
        { 0, "198.51.100.10",
          "listed; 0.2/3600 allowed 4 ever 198.51.0.0/16 sbl \"SBL 198.51.100.10: wide\"; "
          "4.15/60 live* 2 60 198.51.100.0/26 tmp \"seen 198.51.100.10\"" },
        { 0, "198.51.100.200",
          "listed; 0.2/3600 live 198.51.0.0/16 sbl \"SBL 198.51.100.200: wide\"; "
          "4.15/50 delisted* 3 50 198.51.100.128/25 tmp \"seen 198.51.100.200\"" },
        { 0, "10.0.0.1",
          "listed; 0.2/30 live* 9 30 10.0.0.1 sbl zen \"SBL 10.0.0.1: 10.0.0.1\"; "
          "3.2/30 live* 9 30 10.0.0.1 dbl" },
        { 30, "10.0.0.1", "not" },
        { 0, "2001:db8:7::1", "not; 0.3/40 delisted 8 40 2001:db8:7::/48 zen" },
        { 0, "2001:db8::5",
          "listed; 0.2/2100 live 2001:db8::-2001:db8:6:ffff:ffff:ffff:ffff:ffff zen \"six\"" },
        { 0, "2002:a09:807::1", "listed; 0.9/600 live 2002::/16 zen; 1.6/600 live 10.9.8.7 zen" },
        { 0, "::ffff:10.9.8.7", "listed; 1.6/600 live 10.9.8.7 zen" },
        { 0, "www.bad.example", "listed; 3.5/2100 live .bad.example dbl \"bad.example\"" },
        { 0, "bad.example", "listed; 3.5/2100 live .bad.example dbl \"bad.example\"" },
        { 0, "ok.bad.example", "not; 3.5/2100 protected .bad.example dbl \"bad.example\"" },
        { 0, "exact.example", "not; 3.6/80 delisted 6 80 exact.example dbl" },
        { 80, "exact.example", "listed; 3.6/2100 live exact.example dbl" },
        { 0, "a.exact.example", "not" },
        { 0, "wild.example", "not" },
        { 0, "a.wild.example", "listed; 3.7/2100 live .wild.example dbl" },
        { 0, "x.new.example", "listed; 3.20/70 live* 5 70 .new.example dbl \"new.example\"" },
        { 0, "gen.example", "listed; 3.8/2100 live gen.example dbl" },
    };
    struct view *v = text_view_build(sets, lists, ARRAY_SIZE(sets));
    struct lookup *l = malloc(sizeof(*l));
    struct overlay_view version;
    struct overlay *o = text_overlay_new(items, ARRAY_SIZE(items), &version);

    (void)state;
    v->overlay = version;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct range key;
        assert_int_equal(range_parse(table[i].key, false, &key, NULL), OK);
        lookup_key(v, &key, NOW + table[i].after, l);
        const char *got = print_lookup(l);
        if (strcmp(got, table[i].expected) != 0)
            fail_msg("%s: %s, not %s", table[i].key, got, table[i].expected);
    }
    overlay_free(o);
    view_free(v);
    free(l);
}

/* A list with more codes than there is room for leaves room for the others. */
static void many_codes(void **state)
{
    static char text[200 * 32];
    static const uint16_t numbers[] = { SBL, XBL, PBL };
    const struct text_set many[] = { { "sbl", "ip4set", text },
                                     { "xbl", "ip4set", "192.0.2.1 :9\n192.0.2.1 :10\n" },
                                     { "pbl", "ip4set", "192.0.2.0/24 :11\n" } };
    struct lookup *l = malloc(sizeof(*l));
    bool has[3] = { false };
    struct range key;

    (void)state;
    for (int i = 0, at = 0; i < 200; i++)
        at += snprintf(text + at, sizeof(text) - (size_t)at, "192.0.2.1 :%d\n", i + 1);
    struct view *v = text_view_build(many, numbers, ARRAY_SIZE(many));
    assert_int_equal(range_parse("192.0.2.1", false, &key, NULL), OK);
    lookup_key(v, &key, NOW, l);
    assert_int_equal(l->count, LOOKUP_LISTINGS_MAX);
    for (unsigned i = 0; i < l->count; i++)
        has[l->listing[i].list] = true;
    assert_true(has[SBL] && has[XBL] && has[PBL]);
    view_free(v);
    free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(keys), cmocka_unit_test(many_codes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
