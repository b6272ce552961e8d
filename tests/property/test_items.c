/*
 * Items in a store against a model, an array: random items of all families are created, changed and ended,
 * and every filter, followed from page to page, gives what a scan of the array gives.
 */
#include "store/items.h"
#include "support/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW       1700000000
#define ITEMS     3000
#define QUESTIONS 1000

static uint64_t seed;
static struct error error;
static struct item model[ITEMS];
static unsigned count;

static unsigned random_below(unsigned below)
{
    return (unsigned)(random_next(&seed) % below);
}

static void check(enum err e)
{
    if (e != OK)
        fail_msg("error %d: %s", e, error.text);
}

/* ---- Random values: few enough that they meet ---- */

static struct range random_name(void)
{
    static const char *const labels[] = { "a", "b", "example", "mail", "a-b" }, *const tops[] = { "com",
                                                                                                  "org" };
    char text[200] = "";
    for (unsigned i = 1 + random_below(3); i > 0; i--)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s.", labels[random_below(5)]);
    strcat(text, tops[random_below(2)]);
    struct range range;
    check(range_parse(text, random_below(2), &range, &error));
    return range;
}

/* `bits` of an address, most of them zero. */
static uint64_t sparse(unsigned bits)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < 3; i++)
        value |= random_below(2) ? UINT64_C(1) << random_below(bits) : 0;
    return value;
}

static struct range random_range(void)
{
    struct range range = { .family = random_below(3) };
    if (range.family == RANGE_NAME)
        return random_name();
    uint64_t network =
        range.family == RANGE_IP4 ? UINT64_C(0x0a00000000000000) : UINT64_C(0x20010db800000000);
    unsigned shift = range.family == RANGE_IP4 ? 32 : 0;
    range.first =
        (struct trie_key){ network | sparse(20) << shift, range.family == RANGE_IP6 ? sparse(64) : 0 };
    if (random_below(50) == 0)
        range.first.hi = 0;
    range.last = range.first;
    unsigned most = range.family == RANGE_IP4 ? 32 : 128,
             bits = random_below(3) ? most : random_below(most + 1);
    uint64_t hi = bits >= 64 ? 0 : UINT64_MAX >> bits, lo = bits <= 64    ? UINT64_MAX
                                                            : bits == 128 ? 0
                                                                          : UINT64_MAX >> (bits - 64);
    range.first.hi &= ~hi, range.first.lo &= ~lo; /* a CIDR */
    range.last.hi = range.first.hi | hi, range.last.lo = range.first.lo | lo;
    if (random_below(3) == 0) { /* any range */
        uint64_t *end = range.family == RANGE_IP4 ? &range.last.hi : &range.last.lo;
        uint64_t more = (uint64_t)random_below(9) << shift;
        if (*end + more > *end)
            *end += more;
        uint64_t *begin = range.family == RANGE_IP4 ? &range.first.hi : &range.first.lo;
        if (more != 0 && *begin >= more && random_below(2))
            *begin -= more;
    }
    return range;
}

static struct item random_item(void)
{
    static char batches[3][STORE_ID];
    static const char *const people[] = { "ann", "bob", "eve" };
    struct item item = { .kind = random_below(3), .range = random_range(), .sticky = random_below(2) };
    if (batches[0][0] == '\0')
        for (unsigned i = 0; i < 3; i++)
            store_new_id(NOW, batches[i]);
    for (unsigned i = random_below(3); i <= 2; i++)
        list_mask_add(&item.lists, random_below(4) * 63);
    item.created_at = item.updated_at = NOW;
    item.expires_at = random_below(5) == 0 ? STORE_FOREVER : NOW - 100 + random_below(200);
    store_new_id(NOW * INT64_C(1000), item.id);
    strcpy(item.created_by, people[random_below(3)]);
    if (random_below(4) == 0)
        strcpy(item.batch_id, batches[random_below(3)]);
    return item;
}

/* ---- Operations ---- */

static void add(struct store *s)
{
    struct item item = random_item();
    check(items_add(s, &item, &error));
    for (unsigned i = 0; i < count; i++)
        assert_true(model[i].number < item.number);
    model[count++] = item;
}

