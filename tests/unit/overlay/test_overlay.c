#include "overlay/overlay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW   1000
#define NEVER INT64_MAX

static const struct list_mask first_list = { { 1 } }, second_list = { { 2 } },
                              last_list = { { 0, 0, 0, 1ull << 63 } }, both_lists = { { 3 } };

struct fixture {
    struct overlay *overlay;
    struct overlay_view view;
    uint64_t generation;
};

static void setup_of(struct fixture *f, size_t most)
{
    struct error error;
    *f = (struct fixture){ 0 };
    if (overlay_new(most, &f->overlay, &error) != OK)
        fail_msg("%s", error.text);
}

static struct fixture setup(void)
{
    struct fixture f;
    setup_of(&f, 64 << 20);
    return f;
}

/* A range; `+` before a name: with subdomains. */
static struct range range_of(const char *text)
{
    struct range r;
    struct error error;
    if (range_parse(text + (*text == '+'), *text == '+', &r, &error) != OK)
        fail_msg("%s", error.text);
    return r;
}

static enum err try_add(struct fixture *f, const char *range, struct overlay_item item, int64_t now,
                        struct error *error)
{
    struct range r = range_of(range);
    if (item.lists == NULL)
        item.lists = &first_list;
    return overlay_add(f->overlay, &r, &item, now, error);
}

static void add_at(struct fixture *f, const char *range, struct overlay_item item, int64_t now)
{
    struct error error;
    if (try_add(f, range, item, now, &error) != OK)
        fail_msg("%s", error.text);
}

static void add(struct fixture *f, const char *range, struct overlay_item item)
{
    add_at(f, range, item, NOW);
}

/* A delisting of the first list without end. */
static void delist(struct fixture *f, const char *range, uint64_t number)
{
    add(f, range, (struct overlay_item){ .number = number, .until = NEVER, .kind = OVERLAY_DELIST });
}

static void remove_item(struct fixture *f, const char *range, uint64_t number)
{
    struct range r = range_of(range);
    struct error error;
    if (overlay_remove(f->overlay, &r, number, &error) != OK)
        fail_msg("%s", error.text);
}

static bool has_room(const struct fixture *f, const char *range, int64_t now)
{
    struct range r = range_of(range);
    return overlay_has_room(f->overlay, &r, now);
}

static void commit(struct fixture *f)
{
    struct error error;
    if (overlay_commit(f->overlay, &f->view, &f->generation, &error) != OK)
        fail_msg("%s", error.text);
}

/* Commits, and reclaims what only the version before used. */
static void commit_alone(struct fixture *f)
{
    commit(f);
    overlay_reclaim(f->overlay, f->generation);
}

/* The record of an address or name. */
static struct overlay_record holds(const struct overlay_view *v, const char *what)
{
    struct range r = range_of(what);
    struct overlay_record record;
    uint8_t offsets[WIRE_LABELS_MAX + 1];

    if (r.family != RANGE_NAME) {
        overlay_lookup(v, r.family, r.first, &record);
        return record;
    }
    struct labels labels = name_split(r.name, offsets);
    memcpy(r.name + r.name_len - 1, "\3zen", 4); /* as in a query, something follows the name */
    overlay_lookup_name(v, labels, NOW, &record);
    return record;
}

/* The numbers of the items, as text. */
static void expect(const struct fixture *f, const char *what, const char *numbers)
{
    struct overlay_record r = holds(&f->view, what);
    char text[OVERLAY_ITEMS_MAX * 21 + 1] = "";
    size_t length = 0;

    for (unsigned i = 0; i < r.count; i++)
        length += (size_t)snprintf(text + length, sizeof(text) - length, i == 0 ? "%llu" : " %llu",
                                   (unsigned long long)r.item[i]->number);
    print_message("%s\n", what);
    assert_string_equal(text, numbers);
}

