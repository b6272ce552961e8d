#include "dns/name.h"
#include "support/list_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define SOA "$SOA 1h ns.ex. admin.ex 7 2h 3m 1w 30s"

static void print_wire(struct list_text *to, const uint8_t *wire, size_t length)
{
    char text[NAME_MAX_TEXT];
    name_to_text(wire, length, text);
    list_text_print(to, " %s", text);
}

static void print_text(struct list_text *to, const struct set_data *set, char keyword, uint32_t offset)
{
    const uint8_t *text = (uint8_t *)set->texts.data + offset;
    if (offset != 0)
        list_text_print(to, "; $%c %.*s", keyword, *text, (const char *)text + 1);
}

/* The values of the directives of `text`: "ttl; soa ...; ns ...; stamp ...; until ...; $1 ...; bad". */
static void load_directives(const char *text, const struct load_options *options, struct list_text *to)
{
    struct set_data *set = list_text_load("ip4set", text, options, to);
    if (set == NULL)
        return;
    to->text[0] = '\0';
    list_text_print(to, "%u", set->ttl);
    const struct set_soa *soa = &set->soa;
    if (soa->present) {
        list_text_print(to, "; soa %u", soa->ttl);
        print_wire(to, soa->mname, soa->mname_len);
        print_wire(to, soa->rname, soa->rname_len);
        list_text_print(to, " %u %u %u %u %u", soa->serial, soa->refresh, soa->retry, soa->expire,
                        soa->minimum);
    }
    if (set->ns.count != 0)
        list_text_print(to, "; ns %u", set->ns.ttl);
    for (unsigned i = 0; i < set->ns.count; i++)
        print_wire(to, set->ns.name[i].name, set->ns.name[i].len);
    if (set->timestamp != 0)
        list_text_print(to, "; stamp %lld", (long long)set->timestamp);
    if (set->valid_until != 0)
        list_text_print(to, "; until %lld", (long long)set->valid_until);
    for (unsigned i = 0; i < 10; i++)
        print_text(to, set, (char)('0' + i), set->variables[i]);
    print_text(to, set, '=', set->template);
    if (set->bad != 0)
        list_text_print(to, "; bad %llu", (unsigned long long)set->bad);
    set_free(set);
}

static void check_directives(const struct list_row *rows, size_t count, const struct load_options *options)
{
    for (size_t i = 0; i < count; i++) {
        struct list_text got;
        print_message("%s: %.60s\n", rows[i].why, rows[i].text);
        load_directives(rows[i].text, options, &got);
        assert_string_equal(got.text, rows[i].expected);
    }
}

static void soa(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { SOA, "2100; soa 3600 ns.ex admin.ex 7 7200 180 604800 30", "all units" },
        { "$soa 1H a b 0 1M 1D 1W 1S", "2100; soa 3600 a b 0 60 86400 604800 1", "upper-case units" },
        { "$SOA 0 a\\.b.c x\\046y 5 1 1 1 0", "2100; soa 2100 a\\.b.c x\\.y 5 1 1 1 0",
          "escapes, TTL 0 is the default" },
        { "$SOA\t1 a  b 4294967295 1 1 1 1", "2100; soa 1 a b 4294967295 1 1 1 1", "blanks, highest serial" },
        { SOA "\n$SOA 5 b b 5 5 5 5 5", "2100; soa 3600 ns.ex admin.ex 7 7200 180 604800 30",
          "the first holds" },
        { "$SOA x\n$SOA 5 b b 5 5 5 5 5", "2100; soa 5 b b 5 5 5 5 5; bad 1", "the first valid one" },
        { "$TTL 50\n$SOA 0 a b 1 2 3 4 5\n$TTL 60", "60; soa 50 a b 1 2 3 4 5", "TTL 0 is the one in force" },
        { SOA " # c", "2100; bad 1", "no comment" },
        { "$SOA 1h ns.ex. admin.ex 7 2h 2h 1w", "2100; bad 1", "seven fields" },
        { SOA " 1", "2100; bad 1", "nine fields" },
        { "$SOA 1h2m a b 5 1 1 1 1", "2100; bad 1", "two units" },
        { "$SOA 1x a b 5 1 1 1 1", "2100; bad 1", "unknown unit" },
        { "$SOA 1 a b 5s 1 1 1 1", "2100; bad 1", "a serial has no unit" },
        { "$SOA 1 a b 4294967296 1 1 1 1", "2100; bad 1", "serial above 32 bits" },
        { "$SOA 1 a b 5 -1 1 1 1", "2100; bad 1", "negative" },
        { "$SOA 1 a b 5 1 1 1 8000w", "2100; bad 1", "time above 32 bits" },
        { "$SOA 1 a..b c 5 1 1 1 1", "2100; bad 1", "bad name" },
    };
    check_directives(rows, ARRAY_SIZE(rows), NULL);
}

