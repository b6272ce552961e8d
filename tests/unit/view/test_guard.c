/* The guards on a reload: a table of facts, and tables of loads as text. */
#include "config/schema.h"
#include "support/memory_file.h"
#include "view/guard.h"
#include "view/snapshot_build.h"
#include "view/suffixes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Facts ---- */

#define NONE                                                                                                 \
    {                                                                                                        \
        .loaded = false                                                                                      \
    }
#define READ(good, all, unusable)                                                                            \
    {                                                                                                        \
        .loaded = true, .entries = (good), .lines = (all), .bad = (unusable)                                 \
    }
#define BUILT(good, ip4, ip6, named)                                                                         \
    {                                                                                                        \
        .loaded = true, .entries = (good), .covered4 = (ip4), .covered6 = (ip6), .canaries = (named)         \
    }

/* What was found, as "guard guard"; a guard that does not refuse is in brackets, one that is not patient has
 * a mark. */
static const char *summary(const struct guard_findings *f)
{
    static char text[256];
    text[0] = '\0';
    for (unsigned i = 0; i < f->count; i++) {
        const struct guard_finding *g = &f->found[i];
        size_t used = strlen(text);
        snprintf(text + used, sizeof(text) - used, "%s%s%s%s%s", i > 0 ? " " : "", g->held ? "" : "(",
                 g->guard, g->patient ? "" : "!", g->held ? "" : ")");
    }
    return text;
}

static struct guard_rules defaults(void)
{
    struct guard_rules rules = { .mode = GUARD_OFF };
    schema_value_defaults(schema_guards, &rules);
    return rules;
}

