/* The writer: transactions, the log (WAL) behind them, facts. */
#include "base/log.h"
#include "store/fault.h"
#include "store/sql_stmt.h"
#include "store/store_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- The files ---- */

/* Pages in the log: how many are carried over into the file together, as one page is often in the log many
 * times; and how many are too many, so that readers are waited for. */
#define LOG_PAGES      2000
#define LOG_PAGES_MOST 16000
#define LOG_WAIT_MS    20

static int note_log_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *s = context;
    (void)db, (void)name;
    if (pages < s->log_pages) /* it was begun anew */
        s->log_next = LOG_PAGES;
    s->log_pages = pages;
    return SQLITE_OK;
}

/* Looks at the file, or its log; NULL, or why it is not the one that is open. */
static const char *look_at(const struct store *s, bool log, char path[STORE_PATH + 8], struct stat *st)
{
    const struct store_seen *seen = &s->seen[log];

    snprintf(path, STORE_PATH + 8, "%s%s", s->path, log ? "-wal" : "");
    if (stat(path, st) != 0)
        return strerror(errno);
    if (seen->inode != 0 && (st->st_dev != seen->device || st->st_ino != seen->inode))
        return "another file has taken its place";
    return NULL;
}

/* Takes down how long they are; nobody but the writer changes that. */
static void note_files(struct store *s)
{
    char path[STORE_PATH + 8];
    struct stat st;

    for (size_t i = 0; store_is_durable(s) && i < ARRAY_SIZE(s->seen); i++)
        if (look_at(s, i == 1, path, &st) == NULL)
            s->seen[i] = (struct store_seen){ st.st_dev, st.st_ino, st.st_size };
}

/* What is written to a file that was moved away or cut short is lost, whatever SQLite says of it. */
static enum err check_files(struct store *s, struct error *error)
{
    char path[STORE_PATH + 8];
    struct stat st;
    struct error own;

    for (size_t i = 0; store_is_durable(s) && i < ARRAY_SIZE(s->seen); i++) {
        const char *trouble = look_at(s, i == 1, path, &st);
        if (trouble == NULL && st.st_size >= s->seen[i].size)
            continue;
        enum err e = error_set(&own, ERR_SYSTEM, "%.150s: %s; put it back, or stop and restore a backup",
                               path, trouble != NULL ? trouble : "it was cut short");
        store_failed(s, &own);
        if (error != NULL)
            *error = own;
        return e;
    }
    return OK;
}

void store_watch_files(struct store *s)
{
    s->log_next = LOG_PAGES;
    sqlite3_wal_hook(s->writer.db, note_log_pages, s); /* in place of SQLite's own checkpoints */
    note_files(s);
}

/* Carries the log over into the file. Whatever goes wrong: the log has it all, and the next one tries again.
 */