static void empty(void **state)
{
    (void)state;
    struct fixture f = { 0 };

    assert_true(overlay_is_empty(&f.view));
    expect(&f, "192.0.2.1", "");
    expect(&f, "a.example", "");
    assert_false(overlay_lists_below(&f.view, RANGE_IP4, (struct trie_key){ 0, 0 }, 0, &both_lists, NOW));
    f = setup();
    commit(&f);
    assert_true(overlay_is_empty(&f.view));
    expect(&f, "2001:db8::1", "");
    assert_int_equal(overlay_usage(f.overlay).items, 0);
    overlay_free(f.overlay);
    overlay_free(NULL);

    struct error error = { 0 };
    assert_int_equal(overlay_new((size_t)1 << 50, &f.overlay, &error), ERR_MEMORY);
    assert_int_equal(error.code, ERR_MEMORY);
    assert_int_equal(overlay_new(0, &f.overlay, &error), ERR_LIMIT);
}

static void addresses(void **state)
{
    (void)state;
    struct fixture f = setup();

    delist(&f, "192.0.2.0/24", 3);
    delist(&f, "192.0.2.1", 1);
    delist(&f, "192.0.2.1-192.0.2.9", 4);
    delist(&f, "192.0.0.0/8", 2);
    delist(&f, "2001:db8::/32", 5);
    delist(&f, "2001:db8::7", 6);
    commit(&f);
    expect(&f, "192.0.2.0", "3 2");
    expect(&f, "192.0.2.1", "4 3 2 1");
    expect(&f, "192.0.2.9", "4 3 2");
    expect(&f, "192.0.2.10", "3 2");
    expect(&f, "192.0.3.0", "2");
    expect(&f, "193.0.0.0", "");
    expect(&f, "2001:db8::7", "6 5");
    expect(&f, "2001:db8::8", "5");
    expect(&f, "2001:db9::", "");
    assert_true(f.view.has[RANGE_IP4] && f.view.has[RANGE_IP6] && !f.view.has[RANGE_NAME]);
    assert_false(f.view.lists);
    assert_int_equal(overlay_usage(f.overlay).items, 6);
    overlay_free(f.overlay);
}

/* What the items, newest first, say of the first list at NOW, and which of them decides. */
static void what_a_record_says(void **state)
{
    (void)state;
    const struct overlay_item delists = { .kind = OVERLAY_DELIST, .until = NEVER, .lists = &first_list };
    const struct overlay_item lists = { .kind = OVERLAY_LIST, .until = NOW + 1, .lists = &both_lists };
    const struct overlay_item allows = { .kind = OVERLAY_ALLOW, .until = NEVER, .lists = &first_list };
    const struct overlay_item other = { .kind = OVERLAY_ALLOW, .until = NEVER, .lists = &second_list };
    const struct overlay_item ended = { .kind = OVERLAY_DELIST, .until = NOW, .lists = &first_list };
    const struct overlay_item past = { .kind = OVERLAY_ALLOW, .until = NOW - 1, .lists = &first_list };
    const struct {
        struct overlay_record record;
        enum overlay_effect says;
        const struct overlay_item *item;
    } table[] = {
        { { { NULL }, 0 }, OVERLAY_NOTHING, NULL },
        { { { &delists }, 1 }, OVERLAY_HIDES, &delists },
        { { { &lists }, 1 }, OVERLAY_ADDS, &lists },
        { { { &allows }, 1 }, OVERLAY_ALLOWS, &allows },
        { { { &delists, &lists }, 2 }, OVERLAY_HIDES, &delists },
        { { { &lists, &delists }, 2 }, OVERLAY_ADDS, &lists },
        { { { &lists, &allows }, 2 }, OVERLAY_ALLOWS, &allows },
        { { { &delists, &lists, &allows }, 3 }, OVERLAY_ALLOWS, &allows },
        { { { &other, &lists }, 2 }, OVERLAY_ADDS, &lists },
        { { { &other }, 1 }, OVERLAY_NOTHING, NULL },
        { { { &ended, &lists }, 2 }, OVERLAY_ADDS, &lists },
        { { { &ended }, 1 }, OVERLAY_NOTHING, NULL },
        { { { &lists, &past }, 2 }, OVERLAY_ADDS, &lists },
    };
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        const struct overlay_item *item = &delists;
        print_message("row %zu\n", i);
        assert_int_equal(overlay_effect(&table[i].record, 0, NOW, &item), table[i].says);
        assert_ptr_equal(item, table[i].item);
    }
    struct overlay_record last = { { &(struct overlay_item){ .until = NEVER, .lists = &last_list } }, 1 };
    const struct overlay_item *item;
    assert_int_equal(overlay_effect(&last, LISTS_MAX - 1, NOW, &item), OVERLAY_HIDES);
    assert_int_equal(overlay_effect(&last, LISTS_MAX - 2, NOW, &item), OVERLAY_NOTHING);
}

