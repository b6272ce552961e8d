#include "command/run_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct command_limits limits = { .at_once = 2, .waiting = 3, .seconds = 30 };

static struct command_run labelled(unsigned number)
{
    struct command_run run = { .command = number, .length = 1 };
    snprintf(run.label, sizeof(run.label), "run %u", number);
    return run;
}

static bool add(struct run_queue *q, unsigned number)
{
    struct command_run run = labelled(number);
    return run_queue_add(q, &run);
}

/* Begins the next run, which must be `number`, as the process of this number and 100. */
static void begin(struct run_queue *q, unsigned number, int64_t now_ms)
{
    const struct command_run *run = run_queue_next(q);
    assert_non_null(run);
    assert_int_equal(run->command, number);
    run_queue_begin(q, (pid_t)(100 + number), now_ms);
}

static void end(struct run_queue *q, unsigned number, bool overdue)
{
    struct run_queue_job job;
    char label[COMMAND_LABEL];
    snprintf(label, sizeof(label), "run %u", number);
    assert_true(run_queue_end(q, (pid_t)(100 + number), &job));
    assert_int_equal(job.command, number);
    assert_string_equal(job.label, label);
    assert_int_equal(job.overdue, overdue);
    assert_false(run_queue_end(q, (pid_t)(100 + number), &job));
}

/* Never more than two at once or three waiting; the first to come is the first to run. */
static void bounds(void **state)
{
    (void)state;
    struct run_queue *q = run_queue_new(&limits);
    assert_null(run_queue_next(q));
    for (unsigned i = 1; i <= 3; i++)
        assert_true(add(q, i));
    assert_false(add(q, 4));
    begin(q, 1, 0);
    assert_true(add(q, 4));
    assert_false(add(q, 5));
    begin(q, 2, 0);
    assert_null(run_queue_next(q)); /* both places are taken */
    assert_true(add(q, 5));
    assert_false(add(q, 6));
    end(q, 1, false);
    begin(q, 3, 0);
    assert_null(run_queue_next(q));
    end(q, 3, false);
    end(q, 2, false);
    begin(q, 4, 0);
    assert_non_null(run_queue_next(q));
    run_queue_skip(q); /* 5 could not be started */
    assert_null(run_queue_next(q));
    assert_int_equal(run_queue_pid(q, 0), 104);
    assert_int_equal(run_queue_pid(q, 1), 0);
    run_queue_free(q);
}

/* The ring goes round. */
static void order(void **state)
{
    (void)state;
    struct run_queue *q = run_queue_new(&limits);
    for (unsigned i = 0; i < 20; i++) {
        assert_true(add(q, 2 * i));
        assert_true(add(q, 2 * i + 1));
        begin(q, 2 * i, 0);
        begin(q, 2 * i + 1, 0);
        end(q, 2 * i + 1, false);
        end(q, 2 * i, false);
    }
    run_queue_free(q);
}

static void time_outs(void **state)
{
    (void)state;
    struct run_queue *q = run_queue_new(&limits);
    assert_int_equal(run_queue_wait_ms(q, 0), -1);
    add(q, 1);
    add(q, 2);
    begin(q, 1, 1000);
    begin(q, 2, 5000);
    assert_int_equal(run_queue_wait_ms(q, 5000), 26000);
    assert_int_equal(run_queue_overdue(q, 30999), 0);
    assert_int_equal(run_queue_wait_ms(q, 30999), 1);
    assert_int_equal(run_queue_wait_ms(q, 99999), 0);
    assert_int_equal(run_queue_overdue(q, 31000), 101);
    assert_int_equal(run_queue_overdue(q, 31000), 0); /* once */
    assert_int_equal(run_queue_wait_ms(q, 31000), 4000);
    add(q, 3);
    assert_null(run_queue_next(q)); /* what is killed keeps its place until it has ended */
    assert_int_equal(run_queue_overdue(q, 35000), 102);
    assert_int_equal(run_queue_wait_ms(q, 35000), -1);
    end(q, 1, true);
    begin(q, 3, 40000);
    end(q, 2, true);
    end(q, 3, false);
    run_queue_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(bounds), cmocka_unit_test(order),
                                        cmocka_unit_test(time_outs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