static void ns(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "$NS 1h ns1.ex ns2.ex.\tns3", "2100; ns 3600 ns1.ex ns2.ex ns3", "names" },
        { "$NAMESERVER 5 x", "2100; ns 5 x", "the other name" },
        { "$NS 1h ns1 -ns2 ns3", "2100; ns 3600 ns1 ns3", "one commented out" },
        { "$NS 0 ns1", "2100; ns 2100 ns1", "TTL 0 is the default" },
        { "$TTL 50\n$NS 0 x\n$TTL 60", "60; ns 50 x", "in force at the line" },
        { "$NS 1 a\n$NS 2 b", "2100; ns 1 a", "the first line holds" },
        { "$NS 1 -a\n$NS 2 b", "2100; ns 2 b", "unless all of it is commented out" },
        { "$NS 0 ns1 # c", "2100; ns 2100 ns1 # c", "a comment is two names" },
        { "$NS ns1 ns2", "2100; bad 1", "no TTL" },
        { "$NS 0", "2100; bad 1", "no name" },
        { "$NS", "2100; bad 1", "nothing" },
        { "$NS 1 a b..c\n$NS 2 b", "2100; ns 2 b; bad 1", "bad name" },
        { "$NS 1 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 "
          "31 32 33 34",
          "2100; ns 1 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 "
          "30 31 32",
          "32 at most" },
    };
    check_directives(rows, ARRAY_SIZE(rows), NULL);
}

static void ttl(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "", "2100", "default" },
        { "$TTL 5", "5", "seconds" },
        { "$ttl 5m", "300", "unit, lower-case keyword" },
        { "#$TTL 5", "5", "after #" },
        { ";$TTL 5", "5", "after ;" },
        { ":$TTL 5", "5", "after :" },
        { "# $TTL 5", "2100", "a comment" },
        { "$TTL 5\n$TTL 6", "6", "the last holds" },
        { "$TTL 5\n$TTL 0", "2100", "0 is the default" },
        { "$TTL 4294967295", "4294967295", "longest" },
        { "$TTL 4294967296", "2100; bad 1", "longer" },
        { "$TTL 8000w", "2100; bad 1", "longer in weeks" },
        { "$TTL 5 # c", "2100; bad 1", "no comment" },
        { "$TTL", "2100; bad 1", "nothing" },
        { "$TTL5", "2100; bad 1", "no blank" },
        { "$ TTL 5", "2100; bad 1", "blank after $" },
        { "$TTLX 5\n#$foo\n$\n:$", "2100; bad 4", "unknown" },
    };
    check_directives(rows, ARRAY_SIZE(rows), NULL);
    static const struct list_row bounded[] = {
        { "", "100", "default" },
        { "$TTL 1h", "200", "highest" },
        { "$TTL 10", "50", "lowest" },
        { "$SOA 1h a b 0 5000 1 1 5000\n$NS 10 x", "100; soa 200 a b 0 5000 1 1 5000; ns 50 x",
          "$SOA's and $NS's TTL, but no other time" },
    };
    struct load_options options = { .default_ttl = 100, .min_ttl = 50, .max_ttl = 200, .now = LIST_TEXT_NOW };
    check_directives(bounded, ARRAY_SIZE(bounded), &options);
}