static void data(void **state)
{
    (void)state;
    static const struct {
        struct guard_facts old, new, then;
        bool protected;
        const char *found;
        const char *why; /* in the first reason, or NULL */
    } table[] = {
        /* Shrink and growth, from 1,000 entries on. */
        { READ(1000, 1000, 0), READ(500, 500, 0), .found = "" },
        { READ(1000, 1000, 0), READ(499, 499, 0), .found = "shrink", .why = "1,000 before and 499 now" },
        { READ(1001, 1001, 0), READ(500, 500, 0), .found = "shrink", .why = "fewer than 50 %" },
        { READ(999, 999, 0), READ(1, 1, 0), .found = "(shrink)" },
        { READ(1000, 1000, 0), READ(3000, 3000, 0), .found = "" },
        { READ(1000, 1000, 0), READ(3001, 3001, 0), .found = "growth", .why = "1,000 before and 3,001 now" },
        { READ(999, 999, 0), READ(9000, 9000, 0), .found = "(growth)" },
        { READ(1, 1, 0), READ(4, 4, 0), .found = "(growth)" },
        /* Nothing is guarded against an empty or never loaded set. */
        { NONE, READ(5000, 10000, 5000), .found = "" },
        { READ(0, 5, 0), READ(5000, 10000, 9000), .found = "" },
        { READ(0, 5, 0), READ(0, 10, 10), .found = "" },
        /* A file without one usable line, at any size. */
        { READ(9000, 9000, 0), READ(0, 10, 10), .found = "unusable! shrink", .why = "10 bad lines" },
        { READ(10, 10, 0), READ(0, 10, 10), .found = "unusable! (shrink)" },
        { READ(1, 1, 0), READ(0, 10, 10), .found = "unusable! (shrink)" },
        { READ(10, 10, 0), READ(0, 2, 0), .found = "unusable! (shrink)", .why = "in place of 10 entries" },
        { READ(9, 9, 0), READ(0, 2, 0), .found = "(shrink)" }, /* empty by intent */
        { READ(9, 9, 0), READ(0, 0, 0), .found = "(shrink)" },
        { READ(2, 2, 0), READ(0, 2, 0), .protected = true, .found = "unusable! (shrink!)" },
        { READ(2000, 2000, 0), READ(900, 900, 0), .protected = true, .found = "shrink!" },
        /* Most lines bad, of at least 100, where before they were not. */
        { READ(1000, 1000, 0), READ(1000, 2000, 1000), .found = "" },
        { READ(1000, 1000, 0), READ(1000, 2001, 1001), .found = "bad_lines", .why = "1,001 of 2,001" },
        { READ(1000, 2001, 1001), READ(1000, 2001, 1001), .found = "" },
        { READ(1, 1, 0), READ(100, 140, 40), .found = "(growth)" },
        { READ(1, 1, 0), READ(40, 140, 100), .found = "(growth) (bad_lines)" },
        { READ(60, 60, 0), READ(40, 99, 59), .found = "" },
        /* What was served an hour ago. */
        { READ(6000, 6000, 0), READ(4000, 4000, 0), READ(10000, 10000, 0), .found = "shrink",
          .why = "an hour ago" },
        { READ(6000, 6000, 0), READ(5000, 5000, 0), READ(10000, 10000, 0), .found = "" },
        { READ(600, 600, 0), READ(400, 400, 0), READ(10000, 10000, 0), .found = "shrink",
          .why = "an hour ago" },
        { READ(10000, 10000, 0), READ(1000000, 1000000, 0), READ(0, 0, 0),
          .found = "" }, /* it is being filled */
        { READ(10000, 10000, 0), READ(4000, 4000, 0), READ(0, 0, 0), .found = "shrink" },
        { READ(3000, 3000, 0), READ(1000000, 1000000, 0), READ(1, 1, 0), /* likewise, from a test entry on */
          .found = "(growth)" },
        { READ(3000, 3000, 0), READ(1000000, 1000000, 0), READ(999, 999, 0), .found = "(growth)" },
        { READ(3000, 3000, 0), READ(1000000, 1000000, 0), READ(1000, 1000, 0), .found = "growth" },
        { READ(3000, 3000, 0), READ(4000, 9000, 5000), READ(1, 1, 0), .found = "bad_lines" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const struct guard_rules rules = defaults();
        struct guard_load old = { .facts = table[i].old };
        struct guard_load new = { .facts = table[i].new, .protected = table[i].protected };
        struct guard_findings f;
        print_message("row %zu %s\n", i, table[i].found);
        assert_int_equal(guard_compare(&rules, &old, &new, &table[i].then, &f), OK);
        assert_string_equal(summary(&f), table[i].found);
        if (table[i].why != NULL)
            assert_non_null(strstr(f.found[0].reason, table[i].why));
    }
}

static void rules(void **state)
{
    (void)state;
    static const struct {
        struct guard_rules rules;
        const char *found;
    } table[] = {
        { { .shrink = 80 }, "" },
        { { .shrink = 81 }, "shrink" },
        { { .shrink = 81, .from = 1001 }, "(shrink)" },
        { { .shrink = 81, .mode = GUARD_OFF }, "" },
        { { .shrink = 81, .mode = GUARD_WARN }, "shrink" }, /* what becomes of it is not decided here */
        { { .growth = 100 }, "" },
        { { .bad_lines = 20 }, "" },
        { { .bad_lines = 19 }, "bad_lines" },
    };
    const struct guard_load old = { .facts = READ(1000, 1000, 0) }, new = { .facts = READ(800, 1000, 200) };
    const struct guard_facts then = NONE;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct guard_findings f;
        print_message("row %zu\n", i);
        assert_int_equal(guard_compare(&table[i].rules, &old, &new, &then, &f), OK);
        assert_string_equal(summary(&f), table[i].found);
    }
}

static void looks(void **state)
{
    (void)state;
    static const struct {
        struct guard_facts first, now;
        bool same;
    } table[] = {
        { READ(400, 400, 0), READ(200, 200, 0), true },    { READ(400, 400, 0), READ(199, 199, 0), false },
        { READ(400, 400, 0), READ(1200, 1200, 0), true },  { READ(400, 400, 0), READ(1201, 1201, 0), false },
        { READ(400, 400, 0), READ(400, 900, 500), false }, { READ(40, 100, 60), READ(45, 101, 56), true },
    };
    const struct guard_rules rules = defaults();
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        print_message("row %zu\n", i);
        assert_int_equal(guard_looks_same(&rules, &table[i].first, &table[i].now), table[i].same);
    }
}

/* ---- Loads ---- */

/* A text may have bad lines. */
static struct set_data *load(const char *type, const char *text)
{
    char *path = memory_file_new(text, strlen(text));
    const struct set_spec spec = { (char *)type, &path, 1 };
    const struct load_options options = { .default_ttl = 2100, .now = 1795321198 };
    struct set_data *data;
    struct error error;
    if (set_load(&spec, &options, &data, &error) != OK)
        fail_msg("%s", error.text);
    memory_file_free(path);
    return data;
}

