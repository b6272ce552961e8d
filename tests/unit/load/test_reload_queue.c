/* Reloads that wait: which guards they override, and what they learn. */
#include "load/reload_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* List a has two sets, b and c one each. */
static struct config_set config_sets[] = {
    { .list = (char *)"a" }, { .list = (char *)"b" }, { .list = (char *)"a" }, { .list = (char *)"c" }
};
static const struct config config = { .sets = config_sets, .sets_count = ARRAY_SIZE(config_sets) };
static unsigned done;

static void count_done(struct reload *reload)
{
    (void)reload;
    done++;
}

static void results(void **state)
{
    (void)state;
    static const char *const some[] = { "c", "a" };
    struct reload all = { .done = count_done },
                  two = { .lists = some, .lists_count = 2, .accept = true, .done = count_done };
    struct set_state sets[] = { { .changed = true, .accepted = false },
                                { .failure = { .code = ERR_SYSTEM, .text = "b: gone" } },
                                { .failure = { .code = ERR_REFUSED, .text = "a: refused" } },
                                { .accepted = true } };
    const struct snapshot_set facts[] = {
        { .entries = 1 }, { .entries = 2 }, { .entries = 4 }, { .entries = 8 }
    };
    struct reload_queue queue;
    done = 0;
    reload_queue_init(&queue, &config);
    assert_true(reload_queue_add(&queue, &all));
    assert_true(reload_queue_add(&queue, &two));
    struct reload *reloads = reload_queue_pop_all(&queue, sets);
    assert_true(reloads == &two && two.next == &all && all.next == NULL);
    assert_true(sets[0].accepted && !sets[1].accepted && sets[2].accepted && sets[3].accepted);
    reload_queue_end(&queue, reloads, sets, facts);
    assert_int_equal(done, 2);

    assert_int_equal(all.outcomes_count, 3);
    const struct reload_outcome *a = &all.outcomes[0], *b = &all.outcomes[1], *c = &all.outcomes[2];
    assert_string_equal(a->list, "a");
    assert_true(a->changed && !a->good && a->refused && a->entries == 5);
    assert_string_equal(a->reason, "a: refused");
    assert_string_equal(b->list, "b");
    assert_true(!b->changed && !b->good && !b->refused && b->entries == 2);
    assert_string_equal(b->reason, "b: gone");
    assert_string_equal(c->list, "c");
    assert_true(!c->changed && c->good && !c->refused && c->entries == 8);
    assert_string_equal(c->reason, "");
    assert_int_equal(two.outcomes_count, 2);
    assert_string_equal(two.outcomes[0].list, "a");
    assert_string_equal(two.outcomes[1].list, "c");

    reloads = reload_queue_pop_all(&queue, sets);
    assert_null(reloads);
    assert_false(sets[0].accepted || sets[2].accepted || sets[3].accepted);
    reload_queue_close(&queue);
    free(all.outcomes);
    free(two.outcomes);
}

static void closed(void **state)
{
    (void)state;
    struct reload waiting = { .done = count_done }, late = { .done = count_done };
    struct reload_queue queue;
    done = 0;
    reload_queue_init(&queue, &config);
    assert_true(reload_queue_add(&queue, &waiting));
    reload_queue_close(&queue);
    assert_int_equal(done, 1);
    assert_int_equal(waiting.outcomes_count, 0);
    assert_false(reload_queue_add(&queue, &late));
    assert_null(late.outcomes);
    assert_int_equal(done, 1);
    free(waiting.outcomes);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(results), cmocka_unit_test(closed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
