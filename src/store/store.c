#include "store/store.h"
#include "base/log.h"
#include "store/store_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ---- Opening ---- */

static enum err migrate(struct store *s, const struct store_schema *schema, int version, struct error *error)
{
    char copy[STORE_FILE_PATH + 16];
    uint64_t bytes;
    sqlite3 *db = s->writer.conn.db;

    snprintf(copy, sizeof(copy), "%s.v%d", s->path, version);
    unlink(copy); /* of an interrupted attempt: the store still has that version */
    enum err e = store_copy_database(db, copy, &bytes, error);
    if (e == OK)
        e = store_schema_migrate(db, schema, s->path, error);
    if (e == OK)
        log_notice("%s: migrated from schema %d to %d; the old store is %s", s->path, version,
                   schema->version, copy);
    return e;
}

static enum err open_file(struct store *s, const struct store_schema *schema, struct error *error)
{
    struct sql_conn *writer = &s->writer.conn;
    bool exists;
    int version = 0;

    enum err e = store_file_probe(s->path, &exists, error);
    if (e == OK && !exists)
        e = store_file_create(s->path, schema, error);
    if (e == OK)
        e = sql_open(s->path, &writer->db, error);
    if (e == OK)
        e = store_file_check(writer->db, s->path, schema, &version, error);
    if (e == OK && sqlite3_exec(writer->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK)
        e = sql_explain(writer->db, s->path, sqlite3_extended_errcode(writer->db), error);
    if (e == OK && version < schema->version)
        e = migrate(s, schema, version, error);
    if (e != OK)
        return e;
    store_write_start(s);
    for (size_t i = 0; e == OK && i < STORE_READERS; i++) {
        sqlite3 **db = &s->readers[i].conn.db;
        e = sql_open(s->path, db, error);
        if (e == OK)
            sqlite3_exec(*db, "PRAGMA query_only = ON; PRAGMA cache_size = -1024", NULL, NULL, NULL);
    }
    return e;
}

static enum err open_memory(struct store *s, const struct store_schema *schema, struct error *error)
{
    enum err e = sql_open("", &s->writer.conn.db, error);
    s->readers[0].conn.db = s->writer.conn.db;
    return e == OK ? store_schema_migrate(s->writer.conn.db, schema, "", error) : e;
}

static enum err load_lists(struct store *s, struct error *error)
{
    char name[STORE_NAME];
    bool has_memory = true;

    struct sql_stmt q = store_read_stmt(&s->writer, "SELECT number, name FROM lists");
    while (sql_stmt_next(&q)) {
        int64_t number = sql_stmt_int(&q);
        sql_stmt_text(&q, name, sizeof(name));
        if (q.damaged || name[0] == '\0' || number < 0 || number >= LISTS_MAX || s->lists[number] != NULL)
            sql_stmt_log_damaged(&q, "list", number);
        else
            has_memory &= (s->lists[number] = strdup(name)) != NULL;
    }
    enum err e = sql_stmt_close(&q, error);
    return e == OK && !has_memory ? error_set(error, ERR_MEMORY, "out of memory") : e;
}

static enum err load_counts(struct store *s, struct error *error)
{
    int64_t items = 0;
    struct sql_stmt q =
        store_read_stmt(&s->writer, "SELECT CAST(total(value) AS INTEGER) FROM counts WHERE what < 3");
    enum err e = sql_stmt_finish_int(&q, &items, error);
    s->items = items;
    return e;
}

static void init(struct store *s)
{
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->reader_freed, NULL);
    s->lock_fd = -1;
    s->healthy = true;
    for (size_t i = 0; i <= STORE_READERS; i++) {
        struct store_reader *r = i < STORE_READERS ? &s->readers[i] : &s->writer;
        r->store = s;
        r->conn.path = s->path;
        r->conn.damaged = &s->damaged;
    }
}

/* Removes what a killed process has left of copies. */
static void clean(const struct store *s)
{
    char backups[STORE_FILE_PATH + 16];
    snprintf(backups, sizeof(backups), "%s/" STORE_BACKUPS, s->directory);
    store_copy_clean(s->directory);
    store_copy_clean(backups);
}

enum err store_open_as(const char *directory, const struct store_schema *schema, struct store **out,
                       struct error *error)
{
    struct store *s = calloc(1, sizeof(*s));
    enum err e = OK;