#define LISTS_MAX_SETS 2

/* A generation of some sets. */
static struct snapshot *build(const char *type, const char *const *texts, size_t count)
{
    struct set_data *data[LISTS_MAX_SETS] = { NULL };
    struct snapshot *snapshot;
    struct error error;
    for (size_t i = 0; i < count; i++)
        data[i] = load(type, texts[i]);
    assert_int_equal(snapshot_build(NULL, data, count, &snapshot, &error), OK);
    for (size_t i = 0; i < count; i++)
        set_free(data[i]);
    return snapshot;
}

#define HTML                                                                                                 \
    "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>404 Not Found</title>\n"     \
    "</head><body>\n<h1>Not Found</h1>\n<p>The requested URL was not found on this server.</p>\n<hr>\n"      \
    "<address>Apache/2.4.57 (Debian) Server at 192.0.2.1 Port 80</address>\n</body>\n</html>\n"
#define TEN4   "1.2.0.0\n1.2.0.1\n1.2.0.2\n1.2.0.3\n1.2.0.4\n1.2.0.5\n1.2.0.6\n1.2.0.7\n1.2.0.8\n1.2.0.9\n"
#define TEN    "a.b\nb.b\nc.b\nd.b\ne.b\nf.b\ng.b\nh.b\ni.b\nj.b\n"
#define SPF(d) "$DATASET ip4set:" d " " d "\n192.0.2.1 :3:a\n0.0.0.0/1 :9:b\n128.0.0.0/1 :9:b\n"