static void items_are_copied(void **state)
{
    (void)state;
    struct fixture f = setup();
    struct list_mask lists = last_list;
    uint8_t text[] = "\5hello";
    struct overlay_item item = {
        .number = 7, .until = 5000, .lists = &lists, .kind = OVERLAY_LIST, .code = 0x7f000004, .text = text
    };

    add(&f, "+www.example.com", item);
    item.number = 8;
    add(&f, "192.0.2.1", item);
    memset(&lists, 0, sizeof(lists));
    memset(text, 0, sizeof(text));
    commit(&f);
    const struct overlay_item *of_name = holds(&f.view, "a.www.example.com").item[0];
    const struct overlay_item *of_address = holds(&f.view, "192.0.2.1").item[0];
    assert_int_equal(of_name->family, RANGE_NAME);
    assert_true(of_name->subdomains);
    assert_memory_equal(of_name->name, "\21\3www\7example\3com", 18);
    assert_int_equal(of_address->family, RANGE_IP4);
    assert_null(of_address->name);
    assert_false(of_address->subdomains);
    assert_int_equal(of_address->until, 5000);
    assert_int_equal(of_address->code, 0x7f000004);
    assert_int_equal(of_address->kind, OVERLAY_LIST);
    assert_memory_equal(of_address->text, "\5hello", 6);
    assert_memory_equal(of_address->lists, &last_list, sizeof(last_list));
    assert_ptr_equal(of_address->text, of_name->text);
    assert_ptr_equal(of_address->lists, of_name->lists);
    overlay_free(f.overlay);
}

static void names(void **state)
{
    (void)state;
    struct fixture f = setup();

    delist(&f, "example.com", 1);
    delist(&f, "+b.example.com", 2);
    delist(&f, "a.b.example.com", 4);
    delist(&f, "+a.b.example.com", 3);
    delist(&f, "Z.Example", 5);
    commit(&f);
    assert_true(f.view.has_subdomains);
    assert_int_equal(f.view.subdomains_most, 4);
    expect(&f, "example.com", "1");
    expect(&f, "c.example.com", "");
    expect(&f, "b.example.com", "2");
    expect(&f, "c.b.example.com", "2");
    expect(&f, "a.b.example.com", "4 3 2");
    expect(&f, "c.a.b.example.com", "3 2");
    expect(&f, "9.8.7.6.5.4.a.b.example.com", "3 2");
    expect(&f, "ab.example.com", "");
    expect(&f, "b.example.com.net", "");
    expect(&f, "z.example", "5");
    remove_item(&f, "+a.b.example.com", 3);
    remove_item(&f, "+b.example.com", 2);
    commit(&f);
    assert_false(f.view.has_subdomains);
    assert_int_equal(f.view.subdomains_most, 0);
    expect(&f, "a.b.example.com", "4");
    expect(&f, "b.example.com", "");
    overlay_free(f.overlay);
}

/* Items of a name and of those above it: 16 have room together; where a name below has more, the newest hold.
 */
