/*
 * Readers look up while a writer adds and removes items, publishes, waits and reclaims: the overlay's
 * promises together with R1 to R3 of base/rcu.h, under ThreadSanitizer.
 *
 * Generation g delists some networks, IPv4 and IPv6, and a name with item number g, in place of the ones
 * before; hosts in them, alone and under two networks at once, come and go, and so do listings whose lists,
 * texts and records are shared. A reader must find just the items of one generation, and never an older one
 * than before. TORTURE_NO_GRACE=1 reclaims without waiting for readers: the test must then fail.
 */
#include "base/rcu.h"
#include "overlay/overlay_writer.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { READERS = 3, GENERATIONS = 600, NETWORKS = 8, HOSTS = 10, NOW = 1000 };

struct version {
    struct overlay_view view;
    uint64_t number; /* of the generation */
};

static struct version *published;
static bool stop;
static struct range networks[NETWORKS], name;

static struct range parse(const char *text, bool subdomains)
{
    struct range r;
    if (range_parse(text, subdomains, &r, NULL) != OK)
        abort();
    return r;
}

static void make_ranges(void)
{
    for (unsigned i = 0; i < NETWORKS; i++) {
        char text[64];
        snprintf(text, sizeof(text), i % 2 ? "2001:db8:%u::/48" : "10.%u.0.0-10.%u.3.7", i, i);
        networks[i] = parse(text, false);
    }
    name = parse("a.example", true);
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

static void take_out(struct overlay *o, const struct range *range, uint64_t number)
{
    if (overlay_remove(o, range, number, NULL) != OK)
        abort();
}

/* Numbers of hosts of generation g lie behind those of all networks. */
static uint64_t host_number(uint64_t g, unsigned i)
{
    return 1000000 + g * HOSTS + i;
}

static struct version *build_generation(struct overlay *o, uint64_t g)
{
    struct version *v = malloc(sizeof(*v));
    uint64_t generation;

    for (unsigned i = 0; i < NETWORKS; i++) {
        take_out(o, &networks[i], (g - 1) * NETWORKS + i);
        add(o, &networks[i], g * NETWORKS + i);
    }
    take_out(o, &name, g - 1);
    add(o, &name, g);
    for (unsigned i = 0; i < HOSTS; i++) {
        struct range r = host(i, g * 7 + i), old = host(i, (g - 5) * 7 + i);
        add(o, &r, host_number(g, i));
        if (g > 5)
            take_out(o, &old, host_number(g - 5, i));
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

static void look_up_all(const struct version *v, unsigned turn)
{
    static const uint8_t wire[] = "\1b\1a\7example", offsets[] = { 0, 2, 4, 12 };
    struct overlay_record r;

    for (unsigned i = 0; i < NETWORKS; i++) {
        struct range h = host(i, turn + i);
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

static void *reader(void *unused)
{
    uint64_t last = 0;

    (void)unused;
    rcu_enter();
    for (unsigned turn = 0; !__atomic_load_n(&stop, __ATOMIC_ACQUIRE); turn++) {
        const struct version *v = rcu_load(&published);
        if (v->number < last)
            abort();
        last = v->number;
        for (unsigned i = 0; i < 8; i++)
            look_up_all(v, turn + i);
        rcu_quiescent();
        if (turn % 64 == 0) {
            rcu_offline();
            usleep(100);
            rcu_online();
        }
    }
    rcu_leave();
    return (void *)(uintptr_t)last;
}

static void readers_see_whole_versions(void **state)
{
    struct overlay *o;
    pthread_t threads[READERS];

    (void)state;
    make_ranges();
    assert_int_equal(overlay_new(64 << 20, &o, NULL), OK);
    published = build_generation(o, 1);
    for (unsigned i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader, NULL), 0);
    for (uint64_t g = 2; g <= GENERATIONS; g++) {
        struct version *old = rcu_exchange(&published, build_generation(o, g));
        if (getenv("TORTURE_NO_GRACE") == NULL)
            rcu_wait();
        overlay_reclaim(o, o->pool.items.generation);
        free(old);
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < READERS; i++) {
        void *last;
        assert_int_equal(pthread_join(threads[i], &last), 0);
        assert_in_range((uintptr_t)last, 1, GENERATIONS);
    }
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
