/* The view: the lists of zones, protected keys, and shells that share a snapshot. */
#include "dns/wire.h"
#include "support/text_view.h"
#include "view/guard.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct text_set sets[] = {
    { "a.test", "ip4set", "192.0.2.0/24\n10.0.0.1\n" },
    { "a.test", "combined", "$DATASET ip4set @\n192.0.2.1\n$DATASET dnset sub\nexample.com\n" },
    { "b.test", "ip4set", "10.0.0.1\n10.0.0.2\n" },
    { "b.test", "combined", "$TTL 5m\n" },
    { "c.test", "dnset", ".example.com\n.example.net\n" },
    { "c.test", "combined", "$DATASET ip6trie x\n2001:db8::/32\n" },
    { "", "never",
      "192.0.2.7\n10.0.0.2\n172.16.0.0/12\n2001:db8:5::/"
      "48\n.example.net\nwww.example.org\n*.example.info\n" },
};
static const uint16_t lists[] = { 0, 64, 255, 3, 4, 5, VIEW_NO_LIST };
enum { NEVER = 6 };

static struct view *view_of(bool with_lists)
{
    struct set_data *data[ARRAY_SIZE(sets)];
    static uint16_t numbers[] = { 0, 1, 2, 3, 4, 5 };
    struct zone_spec zones[] = {
        { .name = "a.test", .wire = "\1a\4test", .wire_len = 8, .sets = numbers, .sets_count = 2 },
        { .name = "b.test", .wire = "\1b\4test", .wire_len = 8, .sets = numbers + 2, .sets_count = 2 },
        { .name = "c.test", .wire = "\1c\4test", .wire_len = 8, .sets = numbers + 4, .sets_count = 2 },
    };
    const uint16_t never = NEVER;
    struct view_spec spec = { .zones = zones,
                              .zones_count = ARRAY_SIZE(zones),
                              .set_lists = with_lists ? lists : NULL,
                              .never = with_lists ? &never : NULL };
    struct snapshot *snapshot;
    struct view *view;

    for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
        data[i] = text_view_load_set(&sets[i]);
    assert_int_equal(snapshot_build(NULL, data, ARRAY_SIZE(sets), &snapshot, NULL), OK);
    for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
        set_free(data[i]);
    assert_int_equal(view_build(snapshot, &spec, &view, NULL), OK);
    return view;
}

/* The numbers of a zone's lists, separated by blanks. */
static const char *lists_of(const struct zone *z)
{
    static char text[LISTS_MAX * 4];
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < LISTS_MAX; i++)
        if (list_mask_has(&z->lists, i))
            used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u", used != 0 ? " " : "", i);
    return text;
}

static void zones_know_their_lists(void **state)
{
    (void)state;
    struct view *v = view_of(true);
    assert_int_equal(v->zones_count, 5);
    assert_string_equal(lists_of(&v->zones[0]), "0 64");
    assert_string_equal(lists_of(&v->zones[1]), "3 255"); /* 3 has no sections yet */
    assert_string_equal(lists_of(&v->zones[2]), "4");     /* 5 is of its subzone only */
    assert_string_equal(lists_of(&v->zones[3]), "64");    /* sub.a.test */
    assert_string_equal(lists_of(&v->zones[4]), "5");     /* x.c.test */
    for (uint16_t i = 0; i < v->snapshot->sources_count; i++)
        assert_int_equal(view_list(v, i), lists[v->snapshot->sources[i].set]);
    view_free(v);

    v = view_of(false);
    for (size_t i = 0; i < v->zones_count; i++)
        assert_string_equal(lists_of(&v->zones[i]), "");
    view_free(v);
}

static unsigned answers4(const struct view *v, unsigned zone, uint32_t address)
{
    return zone_answer(&v->zones[zone], v->snapshot, trie_lookup(&v->snapshot->trie4, ip4_key(address)))
        .count;
}

/* A set that is retired lists nothing, but keeps its zone: SOA and NS stay, whether it has data or not. A
 * zone of such sets alone says so. */
