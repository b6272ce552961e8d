/* Copies of the store: backup while it is written to, restore, migration. */
#include "store/requests.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/temp.h"
#include "support/text_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error error;

/* How many files of the directory have a name that contains `part`. */
static unsigned files_with(void **state, const char *part)
{
    DIR *d = opendir(*state);
    unsigned count = 0;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        count += strstr(entry->d_name, part) != NULL;
    closedir(d);
    return count;
}

static void add_some(struct store *s, unsigned count)
{
    assert_ok(store_begin(s, &error), &error);
    for (unsigned i = 0; i < count; i++) {
        struct item item = store_fixture_item("192.0.2.0/24", 1);
        assert_ok(items_add(s, &item, &error), &error);
    }
    assert_ok(store_commit(s, &error), &error);
}

/* How many items a copy has: it is put in the place of a store of its own. */
static unsigned count_copy(void **state, const char *path)
{
    char directory[300];
    snprintf(directory, sizeof(directory), "%s", temp_dir_path(state, "copy.XXXXXX"));
    assert_non_null(mkdtemp(directory));
    assert_ok(store_restore(path, directory, &error), &error);
    struct store *s = store_fixture_open(directory);
    unsigned count = store_fixture_count(s);
    store_close(s);
    return count;
}

/* ---- Backup ---- */

static atomic_bool enough;

/* Adds five items in each transaction until it is stopped. */
static void *keep_writing(void *context)
{
    uintptr_t written = 0;
    while (!enough) {
        add_some(context, 5);
        written += 5;
    }
    return (void *)written;
}

static void backs_up_while_it_is_written(void **state)
{
    struct store *s = store_fixture_open(*state);
    char name[32];
    pthread_t writer;
    void *written;
    unsigned last = 3000;
    add_some(s, 3000);
    enough = false;
    assert_int_equal(pthread_create(&writer, NULL, keep_writing, s), 0);
    for (unsigned i = 0; i < 8; i++) {
        struct stat st;
        uint64_t bytes = 0;
        snprintf(name, sizeof(name), "backup-%u", i);
        const char *path = temp_dir_path(state, name);
        assert_ok(store_backup(s, path, &bytes, &error), &error);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_size, bytes);
        assert_int_equal(st.st_mode & 0777, 0600);
        char copy[300];
        snprintf(copy, sizeof(copy), "%s", path);
        unsigned count = count_copy(state, copy);
        assert_in_range(count, last, UINT32_MAX);
        assert_int_equal(count % 5, 0); /* whole transactions */
        last = count;
    }
    enough = true;
    assert_int_equal(pthread_join(writer, &written), 0);
    assert_int_equal(store_fixture_count(s), 3000 + (uintptr_t)written);
    store_close(s);
    assert_int_equal(files_with(state, "backup-"), 8); /* and nothing beside them */
}

static void never_writes_over_a_file(void **state)
{
    struct store *s = store_fixture_open(*state);
    const char *path = temp_dir_path(state, "backup");
    struct stat st;
    uint64_t bytes = 0;
    FILE *f = fopen(path, "w");
    fputs("precious", f);
    fclose(f);
    assert_int_equal(store_backup(s, path, &bytes, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, "exists already"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 8);
    unlink(path);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(store_backup(s, path, &bytes, &error), ERR_REFUSED);
    assert_int_equal(store_backup(s, temp_dir_path(state, "no/such/backup"), &bytes, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "no/such/backup cannot be created"));
    assert_int_equal(files_with(state, "backup"), 1);
    store_close(s);
}

static void backs_up_what_is_in_memory(void **state)
{
    struct store *s = store_fixture_open(NULL);
    const char *path = temp_dir_path(state, "backup");
    uint64_t bytes = 0;
    add_some(s, 7);
    assert_ok(store_backup(s, path, &bytes, &error), &error);
    store_close(s);
    assert_int_equal(count_copy(state, path), 7);
}

static void touch(const char *path)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fclose(f);
}

/* What a killed process has left of copies goes at the next start, and nothing else. */
static void removes_unfinished_copies(void **state)
{
    static const char *const unfinished[] = { "dnsbld.db.v1.part.AbC123", "backups/dnsbld-1.db.part.000000",
                                              "dnsbld.db.new" };
    static const char *const others[] = { "backups/dnsbld-1.db", "backups/dnsbld-1.db.part", "x.part.AbC123",
                                          "backups/dnsbld-1.part.AbC1234" };
    assert_int_equal(mkdir(temp_dir_path(state, "backups"), 0700), 0);
    for (size_t i = 0; i < ARRAY_SIZE(unfinished); i++)
        touch(temp_dir_path(state, unfinished[i]));
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        touch(temp_dir_path(state, others[i]));
    store_close(store_fixture_open(*state));
    for (size_t i = 0; i < ARRAY_SIZE(unfinished); i++)
        assert_int_equal(access(temp_dir_path(state, unfinished[i]), F_OK), -1);
    for (size_t i = 0; i < ARRAY_SIZE(others); i++)
        assert_int_equal(access(temp_dir_path(state, others[i]), F_OK), 0);
}