static void room_of_names(void **state)
{
    (void)state;
    struct fixture f = setup();

    for (uint64_t i = 31; i <= 46; i++)
        delist(&f, "c.example.com", i);
    delist(&f, "+example.com", 47);
    commit(&f);
    expect(&f, "c.example.com", "47 46 45 44 43 42 41 40 39 38 37 36 35 34 33 32");
    remove_item(&f, "+example.com", 47);
    for (uint64_t i = 1; i <= 8; i++) {
        delist(&f, "+example.com", i);
        delist(&f, "a.example.com", 100 + i);
    }
    assert_false(has_room(&f, "a.example.com", NOW));
    assert_true(has_room(&f, "b.a.example.com", NOW));
    assert_true(has_room(&f, "example.com", NOW));
    delist(&f, "+example.com", 9);
    commit(&f);
    expect(&f, "a.example.com", "108 107 106 105 104 103 102 101 9 8 7 6 5 4 3 2");
    remove_item(&f, "a.example.com", 101);
    remove_item(&f, "a.example.com", 102);
    assert_true(has_room(&f, "a.example.com", NOW));

    /* Expired items do not count. */
    for (uint64_t i = 1; i <= 12; i++)
        add_at(&f, "b.a.example.com", (struct overlay_item){ .number = 200 + i, .until = NOW }, NOW - 1);
    assert_true(has_room(&f, "b.a.example.com", NOW));
    commit(&f);
    expect(&f, "b.a.example.com", "9 8 7 6 5 4 3 2 1");
    overlay_free(f.overlay);
}

static void seventeenth(void **state)
{
    (void)state;
    struct fixture f = setup();
    struct error error = { 0 };

    for (uint64_t i = 1; i <= 15; i++)
        delist(&f, "192.0.2.0/24", i);
    add(&f, "192.0.2.77", (struct overlay_item){ .number = 16, .until = NOW + 5 });
    commit(&f);
    assert_false(has_room(&f, "192.0.2.77", NOW));
    assert_false(has_room(&f, "192.0.0.0/8", NOW));
    assert_false(has_room(&f, "192.0.2.70-192.0.2.80", NOW));
    assert_true(has_room(&f, "192.0.2.77", NOW + 5));
    assert_true(has_room(&f, "192.0.2.78", NOW));
    assert_true(has_room(&f, "192.0.2.78-192.0.2.255", NOW));
    assert_true(has_room(&f, "::/0", NOW));
    struct overlay_item one_more = { .number = 17, .until = NEVER };
    assert_int_equal(try_add(&f, "192.0.2.64/26", one_more, NOW, &error), ERR_LIMIT);
    assert_non_null(strstr(error.text, "192.0.2.64/26"));
    assert_non_null(strstr(error.text, "16"));
    assert_int_equal(try_add(&f, "198.51.100.1", one_more, NOW, &error), ERR_LIMIT);
    assert_non_null(strstr(error.text, "earlier"));
    struct overlay_view untouched = f.view;
    uint64_t generation = f.generation;
    assert_int_equal(overlay_commit(f.overlay, &f.view, &f.generation, &error), ERR_LIMIT);
    assert_memory_equal(&f.view, &untouched, sizeof(untouched));
    assert_int_equal(f.generation, generation);
    expect(&f, "192.0.2.65", "15 14 13 12 11 10 9 8 7 6 5 4 3 2 1");

    /* Expired items make room. */
    struct range r = range_of("192.0.2.77");
    one_more.lists = &first_list;
    assert_int_equal(overlay_add(f.overlay, &r, &one_more, NOW + 5, &error), OK);
    commit(&f);
    assert_int_equal(f.generation, generation + 1);
    expect(&f, "192.0.2.77", "17 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1");
    overlay_free(f.overlay);
}

static void changed_in_one_transaction(void **state)
{
    (void)state;
    struct fixture f = setup();

    add(&f, "192.0.2.0/24", (struct overlay_item){ .number = 1, .until = NOW + 10 });
    delist(&f, "192.0.2.1", 2);
    commit(&f);
    struct overlay_view before = f.view;
    remove_item(&f, "192.0.2.0/24", 1);
    add(&f, "192.0.2.0/24", (struct overlay_item){ .number = 1, .until = NOW + 99 });
    commit(&f);
    expect(&f, "192.0.2.1", "2 1");
    expect(&f, "192.0.2.9", "1");
    assert_int_equal(holds(&f.view, "192.0.2.1").item[1]->until, NOW + 99);
    assert_int_equal(holds(&before, "192.0.2.1").item[1]->until, NOW + 10);
    assert_int_equal(overlay_usage(f.overlay).items, 2);

    /* Removed, added, and removed again. */
    remove_item(&f, "192.0.2.0/24", 1);
    add(&f, "192.0.2.0/24", (struct overlay_item){ .number = 1, .until = NOW + 5 });
    remove_item(&f, "192.0.2.0/24", 1);
    commit_alone(&f);
    expect(&f, "192.0.2.1", "2");
    expect(&f, "192.0.2.9", "");
    remove_item(&f, "192.0.2.0/24", 1); /* not there: nothing happens */
    commit_alone(&f);
    assert_int_equal(overlay_usage(f.overlay).items, 1);
    remove_item(&f, "192.0.2.1", 2);
    commit_alone(&f);
    assert_true(overlay_is_empty(&f.view));
    overlay_free(f.overlay);
}

