/* The updater's two queues: how many operations they take, and in which order those are done. */
#include "serve/updater.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

enum { PUBLICS = UPDATER_QUEUE_PUBLIC, KNOWN = 300 };

static struct reclaimer *reclaimer;
static struct publisher *publisher;
static struct updater *updater;
static struct error error;

/* Operations in the order in which they were done, and how many were done with one group. */
static struct delist_op *done[PUBLICS + KNOWN];
static size_t done_count, groups;

static void record(struct delist_op *op)
{
    done[done_count++] = op;
}

static void count_group(void *context)
{
    (void)context;
    __atomic_add_fetch(&groups, 1, __ATOMIC_RELEASE);
}

static int set_up(void **state)
{
    static const struct list_policy rules = { .name = "xbl" };
    const struct delist_options options = { .policies = &rules,
                                            .policies_count = 1,
                                            .overlay_bytes = 1 << 24 };

    (void)state;
    done_count = groups = 0;
    return reclaimer_start(&reclaimer, &error) != OK || publisher_new(reclaimer, &publisher, &error) != OK ||
           updater_new(&options, publisher, reclaimer, &updater, &error) != OK;
}

static int tear_down(void **state)
{
    (void)state;
    updater_stop(updater);
    publisher_free(publisher);
    reclaimer_stop(reclaimer);
    updater_free(updater);
    return 0;
}

/* The public's queue is short, and full: others still get in, and wait for at most UPDATER_GROUP_PUBLIC of
 * the public's operations before any of theirs. */
static void the_public_waits(void **state)
{
    static struct actor nobody = { .name = "public" }, ops = { .role = ROLE_OPERATOR, .name = "ops" };
    static struct delist_op publics[PUBLICS + 10], known[KNOWN];
    size_t taken = 0, known_done = 0, publics_done = 0;

    (void)state;
    for (size_t i = 0; i < PUBLICS + 10; i++) {
        publics[i] = (struct delist_op){ .verb = DELIST_AUDIT, .actor = &nobody, .done = record };
        taken += updater_submit(updater, &publics[i]);
    }
    assert_int_equal(taken, PUBLICS);
    for (size_t i = 0; i < KNOWN; i++) {
        known[i] = (struct delist_op){ .verb = DELIST_AUDIT, .actor = &ops, .done = record };
        assert_true(updater_submit(updater, &known[i]));
    }
    assert_int_equal(updater_start(updater, count_group, NULL, &error), OK);
    updater_stop(updater); /* once the queues are empty */
    assert_int_equal(done_count, PUBLICS + KNOWN);
    for (size_t i = 0; i < done_count; i++) {
        bool is_public = done[i]->actor == &nobody;
        assert_ptr_equal(done[i], is_public ? &publics[publics_done] : &known[known_done]); /* oldest first */
        publics_done += is_public;
        known_done += !is_public;
        if (known_done < KNOWN)
            assert_true(publics_done <= UPDATER_GROUP_PUBLIC * (1 + known_done / (UPDATER_GROUP / 2)));
    }
    assert_true(groups >= PUBLICS / UPDATER_GROUP_PUBLIC);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(the_public_waits, set_up,
                                                                        tear_down) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
