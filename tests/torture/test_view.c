/*
 * Readers answer from the view while a writer publishes new ones and frees the old: the guarantees R1 to R3
 * of base/rcu.h, under ThreadSanitizer.
 *
 * In generation g every address of the list has code 127.0.(g / 250).(g % 250 + 2). A reader must see one
 * generation in a batch, and never an older one than before. TORTURE_NO_GRACE=1 frees without waiting for
 * readers: the sanitizer must then complain, which shows that this test can fail.
 */
#include "answer/answer.h"
#include "base/rcu.h"
#include "dns/wire.h"

#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { READERS = 3, GENERATIONS = 120, BATCH = 8, PACKET = ANSWER_UDP_MAX };

static struct view *published;
static bool stop;

static struct set_data *load_generation(unsigned g)
{
    char path[] = "/tmp/dnsbld-torture-XXXXXX", *files[] = { path }, text[256];
    struct set_spec spec = { .type = "ip4set", .files = files, .files_count = 1 };
    struct load_options options = { .default_ttl = 2100, .now = 1 };
    struct set_data *data = NULL;
    struct error error = { .code = OK };
    int fd = mkstemp(path);
    int n = snprintf(text, sizeof(text), ":127.0.%u.%u:generation %u\n10.0.0.1\n10.0.0.0/24\n192.0.2.0/25\n",
                     g / 250, g % 250 + 2, g);

    if (fd < 0 || write(fd, text, (size_t)n) != n || set_load(&spec, &options, &data, &error) != OK)
        abort();
    close(fd);
    unlink(path);
    return data;
}

/* Generation g built over the base of `old`, as a reload does it. */
static struct view *build_generation(const struct view *old, unsigned g)
{
    uint16_t sets[] = { 0 };
    struct zone_spec zone = { .name = "t", .wire = "\1t", .wire_len = 3, .sets = sets, .sets_count = 1 };
    struct view_spec spec = { .zones = &zone, .zones_count = 1 };
    struct set_data *data = load_generation(g);
    struct base *base = NULL;
    struct view *view = NULL;

    if (base_build(old != NULL ? view_base(old) : NULL, &data, 1, &base, NULL) != OK ||
        view_build(base, &spec, &view, NULL) != OK)
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

/* The generation that a reply speaks of. */
static unsigned generation_of(const struct answer_query *q, uint32_t question_length)
{
    if (q->length != question_length + ZONE_A_SIZE || wire_get16(q->packet + 6) != 1)
        abort();
    uint32_t code = wire_get32(q->packet + q->length - 4);
    return (code >> 8 & 0xff) * 250 + (code & 0xff) - 2;
}

static void *reader(void *unused)
{
    static const struct sockaddr_in client = { .sin_family = AF_INET };
    struct answer_context context = { .edns_limit = ANSWER_EDNS_LIMIT };
    uint8_t(*packets)[PACKET] = malloc(BATCH * sizeof(*packets));
    struct answer_query queries[BATCH];
    unsigned last = 0;

    (void)unused;
    rcu_enter();
    for (unsigned turn = 0; !__atomic_load_n(&stop, __ATOMIC_ACQUIRE); turn++) {
        uint32_t length = 0;
        for (unsigned i = 0; i < BATCH; i++) {
            length = ask(&queries[i], packets[i]);
            queries[i].client = (const struct sockaddr *)&client;
        }
        answer_batch(&context, rcu_load(&published), 1, queries, BATCH);
        for (unsigned i = 0; i < BATCH; i++) {
            unsigned g = generation_of(&queries[i], length);
            if (g < last || (i != 0 && g != last))
                abort();
            last = g;
        }
        rcu_quiescent();
        if (turn % 64 == 0) {
            rcu_offline();
            usleep(100);
            rcu_online();
        }
    }
    rcu_leave();
    free(packets);
    return (void *)(uintptr_t)last;
}

static void readers_see_whole_generations(void **state)
{
    pthread_t threads[READERS];

    (void)state;
    published = build_generation(NULL, 0);
    for (unsigned i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, reader, NULL), 0);
    for (unsigned g = 1; g <= GENERATIONS; g++) {
        struct view *view = build_generation(published, g);
        struct view *old = rcu_exchange(&published, view);
        if (getenv("TORTURE_NO_GRACE") == NULL)
            rcu_wait();
        view_free(old);
    }
    rcu_wait(); /* so that every reader has had a turn with the last one, or is about to load it */
    usleep(20000);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (unsigned i = 0; i < READERS; i++) {
        void *last;
        assert_int_equal(pthread_join(threads[i], &last), 0);
        assert_in_range((uintptr_t)last, 1, GENERATIONS);
    }
    view_free(published);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(readers_see_whole_generations) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