static void retired_sets(void **state)
{
    static const char *const gone[] = { "It has ended.", "It has ended.", NULL, "Later." };
    static const char end[] = "\15It has ended.", later[] = "\6Later.";
    static const struct {
        const char *name;
        uint16_t sets[3];
        size_t count;
        unsigned answers[2]; /* for 192.0.2.9 and 10.0.0.1 */
        const char *said[2];
        bool ready;
    } table[] = {
        { "part", { 0, 2 }, 2, { 0, 1 }, { NULL }, true },
        { "whole", { 0, 1 }, 2, { 0, 0 }, { end }, true },
        { "two", { 0, 3 }, 2, { 0, 0 }, { end, later }, true },
        { "reduced", { 0, 1 }, 2, { 0, 0 }, { NULL }, true },
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        static const struct text_set texts[] = {
            { "", "ip4set", "$NS 1d ns.test\n192.0.2.0/24\n10.0.0.1\n" },
            { "", "combined", "$DATASET ip4set @\n192.0.2.1\n$DATASET dnset sub\nexample.com\n" },
            { "", "ip4set", "10.0.0.1\n" },
        };
        struct set_data *data[4] = { NULL }; /* the last one has never been loaded */
        uint16_t numbers[3];
        struct zone_spec zone = { .name = "a.test",
                                  .wire = "\1a\4test",
                                  .wire_len = 8,
                                  .sets = numbers,
                                  .sets_count = table[i].count,
                                  .reduced = strcmp(table[i].name, "reduced") == 0,
                                  .retired = gone };
        struct view_spec spec = { .zones = &zone, .zones_count = 1 };
        struct snapshot *snapshot;
        struct view *v;

        print_message("%s\n", table[i].name);
        memcpy(numbers, table[i].sets, sizeof(numbers));
        for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
            data[j] = text_view_load_set(&texts[j]);
        assert_int_equal(snapshot_build(NULL, data, ARRAY_SIZE(data), &snapshot, NULL), OK);
        for (size_t j = 0; j < ARRAY_SIZE(texts); j++)
            set_free(data[j]);
        assert_int_equal(view_build(snapshot, &spec, &v, NULL), OK);
        const struct zone *z = &v->zones[0];
        assert_int_equal(v->zones_count, 1);
        assert_int_equal(z->ready, table[i].ready);
        assert_int_equal(z->ns_count, 1);
        assert_int_equal(answers4(v, 0, 0xc0000209), table[i].answers[0]);
        assert_int_equal(answers4(v, 0, 0x0a000001), table[i].answers[1]);
        const uint8_t *record = z->notices.data;
        unsigned said = 0;
        for (; said < 2 && table[i].said[said] != NULL; said++, record += wire_record_size(record)) {
            assert_int_equal(wire_record_type(record), TYPE_TXT);
            assert_int_equal(wire_record_data_length(record), strlen(table[i].said[said]));
            assert_memory_equal(wire_record_data(record), table[i].said[said], strlen(table[i].said[said]));
        }
        assert_int_equal(z->notices_count, said);
        view_free(v);
    }
}

static void withheld(void **state)
{
    (void)state;
    static const char *const instead[ARRAY_SIZE(sets)] = { [2] = "two", [3] = "three" };
    struct view *v = view_of(true);
    assert_null(view_withheld(v, &v->snapshot->sources[0], 0)); /* nothing is withheld at all */
    v->withheld = malloc(sizeof(instead));
    memcpy(v->withheld, instead, sizeof(instead));
    for (size_t i = 0; i < v->snapshot->sources_count; i++) {
        const struct snapshot_source *source = &v->snapshot->sources[i];
        assert_ptr_equal(view_withheld(v, source, view_list(v, (uint16_t)i)), instead[source->set]);
    }
    assert_string_equal(view_withheld(v, NULL, 3), "three"); /* of a list without sections */
    assert_null(view_withheld(v, NULL, 0));
    assert_null(view_withheld(v, NULL, VIEW_NO_LIST));
    view_free(v);
}

static void zones_do_not_answer_what_is_protected(void **state)
{
    (void)state;
    static const struct {
        unsigned zone;
        uint32_t address;
        unsigned with, without;
    } table[] = {
        { 0, 0xc0000206, 1, 1 }, { 0, 0xc0000207, 0, 1 }, { 0, 0x0a000001, 1, 1 },
        { 1, 0x0a000001, 1, 1 }, { 1, 0x0a000002, 0, 1 }, { 1, 0xac100000, 0, 0 },
    };
    struct view *with = view_of(true), *without = view_of(false);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        assert_int_equal(answers4(with, table[i].zone, table[i].address), table[i].with);
        assert_int_equal(answers4(without, table[i].zone, table[i].address), table[i].without);
    }
    view_free(with);
    view_free(without);
}

static void ranges_are_protected(void **state)
{
    (void)state;
    static const struct {
        const char *range;
        bool subdomains, expected;
    } table[] = {
        { "192.0.2.7", false, true },
        { "192.0.2.6", false, false },
        { "192.0.2.0/24", false, true },
        { "192.0.2.8-192.0.2.255", false, false },
        { "192.0.2.0-192.0.2.6", false, false },
        { "192.0.0.0/16", false, true },
        { "10.0.0.1", false, false },
        { "10.0.0.2-10.0.0.3", false, true },
        { "172.20.1.0/24", false, true },
        { "172.15.0.0-172.16.0.0", false, true },
        { "172.32.0.0-172.255.255.255", false, false },
        { "0.0.0.0/0", false, true },
        { "2001:db8:5::1", false, true },
        { "2001:db8:4::/48", false, false },
        { "2001:db8::/32", false, true },
        { "2001:db9::/32", false, false },
        { "::/0", false, true },
        { "example.net", false, true },
        { "a.b.example.net", false, true },
        { "example.com", true, false },
        { "www.example.org", false, true },
        { "a.www.example.org", false, false },
        { "example.org", false, false },
        { "example.org", true, true },
        { "example.info", false, false },
        { "example.info", true, true },
        { "a.example.info", false, true },
    };
    struct view *v = view_of(true), *without = view_of(false);
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        struct range range;
        assert_int_equal(range_parse(table[i].range, table[i].subdomains, &range, NULL), OK);
        print_message("%s\n", table[i].range);
        assert_int_equal(view_is_protected(v, &range), table[i].expected);
        assert_false(view_is_protected(without, &range));
    }
    view_free(v);
    view_free(without);
}

