/*
 * Readers answer queries from a view that two publishers replace: one builds snapshot after snapshot, the
 * other publishes new versions of the overlay over the current snapshot, and each frees what it replaced
 * after a grace period of its own. Tests R1 to R3 of base/rcu.h and the ownership rules of a view, under
 * ThreadSanitizer.
 *
 * In generation g of the snapshot every address of the list has code 127.0.(g / 250).(g % 250 + 2), in
 * generation g of the overlay one of them 127.1. and so on as well. A reader must see one generation of each
 * in a batch, and never an older one than before. TORTURE_NO_GRACE=1 frees without waiting for readers: the
 * sanitizer must then complain, which shows that this test can fail.
 */
#include "answer/answer.h"
#include "base/rcu.h"
#include "dns/wire.h"
#include "overlay/overlay.h"
#include "support/memory_file.h"
#include "support/text_range.h"
#include "support/torture.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <pthread.h>
#include <unistd.h>

enum { GENERATIONS = 120, OVERLAYS = 600, BATCH = 8, PACKET = ANSWER_UDP_MAX };

static struct view *published;
static pthread_mutex_t publishing = PTHREAD_MUTEX_INITIALIZER;
static struct overlay_view current; /* of the overlay; under `publishing` */

static struct set_data *load_generation(unsigned g)
{
    char text[256];
    int n = snprintf(text, sizeof(text), ":127.0.%u.%u:generation %u\n10.0.0.1\n10.0.0.0/24\n192.0.2.0/25\n",
                     g / 250, g % 250 + 2, g);
    char *path = memory_file_new(text, (size_t)n);
    struct set_spec spec = { .type = "ip4set", .files = &path, .files_count = 1 };
    struct load_options options = { .default_ttl = 2100, .now = 1 };
    struct set_data *data = NULL;

    if (set_load(&spec, &options, &data, NULL) != OK)
        abort();
    memory_file_free(path);
    return data;
}

/* Generation g built over the snapshot `old`, as a reload does it. */
static struct view *build_generation(const struct snapshot *old, unsigned g)
{
    uint16_t sets[] = { 0 };
    struct zone_spec zone = { .name = "t", .wire = "\1t", .wire_len = 3, .sets = sets, .sets_count = 1 };
    struct view_spec spec = { .zones = &zone, .zones_count = 1, .set_lists = sets };
    struct set_data *data = load_generation(g);
    struct snapshot *snapshot = NULL;
    struct view *view = NULL;

    if (snapshot_build(old, &data, 1, &snapshot, NULL) != OK ||
        view_build(snapshot, &spec, &view, NULL) != OK)
        abort();
    set_free(data);
    return view;
}

static uint32_t ask(struct answer_query *q, uint8_t *packet)
{
    static const uint8_t question[] = "\0\1\1\0\0\1\0\0\0\0\0\0\0011\0010\0010\00210\1t\0\0\1\0\1";
    memcpy(packet, question, sizeof(question) - 1);
    *q = (struct answer_query){ .packet = packet, .length = sizeof(question) - 1, .capacity = PACKET };
    return q->length;
}

/* The generations that a reply shows: of the snapshot, and of the overlay (0: none). */
static void generations_of(const struct answer_query *q, uint32_t question_length, unsigned generations[2])
{
    unsigned count = wire_get16(q->packet + 6);

    generations[1] = 0;
    if (count < 1 || count > 2 || q->length != question_length + count * ZONE_A_SIZE)
        abort();
    for (unsigned i = 0; i < count; i++) {
        uint32_t code = wire_get32(q->packet + question_length + (i + 1) * ZONE_A_SIZE - 4);
        if (code >> 16 != 0x7f00 + i)
            abort();
        generations[i] = (code >> 8 & 0xff) * 250 + (code & 0xff) - 2;
    }
}

static void answer(struct torture_reader *reader)
{
    static const struct sockaddr_in client = { .sin_family = AF_INET };
    static __thread uint8_t packets[BATCH][PACKET];
    struct answer_context context = { .edns_limit = ANSWER_EDNS_LIMIT };
    struct answer_query queries[BATCH];
    unsigned generations[2];
    uint32_t length = 0;

    for (unsigned i = 0; i < BATCH; i++) {
        length = ask(&queries[i], packets[i]);
        queries[i].client = (const struct sockaddr *)&client;
    }
    answer_batch(&context, rcu_load(&published), 1, queries, BATCH);
    for (unsigned i = 0; i < BATCH; i++) {
        generations_of(&queries[i], length, generations);
        for (unsigned j = 0; j < 2; j++) {
            if (generations[j] < reader->seen[j] || (i != 0 && generations[j] != reader->seen[j]))
                abort();
            reader->seen[j] = generations[j];
        }
    }
}

/* Publishes version after version of the overlay over the current snapshot. */
static void *update(void *overlay)
{
    const struct list_mask lists = { { 1 } };
    struct range range = text_range("10.0.0.1", false);

    for (unsigned g = 1; g <= OVERLAYS; g++) {
        struct overlay_item item = { .number = g,
                                     .until = INT64_MAX,
                                     .lists = &lists,
                                     .kind = OVERLAY_LIST,
                                     .code = 0x7f010000 | g / 250 << 8 | (g % 250 + 2) };
        struct overlay_view version;
        struct view *shell;
        uint64_t generation;
        if (overlay_remove(overlay, &range, g - 1, NULL) != OK ||
            overlay_add(overlay, &range, &item, 1, NULL) != OK ||
            overlay_commit(overlay, &version, &generation, NULL) != OK)
            abort();
        pthread_mutex_lock(&publishing);
        current = version;
        if (view_with_overlay(published, &version, &shell) != OK)
            abort();
        struct view *old = rcu_exchange(&published, shell);
        pthread_mutex_unlock(&publishing);
        torture_grace();
        view_free_shell(old);
        overlay_reclaim(overlay, generation);
    }
    return NULL;
}

/* Publishes snapshot after snapshot under the current overlay. A snapshot is valid until its successor is
 * published; the shells around it are not. */
static void load(const struct snapshot *snapshot)
{
    for (unsigned g = 1; g <= GENERATIONS; g++) {
        struct view *view = build_generation(snapshot, g);
        snapshot = view->snapshot;
        pthread_mutex_lock(&publishing);
        view->overlay = current;
        struct view *old = rcu_exchange(&published, view);
        pthread_mutex_unlock(&publishing);
        torture_grace();
        view_free(old);
    }
}

static void readers_see_whole_generations(void **state)
{
    struct torture_reader readers[TORTURE_READERS];
    pthread_t updater;
    struct overlay *overlay;

    (void)state;
    assert_int_equal(overlay_new(1 << 26, &overlay, NULL), OK);
    published = build_generation(NULL, 0);
    const struct snapshot *snapshot = published->snapshot;
    torture_start(readers, answer);
    assert_int_equal(pthread_create(&updater, NULL, update, overlay), 0);
    load(snapshot);
    assert_int_equal(pthread_join(updater, NULL), 0);
    rcu_wait(); /* every reader has used the last one, or is about to load it */
    usleep(20000);
    torture_stop(readers);
    for (unsigned i = 0; i < TORTURE_READERS; i++) {
        assert_int_not_equal(readers[i].seen[0], 0);
        assert_int_not_equal(readers[i].seen[1], 0);
    }
    view_free(published);
    overlay_free(overlay);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(readers_see_whole_generations) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
