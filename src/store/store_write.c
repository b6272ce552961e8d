/* The writer: transactions, checkpoints of the WAL, facts. */
#include "base/log.h"
#include "store/fault.h"
#include "store/store_state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- Failures ---- */

/* Makes a failure of the writer's connection known to store_inspect. */
static void record_failure(struct store *s)
{
    const struct error *failure = &s->writer.conn.failure;

    if (failure->code == OK)
        return;
    pthread_mutex_lock(&s->lock);
    s->healthy = false;
    snprintf(s->failure, sizeof(s->failure), "%.*s", (int)sizeof(s->failure) - 1, failure->text);
    pthread_mutex_unlock(&s->lock);
}

/* ---- The file and its WAL ---- */

/* A checkpoint copies pages of the WAL to the file. One is due every WAL_PAGES: a page is often in the WAL
 * many times, and is copied once. Past WAL_PAGES_MAX a checkpoint waits for readers, WAL_WAIT_MS at most. */
#define WAL_PAGES     2000 /* of 4 KiB */
#define WAL_PAGES_MAX 16000
#define WAL_WAIT_MS   20

static int record_wal_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *s = context;
    (void)db, (void)name;
    if (pages < s->wal_pages) /* SQLite has started the WAL from its beginning */
        s->wal_next = WAL_PAGES;
    s->wal_pages = pages;
    return SQLITE_OK;
}

/* Stats the file, or its WAL. NULL, or why it is not the one that is open. */
static const char *stat_file(const struct store *s, bool wal, char path[STORE_FILE_PATH + 8], struct stat *st)
{
    const struct store_file_id *id = &s->files[wal];

    snprintf(path, STORE_FILE_PATH + 8, "%s%s", s->path, wal ? "-wal" : "");
    if (stat(path, st) != 0)
        return strerror(errno);
    if (id->inode != 0 && (st->st_dev != id->device || st->st_ino != id->inode))
        return "another file has taken its place";
    return NULL;
}

/* Records the sizes of both files, which nobody but the writer changes. */
static void record_files(struct store *s)
{
    char path[STORE_FILE_PATH + 8];
    struct stat st;

    for (size_t i = 0; store_is_durable(s) && i < ARRAY_SIZE(s->files); i++)
        if (stat_file(s, i == 1, path, &st) == NULL)
            s->files[i] = (struct store_file_id){ st.st_dev, st.st_ino, st.st_size };
}

/* What is written to a file that was moved away or truncated is lost, though SQLite reports success. */
static enum err check_files(struct store *s, struct error *error)
{
    char path[STORE_FILE_PATH + 8];
    struct stat st;
    struct error own;

    for (size_t i = 0; store_is_durable(s) && i < ARRAY_SIZE(s->files); i++) {
        const char *reason = stat_file(s, i == 1, path, &st);
        if (reason == NULL && st.st_size >= s->files[i].size)
            continue;
        enum err e = error_set(&own, ERR_SYSTEM, "%.150s: %s; put it back, or stop and restore a backup",
                               path, reason != NULL ? reason : "the file was truncated");
        sql_conn_fail(&s->writer.conn, &own);
        if (error != NULL)
            *error = own;
        return e;
    }
    return OK;
}

void store_write_start(struct store *s)
{
    s->wal_next = WAL_PAGES;
    sqlite3_wal_hook(s->writer.conn.db, record_wal_pages, s); /* replaces SQLite's own checkpoints */
    record_files(s);
}

