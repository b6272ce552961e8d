/* Which age files are written when, what they may take, and which are removed. */
#include "load/age_update.h"
#include "support/log_capture.h"
#include "support/random.h"
#include "support/temp.h"
#include "support/text_view.h"
#include "view/snapshot_build.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SETS = 4, HOUR = 3600 };
static struct config_set sets[SETS] = {
    { .list = (char *)"xbl" },
    { .list = (char *)"sbl" },
    { .list = (char *)"sbl" },
    { .list = (char *)"own", .dynamic = true },
};
static const uint16_t lists[SETS] = { 3, 12, 12, 5 };

static struct config config_in(void **state, uint32_t mib)
{
    return (struct config){ .state = *state, .age_mib = mib, .sets = sets, .sets_count = SETS };
}

/* NULL: the set is not loaded. */
static struct snapshot *build(const char *xbl, const char *sbl, const char *sbl_names)
{
    const char *const texts[SETS] = { xbl, sbl, sbl_names, "\n" };
    struct set_data *data[SETS] = { NULL };
    struct snapshot *snapshot;
    struct error error;

    for (size_t i = 0; i < SETS; i++)
        if (texts[i] != NULL)
            data[i] = text_view_load_set(&(struct text_set){ "",
                                                             i == 0   ? "ip6trie"
                                                             : i == 2 ? "dnset"
                                                                      : "ip4trie",
                                                             texts[i] });
    assert_int_equal(snapshot_build(NULL, data, SETS, &snapshot, &error), OK);
    for (size_t i = 0; i < SETS; i++)
        set_free(data[i]);
    return snapshot;
}

static bool is_there(void **state, const char *name)
{
    return access(temp_dir_path(state, name), F_OK) == 0;
}

static void touch(void **state, const char *name)
{
    FILE *f = fopen(temp_dir_path(state, name), "w");

    assert_non_null(f);
    fclose(f);
}

static void when_they_are_written(void **state)
{
    const struct config config = config_in(state, 1);
    struct age_update u;
    struct snapshot *snapshot = build("2001:db8::1\n", "192.0.2.1\n", NULL),
                    *whole = build("2001:db8::1\n", "192.0.2.1\n", "ex.com\n");

    age_update_init(&u, &config, lists);
    assert_true(age_update_due(&u) == INT64_MAX);
    age_update_mark(&u, 3, 1000);
    assert_true(age_update_due(&u) == INT64_MAX); /* a dynamic list has no files */
    age_update_mark(&u, 0, 1000);
    assert_int_equal(age_update_due(&u), 1000);
    age_update_run(&u, snapshot, 990, 999);
    assert_false(is_there(state, "ages/3"));
    age_update_run(&u, snapshot, 990, 1000);
    assert_true(is_there(state, "ages/3"));
    assert_true(age_update_due(&u) == INT64_MAX);

    age_update_mark(&u, 0, 1100);
    assert_int_equal(age_update_due(&u), 990 + HOUR);
    age_update_mark(&u, 0, 9999999);
    assert_int_equal(age_update_due(&u), 990 + HOUR);

    age_update_mark(&u, 1, 1100); /* a set without data: after the load that brings it */
    age_update_run(&u, snapshot, 1050, 1100);
    assert_false(is_there(state, "ages/12"));
    assert_int_equal(age_update_due(&u), 990 + HOUR);
    age_update_mark(&u, 2, 1200);
    age_update_run(&u, whole, 1150, 1200);
    assert_true(is_there(state, "ages/12"));
    age_update_free(&u);

    age_update_init(&u, &config, lists); /* another start */
    age_update_mark(&u, 0, 1300);
    assert_int_equal(age_update_due(&u), 990 + HOUR);
    age_update_mark(&u, 1, 100); /* the clock was set back: it has an hour to become right */
    assert_int_equal(age_update_due(&u), 100 + HOUR);
    age_update_free(&u);
    snapshot_free(snapshot);
    snapshot_free(whole);
}

static void one_in_a_round(void **state)
{
    const struct config config = config_in(state, 1);
    struct age_update u;
    struct snapshot *snapshot = build("2001:db8::1\n", "192.0.2.1\n", "ex.com\n");

    age_update_init(&u, &config, lists);
    for (size_t i = 0; i < SETS; i++)
        age_update_mark(&u, i, 1000);
    age_update_run(&u, snapshot, 1000, 1000);
    assert_true(is_there(state, "ages/3") && !is_there(state, "ages/12"));
    assert_int_equal(age_update_due(&u), 1000);
    age_update_run(&u, snapshot, 1000, 1000);
    assert_true(is_there(state, "ages/12"));
    assert_true(age_update_due(&u) == INT64_MAX);
    age_update_free(&u);
    snapshot_free(snapshot);
}