    if (s == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    init(s);
    if (directory != NULL) {
        e = store_file_directory(directory, s->directory, error);
        if (e == OK)
            e = store_file_lock(s->directory, &s->lock_fd, error);
        snprintf(s->path, sizeof(s->path), "%.*s/" STORE_FILE, STORE_FILE_PATH - 32, s->directory);
    }
    if (e == OK && store_is_durable(s))
        clean(s);
    if (e == OK)
        e = store_is_durable(s) ? open_file(s, schema, error) : open_memory(s, schema, error);
    if (e == OK)
        e = load_lists(s, error);
    if (e == OK)
        e = load_counts(s, error);
    if (e == OK)
        *out = s;
    else
        store_close(s);
    return e;
}

enum err store_open(const char *directory, struct store **out, struct error *error)
{
    return store_open_as(directory, &store_schema, out, error);
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    store_rollback(s);
    for (size_t i = 0; i < STORE_READERS; i++) {
        sql_conn_free_statements(&s->readers[i].conn);
        if (store_is_durable(s))
            sqlite3_close(s->readers[i].conn.db);
    }
    sql_conn_free_statements(&s->writer.conn);
    sqlite3_close(s->writer.conn.db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    for (size_t i = 0; i < LISTS_MAX; i++)
        free(s->lists[i]);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->reader_freed);
    free(s);
}

/* ---- Readers ---- */

/* Each has a connection of its own with a snapshot. In memory there is one reader, over the writer's
 * connection, and the writer claims it for the length of a transaction. */

bool store_is_durable(const struct store *s)
{
    return s->path[0] != '\0';
}

static struct store_reader *find_free(struct store *s)
{
    for (size_t i = 0; i < (store_is_durable(s) ? STORE_READERS : 1); i++)
        if (!s->readers[i].busy)
            return &s->readers[i];
    return NULL;
}

struct store_reader *store_read_claim(struct store *s, bool forever)
{
    struct timespec end;
    struct store_reader *r;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    pthread_mutex_lock(&s->lock);
    while ((r = find_free(s)) == NULL && waited == 0)
        waited = forever ? pthread_cond_wait(&s->reader_freed, &s->lock)
                         : pthread_cond_clockwait(&s->reader_freed, &s->lock, CLOCK_MONOTONIC, &end);
    if (r != NULL)
        r->busy = true;
    pthread_mutex_unlock(&s->lock);
    return r;
}

void store_read_release(struct store_reader *r)
{
    pthread_mutex_lock(&r->store->lock);
    r->busy = false;
    pthread_cond_signal(&r->store->reader_freed);
    pthread_mutex_unlock(&r->store->lock);
}

enum err store_read(struct store *s, struct store_reader **out, struct error *error)
{
    struct store_reader *r = store_read_claim(s, false);
    enum err e = OK;

    if (r == NULL)
        return error_set(error, ERR_LIMIT, "the store has too many readers at the moment");
    if (store_is_durable(s)) {
        e = sql_stmt_run(&r->conn, "BEGIN", error);
        if (e == OK) /* SQLite takes the snapshot with the first row that is read */
            e = sql_stmt_run(&r->conn, "SELECT value FROM counts LIMIT 1", error);
    }
    if (e == OK)
        *out = r;
    else
        store_read_end(r);
    return e;
}

void store_read_end(struct store_reader *r)
{
    if (store_is_durable(r->store) && !sqlite3_get_autocommit(r->conn.db))
        sqlite3_exec(r->conn.db, "ROLLBACK", NULL, NULL, NULL);
    store_read_release(r);
}

struct store_reader *store_txn_reader(struct store *s)
{
    return &s->writer;
}

struct sql_stmt store_read_stmt(struct store_reader *r, const char *sql)
{
    return sql_stmt_open(&r->conn, sql);
}

/* ---- Status ---- */

static uint64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

void store_inspect(struct store *s, struct store_status *out)
{
    char wal[STORE_FILE_PATH + 8];

    *out = (struct store_status){ .items = (uint64_t)s->items, .durable = store_is_durable(s) };
    if (store_is_durable(s)) {
        snprintf(wal, sizeof(wal), "%s-wal", s->path);
        out->bytes = size_of(s->path) + size_of(wal);
    }
    pthread_mutex_lock(&s->lock);
    out->healthy = s->healthy;
    memcpy(out->failure, s->failure, sizeof(out->failure));
    pthread_mutex_unlock(&s->lock);
}