static void change(struct store *s)
{
    struct item *item = &model[random_below(count)];
    item->state = random_below(5);
    item->expires_at = NOW - 100 + random_below(200);
    item->ended_at = item->state == ITEM_ACTIVE ? 0 : NOW;
    for (unsigned i = 0; i < ARRAY_SIZE(item->over.word); i++)
        item->over.word[i] = random_below(2) ? item->lists.word[i] : 0;
    check(items_change(s, item, &error));
}

static void apply_steps(struct store *s, unsigned times)
{
    check(store_begin(s, &error));
    for (unsigned i = 0; i < times && count < ITEMS; i++) {
        if (count == 0 || random_below(4))
            add(s);
        else
            change(s);
    }
    check(store_commit(s, &error));
}

/* ---- Queries ---- */

static enum item_state reads_as(const struct item *item)
{
    return item->state == ITEM_ACTIVE && item->expires_at <= NOW ? ITEM_EXPIRED : item->state;
}

static bool passes(const struct item_filter *f, const struct item *item)
{
    struct range within = f->within;
    within.subdomains = true;
    if ((f->has_kind && item->kind != f->kind) || (f->has_state && reads_as(item) != f->state) ||
        (f->has_list && !list_mask_has(&item->lists, f->list)) ||
        (f->has_covers && !range_contains(&item->range, &f->covers)) ||
        (f->has_within && !range_contains(&within, &item->range)))
        return false;
    return (f->created_by == NULL || strcmp(f->created_by, item->created_by) == 0) &&
           (f->batch_id == NULL || strcmp(f->batch_id, item->batch_id) == 0) &&
           (f->expires_before == 0 || item->expires_at < f->expires_before);
}

static struct item_filter random_filter(void)
{
    struct item_filter f = { .has_kind = random_below(3) == 0,
                             .has_state = random_below(3) == 0,
                             .has_list = random_below(6) == 0,
                             .kind = random_below(3),
                             .state = random_below(5),
                             .list = random_below(4) * 63 };
    const struct item *some = &model[random_below(count)];
    f.has_covers = random_below(3) == 0;
    f.has_within = random_below(2);
    f.covers = random_below(3) ? some->range : random_range();
    f.within = random_below(3) ? some->range : random_range();
    if (f.within.family != RANGE_NAME && random_below(2)) /* wider */
        f.within.first.hi &= ~UINT64_C(0x00003fff00000000), f.within.last.hi |= UINT64_C(0x00003fff00000000);
    f.created_by = random_below(8) ? NULL : some->created_by;
    f.batch_id = random_below(8) || some->batch_id[0] == '\0' ? NULL : some->batch_id;
    f.expires_before = random_below(8) ? 0 : NOW - 100 + random_below(200);
    return f;
}

struct page {
    uint64_t numbers[256];
    unsigned count, most;
};

static bool collect(void *context, const struct item *item)
{
    struct page *page = context;
    page->numbers[page->count++] = item->number;
    return page->count < page->most;
}

/* One filter, page by page; false: store and model differ. */
static bool ask(struct store_reader *r)
{
    struct item_filter f = random_filter();
    struct page page = { .most = 7 + random_below(249) };
    unsigned at = count;
    do {
        page.count = 0;
        check(items_each(r, &f, NOW, collect, &page, &error));
        for (unsigned i = 0; i < page.count; i++) {
            while (at > 0 && !passes(&f, &model[at - 1]))
                at--;
            if (at == 0 || model[--at].number != page.numbers[i])
                return false;
        }
        f.before = page.count != 0 ? page.numbers[page.count - 1] : 0;
    } while (page.count == page.most);
    while (at > 0 && !passes(&f, &model[at - 1]))
        at--;
    return at == 0;
}

struct all {
    unsigned count, next;
    int kind;
};

static bool collect_active(void *context, const struct item *item)
{
    struct all *all = context;
    if ((int)item->kind != all->kind) { /* kind by kind, oldest first */
        assert_true((int)item->kind > all->kind);
        all->kind = (int)item->kind;
        all->next = 0;
    }
    while (all->next < count && model[all->next].number != item->number)
        all->next++;
    assert_true(all->next < count);
    assert_int_equal(model[all->next].kind, item->kind);
    assert_true(range_contains(&model[all->next].range, &item->range) &&
                range_contains(&item->range, &model[all->next].range));
    assert_memory_equal(&model[all->next].over, &item->over, sizeof(item->over));
    all->count++;
    return true;
}