/* ---- Restore ---- */

static void restores_and_keeps_the_old(void **state)
{
    const char *path = temp_dir_path(state, "backup");
    struct store *s = store_fixture_open(*state);
    uint64_t bytes;
    unsigned number;
    assert_ok(store_list_number(s, "xbl", &number, &error), &error);
    add_some(s, 3);
    assert_ok(store_backup(s, path, &bytes, &error), &error);
    add_some(s, 4);
    assert_int_equal(store_restore(path, *state, &error), ERR_REFUSED); /* in use */
    store_close(s);

    assert_ok(store_restore(path, *state, &error), &error);
    s = store_fixture_open(*state);
    assert_int_equal(store_fixture_count(s), 3);
    assert_string_equal(store_list_name(s, number), "xbl");
    store_close(s);
    assert_int_equal(files_with(state, "dnsbld.db.before-restore-"), 1);
    assert_int_equal(files_with(state, "dnsbld.db.new"), 0);

    DIR *d = opendir(*state);
    char old[400] = "";
    for (struct dirent *entry; (entry = readdir(d)) != NULL;)
        if (strstr(entry->d_name, "before-restore-") != NULL)
            snprintf(old, sizeof(old), "%s/%s", (const char *)*state, entry->d_name);
    closedir(d);
    assert_int_equal(count_copy(state, old), 7); /* its WAL included */
}

static void restores_over_what_is_damaged(void **state)
{
    const char *path = temp_dir_path(state, "backup"), *store = temp_dir_path(state, "dnsbld.db");
    struct store *s = store_fixture_open(*state);
    uint64_t bytes;
    add_some(s, 3);
    assert_ok(store_backup(s, path, &bytes, &error), &error);
    store_close(s);
    FILE *f = fopen(store, "w");
    fputs("rubbish", f);
    fclose(f);
    f = fopen(temp_dir_path(state, "dnsbld.db-wal"), "w");
    fputs("and a log", f);
    fclose(f);
    assert_int_equal(store_open(*state, &s, &error), ERR_REFUSED);
    assert_ok(store_restore(path, *state, &error), &error);
    s = store_fixture_open(*state);
    assert_int_equal(store_fixture_count(s), 3);
    store_close(s);
    assert_int_equal(files_with(state, "before-restore-"), 2);
}

static void restores_only_what_is_a_store(void **state)
{
    const char *path = temp_dir_path(state, "backup");
    struct store *s = store_fixture_open(*state);
    add_some(s, 3);
    store_close(s);
    assert_int_equal(store_restore(path, *state, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, path));
    FILE *f = fopen(path, "w");
    for (unsigned i = 0; i < 30000; i++)
        fputs("rubbish", f);
    fclose(f);
    assert_int_equal(store_restore(path, *state, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "cannot be restored"));
    f = fopen(temp_dir_path(state, "backup-wal"), "w");
    fputs("log", f);
    fclose(f);
    assert_int_equal(store_restore(path, *state, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, "not a finished copy"));
    s = store_fixture_open(*state); /* untouched */
    assert_int_equal(store_fixture_count(s), 3);
    store_close(s);
    assert_int_equal(files_with(state, "before-restore-"), 0);
    assert_int_equal(files_with(state, ".new"), 0);
}

/* ---- Migration ---- */

/* The present schema with steps after it, of which the last one fails. */
static struct store_schema newer, broken;

static int add_steps(void **state)
{
    static const char *const more[] = {
        "ALTER TABLE items ADD COLUMN mood TEXT; UPDATE items SET mood = 'good'",
        "CREATE TABLE more (x INTEGER PRIMARY KEY); INSERT INTO more SELECT count(*) FROM items WHERE mood = "
        "'good'",
        "INSERT INTO no_such_table VALUES (1)",
    };
    static const char *steps[40];
    int present = store_schema.version;

    assert_true((size_t)present + ARRAY_SIZE(more) <= ARRAY_SIZE(steps));
    memcpy(steps, store_schema.steps, (size_t)present * sizeof(steps[0]));
    memcpy(steps + present, more, sizeof(more));
    newer = (struct store_schema){ steps, present + 2 };
    broken = (struct store_schema){ steps, present + 3 };
    return temp_dir_setup(state);
}

