/* The overlay on the fast path while it grows, and while it changes. */
#include "support/dns_client.h"
#include "support/must.h"
#include "support/random.h"
#include "support/text_overlay.h"
#include "support/text_range.h"
#include "support/text_view.h"
#include "support/xdp_peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>

#define NOW 1795321198

static const struct text_set set = { "zen.test", "ip4set", "192.0.2.0/24 :2:net\n" };

static int begin(void **state)
{
    *state = text_view_build(&set, (const uint16_t[]){ 0 }, 1);
    return 0;
}

static int end(void **state)
{
    view_free(*state);
    return 0;
}

static enum xdp_outcome ask(struct xdp_peer *p, const char *name)
{
    return xdp_peer_query(p, 0, name, TYPE_A, false);
}

static uint32_t nth_address(uint32_t n)
{
    return UINT32_C(0x0b000000) + n * 0x107;
}

/* So many items that every part of the overlay grows over several chunks. */
static void growth(void **state)
{
    enum { ITEMS = 60000, BATCH = 10000, MOST = 1 << 28 };
    struct view *view = *state;
    struct xdp_overlay *memory = xdp_peer_overlay(MOST);
    struct xdp_peer *p;
    struct overlay *o;
    struct error error;
    uint64_t generation, random = 7;

    assert_int_equal(overlay_new_in(MOST, xdp_overlay_memory(memory), &o, &error), OK);
    xdp_peer_new_over(view, memory, NULL, &p);
    for (uint32_t i = 0; i < ITEMS; i++) {
        struct range range = range_of_address(RANGE_IP4, ip4_key(nth_address(i)));
        struct list_mask on = { { 1, random_next(&random) } }; /* most sets of lists are of one item */
        struct overlay_item item = {
            .number = i + 1, .until = NOW + 1 + i, .lists = &on, .code = 0x7f000000 + i, .kind = OVERLAY_LIST
        };
        assert_int_equal(overlay_add(o, &range, &item, 0, &error), OK);
        if (i % BATCH != BATCH - 1)
            continue;
        assert_int_equal(overlay_commit(o, &view->overlay, &generation, &error), OK);
        xdp_overlay_publish(memory, &view->overlay);
        xdp_overlay_wait(memory);
        overlay_reclaim(o, generation);
        for (uint32_t n = i - BATCH + 1; n <= i; n += 97) {
            uint32_t a = nth_address(n);
            char name[64];
            snprintf(name, sizeof(name), "%u.%u.%u.%u.zen.test", a & 255, a >> 8 & 255, a >> 16 & 255,
                     a >> 24);
            p->now = NOW + n;
            assert_int_equal(ask(p, name), XDP_LISTED);
            p->now++;
            assert_int_equal(ask(p, name), XDP_NXDOMAIN);
        }
    }
    struct xdp_overlay_maps maps = xdp_overlay_maps(memory);
    unsigned chunks = 0;
    for (unsigned i = 0; i < maps.chunks_count; i++)
        chunks += maps.chunks_memory[i] != NULL;
    assert_true(chunks >= 6);
    xdp_peer_free(p);
    overlay_free(o);
    xdp_overlay_free(memory);
}

/* ---- Readers and a writer ---- */

struct reader {
    struct xdp_path *path;
    uint8_t frame[256];
    size_t length;
    bool stop; /* atomic */
};

static void *read_on(void *argument)
{
    struct reader *r = argument;
    uint8_t out[1024];
    int program = bpf_program__fd(bpf_object__find_program_by_name(xdp_path_object(r->path), "xdp_dnsbld"));

    while (!__atomic_load_n(&r->stop, __ATOMIC_RELAXED)) {
        struct bpf_test_run_opts run = { .sz = sizeof(run),
                                         .data_in = r->frame,
                                         .data_size_in = (uint32_t)r->length,
                                         .data_out = out,
                                         .data_size_out = sizeof(out),
                                         .repeat = 1 };
        must(bpf_prog_test_run_opts(program, &run) == 0, "the kernel runs the program");
    }
    return NULL;
}

/* The items of an address come and go, and their memory is used again, while one item that is always there
 * hides it: the program never meets anything else. */
static void changes(void **state)
{
    enum { ROUNDS = 60, ITEMS = 8 };
    struct view *view = *state;
    struct xdp_overlay *memory = xdp_peer_overlay(TEXT_OVERLAY_MAX);
    struct reader r = { .stop = false };
    struct xdp_counters counts = { .bytes_in = 0 };
    struct range range = text_range("192.0.2.9", false);
    struct list_mask all = { { UINT64_MAX } };
    struct xdp_peer *p;
    struct overlay *o;
    struct error error;
    uint64_t generation;
    pthread_t thread;
    uint8_t message[512];

    xdp_peer_new_over(view, memory, NULL, &p);
    if (p->path == NULL) {
        xdp_peer_free(p);
        xdp_overlay_free(memory);
        skip();
    }
    r.path = p->path;
    r.length = xdp_peer_frame(r.frame, 0, true, message,
                              dns_client_query(message, "9.2.0.192.zen.test", TYPE_A, CLASS_IN, NULL, 0));
    assert_int_equal(overlay_new_in(TEXT_OVERLAY_MAX, xdp_overlay_memory(memory), &o, &error), OK);
    struct overlay_item allow = { .number = 1, .until = INT64_MAX, .lists = &all, .kind = OVERLAY_ALLOW };
    assert_int_equal(overlay_add(o, &range, &allow, 0, &error), OK);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (uint64_t n = 0; n < ITEMS; n++) {
            struct list_mask on = { { round % 8 * n + 1 } };
            struct overlay_item item = { .number = 2 + round * ITEMS + n,
                                         .until = INT64_MAX,
                                         .lists = &on,
                                         .kind = OVERLAY_LIST,
                                         .code = round };
            assert_int_equal(overlay_add(o, &range, &item, 0, &error), OK);
            if (round > 0)
                assert_int_equal(overlay_remove(o, &range, item.number - ITEMS, &error), OK);
        }
        assert_int_equal(overlay_commit(o, &view->overlay, &generation, &error), OK);
        xdp_overlay_publish(memory, &view->overlay);
        xdp_overlay_wait(memory);
        overlay_reclaim(o, generation);
        if (round == 0)
            assert_int_equal(pthread_create(&thread, NULL, read_on, &r), 0);
    }
    __atomic_store_n(&r.stop, true, __ATOMIC_RELAXED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    xdp_path_count(p->path, &counts);
    assert_true(counts.outcome[XDP_NXDOMAIN] > 0);
    for (unsigned i = 0; i < XDP_OUTCOMES; i++)
        assert_true(i == XDP_NXDOMAIN || i == XDP_OVERLAY || counts.outcome[i] == 0);
    assert_true(counts.outcome[XDP_OVERLAY] <= ROUNDS); /* a version that was just replaced */
    xdp_peer_free(p);
    overlay_free(o);
    xdp_overlay_free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(growth), cmocka_unit_test(changes) };
    return cmocka_run_group_tests(tests, begin, end);
}
