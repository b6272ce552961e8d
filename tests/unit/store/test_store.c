/* The store as a whole: opening and refusing, its lock, transactions, readers, lists, facts. */
#include "support/assert.h"
#include "support/store_fixture.h"
#include "support/temp.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct error error;

/* ---- Opening ---- */

static unsigned mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 07777;
}

static void keeps_what_was_committed(void **state)
{
    const char *directory = temp_dir_path(state, "state");
    umask(0);
    struct store *s = store_fixture_open(directory); /* which is not there yet */
    struct item item = store_fixture_item("192.0.2.0/24", 7);
    assert_true(store_is_durable(s));
    assert_int_equal(mode_of(directory), 0700);
    assert_int_equal(mode_of(temp_dir_path(state, "state/dnsbld.db")), 0600);
    assert_int_equal(mode_of(temp_dir_path(state, "state/dnsbld.db-wal")), 0600);
    store_fixture_add(s, &item);
    assert_ok(store_begin(s, &error), &error);
    assert_ok(store_set_fact(s, "suspended", -5, &error), &error);
    assert_ok(store_commit(s, &error), &error);
    store_close(s);

    s = store_fixture_open(directory);
    assert_int_equal(store_fact(s, "suspended", 1), -5);
    assert_int_equal(store_fact(s, "another", 77), 77);
    assert_int_equal(store_fixture_count(s), 1);
    struct store_status facts;
    store_inspect(s, &facts);
    assert_int_equal(facts.items, 1);
    assert_true(facts.durable && facts.healthy);
    assert_true(facts.bytes > 4096);
    store_close(s);
    store_close(NULL);
}

static void wants_a_directory(void **state)
{
    struct store *s = NULL;
    fclose(fopen(temp_dir_path(state, "file"), "w"));
    assert_int_equal(store_open(temp_dir_path(state, "file"), &s, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, "is not a directory"));
    assert_int_equal(store_open(temp_dir_path(state, "not/there"), &s, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "not/there"));
    assert_int_equal(symlink(".", temp_dir_path(state, "lock")), 0);
    assert_int_equal(store_open(*state, &s, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "/lock cannot be written"));
    assert_null(s);
}

static void opens_through_a_linked_directory(void **state)
{
    assert_int_equal(mkdir(temp_dir_path(state, "real"), 0700), 0);
    assert_int_equal(symlink("real", temp_dir_path(state, "link")), 0);
    store_close(store_fixture_open(temp_dir_path(state, "link")));
    assert_int_equal(access(temp_dir_path(state, "real/dnsbld.db"), F_OK), 0);
}

