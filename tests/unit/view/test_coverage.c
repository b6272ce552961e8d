#include "support/list_text.h"
#include "trie/trie.h"
#include "view/coverage.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* List 0 has an IPv4 and an IPv6 set; the last set has no list. */
static const struct {
    const char *type, *text;
    uint16_t list;
} sets[] = {
    { "ip4set", "192.0.2.1\n192.0.2.200-192.0.3.9\n10.0.0.0/8\n!10.1.0.0/16", 0 },
    { "ip6trie", "2001:db8::/32\n2001:db9::1", 0 },
    { "ip4trie", "192.0.2.0/28 :3:x\n!192.0.2.8\n198.51.100.7", 1 },
    { "dnset", "ex.com\n*.wild.ex.org\n.both.net\n!not.both.net\ndeep.in.some.net", 2 },
    { "generic", "9.113.0.203 A 192.0.2.1\nrecord.ex.net TXT hello", 3 },
    { "dnset", "5.113.0.203", 255 },
    { "ip4set", "0.0.0.0/1\n128.0.0.0/1", UINT16_MAX },
};

static const struct {
    const char *range;
    const char *lists, *why;
    uint64_t count; /* of list 0 */
} rows[] = {
    { "192.0.2.1", "0 1", "an address", 1 },
    { "192.0.2.2", "1", "in a CIDR", 0 },
    { "192.0.2.8", "", "excluded", 0 },
    { "192.0.2.9-192.0.2.15", "1", "after the exclusion", 0 },
    { "192.0.2.16-192.0.2.199", "", "a gap", 0 },
    { "192.0.2.15-192.0.2.200", "0 1", "both edges of a gap", 1 },
    { "192.0.2.0/24", "0 1", "a /24", 57 },
    { "192.0.3.9", "0", "the last of a range", 1 },
    { "192.0.3.10", "", "after it", 0 },
    { "192.0.2.255-192.0.3.0", "0", "across an octet", 2 },
    { "10.0.0.0/8", "0", "a /8 without a /16", 0xff0000 },
    { "10.1.0.0/16", "", "the /16", 0 },
    { "10.0.255.255-10.2.0.0", "0", "around it", 2 },
    { "10.0.255.0-10.1.255.255", "0", "a part before a whole one", 256 },
    { "10.1.0.0-10.2.0.255", "0", "a part after a whole one", 256 },
    { "11.0.0.0/8", "", "nothing", 0 },
    { "198.51.0.0/16", "1", "a whole /16", 0 },
    { "198.0.0.0/8", "1", "a whole /8", 0 },
    { "0.0.0.0-255.255.255.255", "0 1 3 255", "all of IPv4", 0xff0000 + 57 + 10 },
    { "203.0.113.9", "3", "a record for an address", 0 },
    { "203.0.113.5", "255", "an address from a name; the highest list", 0 },
    { "2001:db8::1", "0", "IPv6", 1 },
    { "2001:db9::1", "0", "an address of IPv6", 1 },
    { "2001:db9::2", "", "the next one", 0 },
    { "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff-2001:db9::1", "0", "a range of IPv6", 2 },
    { "2001:db8::/32", "0", "more than can be counted", UINT64_MAX },
    { "2001:db8::/65", "0", "a lot", UINT64_C(1) << 63 },
    { "2001:dba::/32", "", "nothing of IPv6", 0 },
    { "ex.com", "2", "a name", 0 },
    { "a.ex.com", "", "below it", 0 },
    { "wild.ex.org", "", "above a wildcard", 0 },
    { "a.b.wild.ex.org", "2", "below it", 0 },
    { "not.both.net", "", "excluded name", 0 },
    { "a.not.both.net", "2", "but only itself", 0 },
    { "record.ex.net", "3", "a record for a name", 0 },
    { ".wild.ex.org", "2", "with what is below", 0 },
    { ".ex.org", "2", "with what is further below", 0 },
    { ".ex.com", "2", "with what is below, itself listed", 0 },
    { ".a.ex.com", "", "nothing below", 0 },
    { ".b.both.net", "2", "from above", 0 },
    { ".not.both.net", "2", "excluded itself, not below", 0 },
    { ".some.net", "2", "an inner name", 0 },
    { ".in.some.net", "2", "the next one", 0 },
    { ".ex.net", "3", "records below", 0 },
    { ".other.net", "", "no such name", 0 },
};

static void in_words(const struct list_mask *mask, char *text)
{
    char *end = text;
    *text = '\0';
    for (unsigned list = 0; list < LISTS_MAX; list++)
        if (list_mask_has(mask, list))
            end += sprintf(end, "%s%u", end == text ? "" : " ", list);
}

/* Forwards and backwards: any order gives the same. */
static void lists_of_ranges(void **state)
{
    (void)state;
    struct set_data *data[ARRAY_SIZE(sets)];
    uint16_t lists[ARRAY_SIZE(sets)];
    struct coverage coverage;
    struct list_text loaded;
    struct error error;
    struct snapshot *snapshot;

    for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
        data[i] = list_text_load(sets[i].type, sets[i].text, NULL, &loaded);
        assert_int_equal(data[i]->bad, 0);
        lists[i] = sets[i].list;
    }
    assert_int_equal(snapshot_build(NULL, data, ARRAY_SIZE(sets), &snapshot, &error), OK);
    assert_int_equal(coverage_open(&coverage, snapshot, lists), OK);
    for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
        size_t row = i < ARRAY_SIZE(rows) ? i : 2 * ARRAY_SIZE(rows) - 1 - i;
        struct list_mask mask, list = { { 1 } };
        char text[LISTS_MAX * 4];
        struct range range;
        uint64_t count;
        bool subdomains = rows[row].range[0] == '.';
        print_message("%s: %s\n", rows[row].range, rows[row].why);
        assert_int_equal(range_parse(rows[row].range + subdomains, subdomains, &range, &error), OK);
        assert_int_equal(coverage_lists(&coverage, &range, &mask), OK);
        in_words(&mask, text);
        assert_string_equal(text, rows[row].lists);
        assert_int_equal(coverage_count(&coverage, &range, &list, &count), OK);
        assert_int_equal(count, rows[row].count);
    }
    coverage_close(&coverage);
    snapshot_free(snapshot);
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
        set_free(data[i]);
}