/* Writes the name of the last `labels` of 127 labels "a"; returns its length. */
static uint16_t nested(uint8_t *wire, unsigned labels)
{
    for (unsigned i = 0; i < labels; i++)
        memcpy(wire + 2 * i, "\1a", 2);
    wire[2 * labels] = 0;
    return (uint16_t)(2 * labels + 1);
}

static void the_deepest_zone_is_found(void **state)
{
    (void)state;
    static const uint8_t depths[] = { 0, 1, 62, 63, 66, 127 }; /* a word of view.depths has 64 bits */
    static uint16_t no_sets[1];
    struct zone_spec zones[ARRAY_SIZE(depths)] = { { .name = "nested" } };
    struct view_spec spec = { .zones = zones + 1 };
    struct snapshot *snapshot;
    struct view *v;
    uint8_t name[255] = "", offsets[WIRE_LABELS_MAX + 1];
    for (size_t i = 0; i < ARRAY_SIZE(depths); i++) {
        zones[i].wire_len = nested(zones[i].wire, depths[i]);
        zones[i].sets = no_sets;
    }
    for (unsigned with_root = 0; with_root < 2; with_root++) {
        spec.zones -= with_root;
        spec.zones_count = ARRAY_SIZE(depths) - 1 + with_root;
        assert_int_equal(snapshot_build(NULL, NULL, 0, &snapshot, NULL), OK);
        assert_int_equal(view_build(snapshot, &spec, &v, NULL), OK);
        for (unsigned labels = 0; labels <= WIRE_LABELS_MAX; labels++) {
            unsigned expected = 0;
            for (size_t i = 0; i < ARRAY_SIZE(depths); i++)
                expected = depths[i] <= labels ? depths[i] : expected;
            nested(name, labels);
            const struct zone *z = view_find_zone(v, name_split(name, offsets));
            if (labels == 0 && !with_root)
                assert_null(z);
            else
                assert_int_equal(z->labels, expected);
        }
        for (unsigned depth = 1; depth <= WIRE_LABELS_MAX;
             depth++) { /* of another label: below it nothing fits */
            unsigned expected = 0;
            for (size_t i = 0; i < ARRAY_SIZE(depths); i++)
                expected = depths[i] < depth ? depths[i] : expected;
            nested(name, WIRE_LABELS_MAX);
            name[2 * (WIRE_LABELS_MAX - depth) + 1] = 'b';
            const struct zone *z = view_find_zone(v, name_split(name, offsets));
            assert_int_equal(z != NULL ? z->labels : 0, expected);
            assert_int_equal(z != NULL, expected != 0 || with_root);
        }
        view_free(v);
    }
}

static void a_shell_shares_all_but_the_overlay(void **state)
{
    (void)state;
    struct view *first = view_of(true), *second, *third;
    struct overlay_view some = { .has = { true } };
    assert_true(overlay_is_empty(&first->overlay));
    first->overlay = some;
    assert_false(overlay_is_empty(&first->overlay));
    assert_int_equal(view_with_overlay(first, &(struct overlay_view){ .lists = false }, &second), OK);
    assert_int_equal(view_with_overlay(second, &some, &third), OK);
    view_free_shell(first);
    assert_true(overlay_is_empty(&second->overlay));
    assert_false(overlay_is_empty(&third->overlay));
    assert_ptr_equal(second->zones, third->zones);
    assert_ptr_equal(third->zones[3].parent, &third->zones[0]);
    assert_int_equal(answers4(third, 0, 0xc0000206), 1);
    view_free_shell(second);
    view_free_shell(NULL);
    view_free(third);
    view_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(zones_know_their_lists),
                                        cmocka_unit_test(retired_sets),
                                        cmocka_unit_test(withheld),
                                        cmocka_unit_test(zones_do_not_answer_what_is_protected),
                                        cmocka_unit_test(ranges_are_protected),
                                        cmocka_unit_test(the_deepest_zone_is_found),
                                        cmocka_unit_test(a_shell_shares_all_but_the_overlay) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
