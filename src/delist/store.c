#include "delist/store.h"
#include "base/log.h"
#include "delist/fault.h"
#include "delist/rows.h"
#include "delist/store_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Pages in the WAL: how many are carried over into the file together, since one page often is in the log many
 * times; and how many are too many, so that readers are waited for. */
#define LOG_PAGES      2000
#define LOG_PAGES_MOST 16000
#define LOG_WAIT_MS    100

static bool in_memory(const struct store *s)
{
    return s->path[0] == '\0';
}

/* ---- Opening ---- */

static int note_log_pages(void *context, sqlite3 *db, const char *name, int pages)
{
    struct store *s = context;
    (void)db, (void)name;
    if (pages < s->log_pages) /* it was begun anew */
        s->log_next = LOG_PAGES;
    s->log_pages = pages;
    return SQLITE_OK;
}

static enum err migrate(struct store *s, const struct store_schema *schema, int version, struct error *error)
{
    char copy[STORE_PATH + 16];
    uint64_t bytes;

    snprintf(copy, sizeof(copy), "%s.v%d", s->path, version);
    unlink(copy); /* of an attempt that was cut off: the store is still of that version */
    enum err e = store_copy(s->writer.db, copy, &bytes, error);
    if (e == OK)
        e = store_migrate(s->writer.db, schema, s->path, error);
    if (e == OK)
        log_notice("%s: migrated from schema %d to %d; the old store is %s", s->path, version,
                   schema->version, copy);
    return e;
}

static enum err open_file(struct store *s, const struct store_schema *schema, struct error *error)
{
    bool exists;
    int version = 0;

    enum err e = store_look_at(s->path, &exists, error);
    if (e == OK && !exists)
        e = store_create(s->path, schema, error);
    if (e == OK)
        e = store_connect(s->path, &s->writer.db, error);
    if (e == OK)
        e = store_check(s->writer.db, s->path, schema, &version, error);
    if (e == OK && sqlite3_exec(s->writer.db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL) != SQLITE_OK)
        e = store_explain(s->writer.db, s->path, sqlite3_extended_errcode(s->writer.db), error);
    if (e == OK && version < schema->version)
        e = migrate(s, schema, version, error);
    if (e != OK)
        return e;
    sqlite3_wal_hook(s->writer.db, note_log_pages, s);
    for (size_t i = 0; e == OK && i < STORE_READERS; i++) {
        e = store_connect(s->path, &s->readers[i].db, error);
        if (e == OK)
            sqlite3_exec(s->readers[i].db, "PRAGMA query_only = ON; PRAGMA cache_size = -1024", NULL, NULL,
                         NULL);
    }
    return e;
}

static enum err open_memory(struct store *s, const struct store_schema *schema, struct error *error)
{
    enum err e = store_connect("", &s->writer.db, error);
    s->readers[0].db = s->writer.db;
    return e == OK ? store_migrate(s->writer.db, schema, "", error) : e;
}

static enum err load_lists(struct store *s, struct error *error)
{
    struct rows q;
    char name[DELIST_NAME];
    bool memory = true;

    rows_open(&q, &s->writer, "SELECT number, name FROM lists");
    while (rows_next(&q)) {
        int64_t number = rows_number(&q);
        rows_text(&q, name, sizeof(name));
        if (q.bad || name[0] == '\0' || number < 0 || number >= LISTS_MAX || s->lists[number] != NULL)
            rows_log_bad(&q, "list", number);
        else
            memory &= (s->lists[number] = strdup(name)) != NULL;
    }
    enum err e = rows_close(&q, error);
    return e == OK && !memory ? error_set(error, ERR_MEMORY, "memory is out") : e;
}

static enum err load_counts(struct store *s, struct error *error)
{
    struct rows q;
    int64_t items = 0;

    rows_open(&q, &s->writer, "SELECT value FROM counts WHERE what < 3");
    while (rows_next(&q))
        items += rows_number(&q);
    s->items = items;
    return rows_close(&q, error);
}

static void init(struct store *s)
{
    pthread_condattr_t attr;
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->turn, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->freed, &attr);
    pthread_condattr_destroy(&attr);
    s->lock_fd = -1;
    s->well = true;
    s->log_next = LOG_PAGES;
    s->writer.store = s;
    for (size_t i = 0; i < STORE_READERS; i++)
        s->readers[i].store = s;
}

enum err store_open_as(const char *directory, const struct store_schema *schema, struct store **out,
                       struct error *error)
{
    struct store *s = calloc(1, sizeof(*s));
    enum err e = OK;