static void is_not_shared(void **state)
{
    int ready[2], done[2];
    char byte, text[64];
    assert_int_equal(pipe(ready) | pipe(done), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store *s;
        byte = store_open(*state, &s, NULL) == OK ? 'y' : 'n';
        _exit(write(ready[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(byte, 'y');
    struct store *s = NULL;
    assert_int_equal(store_open(*state, &s, &error), ERR_REFUSED);
    snprintf(text, sizeof(text), "is in use by another server (pid %ld)", (long)child);
    assert_non_null(strstr(error.text, text));
    assert_int_equal(store_restore("/nonexistent", *state, &error), ERR_REFUSED);
    assert_non_null(strstr(error.text, text));
    assert_int_equal(kill(child, SIGKILL), 0); /* however it ends, the lock is gone */
    assert_int_equal(waitpid(child, NULL, 0), child);
    for (int i = 0; i < 2; i++)
        close(ready[i]), close(done[i]);
    s = store_fixture_open(*state);
    struct store *second = NULL;
    assert_int_equal(store_open(*state, &second, &error), ERR_REFUSED);
    store_close(s);
}

/* ---- Refusing ---- */

static size_t slurp(const char *path, uint8_t **out)
{
    FILE *f = fopen(path, "rb");
    size_t room = 1 << 20, size;
    *out = malloc(room);
    size = f != NULL ? fread(*out, 1, room, f) : 0;
    if (f != NULL)
        fclose(f);
    return size;
}

static void spill(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    assert_int_equal(fwrite(data, 1, size, f), size);
    fclose(f);
}

static void sql(const char *path, const char *text)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* The store is refused with this text, and the file is unchanged. */
static void assert_refused(void **state, const char *path, const char *text)
{
    uint8_t *before, *after;
    struct store *s = NULL;
    size_t size = slurp(path, &before);
    assert_int_equal(store_open(*state, &s, &error), ERR_REFUSED);
    if (strstr(error.text, text) == NULL || strstr(error.text, "dnsbld.db") == NULL)
        fail_msg("not '%s': %s", text, error.text);
    assert_null(s);
    assert_int_equal(slurp(path, &after), size);
    assert_memory_equal(before, after, size);
    free(before);
    free(after);
}

static void refuses_what_is_no_store(void **state)
{
    const char *path = temp_dir_path(state, "dnsbld.db");
    uint8_t noise[20000];
    for (size_t i = 0; i < sizeof(noise); i++)
        noise[i] = (uint8_t)(i * i >> 3);
    spill(path, noise, sizeof(noise));
    assert_refused(state, path, "damaged, or not a store");
    spill(path, "short", 5);
    assert_refused(state, path, "damaged, or not a store");
    spill(path, "", 0);
    assert_refused(state, path, "damaged, or not a store");
    unlink(path);

    sql(path, "CREATE TABLE t (x)");
    assert_refused(state, path, "another program's");
    sql(path, "PRAGMA journal_mode = WAL; PRAGMA application_id = 77; INSERT INTO t VALUES (1)");
    assert_refused(state, path, "another program's");
    unlink(path);

    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused(state, path, "not a regular file");
    rmdir(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    struct store *s;
    assert_int_equal(store_open(*state, &s, &error), ERR_REFUSED);
    unlink(path);
    store_close(store_fixture_open(*state));
    assert_int_equal(rename(path, temp_dir_path(state, "elsewhere")), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_refused(state, path, "symbolic link");
}

static void refuses_a_log_without_its_store(void **state)
{
    const char *path = temp_dir_path(state, "dnsbld.db");
    spill(temp_dir_path(state, "dnsbld.db-wal"), "log", 3);
    assert_refused(state, path, "is missing");
    assert_int_equal(access(path, F_OK), -1);
}

/* A store with two hundred items. */
static void fill(void **state)
{
    struct store *s = store_fixture_open(*state);
    char text[32];
    assert_ok(store_begin(s, &error), &error);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(text, sizeof(text), "10.0.%u.0/24", i);
        struct item item = store_fixture_item(text, i % 3);
        strcpy(item.reason, "a reason that is long enough for items to fill some pages of the file");
        assert_ok(items_add(s, &item, &error), &error);
    }
    assert_ok(store_commit(s, &error), &error);
    store_close(s);
}

static void refuses_what_is_damaged(void **state)
{
    const char *path = temp_dir_path(state, "dnsbld.db");
    uint8_t *good;
    fill(state);
    size_t size = slurp(path, &good);
    assert_true(size > 20 * 4096);

    spill(path, good, size / 2);
    assert_refused(state, path, "damaged");
    spill(path, good, 4096);
    assert_refused(state, path, "damaged");
    for (size_t page = 1; page < 20; page++) { /* each page has a head of its own */
        uint8_t *bad = malloc(size);
        memcpy(bad, good, size);
        memset(bad + page * 4096, 0x5a, 16);
        spill(path, bad, size);
        assert_refused(state, path, "damaged");
        free(bad);
    }
    uint8_t *newer = malloc(size);
    memcpy(newer, good, size);
    newer[63] = 99; /* user_version, big-endian */
    spill(path, newer, size);
    assert_refused(state, path, "newer version of dnsbld (schema 99");
    free(newer);
    spill(path, good, size);
    struct store *s = store_fixture_open(*state);
    assert_int_equal(store_fixture_count(s), 200);
    store_close(s);
    free(good);
}

static bool read_on(void *context, const struct item *item)
{
    char text[RANGE_TEXT];
    *(size_t *)context += range_format(&item->range, text) + strlen(item->reason) + strlen(item->id);
    return true;
}

/* A file with one wrong byte is refused, or reading it gives rows or an error: no crash. */
static void never_crashes_on_damage(void **state)
{
    const char *path = temp_dir_path(state, "dnsbld.db"), *log = temp_dir_path(state, "dnsbld.db-wal");
    struct item_filter all = { .has_kind = false };
    uint8_t *good;
    uint32_t seed = 1;
    unsigned opened = 0;
    fill(state);
    size_t size = slurp(path, &good);
    for (unsigned round = 0; round < 300; round++) {
        uint8_t *bad = malloc(size);
        struct store *s = NULL;
        memcpy(bad, good, size);
        for (unsigned i = 0; i < 1 + round % 8; i++) {
            seed = seed * 1664525 + 1013904223;
            bad[100 + seed % (size - 100)] ^= (uint8_t)(1 + (seed >> 24));
        }
        spill(path, bad, size);
        free(bad);
        if (store_open(*state, &s, &error) == OK) {
            size_t sum = 0;
            struct store_reader *r;
            opened++;
            if (store_read(s, &r, &error) == OK) {
                (void)!items_each(r, &all, STORE_FIXTURE_NOW, read_on, &sum, &error);
                (void)!items_each_active(r, STORE_FIXTURE_NOW, read_on, &sum, &error);
                store_read_end(r);
            }
            store_close(s);
        }
        assert_true(unlink(path) == 0);
        unlink(log);
    }
    assert_in_range(opened, 30, 270);
    free(good);
}

/* ---- Transactions ---- */

static void takes_back_what_is_not_committed(void **state)
{
    struct store *s = store_fixture_open(*state);
    struct item a = store_fixture_item("192.0.2.1", 1), b = store_fixture_item("192.0.2.2", 1),
                c = store_fixture_item("192.0.2.3", 2);
    uint64_t number;

    assert_ok(store_begin(s, &error), &error);
    assert_ok(items_add(s, &a, &error), &error);
    number = a.number;
    store_rollback(s);
    store_rollback(s); /* nothing */
    assert_int_equal(store_fixture_count(s), 0);

    store_new_id(1, a.id);
    assert_ok(store_begin(s, &error), &error);
    assert_ok(store_savepoint(s, &error), &error);
    assert_ok(items_add(s, &a, &error), &error);
    assert_ok(store_release(s, &error), &error);
    assert_ok(store_savepoint(s, &error), &error);
    assert_ok(items_add(s, &b, &error), &error);
    assert_ok(store_undo(s, &error), &error);
    assert_ok(store_savepoint(s, &error), &error);
    assert_ok(items_add(s, &c, &error), &error);
    assert_ok(store_release(s, &error), &error);
    assert_int_equal(store_fixture_count(s), 0); /* readers do not see it yet */
    struct item found;
    assert_ok(items_find_number(store_txn_reader(s), a.number, STORE_FIXTURE_NOW, &found, &error), &error);
    uint64_t kinds[3], on[3];
    assert_ok(items_count(store_txn_reader(s), kinds, &error), &error);
    assert_int_equal(kinds[OVERLAY_DELIST], 2);
    assert_ok(store_commit(s, &error), &error);
    assert_int_equal(store_fixture_count(s), 2);
    assert_true(number >= 1);
    for (unsigned list = 0; list < 3; list++)
        assert_ok(items_count_list(store_txn_reader(s), list, &on[list], &error), &error);
    assert_true(on[0] == 0 && on[1] == 1 && on[2] == 1); /* b, which was undone, does not count */
    store_close(s);
}

static void an_open_transaction_is_lost_at_close(void **state)
{
    struct store *s = store_fixture_open(*state);
    struct item item = store_fixture_item("192.0.2.1", 1);
    assert_ok(store_begin(s, &error), &error);
    assert_ok(items_add(s, &item, &error), &error);
    store_close(s);
    s = store_fixture_open(*state);
    assert_int_equal(store_fixture_count(s), 0);
    store_close(s);
}

static void writes_only_within_a_transaction(void **state)
{
    struct store *s = store_fixture_open(*state);
    struct item item = store_fixture_item("192.0.2.1", 1);
    assert_int_equal(items_add(s, &item, &error), ERR_SYSTEM);
    assert_int_equal(store_set_fact(s, "x", 1, &error), ERR_SYSTEM);
    assert_int_equal(store_commit(s, &error), ERR_SYSTEM);
    assert_int_equal(store_fixture_count(s), 0);

    assert_ok(store_begin(s, &error), &error);
    assert_ok(items_add(s, &item, &error), &error);
    strcpy(item.id, "no id");
    assert_int_equal(items_add(s, &item, &error), ERR_SYSTEM);
    assert_non_null(strstr(error.text, "not a valid UUID"));
    store_new_id(1, item.id);
    assert_int_equal(items_add(s, &item, &error), ERR_SYSTEM); /* nothing but a rollback is left */
    assert_int_equal(store_commit(s, &error), ERR_SYSTEM);
    store_rollback(s);
    assert_int_equal(store_fixture_count(s), 0);
    struct store_status facts;
    store_inspect(s, &facts);
    assert_false(facts.healthy);
    assert_non_null(strstr(facts.failure, "not a valid UUID"));
    assert_ok(store_begin(s, &error), &error);
    assert_ok(store_commit(s, &error), &error);
    store_inspect(s, &facts);
    assert_true(facts.healthy);
    assert_string_equal(facts.failure, "");
    store_close(s);
}

/* ---- Lists ---- */

static void numbers_of_lists_stay(void **state)
{
    struct store *s = store_fixture_open(*state);
    unsigned a, b, c;
    assert_ok(store_list_number(s, "sbl", &a, &error), &error);
    assert_ok(store_list_number(s, "xbl", &b, &error), &error);
    assert_true(a != b);
    store_close(s);
    s = store_fixture_open(*state); /* a configuration without sbl, and with a new one */
    assert_ok(store_list_number(s, "pbl", &c, &error), &error);
    assert_true(c != a && c != b);
    assert_ok(store_list_number(s, "xbl", &c, &error), &error);
    assert_int_equal(c, b);
    assert_ok(store_list_number(s, "sbl", &c, &error), &error);
    assert_int_equal(c, a);
    assert_string_equal(store_list_name(s, b), "xbl");
    assert_null(store_list_name(s, 200));
    assert_null(store_list_name(s, LISTS_MAX));
    store_close(s);
}

static void there_are_so_many_lists(void **state)
{
    struct store *s = store_fixture_open(NULL);
    char name[100];
    unsigned number;
    (void)state;
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        snprintf(name, sizeof(name), "list-%u", i);
        assert_ok(store_list_number(s, name, &number, &error), &error);
        assert_int_equal(number, i);
    }
    assert_int_equal(store_list_number(s, "one-more", &number, &error), ERR_LIMIT);
    assert_non_null(strstr(error.text, "one-more"));
    assert_ok(store_list_number(s, "list-17", &number, &error), &error);
    assert_int_equal(number, 17);
    store_close(s);
    s = store_fixture_open(NULL);
    memset(name, 'a', STORE_NAME);
    name[STORE_NAME] = '\0';
    assert_int_equal(store_list_number(s, name, &number, &error), ERR_LIMIT);
    assert_int_equal(store_list_number(s, "", &number, &error), ERR_LIMIT);
    store_close(s);
}

/* ---- Readers ---- */

static void readers_keep_their_snapshot(void **state)
{
    struct store *s = store_fixture_open(*state);
    struct item item = store_fixture_item("192.0.2.1", 1), found;
    struct store_reader *r;
    assert_ok(store_read(s, &r, &error), &error);
    store_fixture_add(s, &item);
    assert_int_equal(items_find_number(r, item.number, STORE_FIXTURE_NOW, &found, &error), ERR_REFUSED);
    assert_string_equal(error.text, "");
    store_read_end(r);
    assert_ok(store_read(s, &r, &error), &error);
    assert_ok(items_find_number(r, item.number, STORE_FIXTURE_NOW, &found, &error), &error);
    assert_ok(store_begin(s, &error), &error); /* does not wait for the reader */
    assert_ok(store_set_fact(s, "x", 1, &error), &error);
    assert_ok(store_commit(s, &error), &error);
    store_read_end(r);
    store_close(s);
}

static void there_are_so_many_readers(void **state)
{
    struct store *s = store_fixture_open(*state);
    struct store_reader *r[STORE_READERS], *one_more;
    for (unsigned i = 0; i < STORE_READERS; i++)
        assert_ok(store_read(s, &r[i], &error), &error);
    assert_int_equal(store_read(s, &one_more, &error), ERR_LIMIT);
    store_read_end(r[3]);
    assert_ok(store_read(s, &r[3], &error), &error);
    for (unsigned i = 0; i < STORE_READERS; i++)
        store_read_end(r[i]);
    store_close(s);
}

#define PAIRS 200

/* Counts pairs of facts that are not of one transaction. */
static void *read_pairs(void *context)
{
    struct store *s = context;
    uintptr_t wrong = 0;
    for (unsigned i = 0; i < PAIRS; i++) {
        struct store_reader *r;
        if (store_read(s, &r, NULL) != OK)
            continue;
        unsigned count = 0;
        struct item_filter filter = { .has_kind = false };
        uint64_t kinds[3] = { 0 };
        if (items_each(r, &filter, STORE_FIXTURE_NOW, store_fixture_count_one, &count, NULL) != OK ||
            items_count(r, kinds, NULL) != OK || count != kinds[OVERLAY_DELIST] || count % 2 != 0)
            wrong++;
        store_read_end(r);
    }
    return (void *)wrong;
}

/* Each transaction adds two items: no reader may ever see an odd number. */
static void read_while_it_is_written(struct store *s)
{
    pthread_t threads[3];
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_pairs, s), 0);
    for (unsigned i = 0; i < PAIRS; i++) {
        struct item a = store_fixture_item("192.0.2.1", 1), b = store_fixture_item("192.0.2.2", 1), c = a;
        assert_ok(store_begin(s, &error), &error);
        assert_ok(items_add(s, &a, &error), &error);
        assert_ok(items_add(s, &b, &error), &error);
        if (i % 3 == 0) {
            store_new_id(1, c.id);
            assert_ok(items_add(s, &c, &error), &error);
            store_rollback(s);
        } else {
            assert_ok(store_commit(s, &error), &error);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        void *wrong;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    assert_int_equal(store_fixture_count(s), 2 * (PAIRS - (PAIRS + 2) / 3));
    store_close(s);
}

static void readers_and_writer_in_a_file(void **state)
{
    read_while_it_is_written(store_fixture_open(*state));
}

static void readers_and_writer_in_memory(void **state)
{
    struct store *s = store_fixture_open(NULL);
    struct store_status facts;
    (void)state;
    assert_false(store_is_durable(s));
    store_inspect(s, &facts);
    assert_false(facts.durable);
    assert_true(facts.healthy);
    read_while_it_is_written(s);
}

/* ---- The WAL ---- */

static void the_log_does_not_grow_for_ever(void **state)
{
    struct store *s = store_fixture_open(*state);
    struct stat st;
    struct store_reader *r;
    char text[32];
    for (unsigned i = 0; i < 600; i++) {
        if (i % 7 == 0) /* there nearly always is a reader, but never the same one for long */
            assert_ok(store_read(s, &r, &error), &error);
        assert_ok(store_begin(s, &error), &error);
        for (unsigned k = 0; k < 40; k++) {
            snprintf(text, sizeof(text), "10.%u.%u.%u", (i * 7 + k) % 256, k * 37 % 256, i % 256);
            struct item item = store_fixture_item(text, 1);
            assert_ok(items_add(s, &item, &error), &error);
        }
        assert_ok(store_commit(s, &error), &error);
        if (i % 7 == 5)
            store_read_end(r);
    }
    assert_int_equal(stat(temp_dir_path(state, "dnsbld.db-wal"), &st), 0);
    assert_in_range(st.st_size, 1, 18000 * 4120L);
    store_close(s);
    assert_int_equal(stat(temp_dir_path(state, "dnsbld.db-wal"), &st), -1);
}

/* ---- Files that somebody else changes ---- */

/* Whether a fact can be stored. */
static bool stores(struct store *s)
{
    enum err e = store_begin(s, &error);
    if (e == OK)
        e = store_set_fact(s, "tried", 1, &error);
    if (e == OK)
        e = store_commit(s, &error);
    store_rollback(s);
    return e == OK;
}

static void notices_that_its_files_are_gone(void **state)
{
    static const char *const names[] = { "state", "state/dnsbld.db", "state/dnsbld.db-wal" };
    struct store *s = store_fixture_open(temp_dir_path(state, "state"));
    struct store_status facts;

    assert_true(stores(s));
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_int_equal(rename(temp_dir_path(state, names[i]), temp_dir_path(state, "away")), 0);
        assert_false(stores(s));
        assert_non_null(strstr(error.text, names[i]));
        store_inspect(s, &facts);
        assert_false(facts.healthy);
        assert_int_equal(rename(temp_dir_path(state, "away"), temp_dir_path(state, names[i])), 0);
        assert_true(stores(s));
        store_inspect(s, &facts);
        assert_true(facts.healthy);
    }
    store_close(s);
}

static void notices_that_its_files_were_replaced(void **state)
{
    static const char *const names[] = { "state/dnsbld.db", "state/dnsbld.db-wal" };
    struct store *s = store_fixture_open(temp_dir_path(state, "state"));
    struct stat st;

    assert_true(stores(s));
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        assert_int_equal(rename(temp_dir_path(state, names[i]), temp_dir_path(state, "away")), 0);
        fclose(fopen(temp_dir_path(state, names[i]), "w"));
        assert_int_equal(truncate(temp_dir_path(state, names[i]), 1 << 30), 0);
        assert_false(stores(s));
        assert_non_null(strstr(error.text, "another file"));
        assert_int_equal(rename(temp_dir_path(state, "away"), temp_dir_path(state, names[i])), 0);
        assert_true(stores(s));
        assert_int_equal(stat(temp_dir_path(state, names[i]), &st), 0);
        assert_int_equal(truncate(temp_dir_path(state, names[i]), st.st_size - 1), 0);
        assert_false(stores(s));
        assert_non_null(strstr(error.text, "was truncated"));
        assert_int_equal(truncate(temp_dir_path(state, names[i]), st.st_size), 0);
        assert_true(stores(s));
    }
    store_close(s);
}

/* A mapped file would kill the process when it is truncated. */
static void maps_no_file(void **state)
{
    char line[4352];
    struct store *s = store_fixture_open(temp_dir_path(state, "state"));
    assert_true(stores(s));
    assert_int_equal(access(temp_dir_path(state, "state/dnsbld.db-shm"), F_OK), -1);
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof(line), maps) != NULL)
        assert_null(strstr(line, "dnsbld.db"));
    fclose(maps);
    store_close(s);
}