static void expired_is_not_added(void **state)
{
    (void)state;
    struct fixture f = setup();

    add(&f, "192.0.2.1", (struct overlay_item){ .number = 1, .until = NOW });
    add(&f, "192.0.2.1", (struct overlay_item){ .number = 2, .until = NOW + 1 });
    commit(&f);
    expect(&f, "192.0.2.1", "2");
    overlay_free(f.overlay);
}

static void aborted(void **state)
{
    (void)state;
    struct fixture f = setup();

    delist(&f, "192.0.2.0/24", 1);
    delist(&f, "+a.example", 2);
    commit(&f);
    for (int round = 0; round < 3; round++) {
        remove_item(&f, "192.0.2.0/24", 1);
        delist(&f, "192.0.2.1", 3);
        delist(&f, "192.0.0.0/16", 4);
        remove_item(&f, "192.0.2.1", 3);
        remove_item(&f, "+a.example", 2);
        add(&f, "2001:db8::1", (struct overlay_item){ .number = 5, .until = NEVER, .kind = OVERLAY_LIST });
        overlay_abort(f.overlay);
        commit(&f);
        expect(&f, "192.0.2.1", "1");
        expect(&f, "192.0.3.1", "");
        expect(&f, "b.a.example", "2");
        assert_false(f.view.has[RANGE_IP6] || f.view.lists);
        assert_int_equal(overlay_usage(f.overlay).items, 2);
    }
    overlay_free(f.overlay);
}

/* What a version uses does not change until it is reclaimed; then it is used again. */
static void reclaimed(void **state)
{
    (void)state;
    struct fixture f = setup();
    size_t bytes = 0;

    delist(&f, "192.0.2.1", 1);
    delist(&f, "192.0.2.0/24", 2);
    commit_alone(&f);
    struct overlay_record old = holds(&f.view, "192.0.2.1");
    remove_item(&f, "192.0.2.1", 1);
    remove_item(&f, "192.0.2.0/24", 2);
    commit(&f);
    for (uint64_t i = 10; i < 500; i++) {
        delist(&f, "198.51.100.1-198.51.100.7", i);
        remove_item(&f, "198.51.100.1-198.51.100.7", i);
    }
    commit(&f);
    assert_int_equal(old.item[0]->number, 2);
    assert_int_equal(old.item[1]->number, 1);
    assert_memory_equal(old.item[1]->lists, &first_list, sizeof(first_list));
    overlay_reclaim(f.overlay, f.generation);

    /* Adds and removes items many times: 10 at a time, alone and in pairs. */
    for (uint64_t n = 1; n <= 20000; n++) {
        char range[32];
        snprintf(range, sizeof(range), "192.0.2.%u", (unsigned)(n % 10 * 4));
        delist(&f, range, n);
        snprintf(range, sizeof(range), "192.0.2.%u/30", (unsigned)(n % 10 * 4));
        delist(&f, range, 1000000 + n);
        if (n > 10) {
            remove_item(&f, range, 1000000 + n - 10);
            snprintf(range, sizeof(range), "192.0.2.%u", (unsigned)(n % 10 * 4));
            remove_item(&f, range, n - 10);
        }
        commit_alone(&f);
        if (n == 5000)
            bytes = overlay_usage(f.overlay).bytes;
    }
    assert_int_equal(overlay_usage(f.overlay).items, 20);
    assert_int_equal(overlay_usage(f.overlay).bytes, bytes);
    overlay_free(f.overlay);
}