static int checkpoint(struct store *s, int mode)
{
    sqlite3_busy_timeout(s->writer.db, LOG_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(s->writer.db, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(s->writer.db, STORE_WAIT_MS);
    bool bad = rc != SQLITE_OK && rc != SQLITE_BUSY;
    if (bad && !s->log_bad)
        log_error("%s: the log cannot be carried over into the file: %s; it grows", s->path,
                  sqlite3_errstr(rc));
    s->log_bad = bad;
    note_files(s);
    s->log_next = s->log_pages + (s->log_pages < LOG_PAGES_MOST ? LOG_PAGES : LOG_PAGES / 8);
    return rc;
}

static void checkpoint_if_due(struct store *s)
{
    if (s->erased && checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE) == SQLITE_OK)
        s->erased = false;
    else if (s->log_pages >= s->log_next || s->log_stuck)
        checkpoint(s, s->log_pages < LOG_PAGES_MOST ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART);
    s->log_stuck = false;
}

void store_erased(struct store *s)
{
    s->erased = store_is_durable(s);
}

/* ---- Transactions ---- */

void store_failed(struct store *s, const struct error *error)
{
    if (s->failed)
        return; /* the first failure is the reason of all others */
    s->failed = true;
    pthread_mutex_lock(&s->lock);
    s->well = false;
    snprintf(s->trouble, sizeof(s->trouble), "%.*s", (int)sizeof(s->trouble) - 1, error->text);
    pthread_mutex_unlock(&s->lock);
}

static void end(struct store *s)
{
    s->begun = false;
    if (!store_is_durable(s))
        store_give(&s->readers[0]);
}

enum err store_begin(struct store *s, struct error *error)
{
    s->failed = false;
    if (check_files(s, error) != OK)
        return ERR_SYSTEM;
    if (store_is_durable(s))
        checkpoint_if_due(s); /* now, when nobody waits to be told that a transaction is done */
    else
        store_take(s, true);
    s->added = (struct store_counts){ { 0 }, { 0 } };
    enum err e = sql_stmt_run(&s->writer, "BEGIN IMMEDIATE", error);
    s->begun = true;
    if (e != OK)
        end(s);
    return e;
}

static enum err step(struct store *s, const char *sql, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open_write(&q, s, sql);
    return sql_stmt_finish(&q, error);
}

enum err store_savepoint(struct store *s, struct error *error)
{
    s->added_before = s->added;
    return step(s, "SAVEPOINT request", error);
}

enum err store_release(struct store *s, struct error *error)
{
    return step(s, "RELEASE request", error);
}

enum err store_undo(struct store *s, struct error *error)
{
    s->added = s->added_before;
    enum err e = step(s, "ROLLBACK TO request", error);
    return e == OK ? step(s, "RELEASE request", error) : e;
}

static enum err add_count(struct store *s, int64_t what, int64_t value, struct error *error)
{
    struct sql_stmt q;
    if (value == 0)
        return OK;
    sql_stmt_open_write(&q, s,
                        "INSERT INTO counts (what, value) VALUES (?, ?)"
                        " ON CONFLICT (what) DO UPDATE SET value = value + excluded.value");
    sql_stmt_put(&q, what);
    sql_stmt_put(&q, value);
    return sql_stmt_finish(&q, error);
}

static enum err add_counts(struct store *s, struct error *error)
{
    enum err e = OK;
    for (int64_t i = 0; e == OK && i < 3; i++)
        e = add_count(s, i, s->added.by_kind[i], error);
    for (int64_t i = 0; e == OK && i < LISTS_MAX; i++)
        e = add_count(s, STORE_COUNT_LIST + i, s->added.by_list[i], error);
    return e;
}

/* After a failure only a commit that writes something shows that all is well again. */
static enum err prove(struct store *s, struct error *error)
{
    return s->well ? OK : store_set_fact(s, "proved", 1, error);
}

enum err store_commit(struct store *s, struct error *error)
{
    enum err e = add_counts(s, error);
    if (e == OK)
        e = prove(s, error);
    if (e == OK) {
        fault_pass("written");
        e = check_files(s, error);
    }
    if (e == OK)
        e = step(s, "COMMIT", error);
    if (e != OK) {
        store_rollback(s);
        return e;
    }
    fault_pass("committed");
    note_files(s);
    s->items += s->added.by_kind[0] + s->added.by_kind[1] + s->added.by_kind[2];
    pthread_mutex_lock(&s->lock);
    s->well = true;
    s->trouble[0] = '\0';
    pthread_mutex_unlock(&s->lock);
    end(s);
    if (s->erased)
        checkpoint_if_due(s);
    return OK;
}

void store_rollback(struct store *s)
{
    if (!s->begun)
        return;
    if (!sqlite3_get_autocommit(s->writer.db) &&
        sqlite3_exec(s->writer.db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
        log_error("%s: a transaction could not be taken back: %s", s->path, sqlite3_errmsg(s->writer.db));
    s->log_stuck =
        s->failed && store_is_durable(s); /* a full disk may have room once the log was carried over */
    end(s);
}

/* ---- Facts ---- */

int64_t store_fact(struct store *s, const char *name, int64_t otherwise)
{
    struct sql_stmt q;
    int64_t value = otherwise;
    sql_stmt_open(&q, &s->writer, "SELECT value FROM facts WHERE name = ?");
    sql_stmt_put_text(&q, name);
    if (sql_stmt_next(&q))
        value = sql_stmt_number(&q);
    return sql_stmt_close(&q, NULL) == OK ? value : otherwise;
}

enum err store_set_fact(struct store *s, const char *name, int64_t value, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open_write(&q, s, "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)");
    sql_stmt_put_text(&q, name);
    sql_stmt_put(&q, value);
    return sql_stmt_finish(&q, error);
}
