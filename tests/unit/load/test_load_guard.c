/* What becomes of loads: a story of facts and times a test, in which nothing is read. */
#include "load/load_guard.h"

#include "config/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* One list, and the load of it that is judged. */
struct story {
    struct config_set set;
    struct load_guard guard;
    bool protected, accepted;
    const char *reach;
    int64_t now, since;
    struct error error;
};

static struct story story_begin(void)
{
    struct story s = { .set.list = (char *)"xbl", .now = 1000000000 };
    schema_value_defaults(schema_guards, &s.set.guards);
    return s;
}

/* Judges a load `seconds` later; if it is not refused, it is served. */
static bool load(struct story *s, int64_t seconds, struct guard_facts facts)
{
    struct load_guard_case c = { .set = &s->set,
                                 .reach = s->reach,
                                 .old.facts = s->guard.last_good,
                                 .new = { .facts = facts, .protected = s->protected },
                                 .accepted = s->accepted,
                                 .since = s->since,
                                 .now = s->now += seconds };
    c.new.facts.loaded = true;
    enum err err = load_guard_judge(&s->guard, &c, &s->error);
    if (err == OK)
        load_guard_served(&s->guard, s->now);
    else
        assert_int_equal(err, ERR_REFUSED);
    return err == OK;
}

#define ENTRIES(count) ((struct guard_facts){ .entries = (count), .lines = (count) })
#define BAD(count)     ((struct guard_facts){ .lines = (count), .bad = (count) })

static bool says(const struct story *s, const char *text)
{
    if (strstr(s->error.text, text) == NULL)
        print_message("\"%s\" is not in \"%s\"\n", text, s->error.text);
    return strstr(s->error.text, text) != NULL;
}

static void a_refusal_freezes_nothing(void **state)
{
    (void)state;
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_false(load(&s, 60, BAD(10)));
    assert_true(load(&s, 60, ENTRIES(10001)));
    assert_false(load(&s, 60, ENTRIES(3000)));
    assert_true(load(&s, 60, ENTRIES(9000)));
}

static void what_looks_the_same_is_believed(void **state)
{
    (void)state;
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_false(load(&s, 60, ENTRIES(3000)));
    assert_int_equal(s.guard.believed_at, s.now + 3600);
    assert_false(load(&s, 1800, ENTRIES(3100))); /* changed, and the same */
    assert_false(load(&s, 1799, ENTRIES(3100)));
    assert_true(load(&s, 1, ENTRIES(3100)));
    assert_int_equal(s.guard.believed_at, 0);
    assert_true(load(&s, 60, ENTRIES(3000))); /* what was served an hour ago is no measure any more */

    assert_false(load(&s, 60, ENTRIES(100000)));    /* growth */
    assert_false(load(&s, 1800, ENTRIES(1000000))); /* looks different: the hour begins anew */
    assert_false(load(&s, 3599, ENTRIES(1000000)));
    assert_true(load(&s, 1, ENTRIES(1000000)));

    struct guard_facts bad = { .entries = 900000, .lines = 2000000, .bad = 1100000 };
    assert_false(load(&s, 60, bad));
    assert_true(load(&s, 3600, bad));
    assert_true(load(&s, 60, bad)); /* they were bad before */

    s.set.guards.patience = 0;
    assert_false(load(&s, 60, ENTRIES(10)));
    assert_int_equal(s.guard.believed_at, 0);
    assert_false(load(&s, 1000000, ENTRIES(10)));
}

static void a_clock_that_goes_back_begins_the_hour_anew(void **state)
{
    (void)state;
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_false(load(&s, 60, ENTRIES(3000)));
    assert_false(load(&s, -100000, ENTRIES(3000)));
    assert_false(load(&s, 3599, ENTRIES(3000)));
    assert_true(load(&s, 1, ENTRIES(3000)));
}

static void what_is_never_believed(void **state)
{
    (void)state;
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(9000)));
    assert_false(load(&s, 60, BAD(10)));
    assert_int_equal(s.guard.believed_at, 0);
    assert_false(load(&s, 100000, BAD(10)));
    s.accepted = true;
    assert_true(load(&s, 60, BAD(10)));

    s = story_begin();
    s.protected = true;
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_false(load(&s, 60, ENTRIES(3000)));
    assert_false(load(&s, 100000, ENTRIES(3000)));
}

static void an_hour(void **state)
{
    (void)state;
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_true(load(&s, 10, ENTRIES(8000)));
    assert_true(load(&s, 10, ENTRIES(6000)));
    assert_false(load(&s, 10, ENTRIES(4999))); /* beside 10,000 */
    assert_true(says(&s, "10,000 an hour ago and 4,999 now"));
    assert_true(load(&s, 10, ENTRIES(5000)));
    assert_false(load(&s, 3500, ENTRIES(4000)));
    assert_true(load(&s, 100, ENTRIES(4000))); /* 5,000 was served an hour ago */

    /* Loads every minute for a day, each smaller by a hundredth: an hour loses 45 %, a day nearly all. */
    s = story_begin();
    uint64_t entries = 1000000000000;
    assert_true(load(&s, 0, ENTRIES(entries)));
    for (unsigned i = 0; i < 1440; i++) {
        entries = entries / 100 * 99;
        assert_true(load(&s, 60, ENTRIES(entries)));
    }
    /* Two hundredths: an hour loses 70 %. */
    bool good = true;
    for (unsigned i = 0; i < 60 && good; i++) {
        entries = entries / 100 * 98;
        good = load(&s, 60, ENTRIES(entries));
    }
    assert_false(good);

    /* Nor is what was served when the clock was wrong. */
    s = story_begin();
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_true(load(&s, 100000000, ENTRIES(6000)));
    assert_true(load(&s, -100000000, ENTRIES(4000)));

    /* What was served long ago is no measure. */
    s = story_begin();
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_true(load(&s, 60, ENTRIES(6000)));
    assert_true(load(&s, 36000, ENTRIES(5900)));
    assert_true(load(&s, 60, ENTRIES(3100)));
}