/* Expired items that newer ones have replaced and nobody removes are swept. */
static void dropped_items_are_swept(void **state)
{
    (void)state;
    struct fixture f = setup();
    struct error error;

    delist(&f, "+a.example", 1);
    for (int64_t n = 2; n <= 20000; n++) {
        struct range r = range_of("192.0.2.1"), wide = range_of("192.0.2.0/29"),
                     name = range_of("+b.example");
        struct overlay_item item = {
            .number = (uint64_t)n, .until = n + 2, .kind = OVERLAY_LIST, .lists = &both_lists
        };
        assert_int_equal(overlay_add(f.overlay, &r, &item, n, &error), OK);
        item.number += 1000000;
        assert_int_equal(overlay_add(f.overlay, &wide, &item, n, &error), OK);
        item.number += 1000000;
        assert_int_equal(overlay_add(f.overlay, &name, &item, n, &error), OK);
        commit_alone(&f);
        assert_in_range(overlay_usage(f.overlay).items, 1, 5000);
    }
    expect(&f, "192.0.2.1", "1020000 1019999 20000 19999");
    expect(&f, "192.0.2.7", "1020000 1019999");
    expect(&f, "c.b.example", "2020000 2019999");
    expect(&f, "c.a.example", "1");
    overlay_free(f.overlay);
}

/* Hosts until the limit: the transaction fails as a whole, and removing makes room again. */
static void bounded(void **state)
{
    (void)state;
    struct fixture f;
    struct error error;
    uint64_t n = 1;
    enum err err = OK;

    setup_of(&f, 4 << 20);
    for (; err == OK; n++) {
        struct range r = range_of("10.0.0.0");
        r.first.hi += n << 40;
        r.last.hi += n << 40;
        struct overlay_item item = { .number = n, .until = NEVER, .lists = &first_list };
        err = overlay_add(f.overlay, &r, &item, NOW, &error);
        if (n % 64 == 0 && err == OK)
            commit_alone(&f);
    }
    assert_int_equal(err, ERR_LIMIT);
    assert_non_null(strstr(error.text, "4 MiB"));
    assert_in_range(n, 10000, 200000);
    assert_int_equal(overlay_commit(f.overlay, &f.view, &f.generation, &error), ERR_LIMIT);
    assert_int_equal(overlay_usage(f.overlay).items, (n - 2) / 64 * 64);
    assert_in_range(overlay_usage(f.overlay).bytes, 1 << 20, 12 << 20);
    expect(&f, "10.0.1.0", "1");
    for (unsigned i = 1; i <= 64; i++) {
        char range[32];
        snprintf(range, sizeof(range), "10.0.%u.0", i);
        remove_item(&f, range, i);
    }
    commit_alone(&f);
    delist(&f, "192.0.2.1", n);
    commit_alone(&f);
    expect(&f, "10.0.1.0", "");
    expect(&f, "10.0.65.0", "65");
    assert_int_equal(holds(&f.view, "192.0.2.1").count, 1);
    overlay_free(f.overlay);
}

static bool below(const struct fixture *f, const char *prefix, unsigned bits, const struct list_mask *lists,
                  int64_t now)
{
    struct range r = range_of(prefix);
    return overlay_lists_below(&f->view, r.family, r.first, bits, lists, now);
}

static bool below_name(const struct fixture *f, const char *name)
{
    struct range r = range_of(name);
    uint8_t offsets[WIRE_LABELS_MAX + 1];
    return overlay_lists_below_name(&f->view, name_split(r.name, offsets));
}