/* The second load after the first, with `from` of five: the first is at least as long, or is short. */
static void loads(void **state)
{
    (void)state;
    static const struct {
        const char *type, *old, *new;
        const char *found;
        uint64_t canaries; /* of the new load */
        const char *why;
    } table[] = {
        /* An error page in place of a list of any type. */
        { "ip4set", TEN4, HTML, "unusable! shrink", 0, NULL },
        { "ip4tset", TEN4, HTML, "unusable! shrink", 0, NULL },
        { "ip4trie", TEN4, HTML, "unusable! shrink", 0, NULL },
        { "ip6tset", "2a00:0:0:1\n2a00:0:0:2\n", HTML, "unusable! (shrink)", 0, NULL },
        { "ip6trie", "2a00::1\n2a00::2\n", HTML, "unusable! (shrink)", 0, NULL },
        { "dnset", TEN, HTML, "unusable! shrink", 0, NULL },
        { "generic", "a A 192.0.2.1\nb A 192.0.2.1\n", HTML, "unusable! (shrink)", 0, NULL },
        { "combined", "$DATASET dnset @\n" TEN, "$DATASET dnset @\n" HTML, "unusable! shrink", 0, NULL },
        { "acl", "192.0.2.1\n", HTML, "unusable! (shrink)", 0, NULL },
        { "never", "192.0.2.1\n", HTML, "unusable! (shrink!)", 0, NULL },
        { "never", "192.0.2.1\n", "# nothing\n", "unusable! (shrink!)", 0, NULL },
        /* Coverage: what is new, as a union, without special-purpose space; a list closed (RFC 6471). */
        { "ip4set", TEN4, TEN4 "20.0.0.0/8\n", "", 0, NULL },
        { "ip4set", TEN4, TEN4 "20.0.0.0/8\n21.0.0.1\n", "coverage!", 0, "16,777,217 IPv4 addresses" },
        { "ip4set", TEN4, TEN4 "20.0.0.0/8\n20.0.0.0/9\n20.1.0.0/16 :3:\n", "", 0, NULL },
        { "ip4set", TEN4, TEN4 "10.0.0.0/8\n172.16.0.0/12\n20.0.0.0/8\n240.0.0.0/4\n", "", 0, NULL },
        { "ip4set", TEN4 "20.0.0.0/7\n", TEN4 "20.0.0.0/8\n21.0.0.0/8\n22.0.0.0/8\n1.1.1.0\n", "coverage!", 0,
          "16,777,217" },
        { "ip4trie", TEN4, "0/0 :127.255.255.252:closed\n", "shrink coverage! canaries!", 2, NULL },
        { "ip4trie", "1.2.0.0\n", "0/0 :127.255.255.252:closed\n", "(coverage!) (canaries!)", 2, NULL },
        { "ip4set", "1.2.0.0\n", "1.2.0.0\n0.0.0.0/1\n128.0.0.0/1\n", "(coverage!) (canaries!)", 2, NULL },
        { "ip4set", "192.0.2.1\n", "192.0.2.1\n10.0.0.0/8\n172.16.0.0/12\n198.51.100.66\n", "(growth)", 1,
          NULL },
        { "ip6trie", "2001:db8::1\n2a00::/32\n2a01::/32\n2a02::/32\n2a03::/32\n", "2000::/3\n",
          "shrink coverage!", 0, "more than a /16" },
        { "ip6trie", "2001:db8::1\n", "2001:db8::1\n::/0\n", "(coverage!) (canaries!)", 1, NULL },
        { "ip6trie", "2a00::1\n2a00::2\n2a00::3\n2a00::4\n2a00::5\n",
          "2a01::/16\n2002::/16\nfc00::/7\n2a00::1\n2a00::2\n", "", 0, NULL },
        { "combined", SPF("a"), SPF("a") SPF("b"), "", 2, NULL },
        { "combined", SPF("a") SPF("b"), SPF("a") SPF("b") SPF("c"), "", 2, NULL },
        /* Canaries, name by name. */
        { "ip4set", TEN4, TEN4 "127.0.0.1\n", "canaries!", 1, "lists 127.0.0.1," },
        { "ip4set", TEN4 "127.0.0.0/24\n", TEN4 "127.0.0.1\n", "", 1, NULL },
        { "ip4set", "1.2.0.0\n", "127.0.0.1\n", "(canaries!)", 1, NULL },
        { "ip4set", TEN4, TEN4 "192.0.2.0/24\n", "canaries!", 1, "lists 192.0.2.1," },
        { "ip4set", TEN4 "192.0.2.1\n", TEN4 "192.0.2.0/24\n", "", 1, NULL },
        { "ip4set", TEN4 "192.0.2.1\n", TEN4 "192.0.2.0/24\n127.0.0.1\n", "canaries!", 2,
          "lists 127.0.0.1," },
        { "ip6trie", "2a00::1\n2a00::2\n2a00::3\n2a00::4\n2a00::5\n",
          "2a00::1\n2a00::2\n2a00::3\n2a00::4\n::ffff:7f00:1\n", "canaries!", 1, "::ffff:127.0.0.1" },
        { "dnset", TEN, TEN "invalid\n", "canaries!", 1, "the name INVALID" },
        { "dnset", TEN, TEN ".own.example\n", "canaries!", 1, "own.example" },
        { "dnset", TEN, TEN ".com\n", "canaries!", 1, "lists com," },
        { "dnset", TEN, TEN "*.com\n", "canaries!", 1, "lists com," },
        { "dnset", TEN, TEN "com\n", "", 0, NULL },
        { "dnset", TEN ".com\n", TEN ".com\n", "", 1, NULL },
        { "dnset", TEN ".com\n", TEN ".com\n.net\n", "canaries!", 2, "lists net," },
        { "dnset", TEN, TEN ".test\n", "", 0, NULL },
        { "dnset", "*.top\n*.icu\n", "*.top\n*.icu\n*.cfd\n", "(canaries!)", 3, NULL },
        { "dnset", TEN, TEN "*.co.uk\n", "canaries!", 1, "lists co.uk," },
        { "dnset", TEN, TEN "*.example.co.uk\nco.uk\n", "", 0, NULL },
        { "dnset", TEN "*.uk\n", TEN "*.uk\n*.co.uk\n", "", 2, NULL },
        { "dnset", TEN, TEN "*.blogspot.test\n", "", 0, NULL },
        /* A first load is only warned about. */
        { "ip4trie", "", "127.0.0.1\n0/0\n", "(canaries!)", 2, "127.0.0.1" },
        { "dnset", "", "*.com\n", "(canaries!)", 1, "com" },
        { "ip4trie", "", "1.0.0.0/8 AU\n2.0.0.0/8 FR\n", "", 0, NULL },
        { "never", TEN4, TEN4 "127.0.0.1\n", "", 0, NULL }, /* it lists nothing */
    };
    static const char psl[] = "// ===BEGIN ICANN DOMAINS===\ncom\nuk\nco.uk\n*.ck\n!www.ck\n"
                              "// ===END ICANN DOMAINS===\nblogspot.test\n";
    char *path = memory_file_new(psl, sizeof(psl) - 1);
    struct guard_canary own[2];
    struct vec suffixes = { 0 };
    struct error error;
    suffixes_read(path, &suffixes);
    memory_file_free(path);
    struct guard_rules rules = defaults();
    rules.from = 5;
    rules.canary = own;
    rules.canary_count = ARRAY_SIZE(own);
    rules.suffixes = &suffixes;
    assert_int_equal(guard_parse_canary("192.0.2.1", &own[0], &error), OK);
    assert_int_equal(guard_parse_canary("own.example", &own[1], &error), OK);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct snapshot *old = build(table[i].type, &table[i].old, 1),
                        *new = build(table[i].type, &table[i].new, 1);
        struct guard_load before = guard_load_built(old, 0, NULL), now = guard_load_built(new, 0, NULL);
        const struct guard_facts then = { false };
        struct guard_findings f;
        print_message("row %zu: %s: %s", i, table[i].type, table[i].new);
        assert_int_equal(guard_compare(&rules, &before, &now, &then, &f), OK);
        assert_int_equal(f.facts.canaries, table[i].canaries);
        assert_string_equal(summary(&f), table[i].found);
        if (table[i].why != NULL)
            assert_non_null(strstr(f.found[f.count - 1].reason, table[i].why));

        /* After a restart with the same files nothing is new. */
        struct guard_load stored = { .facts = f.facts };
        assert_int_equal(guard_compare(&rules, &stored, &now, &then, &f), OK);
        assert_int_equal(f.count, 0);
        snapshot_free(old);
        snapshot_free(new);
    }
    vec_free(&suffixes);
}

