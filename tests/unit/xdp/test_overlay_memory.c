/* The overlay's memory in the kernel: the clock, publishing, and growth that fails. */
#include "base/clock.h"
#include "support/must.h"
#include "support/text_overlay.h"
#include "support/text_range.h"
#include "xdp/overlay_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct xdp_overlay *new_memory(size_t most)
{
    struct xdp_overlay *o;
    struct error error;

    must(xdp_overlay_new_aside(most, &o, &error) == OK, "memory");
    return o;
}

/* Unix time as the program computes it. */
static int64_t time_of(const struct xdp_overlay_state *s)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t now = ((int64_t)t.tv_sec * 1000000000 + t.tv_nsec + s->clock_ns) / 1000000000;
    return now > s->least ? now : s->least;
}

static void times(void **state)
{
    static const struct {
        int64_t ahead; /* seconds by which the program's clock was before */
        bool stays;
    } table[] = {
        { 0, false }, { -5, false }, { -100000, false }, { 30, true }, { 59, true }, { 100, false }
    };
    struct xdp_overlay *o = new_memory(TEXT_OVERLAY_MAX);
    struct xdp_overlay_state *s = xdp_overlay_maps(o).state_memory;

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
        s->least = 0;
        s->clock_ns += table[i].ahead * 1000000000;
        int64_t before = time_of(s), real = time(NULL);
        xdp_overlay_set_clock(o);
        int64_t after = time_of(s), real_after = time(NULL);
        if (table[i].stays)
            assert_true(after >= before && after <= before + (real_after - real) + 1);
        else
            assert_true(after >= real && after <= real_after + 1);
    }
    xdp_overlay_free(o);
}

/* Each version is written beside the one before. */
static void versions(void **state)
{
    static const struct text_item items[] = {
        { "192.0.2.1", OVERLAY_DELIST, 1, 0, 0, NULL },
        { ".bad.example", OVERLAY_LIST, 1, 0, 2, NULL },
    };
    struct xdp_overlay *memory = new_memory(TEXT_OVERLAY_MAX);
    const struct xdp_overlay_state *s = xdp_overlay_maps(memory).state_memory;
    struct overlay_view empty = { .pools = NULL }, view;
    struct overlay *o = text_overlay_new_in(items, ARRAY_SIZE(items), xdp_overlay_memory(memory), &view);

    (void)state;
    assert_int_equal(s->head, 0);
    for (uint64_t i = 1; i < 5; i++) {
        view.trie[RANGE_IP4].root = (uint32_t)i;
        xdp_overlay_publish(memory, &view);
        assert_int_equal(s->head >> 32, i);
        assert_int_equal((uint32_t)s->head, XDP_OVERLAY_HAS << RANGE_IP4 | XDP_OVERLAY_HAS << RANGE_NAME |
                                                XDP_OVERLAY_SUBDOMAINS | XDP_OVERLAY_LISTS);
        assert_int_equal(s->version[i & 1].root[RANGE_IP4], i);
        assert_int_equal(s->version[i & 1].subdomains_most, 2);
        if (i > 1)
            assert_int_equal(s->version[(i - 1) & 1].root[RANGE_IP4], i - 1);
    }
    unsigned listed = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(s->listed); i++)
        listed += (unsigned)__builtin_popcountll(s->listed[i]);
    assert_true(listed >= 1);
    xdp_overlay_publish(memory, &empty);
    assert_int_equal((uint32_t)s->head, 0);
    overlay_free(o);
    xdp_overlay_free(memory);
}

/* More than was expected: the rest is the system's, and no program reads it. */
static void beyond(void **state)
{
    enum { LESS = 4 << 20, MOST = 64 << 20, ITEMS = 200000 };
    struct xdp_overlay *memory = new_memory(LESS);
    struct overlay_view view;
    struct overlay *o;
    struct error error;
    uint64_t generation;

    (void)state;
    assert_int_equal(overlay_new_in(MOST, xdp_overlay_memory(memory), &o, &error), OK);
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct range range = range_of_address(RANGE_IP4, (struct trie_key){ (uint64_t)i << 40, 0 });
        struct list_mask on = list_mask_of(0);
        struct overlay_item item = { .number = i + 1, .until = INT64_MAX, .lists = &on };
        assert_int_equal(overlay_add(o, &range, &item, 0, &error), OK);
    }
    assert_int_equal(overlay_commit(o, &view, &generation, &error), OK);
    struct overlay_record record;
    overlay_lookup(&view, RANGE_IP4, (struct trie_key){ (uint64_t)(ITEMS - 1) << 40, 0 }, &record);
    assert_int_equal(record.count, 1);
    assert_int_equal(record.item[0]->number, ITEMS);
    overlay_free(o);
    xdp_overlay_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(times), cmocka_unit_test(versions),
                                        cmocka_unit_test(beyond) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