int main(void)
{
#define WITH_DIRECTORY(f) cmocka_unit_test_setup_teardown(f, temp_dir_setup, temp_dir_teardown)
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(keeps_what_was_committed),
        WITH_DIRECTORY(wants_a_directory),
        WITH_DIRECTORY(opens_through_a_linked_directory),
        WITH_DIRECTORY(is_not_shared),
        WITH_DIRECTORY(refuses_what_is_no_store),
        WITH_DIRECTORY(refuses_a_log_without_its_store),
        WITH_DIRECTORY(refuses_what_is_damaged),
        WITH_DIRECTORY(takes_back_what_is_not_committed),
        WITH_DIRECTORY(an_open_transaction_is_lost_at_close),
        WITH_DIRECTORY(writes_only_within_a_transaction),
        WITH_DIRECTORY(numbers_of_lists_stay),
        cmocka_unit_test(there_are_so_many_lists),
        WITH_DIRECTORY(readers_keep_their_snapshot),
        WITH_DIRECTORY(there_are_so_many_readers),
        WITH_DIRECTORY(readers_and_writer_in_a_file),
        cmocka_unit_test(readers_and_writer_in_memory),
        WITH_DIRECTORY(the_log_does_not_grow_for_ever),
        WITH_DIRECTORY(notices_that_its_files_are_gone),
        WITH_DIRECTORY(notices_that_its_files_were_replaced),
        WITH_DIRECTORY(maps_no_file),
        WITH_DIRECTORY(never_crashes_on_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
