/* What is on a list stays on it when the list's name changes because others are configured. */
#include "store/events.h"
#include "store/requests.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/temp.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW STORE_FIXTURE_NOW

static struct error error;

/* ---- Configurations, one after the other ---- */

enum { SETS = 4 };

struct step {
    struct store_list_set sets[SETS];
    const char *on[SETS]; /* the items that are on the list of each set, a letter each, newest first */
    const char *add;      /* list on which the next item (a, b...) is made after that; NULL: none */
    bool earlier;         /* the store was written by a version that did not record files */
};

static size_t count_sets(const struct step *step)
{
    size_t count = 0;
    while (count < SETS && step->sets[count].list != NULL)
        count++;
    return count;
}

static unsigned number_of(struct store *s, const char *list)
{
    unsigned number;
    assert_ok(store_list_number(s, list, &number, &error), &error);
    return number;
}

/* What delist_open does. */
static void configure(struct store *s, const struct step *step)
{
    const size_t count = count_sets(step);
    assert_ok(store_lists_follow(s, step->sets, count, &error), &error);
    for (size_t i = 0; i < count; i++)
        number_of(s, step->sets[i].list);
    assert_ok(store_lists_record(s, step->sets, count, &error), &error);
}

static bool record_letter(void *context, const struct item *item)
{
    strcat(context, item->reason);
    return true;
}

static void check_step(struct store *s, const struct step *step)
{
    for (size_t i = 0; i < count_sets(step); i++) {
        struct item_filter filter = { .has_list = true, .list = number_of(s, step->sets[i].list) };
        char letters[16] = "";
        uint64_t count;
        assert_ok(items_each(store_txn_reader(s), &filter, NOW, record_letter, letters, &error), &error);
        assert_string_equal(letters, step->on[i]);
        assert_ok(items_count_list(store_txn_reader(s), filter.list, &count, &error), &error);
        assert_int_equal(count, strlen(letters));
    }
}