static void timestamp(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "$TIMESTAMP 20250102", "2100; stamp 1735776000", "a day" },
        { "$TIMESTAMP 2025:01:02", "2100; stamp 1735776000", "with colons" },
        { "$TIMESTAMP 2025-1-2", "2100; stamp 1735776000", "with dashes, one digit" },
        { "$TIMESTAMP 2025-01-02-03", "2100; stamp 1735786800", "hour" },
        { "$TIMESTAMP 2025-01-02:03:04", "2100; stamp 1735787040", "minute" },
        { "$TIMESTAMP 20250102030405", "2100; stamp 1735787045", "second" },
        { "$TIMESTAMP 2025-0102:", "2100; stamp 1735776000", "mixed, delimiter at the end" },
        { "$TIMESTAMP 2024-02-29", "2100; stamp 1709164800", "leap day" },
        { "$TIMESTAMP 20250102 +1h", "2100; stamp 1735776000; until 1735779600", "expiry from the stamp on" },
        { "$TIMESTAMP 20250102 2025-01-03", "2100; stamp 1735776000; until 1735862400", "expiry as a stamp" },
        { "$TIMESTAMP 0 20270101", "2100; until 1798761600", "no stamp" },
        { "$TIMESTAMP - -", "2100", "neither" },
        { "$TIMESTAMP 20250102 0", "2100; stamp 1735776000", "no expiry" },
        { "$TIMESTAMP 20250102 +2h\n$TIMESTAMP 20250101 +1h", "2100; stamp 1735776000; until 1735693200",
          "latest stamp, earliest expiry" },
        { "$TIMESTAMP 2026-11-22:04:19:58", "2100; stamp 1795321198", "now" },
        { "$TIMESTAMP - +1h", "2100; bad 1", "relative to nothing" },
        { "$TIMESTAMP 20250102 +", "2100; bad 1", "no time" },
        { "$TIMESTAMP 20250102 +1h x", "2100; bad 1", "more" },
        { "$TIMESTAMP 20250102 # c", "2100; bad 1", "no comment" },
        { "$TIMESTAMP 2025-13-01", "2100; bad 1", "month 13" },
        { "$TIMESTAMP 2025-02-29", "2100; bad 1", "no leap year" },
        { "$TIMESTAMP 2025-01-00", "2100; bad 1", "day 0" },
        { "$TIMESTAMP 20250102240000", "2100; bad 1", "hour 24" },
        { "$TIMESTAMP 20250102030460", "2100; bad 1", "second 60" },
        { "$TIMESTAMP 1969:01:01", "2100; bad 1", "before 1970" },
        { "$TIMESTAMP 20250102T03", "2100; bad 1", "letter" },
        { "$TIMESTAMP 2025", "2100; bad 1", "a year" },
        { "$TIMESTAMP 00", "2100; bad 1", "neither 0 nor a stamp" },
        { "$TIMESTAMP", "2100; bad 1", "nothing" },
    };
    check_directives(rows, ARRAY_SIZE(rows), NULL);

    struct list_text got;
    load_directives("1.2.3.4\n$TIMESTAMP 2026-11-22:04:19:59", NULL, &got);
    assert_non_null(strstr(got.text, "(2): $TIMESTAMP is 1 seconds in the future"));
}

static void texts(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "$1 See http://ex/ # x\n$9 nine", "2100; $1 See http://ex/ # x; $9 nine", "variables" },
        { "$0\t tab", "2100; $0 tab", "tab" },
        { "#$5 x\n;$6 y\n:$7 z", "2100; $5 x; $6 y; $7 z", "after #, ; and :" },
        { "$1 one\n$1 two", "2100; $1 one", "the first holds" },
        { "$1 =eq $2", "2100; $1 =eq $2", "raw" },
        { "$= See $=\n$= other", "2100; $= See $=", "base template, the first holds" },
        { "$7", "2100; bad 1", "no text" },
        { "$=", "2100; bad 1", "no template" },
        { "$12 x\n$a x\n$=x\n$1=x", "2100; bad 4", "no such variable" },
    };
    check_directives(rows, ARRAY_SIZE(rows), NULL);
}

static void reasons(void **state)
{
    (void)state;
    static const struct list_row rows[] = {
        { "$FOO x",
          "unknown directive \"$FOO\": expected $SOA, $NS, $TTL, $TIMESTAMP, $MAXRANGE4, $DATASET, $0 to $9 "
          "or $=",
          "" },
        { "$TTL 1y",
          "\"1y\" is not a valid $TTL: expected seconds, or a number with s, m, h, d or w after it", "" },
        { "$NS ns1 ns2",
          "\"ns1\" is not a valid $NS TTL: expected seconds, or a number with s, m, h, d or w after it", "" },
        { "$NS 1h", "$NS: expected a TTL and at least one name server", "" },
        { "$SOA 1 a b 5 2x 1 1 1",
          "\"2x\" is not a valid $SOA time: expected seconds, or a number with s, m, h, d or w after it",
          "" },
        { "$SOA 1 a..b c 5 1 1 1 1",
          "\"a..b\" is not a valid domain name: a label is empty, or an escape is neither \\ddd nor \\ and a "
          "character",
          "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct list_text got;
        set_free(list_text_load("ip4set", rows[i].text, NULL, &got));
        assert_string_equal(got.reason, rows[i].expected);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(soa),       cmocka_unit_test(ns),    cmocka_unit_test(ttl),
        cmocka_unit_test(timestamp), cmocka_unit_test(texts), cmocka_unit_test(reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