static void names_of_their_own(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool below;
    } names[] = {
        { "ex.com", false },     { "ex.org", true },      { "wild.ex.org", false },
        { "b.both.net", false }, { "both.net", true },    { "not.both.net", false },
        { "some.net", true },    { "in.some.net", true }, { "deep.in.some.net", false },
        { "other.net", false },
    };
    struct list_text loaded;
    struct error error;
    struct set_data *data = list_text_load(sets[3].type, sets[3].text, NULL, &loaded);
    struct coverage coverage;
    struct range range;
    struct snapshot *snapshot;

    assert_int_equal(snapshot_build(NULL, &data, 1, &snapshot, &error), OK);
    assert_int_equal(coverage_open(&coverage, snapshot, &(uint16_t){ 0 }), OK);
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        print_message("%s\n", names[i].name);
        assert_int_equal(range_parse(names[i].name, true, &range, &error), OK);
        assert_int_equal(coverage_has_below(&coverage, &range), names[i].below);
    }
    coverage_close(&coverage);
    snapshot_free(snapshot);
    set_free(data);
}

/* Every other /64 of a /48, 4,096 of them: enough to notice that all are walked. */
static void little_is_walked_for_little(void **state)
{
    (void)state;
    struct list_text loaded;
    struct error error;
    struct coverage coverage;
    struct list_mask mask, list = { { 1 } };
    struct range one, all, name;
    struct snapshot *snapshot;
    uint64_t count;
    char *text = malloc(4096 * 24), *end = text;

    for (unsigned i = 0; i < 4096; i++)
        end += sprintf(end, "2001:db8:0:%x::/64\n", 2 * i);
    struct set_data *data = list_text_load("ip6trie", text, NULL, &loaded);
    assert_int_equal(snapshot_build(NULL, &data, 1, &snapshot, &error), OK);
    assert_int_equal(coverage_open(&coverage, snapshot, &(uint16_t){ 0 }), OK);
    assert_int_equal(range_parse("2001:db8:0:10::/63", false, &one, &error), OK);
    assert_int_equal(range_parse("2001:db8::/48", false, &all, &error), OK);
    assert_int_equal(range_parse("ex.com", true, &name, &error), OK);

    assert_int_equal(coverage_lists(&coverage, &one, &mask), OK);
    assert_true(list_mask_has(&mask, 0));
    assert_int_equal(coverage_count(&coverage, &one, &list, &count), OK);
    assert_true(count == UINT64_MAX); /* 2^64 does not fit into a uint64_t */
    assert_int_equal(coverage.slots[0].runs.used, 0);
    for (unsigned i = 0; i < 1000; i++) /* for many ranges it is walked, once */
        assert_int_equal(coverage_lists(&coverage, &one, &mask), OK);
    assert_int_equal(VEC_COUNT(&coverage.slots[0].runs, struct trie_run), 2 * 4096 + 1);

    uint64_t effort = coverage.effort;
    assert_in_range(effort, COVERAGE_RUNS_MAX - 16384, COVERAGE_RUNS_MAX - 8193);
    assert_int_equal(range_parse("2001:db8:0:11::/64", false, &one, &error), OK);
    assert_int_equal(coverage_count(&coverage, &one, &list, &count), OK);
    assert_int_equal(count, 0);
    coverage.effort = 1; /* what is left suffices for one more */
    assert_int_equal(coverage_count(&coverage, &one, &list, &count), OK);
    assert_int_equal(count, 0);
    assert_int_equal(coverage_count(&coverage, &one, &list, &count), OK);
    assert_true(count == UINT64_MAX);
    assert_int_equal(coverage_count(&coverage, &name, &list, &count), OK);
    assert_true(count == UINT64_MAX);
    assert_int_equal(coverage_lists(&coverage, &all, &mask), OK);
    assert_true(list_mask_has(&mask, 0));

    coverage_close(&coverage);
    snapshot_free(snapshot);
    set_free(data);
    free(text);
}

static void empty_base(void **state)
{
    (void)state;
    struct coverage coverage;
    struct list_mask mask;
    struct range range;
    struct error error;
    struct snapshot *snapshot;
    uint64_t count;

    assert_int_equal(snapshot_build(NULL, NULL, 0, &snapshot, &error), OK);
    assert_int_equal(coverage_open(&coverage, snapshot, NULL), OK);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        bool subdomains = rows[i].range[0] == '.';
        assert_int_equal(range_parse(rows[i].range + subdomains, subdomains, &range, &error), OK);
        assert_int_equal(coverage_lists(&coverage, &range, &mask), OK);
        assert_memory_equal(&mask, &(struct list_mask){ { 0 } }, sizeof(mask));
        assert_int_equal(coverage_count(&coverage, &range, &mask, &count), OK);
        assert_int_equal(count, 0);
    }
    coverage_close(&coverage);
    snapshot_free(snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_ranges),
        cmocka_unit_test(names_of_their_own),
        cmocka_unit_test(little_is_walked_for_little),
        cmocka_unit_test(empty_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