static void a_list_that_fills(void **state)
{
    (void)state;
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(0)));
    assert_true(load(&s, 20, ENTRIES(5000)));
    assert_true(load(&s, 20, ENTRIES(100000)));
    assert_true(load(&s, 20, ENTRIES(1000000)));
    assert_false(load(&s, 20, ENTRIES(1000)));
    assert_false(load(&s, 3600, ENTRIES(4000000))); /* filled an hour ago */
}

static void a_restart(void **state)
{
    (void)state;
    struct story s = story_begin();
    s.guard.last_good = (struct guard_facts){ .loaded = true, .entries = 10000 };
    assert_false(load(&s, 0, ENTRIES(4000)));
    assert_false(load(&s, 3599, ENTRIES(4000)));
    assert_true(load(&s, 1, ENTRIES(4000)));

    s = story_begin();
    s.guard.last_good = (struct guard_facts){ .loaded = true, .entries = 10000 };
    assert_true(load(&s, 0, ENTRIES(6000)));
    assert_false(load(&s, 60, ENTRIES(4000))); /* beside what the earlier process served */
}

/* Files that have been in place for that long need no other hour; those that arrived meanwhile, the rest of
 * it. */
static void files_that_a_restart_finds(void **state)
{
    (void)state;
    static const struct guard_facts before = { .loaded = true, .entries = 10000 };
    struct story s = story_begin();
    s.guard.last_good = before;
    s.since = s.now - 3600;
    assert_false(load(&s, 0, BAD(10)));
    assert_true(load(&s, 0, ENTRIES(4000)));

    s = story_begin();
    s.guard.last_good = before;
    s.since = s.now - 1800;
    assert_false(load(&s, 0, ENTRIES(40000)));
    assert_int_equal(s.guard.believed_at, s.now + 1800);
    assert_false(load(&s, 1799, ENTRIES(40000)));
    assert_true(load(&s, 1, ENTRIES(40000)));

    s = story_begin();
    s.guard.last_good = before;
    s.since = s.now + 100000; /* a clock was wrong */
    assert_false(load(&s, 0, ENTRIES(4000)));
    assert_true(load(&s, 3600, ENTRIES(4000)));

    s = story_begin();
    s.guard.last_good = before;
    s.set.guards.patience = 0;
    s.since = 1;
    assert_false(load(&s, 0, ENTRIES(4000)));
}

static void modes(void **state)
{
    (void)state;
    for (int mode = GUARD_WARN; mode <= GUARD_OFF; mode++) {
        struct story s = story_begin();
        s.set.guards.mode = mode;
        assert_true(load(&s, 0, ENTRIES(10000)));
        assert_true(load(&s, 60, BAD(10)));
    }
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(999)));
    assert_true(load(&s, 60, ENTRIES(1))); /* smaller than `from` */
}

static void texts(void **state)
{
    (void)state;
    struct story s = story_begin();
    assert_true(load(&s, 0, ENTRIES(10000)));
    assert_false(load(&s, 60, ENTRIES(3000)));
    assert_true(
        says(&s, "xbl: load refused: shrink: fewer than 50 % of the entries, 10,000 before and 3,000 now; it "
                 "is taken if it still looks like this at 2001-09-09T02:47:40Z; to take it now: restart "
                 "dnsbld with --guards warn"));
    s.reach = "dnsblctl --url unix:/run/a.sock";
    assert_false(load(&s, 60, BAD(10)));
    assert_string_equal(s.error.text,
                        "xbl: load refused: unusable: no usable line, 10 bad lines, in place of 10,000 "
                        "entries; to take it now: dnsblctl --url unix:/run/a.sock reload xbl --accept");
    s.protected = true;
    assert_false(load(&s, 60, BAD(10)));
    assert_true(says(&s, ": dnsblctl --url unix:/run/a.sock reload xbl --accept"));
}

static void lists(void **state)
{
    (void)state;
    struct config_set sets[] = { { .list = (char *)"a" }, { .list = (char *)"b" }, { .list = (char *)"a" } };
    const struct config config = { .sets = sets, .sets_count = ARRAY_SIZE(sets) };
    static const uint16_t expected[] = { 0, 1, 0 };
    uint16_t *numbers = load_guard_lists(&config);
    assert_non_null(numbers);
    assert_memory_equal(numbers, expected, sizeof(expected));
    free(numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_refusal_freezes_nothing),
                                        cmocka_unit_test(what_looks_the_same_is_believed),
                                        cmocka_unit_test(a_clock_that_goes_back_begins_the_hour_anew),
                                        cmocka_unit_test(what_is_never_believed),
                                        cmocka_unit_test(an_hour),
                                        cmocka_unit_test(a_list_that_fills),
                                        cmocka_unit_test(a_restart),
                                        cmocka_unit_test(files_that_a_restart_finds),
                                        cmocka_unit_test(modes),
                                        cmocka_unit_test(texts),
                                        cmocka_unit_test(lists) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