/* Coverage of a list that has two sets. */
static void lists(void **state)
{
    (void)state;
    static const struct {
        const char *old[2], *new[2];
        bool apart; /* the sets are two lists */
        const char *found[2];
    } table[] = {
        { { TEN4, TEN4 }, { TEN4 "20.0.0.0/7\n", TEN4 }, false, { "coverage!", "" } },
        { { TEN4, TEN4 }, { TEN4 "20.0.0.0/7\n", TEN4 "30.0.0.1\n" }, false, { "coverage!", "" } },
        { { TEN4, TEN4 }, { TEN4 "20.0.0.0/8\n", TEN4 "30.0.0.0/8\n" }, false, { "coverage!", "coverage!" } },
        { { TEN4, TEN4 }, { TEN4 "20.0.0.0/8\n", TEN4 "20.0.0.0/8\n" }, false, { "", "" } },
        { { TEN4, TEN4 }, { TEN4 "20.0.0.0/8\n", TEN4 "30.0.0.0/8\n" }, true, { "", "" } },
        { { TEN4 "20.0.0.0/7\n", TEN4 }, { TEN4, TEN4 "20.0.0.0/7\n" }, false, { "", "" } }, /* moved */
        { { TEN4 "20.0.0.0/7\n", TEN4 }, { TEN4, TEN4 "20.0.0.0/7\n" }, true, { "", "coverage!" } },
    };
    struct guard_rules rules = defaults();
    const struct guard_facts then = { false };
    rules.from = 5;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const uint16_t numbers[] = { 0, table[i].apart };
        struct snapshot *old = build("ip4set", table[i].old, 2), *new = build("ip4set", table[i].new, 2);
        print_message("row %zu\n", i);
        for (unsigned set = 0; set < 2; set++) {
            struct guard_load before = guard_load_built(old, set, numbers);
            struct guard_load now = guard_load_built(new, set, numbers);
            struct guard_findings f;
            assert_int_equal(guard_compare(&rules, &before, &now, &then, &f), OK);
            assert_string_equal(summary(&f), table[i].found[set]);
        }
        snapshot_free(old);
        snapshot_free(new);
    }
}