static void forget_files(struct store *s)
{
    assert_int_equal(sqlite3_exec(s->writer.conn.db,
                                  "DELETE FROM facts WHERE name LIKE 'file:%' OR name LIKE 'list files%'",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
}

static void run(const struct step *steps, size_t count)
{
    struct store *s = store_fixture_open(NULL);
    char letter[2] = "a";
    for (size_t i = 0; i < count; i++) {
        if (steps[i].earlier)
            forget_files(s);
        configure(s, &steps[i]);
        check_step(s, &steps[i]);
        int before = sqlite3_total_changes(s->writer.conn.db);
        configure(s, &steps[i]); /* as the next start does: it changes nothing */
        assert_int_equal(sqlite3_total_changes(s->writer.conn.db), before);
        if (steps[i].add == NULL)
            continue;
        struct item item = store_fixture_item("192.0.2.1", number_of(s, steps[i].add));
        strcpy(item.reason, letter);
        letter[0]++;
        store_fixture_add(s, &item);
    }
    store_close(s);
}

#define DSBL                                                                                                 \
    {                                                                                                        \
        "list.dsbl.org", "list", "list.dsbl.org", true                                                       \
    }
#define DNSWL                                                                                                \
    {                                                                                                        \
        "list.dnswl.org", "list", "list.dnswl.org", true                                                     \
    }
#define THIRD                                                                                                \
    {                                                                                                        \
        "list.third.org", "list", "list.third.org", true                                                     \
    }

static void a_list_is_split(void **state)
{
    static const struct step steps[] = {
        { { { "xbl", NULL, "xbl", false }, { "list", NULL, "list.dsbl.org", false } },
          { "", "" },
          "list",
          false },
        { { DSBL, DNSWL, { "xbl", NULL, "xbl", false } }, { "a", "a", "" }, "list.dsbl.org", true },
        { { DNSWL, DSBL }, { "a", "ba" }, "list.dnswl.org", false }, /* in another order */
        { { DSBL, DNSWL, THIRD }, { "ba", "ca", "" }, NULL, false }, /* which was never on "list" */
        { { { "list", NULL, "list.dsbl.org", false } }, { "ba" }, "list", false }, /* alone again */
        { { DSBL, DNSWL }, { "dba", "ca" }, NULL, false },
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

/* Another list of the same first word is added: it has nothing of what was there. */
static void a_list_is_added(void **state)
{
    static const struct step steps[] = {
        { { { "list", NULL, "list.dsbl.org", false } }, { "" }, "list", false },
        { { DSBL, DNSWL }, { "a", "" }, NULL, false },
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

/* The configuration named two lists as one, then does not name them; and the other way round. */
static void names_are_given_and_taken(void **state)
{
    static const struct step steps[] = {
        { { { "list", NULL, "list.dsbl.org", false }, { "list", NULL, "list.dnswl.org", false } },
          { "", "" },
          "list",
          false },
        { { DSBL, DNSWL }, { "a", "a" }, "list.dnswl.org", false },
        { { { "list", NULL, "list.dsbl.org", false }, { "list", NULL, "list.dnswl.org", false } },
          { "ba", "ba" },
          NULL,
          false },
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

/* The name stays in use, by a set that the configuration names. */
static void a_name_stays_in_use(void **state)
{
    static const struct step steps[] = {
        { { { "list", NULL, "list.dsbl.org", false } }, { "" }, "list", false },
        { { { "list", NULL, "list.dsbl.org", false }, DNSWL }, { "a", "a" }, "list.dnswl.org", true },
        { { { "list", NULL, "list.dsbl.org", false }, DNSWL }, { "a", "ba" }, NULL, false },
        { { { "list", NULL, NULL, false }, DNSWL }, { "a", "ba" }, NULL, false }, /* dynamic */
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

/* The directory counts, whatever path names it. */
static void files_of_one_name(void **state)
{
    char link[256], real[256];
    const struct step steps[] = {
        { { { "one", NULL, link, false } }, { "" }, "one", false },
        { { { "two", NULL, "list", false } }, { "" }, NULL, false },
        { { { "three", NULL, real, false } }, { "a" }, NULL, false },
    };
    snprintf(link, sizeof(link), "%s/./list", (char *)*state);
    snprintf(real, sizeof(real), "%s/list", (char *)*state);
    run(steps, ARRAY_SIZE(steps));
}

/* Lists that are named after their files: what was on a file's list stays with the file, whoever has the
 * name. */

#define BY_FILE(name, file)                                                                                  \
    {                                                                                                        \
        name, NULL, file, true                                                                               \
    }

static void files_are_joined_and_split(void **state)
{
    static const struct step steps[] = {
        { { BY_FILE("list.a", "list.a"), BY_FILE("list.b", "list.b") }, { "", "" }, "list.a", false },
        { { BY_FILE("list", "list.a"), BY_FILE("list", "list.b") }, { "a", "a" }, "list", false },
        { { BY_FILE("list.b", "list.b"), BY_FILE("list.a", "list.a") }, { "ba", "ba" }, "list.b", false },
        { { BY_FILE("list", "list.a"), BY_FILE("list", "list.b") }, { "cba", "cba" }, "list", false },
        { { BY_FILE("list.a", "list.a"), BY_FILE("list.b", "list.b") }, { "dcba", "dcba" }, NULL, false },
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

static void a_file_joins_a_list(void **state)
{
    static const struct step steps[] = {
        { { BY_FILE("list", "list.a"), { "other", NULL, "list.b", false } }, { "", "" }, "other", false },
        { { BY_FILE("list", "list.a"), { "other", NULL, "list.b", false } }, { "", "a" }, "list", false },
        { { BY_FILE("list", "list.a"), BY_FILE("list", "list.b") }, { "ba", "ba" }, NULL, false },
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

static void a_name_goes_to_another_file(void **state)
{
    static const struct step steps[] = {
        { { BY_FILE("list.a", "list.a"), BY_FILE("list.b", "list.b") }, { "", "" }, "list.a", false },
        { { BY_FILE("list", "list.a") }, { "a" }, "list", false },
        { { BY_FILE("list", "list.b") }, { "" }, "list", false },
        { { BY_FILE("list.a", "list.a"), BY_FILE("list.b", "list.b") }, { "ba", "c" }, NULL, false },
        { { BY_FILE("list", "list.new") }, { "" }, "list", false },
        { { BY_FILE("list", "list.renamed") }, { "d" }, NULL, false }, /* nobody knows better than the name */
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

static void directories_change_their_order(void **state)
{
    static const struct step steps[] = {
        { { BY_FILE("x", "p/d/x"), BY_FILE("d-x", "q/d/x") }, { "", "" }, "x", false },
        { { BY_FILE("x", "p/d/x"), BY_FILE("d-x", "q/d/x") }, { "a", "" }, "d-x", false },
        { { BY_FILE("x", "r/d/x"), BY_FILE("d-x", "p/d/x"), BY_FILE("d-x-2", "q/d/x") },
          { "", "a", "b" },
          "x",
          false },
        { { BY_FILE("x", "q/d/x"), BY_FILE("d-x", "r/d/x"), BY_FILE("d-x-2", "p/d/x") },
          { "b", "c", "a" },
          NULL,
          false },
        { { BY_FILE("x", "q/d/x"), { "d-x", NULL, "p/d/x", false } },
          { "b", "c" },
          NULL,
          false }, /* named so */
        { { { "y", NULL, "q/d/x", false }, BY_FILE("x", "q/d/x") }, { "b", "b" }, "y", false },
        { { BY_FILE("x", "q/d/x"), { "y", NULL, "q/d/x", false } }, { "b", "db" }, NULL, false },
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

/* A part of what was one list gets the name that the other file's list has had. */
static void a_name_is_taken_by_a_part(void **state)
{
    static const struct step steps[] = {
        { { BY_FILE("list.a", "list.a"), BY_FILE("d", "d/list.a"), BY_FILE("d", "d/list.b") },
          { "", "", "" },
          "list.a",
          false },
        { { BY_FILE("list.a", "list.a"), BY_FILE("d", "d/list.a"), BY_FILE("d", "d/list.b") },
          { "a", "", "" },
          "d",
          false },
        { { BY_FILE("list.b", "d/list.b"), BY_FILE("list.a", "d/list.a"), BY_FILE("list.a-2", "list.a") },
          { "b", "b", "a" },
          NULL,
          false },
    };
    (void)state;
    run(steps, ARRAY_SIZE(steps));
}

/* ---- All that names a list ---- */

static bool copy_event(void *context, const struct event *event)
{
    *(struct event *)context = *event;
    return true;
}

static bool copy_watched(void *context, const struct watched *watched)
{
    *(struct watched *)context = *watched;
    return true;
}

static void add_all(struct store *s, unsigned list, struct item *item, struct removal_request *request)
{
    struct event event = { .time = NOW, .kind = EVENT_RELISTED, .has_range = true };
    *item = store_fixture_item("192.0.2.7", list);
    item->sticky = false;
    store_fixture_add(s, item);
    *request = (struct removal_request){ .range = item->range, .lists = item->lists };
    request->created_at = request->updated_at = NOW;
    store_new_id(NOW * INT64_C(1000), request->id);
    event.range = item->range;
    event.lists = item->lists;
    store_fixture_begin(s);
    assert_ok(items_change_watch(s, item, list, false, NOW + 9, &error), &error);
    assert_ok(requests_add(s, request, &error), &error);
    assert_ok(events_add(s, &event, &error), &error);
    store_fixture_commit(s);
}

static void everything_names_both(void **state)
{
    static const struct step split = { { DSBL, DNSWL }, { NULL }, NULL, false };
    struct store *s = store_fixture_open(*state);
    struct removal_request request;
    struct item item;
    struct event event;
    unsigned old = number_of(s, "list");
    add_all(s, old, &item, &request);
    configure(s, &split);
    store_close(s);

    s = store_fixture_open(*state);
    struct store_reader *r = store_txn_reader(s);
    struct list_mask both = store_fixture_mask(old, number_of(s, "list.dnswl.org"));
    assert_int_equal(number_of(s, "list.dsbl.org"), old);
    assert_ok(items_find(r, OVERLAY_DELIST, item.id, NOW, &item, &error), &error);
    assert_memory_equal(&item.lists, &both, sizeof(both));
    assert_true(list_mask_is_empty(&item.over));
    assert_ok(requests_find(r, request.id, &request, &error), &error);
    assert_memory_equal(&request.lists, &both, sizeof(both));
    assert_true(list_mask_is_empty(&request.removed));
    assert_ok(events_each(r, 0, true, copy_event, &event, &error), &error);
    assert_memory_equal(&event.lists, &both, sizeof(both));
    for (unsigned list = 0; list < LISTS_MAX; list++) {
        struct watched watched = { .number = 0 };
        assert_ok(items_each_watched(r, list, NOW, copy_watched, &watched, &error), &error);
        assert_int_equal(watched.number, list_mask_has(&both, list) ? item.number : 0);
        assert_true(!watched.held && watched.gone_since == 0); /* each list's files will say */
    }
    store_close(s);
}

int main(void)
{
#define IN_DIRECTORY(f) cmocka_unit_test_setup_teardown(f, temp_dir_setup, temp_dir_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_split),
        cmocka_unit_test(a_list_is_added),
        cmocka_unit_test(names_are_given_and_taken),
        cmocka_unit_test(a_name_stays_in_use),
        cmocka_unit_test(files_are_joined_and_split),
        cmocka_unit_test(a_file_joins_a_list),
        cmocka_unit_test(a_name_goes_to_another_file),
        cmocka_unit_test(directories_change_their_order),
        cmocka_unit_test(a_name_is_taken_by_a_part),
        IN_DIRECTORY(files_of_one_name),
        IN_DIRECTORY(everything_names_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