static void migrates_what_is_older(void **state)
{
    struct store *s = store_fixture_open(*state);
    char text[100];
    add_some(s, 3);
    store_close(s);

    assert_int_equal(store_open_as(*state, &broken, &s, &error), ERR_SYSTEM); /* all or nothing */
    s = store_fixture_open(*state);
    assert_int_equal(store_fixture_count(s), 3);
    store_close(s);

    for (unsigned again = 0; again < 2; again++) {
        assert_ok(store_open_as(*state, &newer, &s, &error), &error);
        assert_int_equal(store_fixture_number(s, "SELECT x FROM more"), 3);
        assert_int_equal(store_fixture_number(s, "SELECT count(*) FROM items WHERE mood = 'good'"), 3);
        assert_int_equal(store_fixture_number(s, "PRAGMA user_version"), newer.version);
        assert_int_equal(store_fixture_count(s), 3);
        store_close(s);
    }
    assert_int_equal(files_with(state, "dnsbld.db.v"), 1);
    snprintf(text, sizeof(text), "dnsbld.db.v%d", store_schema.version);
    assert_int_equal(count_copy(state, temp_dir_path(state, text)), 3); /* the old one, as it was */

    assert_int_equal(store_open(*state, &s, &error), ERR_REFUSED);
    snprintf(text, sizeof(text), "newer version of dnsbld (schema %d, this one knows %d)", newer.version,
             store_schema.version);
    assert_non_null(strstr(error.text, text));
}

static void a_new_store_climbs_all_steps(void **state)
{
    struct store *s;
    assert_ok(store_open_as(*state, &newer, &s, &error), &error);
    assert_int_equal(store_fixture_number(s, "SELECT x FROM more"), 0);
    assert_int_equal(store_fixture_number(s, "PRAGMA user_version"), newer.version);
    store_close(s);
    assert_int_equal(files_with(state, "dnsbld.db.v"), 0);
}

/* Requests from before each requester had a row of his own: those that wait are counted, and can be decided.
 */
static void old_requests_still_wait(void **state)
{
    const struct store_schema first = { store_schema.steps, 1 };
    const struct range range = text_range("192.0.2.1", false);
    struct removal_request request;
    struct store *s;
    uint64_t count;
    bool found;

    assert_ok(store_open_as(*state, &first, &s, &error), &error);
    for (int status = REQUEST_REMOVED; status <= REQUEST_DENIED; status++) {
        char sql[300];
        snprintf(
            sql, sizeof(sql),
            "INSERT INTO requests (id, status, cover, subdomains, created_at, updated_at, fixed, revision,"
            " people) SELECT randomblob(16), %d, x'00c000020120', 0, 1, 1, 0, 1, 0",
            status);
        assert_int_equal(sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL), SQLITE_OK);
    }
    store_close(s);
    s = store_fixture_open(*state);
    assert_ok(requests_count_pending(store_txn_reader(s), NULL, &count, &error), &error);
    assert_int_equal(count, 1);
    assert_ok(requests_find_pending(store_txn_reader(s), &range, "", &found, &request, &error), &error);
    assert_true(found);
    request.status = REQUEST_DENIED;
    store_fixture_begin(s);
    assert_ok(requests_change(s, &request, &error), &error);
    store_fixture_commit(s);
    assert_ok(requests_count_pending(store_txn_reader(s), NULL, &count, &error), &error);
    assert_int_equal(count, 0);
    store_close(s);
}

/* Wrong codes were counted by the revision, from 1 on. */
static void old_wrong_codes_still_count(void **state)
{
    const struct store_schema second = { store_schema.steps, 2 };
    struct store *s;

    assert_ok(store_open_as(*state, &second, &s, &error), &error);
    for (int status = REQUEST_REMOVED; status <= REQUEST_DENIED; status++) {
        char sql[300];
        snprintf(
            sql, sizeof(sql),
            "INSERT INTO requests (id, status, cover, subdomains, created_at, updated_at, fixed, revision,"
            " people) SELECT randomblob(16), %d, x'00c000020120', 0, 1, 1, 0, 4, 0",
            status);
        assert_int_equal(sqlite3_exec(s->writer.conn.db, sql, NULL, NULL, NULL), SQLITE_OK);
    }
    store_close(s);
    s = store_fixture_open(*state);
    assert_int_equal(store_fixture_number(s, "SELECT wrong_codes FROM requests WHERE status = 2"), 3);
    assert_int_equal(store_fixture_number(s, "SELECT sum(wrong_codes) FROM requests"), 3);
    store_close(s);
}

int main(void)
{
#define WITH_DIRECTORY(f) cmocka_unit_test_setup_teardown(f, temp_dir_setup, temp_dir_teardown)
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(backs_up_while_it_is_written),
        WITH_DIRECTORY(never_writes_over_a_file),
        WITH_DIRECTORY(backs_up_what_is_in_memory),
        WITH_DIRECTORY(removes_unfinished_copies),
        WITH_DIRECTORY(restores_and_keeps_the_old),
        WITH_DIRECTORY(restores_over_what_is_damaged),
        WITH_DIRECTORY(restores_only_what_is_a_store),
        cmocka_unit_test_setup_teardown(migrates_what_is_older, add_steps, temp_dir_teardown),
        cmocka_unit_test_setup_teardown(a_new_store_climbs_all_steps, add_steps, temp_dir_teardown),
        WITH_DIRECTORY(old_requests_still_wait),
        WITH_DIRECTORY(old_wrong_codes_still_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