/* Only facts of the old load, as after a restart; and those of an hour ago. */
static void facts(void **state)
{
    (void)state;
    enum { EIGHT = 1 << 24 }; /* addresses of a /8 */
    static const struct {
        const char *type, *new;
        struct guard_facts old, then;
        const char *found;
    } table[] = {
        { "ip4set", TEN4 "20.0.0.0/8\n", BUILT(10, 10, 0, 0), NONE, "" },
        { "ip4set", TEN4 "20.0.0.0/8\n21.0.0.1\n", BUILT(10, 10, 0, 0), NONE, "coverage!" },
        { "ip4set", TEN4 "20.0.0.0/8\n21.0.0.1\n", BUILT(10, 11, 0, 0), NONE, "" },
        { "ip4set", TEN4 "20.0.0.0/7\n", BUILT(10, 10 + EIGHT, 0, 0), BUILT(10, 10 + EIGHT, 0, 0), "" },
        { "ip4set", TEN4 "20.0.0.0/7\n", BUILT(10, 10 + EIGHT, 0, 0), BUILT(10, 9 + EIGHT, 0, 0),
          "coverage!" },
        { "ip4set", TEN4 "20.0.0.0/7\n", BUILT(10, 10 + EIGHT, 0, 0), BUILT(0, 0, 0, 0),
          "" }, /* it is being filled */
        { "ip4set", TEN4 "20.0.0.0/7\n", BUILT(10, 10, 0, 0), BUILT(1, 1, 0, 0), "(coverage!) (coverage!)" },
        { "ip4set", TEN4 "10.0.0.0/7\n", BUILT(10, 10, 0, 0), NONE, "" }, /* half of it private */
        { "ip6trie", "2000::/3\n", BUILT(2, 0, 1, 0), NONE, "coverage!" },
        { "ip6trie", "2a00::/16\n", BUILT(2, 0, 0, 0), NONE, "" },
        { "ip4set", TEN4 "127.0.0.1\n", BUILT(10, 10, 0, 0), NONE, "canaries!" },
        { "ip4set", TEN4 "127.0.0.1\n", BUILT(10, 10, 0, 1), NONE, "" },
    };
    struct guard_rules rules = defaults();
    rules.from = 2;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct snapshot *new = build(table[i].type, &table[i].new, 1);
        struct guard_load before = { .facts = table[i].old }, now = guard_load_built(new, 0, NULL);
        struct guard_findings f;
        print_message("row %zu: %s", i, table[i].new);
        assert_int_equal(guard_compare(&rules, &before, &now, &table[i].then, &f), OK);
        assert_string_equal(summary(&f), table[i].found);
        snapshot_free(new);
    }
}

/* After a restart, what is looked for may have changed, and the files need not have. */
static void the_same_files(void **state)
{
    (void)state;
    static const char *text = TEN4 "127.0.0.1\n";
    struct guard_rules rules = defaults();
    const struct guard_facts then = { .loaded = false };
    struct snapshot *snapshot = build("ip4set", &text, 1);
    struct guard_load now = guard_load_built(snapshot, 0, NULL), before = { .facts = now.facts };
    struct guard_findings f;
    rules.from = 1;
    assert_int_equal(guard_compare(&rules, &before, &now, &then, &f), OK);
    assert_int_equal(f.count, 0);
    assert_int_equal(f.facts.canaries, 1);
    before.facts.mtime--;
    assert_int_equal(guard_compare(&rules, &before, &now, &then, &f), OK);
    assert_string_equal(summary(&f), "canaries!");
    snapshot_free(snapshot);
}

static void canaries(void **state)
{
    (void)state;
    struct guard_canary c;
    struct error error;
    assert_int_equal(guard_parse_canary("192.0.2.1", &c, &error), OK);
    assert_true(c.kind == GUARD_IP4 && c.key.hi == 0xc000020100000000 && c.key.lo == 0);
    assert_int_equal(guard_parse_canary("2001:db8::1", &c, &error), OK);
    assert_true(c.kind == GUARD_IP6 && c.key.hi == 0x20010db800000000 && c.key.lo == 1);
    assert_int_equal(guard_parse_canary("Example.COM", &c, &error), OK);
    assert_true(c.kind == GUARD_NAME && memcmp(c.name, "\7example\3com", 13) == 0);
    static const char *const wrong[] = { "a..b",          "192.0.2.0/24", "2001:db8::/32",
                                         "192.0.2",       "999.1.1.1",    "2001:db8::g",
                                         "*.example.com", ".example.com", "b\303\274cher.de",
                                         "example.com a" };
    for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
        print_message("%s\n", wrong[i]);
        assert_int_equal(guard_parse_canary(wrong[i], &c, &error), ERR_SYNTAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(data),           cmocka_unit_test(rules),
                                        cmocka_unit_test(looks),          cmocka_unit_test(loads),
                                        cmocka_unit_test(lists),          cmocka_unit_test(facts),
                                        cmocka_unit_test(the_same_files), cmocka_unit_test(canaries) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
