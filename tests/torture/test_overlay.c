/*
 * Readers look up while a writer adds and removes items, publishes, waits and reclaims: the overlay's
 * promises together with R1 to R3 of base/rcu.h, under ThreadSanitizer.
 *
 * Generation g delists some networks, IPv4 and IPv6, and a name with item number g, in place of the ones
 * before. Hosts in them, alone and under two networks at once, are added and removed, and so are listings
 * whose lists, texts and records are shared. A reader must find just the items of one generation, and never
 * an older one than before. TORTURE_NO_GRACE=1 reclaims without waiting for readers: the test must then fail.
 */
#include "base/rcu.h"
#include "overlay/overlay_writer.h"
#include "support/text_range.h"
#include "support/torture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GENERATIONS = 600, NETWORKS = 8, HOSTS = 10, NOW = 1000 };

struct version {
    struct overlay_view view;
    uint64_t number; /* of the generation */
};

static struct version *published;
static struct range networks[NETWORKS], name;

static void make_ranges(void)
{
    for (unsigned i = 0; i < NETWORKS; i++) {
        char text[64];
        snprintf(text, sizeof(text), i % 2 ? "2001:db8:%u::/48" : "10.%u.0.0-10.%u.3.7", i, i);
        networks[i] = text_range(text, false);
    }
    name = text_range("a.example", true);
}

/* A host of network number `i`: 10.i.0.x or 2001:db8:i::x. */
static struct range host(unsigned i, uint64_t x)
{
    struct range r = networks[i % NETWORKS];
    if (r.family == RANGE_IP4)
        r.first.hi |= (x % 200) << 32;
    else
        r.first.lo |= x % 200;
    r.last = r.first;
    if (r.family == RANGE_IP4) {
        r.last.hi |= UINT32_MAX;
        r.last.lo = UINT64_MAX;
    }
    return r;
}

static void add(struct overlay *o, const struct range *range, uint64_t number)
{
    struct list_mask lists = { { number % 3 + 1 } };
    uint8_t text[] = { 2, (uint8_t)('a' + number % 5), 'z' };
    struct overlay_item item = { .number = number,
                                 .until = INT64_MAX,
                                 .lists = &lists,
                                 .text = text,
                                 .kind = number % 2 ? OVERLAY_DELIST : OVERLAY_LIST };
    if (overlay_add(o, range, &item, NOW, NULL) != OK)
        abort();
}

static void remove_item(struct overlay *o, const struct range *range, uint64_t number)
{
    if (overlay_remove(o, range, number, NULL) != OK)
        abort();
}

/* Numbers of hosts of generation g are above those of all networks. */
static uint64_t host_number(uint64_t g, unsigned i)
{
    return 1000000 + g * HOSTS + i;
}

static struct version *build_generation(struct overlay *o, uint64_t g)
{
    struct version *v = malloc(sizeof(*v));
    uint64_t generation;

    for (unsigned i = 0; i < NETWORKS; i++) {
        remove_item(o, &networks[i], (g - 1) * NETWORKS + i);
        add(o, &networks[i], g * NETWORKS + i);
    }
    remove_item(o, &name, g - 1);
    add(o, &name, g);
    for (unsigned i = 0; i < HOSTS; i++) {
        struct range r = host(i, g * 7 + i), old = host(i, (g - 5) * 7 + i);
        add(o, &r, host_number(g, i));
        if (g > 5)
            remove_item(o, &old, host_number(g - 5, i));
    }
    if (g % 10 == 0)
        o->dropped = UINT32_MAX; /* the commit sweeps */
    if (v == NULL || overlay_commit(o, &v->view, &generation, NULL) != OK)
        abort();
    v->number = g;
    return v;
}

static void check_item(const struct overlay_item *item)
{
    const uint8_t text[] = { 2, (uint8_t)('a' + item->number % 5), 'z' };
    if (item->lists->word[0] != item->number % 3 + 1 || memcmp(item->text, text, sizeof(text)) != 0)
        abort();
}

/* The last item is the network's, all before it are of hosts of its generation and the four before. */
static void check_record(const struct overlay_record *r, uint64_t network, uint64_t g)
{
    if (r->count == 0 || r->item[r->count - 1]->number != network)
        abort();
    for (unsigned i = 0; i < r->count; i++) {
        const struct overlay_item *item = r->item[i];
        check_item(item);
        if (i + 1 < r->count &&
            (item->number > host_number(g, HOSTS - 1) || item->number + 5 * HOSTS < host_number(g, 0)))
            abort();
    }
}

static void check_all(const struct version *v, unsigned round)
{
    static const uint8_t wire[] = "\1b\1a\7example", offsets[] = { 0, 2, 4, 12 };
    struct overlay_record r;

    for (unsigned i = 0; i < NETWORKS; i++) {
        struct range h = host(i, round + i);
        overlay_lookup(&v->view, h.family, h.first, &r);
        check_record(&r, v->number * NETWORKS + i, v->number);
        overlay_lists_below(&v->view, h.family, networks[i].first, 24, &(struct list_mask){ { 3 } }, NOW);
    }
    overlay_lookup_name(&v->view, (struct labels){ wire, offsets, 3 }, NOW, &r);
    if (r.count != 1 || r.item[0]->number != v->number)
        abort();
    check_item(r.item[0]);
    overlay_lists_below_name(&v->view, (struct labels){ wire, offsets + 2, 1 });
}

static void check_version(struct torture_reader *reader)
{
    const struct version *v = rcu_load(&published);

    if (v->number < reader->seen[0])
        abort();
    reader->seen[0] = v->number;
    for (unsigned i = 0; i < 8; i++)
        check_all(v, reader->round + i);
}

static void readers_see_whole_versions(void **state)
{
    struct torture_reader readers[TORTURE_READERS];
    struct overlay *o;

    (void)state;
    make_ranges();
    assert_int_equal(overlay_new(64 << 20, &o, NULL), OK);
    published = build_generation(o, 1);
    torture_start(readers, check_version);
    for (uint64_t g = 2; g <= GENERATIONS; g++) {
        struct version *old = rcu_exchange(&published, build_generation(o, g));
        torture_grace();
        overlay_reclaim(o, o->pool.items.generation);
        free(old);
    }
    torture_stop(readers);
    for (unsigned i = 0; i < TORTURE_READERS; i++)
        assert_in_range(readers[i].seen[0], 1, GENERATIONS);
    assert_int_equal(overlay_usage(o).items, NETWORKS + 1 + 5 * HOSTS);
    assert_in_range(overlay_usage(o).bytes, 1, 16 << 20);
    free(published);
    overlay_free(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(readers_see_whole_versions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