static void what_is_removed(void **state)
{
    static const struct {
        const char *name;
        bool stays;
    } files[] = { { "3", true },    { "12", true },     { "4", false },       { "5", false },
                  { "255", false }, { "3.new", false }, { "4.new", false },   { "256", true },
                  { "007", true },  { "notes", true },  { "notes.new", true } };
    const struct config config = config_in(state, 1), off = config_in(state, 0);
    struct age_update u;
    char name[64];

    mkdir(temp_dir_path(state, "ages"), 0700);
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        snprintf(name, sizeof(name), "ages/%s", files[i].name);
        touch(state, name);
    }
    log_capture_clear();
    age_update_init(&u, &config, lists);
    log_capture_await("/ages/notes: not an age file; it is ignored");
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        snprintf(name, sizeof(name), "ages/%s", files[i].name);
        print_message("%s\n", name);
        assert_int_equal(is_there(state, name), files[i].stays);
    }
    age_update_free(&u);

    age_update_init(&u, &off, lists);
    assert_false(is_there(state, "ages/3"));
    age_update_mark(&u, 0, 1000);
    assert_true(age_update_due(&u) == INT64_MAX);
    age_update_free(&u);
}

static void damaged(void **state)
{
    const struct config config = config_in(state, 1);
    struct snapshot *snapshot = build("2001:db8::1\n", "192.0.2.1\n", "ex.com\n");
    struct age_update u;

    mkdir(temp_dir_path(state, "ages"), 0700);
    touch(state, "ages/3");
    age_update_init(&u, &config, lists);
    age_update_mark(&u, 0, 1000);
    log_capture_clear();
    age_update_run(&u, snapshot, 1000, 1000);
    log_capture_await(
        "/ages/3: damaged, or not the age file of list xbl; since when addresses are listed begins anew");
    age_update_mark(&u, 0, 1000 + HOUR);
    assert_int_equal(age_update_due(&u), 1000 + HOUR);
    age_update_run(&u, snapshot, 1000 + HOUR, 1000 + HOUR);
    assert_true(age_update_due(&u) == INT64_MAX);
    age_update_free(&u);
    snapshot_free(snapshot);
}

static void the_space(void **state)
{
    enum { ADDRESSES = 70000 }; /* of IPv6, with some 16 octets each: more than a MiB */
    const struct config small = config_in(state, 1), large = config_in(state, 2);
    char *text = malloc(ADDRESSES * 40), *to = text;
    uint64_t random = 1;
    struct age_update u;

    for (unsigned i = 0; i < ADDRESSES; i++) {
        uint64_t r = random_next(&random);
        to += sprintf(to, "2001:%x:%x:%x::%x\n", (unsigned)(r >> 48), (unsigned)(r >> 32) & 0xffff,
                      (unsigned)(r >> 16) & 0xffff, (unsigned)r & 0xffff);
    }
    struct snapshot *snapshot = build(text, "192.0.2.1\n", "ex.com\n");
    age_update_init(&u, &large, lists);
    age_update_mark(&u, 0, 1000);
    age_update_run(&u, snapshot, 1000, 1000);
    assert_true(is_there(state, "ages/3"));
    age_update_free(&u);

    age_update_init(&u, &small, lists);
    age_update_mark(&u, 0, 1000);
    age_update_mark(&u, 1, 1000 + HOUR);
    log_capture_clear();
    age_update_run(&u, snapshot, 1000 + HOUR, 1000 + HOUR);
    log_capture_await("xbl: since when addresses are listed is not kept, as age_space (1 MiB) is used up");
    assert_false(is_there(state, "ages/3"));
    age_update_run(&u, snapshot, 1000 + HOUR, 1000 + HOUR);
    assert_true(is_there(state, "ages/12")); /* what fits has one all the same */
    assert_int_equal(age_update_due(&u), 1000 + 2 * HOUR);
    age_update_free(&u);
    snapshot_free(snapshot);
    free(text);
}

/* Tried again an hour later, and not at every load. */
static void failing(void **state)
{
    const struct config config = config_in(state, 1);
    struct snapshot *snapshot = build("2001:db8::1\n", "192.0.2.1\n", "ex.com\n");
    struct age_update u;

    touch(state, "ages"); /* in place of the directory */
    age_update_init(&u, &config, lists);
    age_update_mark(&u, 0, 1000);
    log_capture_clear();
    age_update_run(&u, snapshot, 1000, 1000);
    log_capture_await("xbl: since when addresses are listed is not updated: ");
    age_update_mark(&u, 0, 1300);
    assert_int_equal(age_update_due(&u), 1000 + HOUR);
    assert_int_equal(unlink(temp_dir_path(state, "ages")), 0);
    mkdir(temp_dir_path(state, "ages"), 0700);
    age_update_run(&u, snapshot, 1300, 1000 + HOUR);
    assert_true(is_there(state, "ages/3"));
    age_update_mark(&u, 0, 9000);
    assert_int_equal(age_update_due(&u), 1300 + HOUR);
    age_update_free(&u);
    snapshot_free(snapshot);
}

/* Without a state directory there is nothing to do. */
static void in_memory(void **state)
{
    (void)state;
    const struct config config = { .age_mib = 1, .sets = sets, .sets_count = SETS };
    struct age_update u;

    age_update_init(&u, &config, lists);
    age_update_mark(&u, 0, 1000);
    assert_true(age_update_due(&u) == INT64_MAX);
    age_update_free(&u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(when_they_are_written, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(one_in_a_round, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(what_is_removed, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(damaged, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(the_space, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(failing, temp_dir_setup, temp_dir_teardown),
        cmocka_unit_test(in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
