/*
 * After kill -9 the store has every transaction that it acknowledged, and each transaction whole or not at
 * all.
 *
 * A child process opens the store, commits groups of items, and writes the number of each to a pipe when it
 * is committed. It is killed at a random moment: at the start, or during a commit, a checkpoint or a backup.
 * Then the store is opened and checked. DNSBLD_KILL_ROUNDS says how often (30). Power failures are not
 * tested: the disk's cache is the matter of SQLite's synchronous=FULL.
 */
#include "store/events.h"
#include "store/items.h"
#include "store/store_state.h"
#include "support/random.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GROUP 40
#define NOW   1700000000

static struct error error;

/* ---- The child ---- */

static void must_succeed(enum err e)
{
    if (e == OK)
        return;
    fprintf(stderr, "%s\n", error.text);
    _exit(1);
}

static void add_one(struct store *s, uint64_t *seed, int64_t group, const char *batch_id)
{
    struct item item = {
        .kind = OVERLAY_DELIST, .created_at = group, .updated_at = NOW, .expires_at = NOW + 1
    };
    struct event event = { .time = NOW, .kind = EVENT_CREATED, .has_range = true };
    uint64_t address = random_next(seed) << 32;
    item.range = (struct range){ .family = RANGE_IP4,
                                 .first = { address, 0 },
                                 .last = { address | UINT32_MAX, UINT64_MAX } };
    list_mask_add(&item.lists, 5);
    store_new_id(NOW, item.id);
    strcpy(item.batch_id, batch_id);
    event.range = item.range;
    must_succeed(items_add(s, &item, &error));
    must_succeed(events_add(s, &event, &error));
}

static void acknowledge(int to, int64_t group)
{
    if (write(to, &group, sizeof(group)) != sizeof(group))
        _exit(1);
}

/* One transaction; half of the operations in it are undone. `early`: acknowledged before it is committed,
 * which is wrong. */
static void commit_group(struct store *s, uint64_t *seed, int64_t group, int to, bool early)
{
    char batch_id[STORE_ID];
    store_new_id(NOW, batch_id);
    must_succeed(store_begin(s, &error));
    for (unsigned i = 0; i < 2 * GROUP; i++) {
        must_succeed(store_savepoint(s, &error));
        add_one(s, seed, group, batch_id);
        must_succeed(i % 2 ? store_undo(s, &error) : store_release(s, &error));
    }
    must_succeed(store_set_fact(s, "groups", group, &error));
    if (early)
        acknowledge(to, group);
    must_succeed(store_commit(s, &error));
    if (!early)
        acknowledge(to, group);
}

static void write_for_ever(const char *directory, uint64_t seed, int to, bool early)
{
    struct store *s;
    char path[300];
    uint64_t bytes;
    must_succeed(store_open(directory, &s, &error));
    for (int64_t group = store_fact(s, "groups", 0) + 1;; group++) {
        commit_group(s, &seed, group, to, early);
        if (group % 16 == 0) {
            snprintf(path, sizeof(path), "%s/backup-%d-%d", directory, (int)getpid(), (int)group);
            must_succeed(store_backup(s, path, &bytes, &error));
        }
    }
}

/* ---- Checking ---- */

static int64_t ask(struct store *s, const char *sql)
{
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(s->writer.conn.db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value =
        strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0 ? 1 : sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

/* Returns how many groups are there. */
static int64_t check_store(const char *directory)
{
    struct store *s;
    uint64_t kinds[3], delistings;
    if (store_open(directory, &s, &error) != OK)
        fail_msg("%s", error.text);
    int64_t groups = store_fact(s, "groups", 0);
    assert_int_equal(ask(s, "SELECT count(*) FROM items"), groups * GROUP);
    assert_int_equal(ask(s, "SELECT count(*) FROM events"), groups * GROUP);
    assert_int_equal(ask(s, "SELECT count(*) FROM watches"), groups * GROUP);
    assert_int_equal(ask(s, "SELECT count(DISTINCT batch_id) FROM items"), groups);
    assert_int_equal(ask(s, "SELECT coalesce(max(created_at), 0) FROM items"), groups);
    assert_int_equal(
        ask(s, "SELECT count(*) FROM (SELECT batch_id FROM items GROUP BY batch_id HAVING count(*) <> 40)"),
        0);
    assert_int_equal(items_count(store_txn_reader(s), kinds, &error), OK);
    assert_int_equal(kinds[OVERLAY_DELIST], groups * GROUP);
    assert_int_equal(items_count_list(store_txn_reader(s), 5, &delistings, &error), OK);
    assert_int_equal(delistings, groups * GROUP);
    assert_int_equal(ask(s, "PRAGMA integrity_check"), 1);
    store_close(s);
    return groups;
}

/* ---- Rounds ---- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

/* Has a child write until it is killed `after_us` microseconds later; the last group that it acknowledged. */
static int64_t write_and_kill(const char *directory, uint64_t seed, useconds_t after_us, bool early,
                              int64_t acknowledged)
{
    int ends[2], status;
    int64_t group;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        write_for_ever(directory, seed, ends[1], early);
    }
    close(ends[1]);
    usleep(after_us);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status)); /* and did not give up before */
    while (read(ends[0], &group, sizeof(group)) == sizeof(group)) {
        assert_int_equal(group, acknowledged + 1);
        acknowledged = group;
    }
    close(ends[0]);
    return acknowledged;
}

static void make_directory(char directory[200])
{
    const char *top = getenv("TMPDIR");
    snprintf(directory, 200, "%.150s/dnsbld-kill-XXXXXX", top != NULL ? top : "/tmp");
    assert_non_null(mkdtemp(directory));
}

static void remove_directory(const char *directory)
{
    nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void nothing_acknowledged_is_lost(void **state)
{
    const char *wanted = getenv("DNSBLD_KILL_ROUNDS");
    unsigned rounds = wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : 30;
    char directory[200];
    uint64_t seed = 42;
    int64_t groups = 0, all = 0;
    (void)state;
    for (unsigned round = 0; round < rounds; round++) {
        if (round % 10 == 0) {
            groups = 0;
            make_directory(directory);
        }
        /* Every other store is killed while it is made. */
        uint64_t most = round % 20 == 0 ? 8000 : round % 3 == 0 ? 40000 : 250000;
        int64_t acknowledged = write_and_kill(directory, random_next(&seed),
                                              (useconds_t)(random_next(&seed) % most), false, groups);
        int64_t before = groups;
        groups = check_store(directory);
        assert_in_range(groups, acknowledged, acknowledged + 1); /* committed, but not acknowledged */
        all += groups - before;
        if (round % 10 == 9 || round == rounds - 1)
            remove_directory(directory);
    }
    print_message("%u times killed, %lld groups committed\n", rounds, (long long)all);
    assert_true(all > 0);
}

static void a_loss_is_noticed(void **state)
{
    char directory[200];
    uint64_t seed = 7, most = 40000;
    int64_t groups = 0, acknowledged = 0;
    (void)state;
    make_directory(directory);
    for (unsigned round = 0; round < 200 && groups >= acknowledged; round++) {
        int64_t before = groups;
        acknowledged = write_and_kill(directory, random_next(&seed), (useconds_t)(random_next(&seed) % most),
                                      true, groups);
        groups = check_store(directory);
        if (acknowledged == before && most < 1000000) /* a slow machine: nothing was written in this time */
            most += most / 8;
    }
    remove_directory(directory);
    assert_true(groups < acknowledged);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nothing_acknowledged_is_lost),
                                        cmocka_unit_test(a_loss_is_noticed) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