/* A checkpoint that fails loses nothing: the WAL keeps all pages, and the next one tries again. */
static int checkpoint(struct store *s, int mode)
{
    sqlite3_busy_timeout(s->writer.conn.db, WAL_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(s->writer.conn.db, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(s->writer.conn.db, SQL_WAIT_MS);
    bool failing = rc != SQLITE_OK && rc != SQLITE_BUSY;
    if (failing && !s->wal_failing)
        log_error("%s: WAL checkpoint failed: %s; the WAL keeps growing", s->path, sqlite3_errstr(rc));
    s->wal_failing = failing;
    record_files(s);
    s->wal_next = s->wal_pages + (s->wal_pages < WAL_PAGES_MAX ? WAL_PAGES : WAL_PAGES / 8);
    return rc;
}

static void checkpoint_if_due(struct store *s)
{
    if (s->erased && checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE) == SQLITE_OK)
        s->erased = false;
    else if (s->wal_pages >= s->wal_next || s->wal_retry)
        checkpoint(s, s->wal_pages < WAL_PAGES_MAX ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART);
    s->wal_retry = false;
}

void store_write_erased(struct store *s, bool erased, bool more)
{
    s->erasing |= erased;
    if (!s->erasing || more)
        return;
    s->erasing = false;
    s->erased = store_is_durable(s);
}

/* ---- Transactions ---- */

static void end(struct store *s)
{
    s->writer.conn.writable = false;
    if (!store_is_durable(s))
        store_read_release(&s->readers[0]);
}

enum err store_begin(struct store *s, struct error *error)
{
    record_failure(s); /* of a read outside any transaction */
    s->writer.conn.failure.code = OK;
    if (check_files(s, error) != OK) {
        record_failure(s);
        return ERR_SYSTEM;
    }
    if (store_is_durable(s))
        checkpoint_if_due(s); /* now, when nobody waits for an answer */
    else
        store_read_claim(s, true);
    memset(s->added, 0, sizeof(s->added));
    enum err e = sql_stmt_run(&s->writer.conn, "BEGIN IMMEDIATE", error);
    s->writer.conn.writable = true;
    if (e != OK) {
        record_failure(s);
        end(s);
    }
    return e;
}

struct sql_stmt store_write_stmt(struct store *s, const char *sql)
{
    struct sql_conn *c = &s->writer.conn;
    if (!c->writable || c->failure.code != OK)
        return (struct sql_stmt){ .conn = c, .rc = SQLITE_ABORT };
    return sql_stmt_open(c, sql);
}

static enum err step(struct store *s, const char *sql, struct error *error)
{
    struct sql_stmt q = store_write_stmt(s, sql);
    return sql_stmt_finish(&q, error);
}

enum err store_savepoint(struct store *s, struct error *error)
{
    memcpy(s->added_before, s->added, sizeof(s->added));
    return step(s, "SAVEPOINT request", error);
}

enum err store_release(struct store *s, struct error *error)
{
    return step(s, "RELEASE request", error);
}

enum err store_undo(struct store *s, struct error *error)
{
    memcpy(s->added, s->added_before, sizeof(s->added));
    enum err e = step(s, "ROLLBACK TO request", error);
    return e == OK ? step(s, "RELEASE request", error) : e;
}

enum err store_count(struct store_reader *r, unsigned what, uint64_t *value, struct error *error)
{
    int64_t stored = 0, added = r->conn.writable ? r->store->added[what] : 0;
    struct sql_stmt q = store_read_stmt(r, "SELECT value FROM counts WHERE what = ?");
    sql_stmt_bind_int(&q, what);
    enum err e = sql_stmt_finish_int(&q, &stored, error);
    /* Unsigned: a damaged row may overflow. */
    int64_t sum = (int64_t)((uint64_t)stored + (uint64_t)added);
    if (e == OK)
        *value = sum > 0 ? (uint64_t)sum : 0;
    return e;
}

static enum err add_counts(struct store *s, struct error *error)
{
    enum err e = OK;
    for (unsigned what = 0; e == OK && what < STORE_COUNTS; what++) {
        if (s->added[what] == 0)
            continue;
        struct sql_stmt q =
            store_write_stmt(s, "INSERT INTO counts (what, value) VALUES (?, ?)"
                                " ON CONFLICT (what) DO UPDATE SET value = value + excluded.value");
        sql_stmt_bind_int(&q, what);
        sql_stmt_bind_int(&q, s->added[what]);
        e = sql_stmt_finish(&q, error);
    }
    return e;
}

enum err store_commit(struct store *s, struct error *error)
{
    enum err e = add_counts(s, error);
    if (e == OK && !s->healthy) /* only a commit that writes something proves that the store has recovered */
        e = store_set_fact(s, "proved", 1, error);
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
    record_files(s);
    s->items += s->added[OVERLAY_DELIST] + s->added[OVERLAY_LIST] + s->added[OVERLAY_ALLOW];
    pthread_mutex_lock(&s->lock);
    s->healthy = true;
    s->failure[0] = '\0';
    pthread_mutex_unlock(&s->lock);
    end(s);
    if (s->erased)
        checkpoint_if_due(s);
    return OK;
}

void store_rollback(struct store *s)
{
    sqlite3 *db = s->writer.conn.db;

    if (!s->writer.conn.writable)
        return;
    if (!sqlite3_get_autocommit(db) && sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
        log_error("%s: a transaction cannot be rolled back: %s", s->path, sqlite3_errmsg(db));
    record_failure(s);
    s->wal_retry = s->writer.conn.failure.code != OK && store_is_durable(s);
    end(s);
}

/* ---- Facts ---- */

int64_t store_fact(struct store *s, const char *name, int64_t otherwise)
{
    int64_t value = otherwise;
    struct sql_stmt q = store_read_stmt(&s->writer, "SELECT value FROM facts WHERE name = ?");
    sql_stmt_bind_text(&q, name);
    return sql_stmt_finish_int(&q, &value, NULL) == OK ? value : otherwise;
}

enum err store_set_fact(struct store *s, const char *name, int64_t value, struct error *error)
{
    struct sql_stmt q = store_write_stmt(s, "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)");
    sql_stmt_bind_text(&q, name);
    sql_stmt_bind_int(&q, value);
    return sql_stmt_finish(&q, error);
}
