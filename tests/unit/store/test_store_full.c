/* A store that cannot write: each transaction is committed or not, the error says why, and the store
 * recovers. */
#include "store/events.h"
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/temp.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct error error;

/* Adds items, some at a time, until one transaction fails; returns how many are committed. *at: in which step
 * it failed, 'a'dd or 'c'ommit. */
static unsigned fill_until_it_fails(struct store *s, unsigned group, unsigned most, char *at, enum err *e)
{
    unsigned committed = 0;
    for (*e = OK; *e == OK && committed < most;) {
        assert_ok(store_begin(s, &error), &error);
        for (unsigned i = 0; i < group && *e == OK; i++) {
            struct item item = store_fixture_item("192.0.2.0/24", 1);
            memset(item.reason, 'r', 900);
            *at = 'a';
            *e = store_savepoint(s, &error);
            if (*e == OK)
                *e = items_add(s, &item, &error);
            if (*e == OK)
                *e = store_release(s, &error);
        }
        if (*e == OK) {
            *at = 'c';
            *e = store_commit(s, &error);
            if (*e == OK)
                committed += group;
        }
        if (*e != OK)
            store_rollback(s);
    }
    return committed;
}

static void assert_failing(struct store *s, const char *text)
{
    struct store_status facts;
    store_inspect(s, &facts);
    assert_false(facts.healthy);
    if (strstr(facts.failure, text) == NULL)
        fail_msg("not '%s': %s", text, facts.failure);
}

static void assert_healthy(struct store *s, unsigned items)
{
    struct store_status facts;
    store_inspect(s, &facts);
    assert_true(facts.healthy);
    assert_int_equal(facts.items, items);
    assert_int_equal(store_fixture_count(s), items);
}

/* SQLite's limit of the file's size stands for a full disk. */
static void a_full_file_is_a_full_disk(void **state)
{
    struct store *s = store_fixture_open(*state);
    struct item item = store_fixture_item("192.0.2.1", 1);
    enum err e;
    char at;
    sqlite3_exec(s->writer.conn.db, "PRAGMA max_page_count = 150", NULL, NULL, NULL);
    unsigned count = fill_until_it_fails(s, 10, 100000, &at, &e);
    assert_int_equal(e, ERR_SYSTEM);
    assert_non_null(strstr(error.text, "dnsbld.db: the disk is full; make room"));
    assert_in_range(count, 10, 1000);
    assert_int_equal(store_fixture_count(s), count);
    assert_failing(s, "the disk is full");
    assert_ok(store_begin(s, &error), &error);
    assert_int_equal(store_fact(s, "x", 3), 3); /* reading goes on */
    store_rollback(s);

    sqlite3_exec(s->writer.conn.db, "PRAGMA max_page_count = 100000", NULL, NULL, NULL);
    store_fixture_add(s, &item);
    assert_healthy(s, count + 1);
    store_close(s);
    s = store_fixture_open(*state);
    assert_int_equal(store_fixture_count(s), count + 1);
    store_close(s);
}

/* A failed write in the middle of the WAL: a file may not grow past the limit of the process. */
static void a_failed_write_is_reported(void **state)
{
    struct rlimit old, limit;
    struct store *s = store_fixture_open(*state);
    struct item item = store_fixture_item("192.0.2.1", 1);
    enum err e;
    char at;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (rlim_t bytes = 300000; bytes < 360000; bytes += 7000) {
        limit = (struct rlimit){ bytes, old.rlim_max };
        unsigned before = store_fixture_count(s);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        unsigned count = fill_until_it_fails(s, 3, 1000, &at, &e);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(e, ERR_SYSTEM);
        assert_int_equal(at, 'c');
        assert_non_null(strstr(error.text, "dnsbld.db cannot be read or written: File too large"));
        assert_failing(s, "File too large");
        assert_int_equal(store_fixture_count(s), before + count);
        store_new_id((int64_t)bytes, item.id);
        store_fixture_add(s, &item);
        assert_healthy(s, before + count + 1);
    }
    unsigned count = store_fixture_count(s);
    store_close(s);
    s = store_fixture_open(*state);
    assert_int_equal(store_fixture_count(s), count);
    store_close(s);
}

/* ---- A full file system ---- */

static int unmount(void **state)
{
    umount2(temp_dir_path(state, "disk"), MNT_DETACH); /* if it is still mounted */
    return temp_dir_teardown(state);
}

static void use_up(const char *path)
{
    static const char zeros[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    size_t size = sizeof(zeros);
    while (size != 0)
        if (write(fd, zeros, size) < 0)
            size /= 2;
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

static void a_full_disk(void **state)
{
    const char *disk = temp_dir_path(state, "disk"), *other = temp_dir_path(state, "disk/other");
    char directory[300];
    enum err e;
    char at;
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("none", disk, "tmpfs", 0, "size=3m") != 0) {
        print_message("a disk of its own needs root: %s\n", strerror(errno));
        skip();
    }
    snprintf(directory, sizeof(directory), "%s/state", disk);
    struct store *s = store_fixture_open(directory);
    unsigned count = 0, failures = 0;
    for (unsigned round = 0; round < 6; round++) {
        use_up(other);
        count += fill_until_it_fails(s, 4, 100000, &at, &e);
        failures += e == ERR_SYSTEM;
        assert_non_null(strstr(error.text, "the disk is full"));
        assert_int_equal(store_fixture_count(s), count);
        assert_failing(s, "the disk is full");
        assert_ok(store_begin(s, &error),
                  &error); /* a transaction without anything to write proves nothing */
        e = store_commit(s, &error);
        if (e != OK)
            assert_failing(s, "the disk is full");
        /* Some room again. */
        assert_int_equal(truncate(other, (1 << 20) + (off_t)(5 - round) * 50000), 0);
        struct item item = store_fixture_item("192.0.2.1", 1);
        store_fixture_add(s, &item);
        count++;
        assert_healthy(s, count);
        uint64_t bytes;
        if (round == 0) {
            use_up(other);
            char backup[320];
            snprintf(backup, sizeof(backup), "%s/backup", directory);
            assert_int_equal(store_backup(s, backup, &bytes, &error), ERR_SYSTEM);
            assert_non_null(strstr(error.text, "the disk is full"));
            assert_int_equal(access(backup, F_OK), -1);
        }
    }
    assert_int_equal(failures, 6);
    use_up(other);
    store_close(s);
    assert_int_equal(unlink(other), 0);
    s = store_fixture_open(directory);
    assert_int_equal(store_fixture_count(s), count);
    store_close(s);

    /* No room for a store at all. */
    use_up(other);
    snprintf(directory, sizeof(directory), "%s/second", disk);
    assert_int_equal(store_open(directory, &s, &error), ERR_SYSTEM);
    assert_int_equal(unlink(other), 0);
    store_close(store_fixture_open(directory));
    assert_int_equal(umount(disk), 0);
}

int main(void)
{
#define WITH_DIRECTORY(f) cmocka_unit_test_setup_teardown(f, temp_dir_setup, temp_dir_teardown)
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(a_full_file_is_a_full_disk),
        WITH_DIRECTORY(a_failed_write_is_reported),
        cmocka_unit_test_setup_teardown(a_full_disk, temp_dir_setup, unmount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