static void listed_below(void **state)
{
    (void)state;
    struct fixture f = setup();
    struct overlay_item item = { .number = 1, .until = NOW + 9, .kind = OVERLAY_LIST, .lists = &second_list };

    delist(&f, "198.51.100.0/24", 9);
    delist(&f, "c.b.a.example", 8);
    commit(&f);
    assert_false(below(&f, "198.51.100.0", 24, &both_lists, NOW));
    assert_false(below(&f, "0.0.0.0", 0, &both_lists, NOW));
    assert_false(below_name(&f, "a.example"));
    add(&f, "192.0.2.16/28", item);
    item.number = 2;
    add(&f, "2001:db8:5::1", item);
    item.number = 3;
    add(&f, "+c.b.a.example", item);
    commit(&f);
    assert_true(below(&f, "0.0.0.0", 0, &both_lists, NOW));
    assert_true(below(&f, "192.0.0.0", 8, &both_lists, NOW));
    assert_true(below(&f, "192.0.0.0", 16, &both_lists, NOW));
    assert_true(below(&f, "192.0.2.0", 24, &both_lists, NOW));
    assert_true(below(&f, "192.0.2.16", 32, &second_list, NOW));
    assert_false(below(&f, "192.0.2.0", 32, &both_lists, NOW));
    assert_false(below(&f, "192.0.2.0", 24, &first_list, NOW));
    assert_false(below(&f, "192.0.2.0", 24, &both_lists, NOW + 9));
    assert_false(below(&f, "192.0.3.0", 24, &both_lists, NOW));
    assert_false(below(&f, "192.1.0.0", 16, &both_lists, NOW));
    assert_false(below(&f, "193.0.0.0", 8, &both_lists, NOW));
    assert_false(below(&f, "198.51.100.0", 24, &both_lists, NOW));
    assert_true(below(&f, "::", 0, &both_lists, NOW));
    assert_true(below(&f, "2000::", 4, &both_lists, NOW));
    assert_true(below(&f, "2001:db8::", 32, &both_lists, NOW));
    assert_true(below(&f, "2001:db8:5::", 52, &both_lists, NOW));
    assert_false(below(&f, "2001:db8:6::", 52, &both_lists, NOW));
    assert_false(below(&f, "3000::", 4, &both_lists, NOW));
    assert_true(below_name(&f, "a.example"));
    assert_true(below_name(&f, "b.a.example"));
    assert_false(below_name(&f, "c.a.example") &&
                 below_name(&f, "d.a.example")); /* not both by a collision */

    /* An allow or a newer delisting of the list ends it; one of another list does not. */
    item = (struct overlay_item){
        .number = 10, .until = NOW + 5, .kind = OVERLAY_DELIST, .lists = &second_list
    };
    add(&f, "192.0.2.0/24", item);
    item = (struct overlay_item){ .number = 0, .until = NEVER, .kind = OVERLAY_ALLOW, .lists = &second_list };
    add(&f, "2001:db8:5::/48", item);
    commit(&f);
    assert_false(below(&f, "192.0.2.0", 24, &both_lists, NOW));
    assert_true(below(&f, "192.0.2.0", 24, &both_lists, NOW + 5));
    assert_false(below(&f, "2001:db8:5::", 52, &both_lists, NOW));
    remove_item(&f, "2001:db8:5::/48", 0);
    item = (struct overlay_item){ .number = 11, .until = NEVER, .kind = OVERLAY_ALLOW, .lists = &first_list };
    add(&f, "2001:db8:5::/48", item);
    commit(&f);
    assert_true(below(&f, "2001:db8:5::", 52, &both_lists, NOW));

    remove_item(&f, "192.0.2.16/28", 1);
    remove_item(&f, "2001:db8:5::1", 2);
    remove_item(&f, "+c.b.a.example", 3);
    commit(&f);
    assert_false(f.view.lists);
    assert_false(below(&f, "0.0.0.0", 0, &both_lists, NOW));
    assert_false(below_name(&f, "a.example"));
    overlay_free(f.overlay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty),
        cmocka_unit_test(addresses),
        cmocka_unit_test(what_a_record_says),
        cmocka_unit_test(items_are_copied),
        cmocka_unit_test(names),
        cmocka_unit_test(room_of_names),
        cmocka_unit_test(seventeenth),
        cmocka_unit_test(changed_in_one_transaction),
        cmocka_unit_test(expired_is_not_added),
        cmocka_unit_test(aborted),
        cmocka_unit_test(reclaimed),
        cmocka_unit_test(dropped_items_are_swept),
        cmocka_unit_test(bounded),
        cmocka_unit_test(listed_below),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