    if (s == NULL)
        return error_set(error, ERR_MEMORY, "memory is out");
    init(s);
    if (directory != NULL) {
        e = store_directory(directory, s->directory, error);
        if (e == OK)
            e = store_lock(s->directory, &s->lock_fd, error);
        snprintf(s->path, sizeof(s->path), "%.*s/" STORE_FILE, STORE_PATH - 32, s->directory);
    }
    if (e == OK)
        e = in_memory(s) ? open_memory(s, schema, error) : open_file(s, schema, error);
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

static void forget_statements(struct reader *r)
{
    for (unsigned i = 0; i < r->count; i++)
        sqlite3_finalize(r->statements[i].stmt);
    r->count = 0;
}

void store_close(struct store *s)
{
    if (s == NULL)
        return;
    store_rollback(s);
    for (size_t i = 0; i < STORE_READERS; i++) {
        forget_statements(&s->readers[i]);
        if (!in_memory(s))
            sqlite3_close(s->readers[i].db);
    }
    forget_statements(&s->writer);
    sqlite3_close(s->writer.db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    for (size_t i = 0; i < LISTS_MAX; i++)
        free(s->lists[i]);
    pthread_mutex_destroy(&s->lock);
    pthread_mutex_destroy(&s->turn);
    pthread_cond_destroy(&s->freed);
    free(s);
}

bool store_is_durable(const struct store *s)
{
    return !in_memory(s);
}

/* ---- Lists ---- */

enum err store_list(struct store *s, const char *name, unsigned *number, struct error *error)
{
    unsigned free_number = LISTS_MAX;
    for (unsigned i = LISTS_MAX; i-- > 0;) {
        if (s->lists[i] == NULL) {
            free_number = i;
        } else if (strcmp(s->lists[i], name) == 0) {
            *number = i;
            return OK;
        }
    }
    if (free_number == LISTS_MAX)
        return error_set(error, ERR_LIMIT, "%s: the store has known %d lists and can take no more", name,
                         LISTS_MAX);
    if (*name == '\0' || strlen(name) >= DELIST_NAME)
        return error_set(error, ERR_LIMIT, "%s: the name of a list has 1 to %d bytes", name, DELIST_NAME - 1);

    struct rows q;
    char *copy = strdup(name);
    if (copy == NULL)
        return error_set(error, ERR_MEMORY, "memory is out");
    enum err e = store_begin(s, error);
    if (e == OK) {
        rows_open_write(&q, s, "INSERT INTO lists (number, name) VALUES (?, ?)");
        rows_put(&q, free_number);
        rows_put_text(&q, name);
        e = rows_finish(&q, error);
        if (e == OK)
            e = store_commit(s, error);
        store_rollback(s);
    }
    if (e != OK) {
        free(copy);
        return e;
    }
    s->lists[free_number] = copy;
    *number = free_number;
    return OK;
}

const char *store_list_name(const struct store *s, unsigned number)
{
    return number < LISTS_MAX ? s->lists[number] : NULL;
}

/* ---- The writer ---- */

static void note_trouble(struct store *s, enum err e, const struct error *error)
{
    pthread_mutex_lock(&s->lock);
    s->well = e == OK;
    s->trouble[0] = '\0';
    if (e != OK)
        snprintf(s->trouble, sizeof(s->trouble), "%.*s", (int)sizeof(s->trouble) - 1, error->text);
    pthread_mutex_unlock(&s->lock);
}

/* Carries the log over into the file. Whatever goes wrong: the log has it all, and the next one tries again.
 */
static int checkpoint(struct store *s, int mode)
{
    sqlite3_busy_timeout(s->writer.db, LOG_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(s->writer.db, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(s->writer.db, 5000);
    s->log_next = s->log_pages + LOG_PAGES; /* unless it begins anew */
    return rc;
}

/* Before a transaction rather than after it, when others wait to be told that it is done. */
static void checkpoint_if_due(struct store *s)
{
    if (s->erased && checkpoint(s, SQLITE_CHECKPOINT_TRUNCATE) == SQLITE_OK)
        s->erased = false;
    else if (s->log_pages >= s->log_next || s->log_stuck)
        checkpoint(s, s->log_pages < LOG_PAGES_MOST ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_RESTART);
    s->log_stuck = false;
}

enum err store_begin(struct store *s, struct error *error)
{
    struct error own;
    if (in_memory(s))
        pthread_mutex_lock(&s->turn);
    else
        checkpoint_if_due(s);
    enum err e = rows_run(&s->writer, "BEGIN IMMEDIATE", &own);
    s->begun = e == OK;
    s->failed = false;
    s->added = (struct store_counts){ { 0 }, { 0 } };
    if (e == OK)
        return OK;
    if (in_memory(s))
        pthread_mutex_unlock(&s->turn);
    note_trouble(s, e, &own);
    return error_set(error, e, "%s", own.text);
}

static enum err step(struct store *s, const char *sql, struct error *error)
{
    struct rows q;
    rows_open_write(&q, s, sql);
    return rows_finish(&q, error);
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
    struct rows q;
    if (value == 0)
        return OK;
    rows_open_write(&q, s,
                    "INSERT INTO counts (what, value) VALUES (?, ?)"
                    " ON CONFLICT (what) DO UPDATE SET value = value + excluded.value");
    rows_put(&q, what);
    rows_put(&q, value);
    return rows_finish(&q, error);
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

enum err store_commit(struct store *s, struct error *error)
{
    struct error own;
    enum err e = add_counts(s, &own);
    if (e == OK) {
        fault_point("written");
        e = step(s, "COMMIT", &own);
    }
    note_trouble(s, e, &own);
    if (e != OK) {
        s->log_stuck = true;
        store_rollback(s);
        return error_set(error, e, "%s", own.text);
    }
    fault_point("committed");
    s->begun = false;
    s->items += s->added.by_kind[0] + s->added.by_kind[1] + s->added.by_kind[2];
    if (in_memory(s))
        pthread_mutex_unlock(&s->turn);
    else if (s->erased)
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
    s->log_stuck |= s->failed;
    s->begun = false;
    if (in_memory(s))
        pthread_mutex_unlock(&s->turn);
}

void store_erased(struct store *s)
{
    s->erased = !in_memory(s);
}

int64_t store_fact(struct store *s, const char *name, int64_t otherwise)
{
    struct rows q;
    int64_t value = otherwise;
    rows_open(&q, &s->writer, "SELECT value FROM facts WHERE name = ?");
    rows_put_text(&q, name);
    if (rows_next(&q))
        value = rows_number(&q);
    return rows_close(&q, NULL) == OK ? value : otherwise;
}

enum err store_set_fact(struct store *s, const char *name, int64_t value, struct error *error)
{
    struct rows q;
    rows_open_write(&q, s, "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)");
    rows_put_text(&q, name);
    rows_put(&q, value);
    return rows_finish(&q, error);
}

/* ---- Readers ---- */

static struct reader *free_reader(struct store *s)
{
    for (size_t i = 0; i < STORE_READERS; i++)
        if (!s->readers[i].busy)
            return &s->readers[i];
    return NULL;
}

static enum err too_many(struct error *error)
{
    return error_set(error, ERR_LIMIT, "the store has too many readers at the moment");
}

static enum err read_memory(struct store *s, struct reader **out, struct error *error)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    if (pthread_mutex_clocklock(&s->turn, CLOCK_MONOTONIC, &end) != 0)
        return too_many(error);
    *out = &s->readers[0];
    return OK;
}

/* Waits a second at most for a reader that is free. */
static struct reader *take_reader(struct store *s)
{
    struct timespec end;
    struct reader *r;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    pthread_mutex_lock(&s->lock);
    while ((r = free_reader(s)) == NULL && waited == 0)
        waited = pthread_cond_timedwait(&s->freed, &s->lock, &end);
    if (r != NULL)
        r->busy = true;
    pthread_mutex_unlock(&s->lock);
    return r;
}

static void give_back(struct reader *r)
{
    pthread_mutex_lock(&r->store->lock);
    r->busy = false;
    pthread_cond_signal(&r->store->freed);
    pthread_mutex_unlock(&r->store->lock);
}

enum err store_read(struct store *s, struct reader **out, struct error *error)
{
    if (in_memory(s))
        return read_memory(s, out, error);
    struct reader *r = take_reader(s);
    if (r == NULL)
        return too_many(error);
    enum err e = rows_run(r, "BEGIN", error);
    if (e == OK) /* a snapshot is taken by the first that is read */
        e = rows_run(r, "SELECT value FROM counts LIMIT 1", error);
    if (e == OK)
        *out = r;
    else
        store_read_end(r);
    return e;
}

void store_read_end(struct reader *r)
{
    if (in_memory(r->store)) {
        pthread_mutex_unlock(&r->store->turn);
        return;
    }
    if (!sqlite3_get_autocommit(r->db))
        sqlite3_exec(r->db, "ROLLBACK", NULL, NULL, NULL);
    give_back(r);
}

struct reader *store_writer_eyes(struct store *s)
{
    return &s->writer;
}

static uint64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

void store_look(const struct store *s, struct store_facts *out)
{
    char log[STORE_PATH + 8];
    struct store *unlocked = (struct store *)(uintptr_t)s; /* a mutex is no part of what it says */

    *out = (struct store_facts){ .items = (uint64_t)s->items, .durable = !in_memory(s) };
    if (!in_memory(s)) {
        snprintf(log, sizeof(log), "%s-wal", s->path);
        out->bytes = size_of(s->path) + size_of(log);
    }
    pthread_mutex_lock(&unlocked->lock);
    out->well = s->well;
    memcpy(out->trouble, s->trouble, sizeof(out->trouble));
    pthread_mutex_unlock(&unlocked->lock);
}