static void ask_as_a_whole(struct store_reader *r)
{
    struct all all = { .kind = -1 };
    uint64_t kinds[3], expected[3] = { 0 }, on;
    unsigned active = 0;
    for (unsigned i = 0; i < count; i++) {
        active += reads_as(&model[i]) == ITEM_ACTIVE;
        expected[model[i].kind] += model[i].state == ITEM_ACTIVE;
    }
    check(items_each_active(r, NOW, collect_active, &all, &error));
    assert_int_equal(all.count, active);
    check(items_count(r, kinds, &error));
    assert_memory_equal(kinds, expected, sizeof(kinds));
    for (unsigned list = 0; list < 4 * 63; list += 63) {
        uint64_t delistings = 0;
        for (unsigned i = 0; i < count; i++)
            delistings += model[i].kind == OVERLAY_DELIST && model[i].state == ITEM_ACTIVE &&
                          list_mask_has(&model[i].lists, list) && !list_mask_has(&model[i].over, list);
        check(items_count_list(r, list, &on, &error));
        assert_int_equal(on, delistings);
    }
}

/* In the order of keys, each of the list once. */
static struct {
    const struct range *last;
    struct range copy;
    unsigned count, list;
} watching;

static bool collect_watched(void *context, const struct watched *w)
{
    const struct range *a = watching.last, *b = &w->range;
    uint8_t x[WIRE_NAME_MAX] = { 0 }, y[WIRE_NAME_MAX] = { 0 };
    (void)context;
    if (a != NULL && a->family == b->family && a->family == RANGE_NAME) {
        size_t p = range_reversed_name(a, x), q = range_reversed_name(b, y);
        assert_true(memcmp(x, y, p < q ? p : q) < 0 || (p <= q && memcmp(x, y, p) == 0));
    } else if (a != NULL) {
        assert_true(a->family < b->family ||
                    (a->family == b->family && (a->first.hi < b->first.hi ||
                                                (a->first.hi == b->first.hi && a->first.lo <= b->first.lo))));
    }
    watching.copy = *b;
    watching.last = &watching.copy;
    watching.count++;
    return true;
}

static void ask_for_watched(struct store_reader *r)
{
    for (unsigned list = 0; list < 4 * 63; list += 63) {
        unsigned expected = 0;
        watching.last = NULL;
        watching.count = 0;
        for (unsigned i = 0; i < count; i++)
            expected += model[i].kind == OVERLAY_DELIST && !model[i].sticky &&
                        model[i].state <= ITEM_FULFILLED && model[i].expires_at > NOW &&
                        list_mask_has(&model[i].lists, list) && !list_mask_has(&model[i].over, list);
        check(items_each_watched(r, list, NOW, collect_watched, NULL, &error));
        assert_int_equal(watching.count, expected);
    }
}

static void equals_model(void **state)
{
    static const unsigned amounts[] = { 1, 5, 60, 600, ITEMS };
    (void)state;
    for (unsigned round = 0; round < ARRAY_SIZE(amounts); round++) {
        struct store *s;
        struct store_reader *r;
        seed = 1000 + round;
        count = 0;
        check(store_open(NULL, &s, &error));
        while (count < amounts[round])
            apply_steps(s, amounts[round] - count);
        check(store_read(s, &r, &error));
        for (unsigned i = 0; i < QUESTIONS; i++)
            assert_true(ask(r));
        ask_as_a_whole(r);
        ask_for_watched(r);
        store_read_end(r);
        store_close(s);
    }
}

static void a_difference_is_noticed(void **state)
{
    struct store *s;
    unsigned noticed = 0;
    (void)state;
    seed = 7;
    count = 0;
    check(store_open(NULL, &s, &error));
    apply_steps(s, 100);
    list_mask_add(&model[count / 2].lists, 17);
    model[count / 3].expires_at += 1000;
    model[count / 3].state = ITEM_ACTIVE;
    for (unsigned i = 0; i < QUESTIONS; i++)
        noticed += !ask(store_txn_reader(s));
    assert_in_range(noticed, 1, QUESTIONS);
    store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(equals_model),
                                        cmocka_unit_test(a_difference_is_noticed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
