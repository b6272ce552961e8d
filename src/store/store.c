#include "store/store.h"
#include "base/log.h"
#include "store/sql_stmt.h"
#include "store/store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool store_is_durable(const struct store *s)
{
    return s->path[0] != '\0';
}

/* ---- Opening ---- */

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
    store_watch_files(s);
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
    struct sql_stmt q;
    char name[DELIST_NAME];
    bool memory = true;

    sql_stmt_open(&q, &s->writer, "SELECT number, name FROM lists");
    while (sql_stmt_next(&q)) {
        int64_t number = sql_stmt_number(&q);
        sql_stmt_text(&q, name, sizeof(name));
        if (q.bad || name[0] == '\0' || number < 0 || number >= LISTS_MAX || s->lists[number] != NULL)
            sql_stmt_log_bad(&q, "list", number);
        else
            memory &= (s->lists[number] = strdup(name)) != NULL;
    }
    enum err e = sql_stmt_close(&q, error);
    return e == OK && !memory ? error_set(error, ERR_MEMORY, "memory is out") : e;
}

static enum err load_counts(struct store *s, struct error *error)
{
    struct sql_stmt q;
    uint64_t items = 0; /* whatever the rows say */

    sql_stmt_open(&q, &s->writer, "SELECT value FROM counts WHERE what < 3");
    while (sql_stmt_next(&q))
        items += (uint64_t)sql_stmt_number(&q);
    s->items = (int64_t)items;
    return sql_stmt_close(&q, error);
}

static void init(struct store *s)
{
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->freed, NULL);
    s->lock_fd = -1;
    s->well = true;
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

static void forget_statements(struct store_reader *r)
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
        if (store_is_durable(s))
            sqlite3_close(s->readers[i].db);
    }
    forget_statements(&s->writer);
    sqlite3_close(s->writer.db);
    if (s->lock_fd >= 0)
        close(s->lock_fd);
    for (size_t i = 0; i < LISTS_MAX; i++)
        free(s->lists[i]);
    pthread_mutex_destroy(&s->lock);
    pthread_cond_destroy(&s->freed);
    free(s);
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

    struct sql_stmt q;
    char *copy = strdup(name);
    if (copy == NULL)
        return error_set(error, ERR_MEMORY, "memory is out");
    enum err e = store_begin(s, error);
    if (e == OK) {
        sql_stmt_open_write(&q, s, "INSERT INTO lists (number, name) VALUES (?, ?)");
        sql_stmt_put(&q, free_number);
        sql_stmt_put_text(&q, name);
        e = sql_stmt_finish(&q, error);
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

/* ---- Facts for the operator ---- */

static uint64_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

void store_look(struct store *s, struct store_facts *out)
{
    char log[STORE_PATH + 8];

    *out = (struct store_facts){ .items = (uint64_t)s->items, .durable = store_is_durable(s) };
    if (store_is_durable(s)) {
        snprintf(log, sizeof(log), "%s-wal", s->path);
        out->bytes = size_of(s->path) + size_of(log);
    }
    pthread_mutex_lock(&s->lock);
    out->well = s->well;
    memcpy(out->trouble, s->trouble, sizeof(out->trouble));
    pthread_mutex_unlock(&s->lock);
}
