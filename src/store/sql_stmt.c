#include "store/sql_stmt.h"
#include "base/log.h"
#include "base/utf8.h"
#include "store/cidr_key.h"
#include "store/sql.h"

#include <errno.h>
#include <string.h>

/* ---- Connections ---- */

void sql_conn_fail(struct sql_conn *c, const struct error *error)
{
    if (c->failure.code == OK) /* the first failure causes all others */
        c->failure = *error;
}

void sql_conn_free_statements(struct sql_conn *c)
{
    for (unsigned i = 0; i < c->count; i++)
        sqlite3_finalize(c->statements[i].stmt);
    c->count = 0;
}

static sqlite3_stmt *prepare(struct sql_conn *c, const char *sql, int *rc)
{
    for (unsigned i = 0; i < c->count; i++)
        if (c->statements[i].sql == sql)
            return c->statements[i].stmt;
    sqlite3_stmt *stmt = NULL;
    if (c->count == SQL_STATEMENTS) {
        *rc = SQLITE_TOOBIG;
        return NULL;
    }
    *rc = sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (*rc != SQLITE_OK)
        return NULL;
    c->statements[c->count].sql = sql;
    c->statements[c->count++].stmt = stmt;
    return stmt;
}

/* ---- Parameters ---- */

struct sql_stmt sql_stmt_open(struct sql_conn *c, const char *sql)
{
    struct sql_stmt q = { .conn = c };
    q.stmt = prepare(c, sql, &q.rc);
    if (q.stmt != NULL && sqlite3_stmt_busy(q.stmt)) /* opened within itself: leave the outer use alone */
        return (struct sql_stmt){ .conn = c, .rc = SQLITE_MISUSE };
    return q;
}

void sql_stmt_bind_int(struct sql_stmt *q, int64_t value)
{
    if (q->rc == SQLITE_OK)
        q->rc = sqlite3_bind_int64(q->stmt, ++q->at, value);
}

void sql_stmt_bind_null(struct sql_stmt *q)
{
    if (q->rc == SQLITE_OK)
        q->rc = sqlite3_bind_null(q->stmt, ++q->at);
}

void sql_stmt_bind_time(struct sql_stmt *q, int64_t time)
{
    if (time != 0)
        sql_stmt_bind_int(q, time);
    else
        sql_stmt_bind_null(q);
}

void sql_stmt_bind_text(struct sql_stmt *q, const char *text)
{
    if (*text == '\0')
        sql_stmt_bind_null(q);
    else if (q->rc == SQLITE_OK)
        q->rc = sqlite3_bind_text(q->stmt, ++q->at, text, -1, SQLITE_STATIC);
}

void sql_stmt_bind_blob(struct sql_stmt *q, const void *data, size_t size)
{
    if (size == 0)
        sql_stmt_bind_null(q);
    else if (q->rc == SQLITE_OK)
        q->rc = sqlite3_bind_blob64(q->stmt, ++q->at, data, size, SQLITE_TRANSIENT);
}

void sql_stmt_bind_id(struct sql_stmt *q, const char *id)
{
    uint8_t bytes[16];
    if (*id == '\0')
        sql_stmt_bind_null(q);
    else if (store_parse_id(id, bytes))
        sql_stmt_bind_blob(q, bytes, sizeof(bytes));
    else if (q->rc == SQLITE_OK)
        q->rc = SQLITE_MISMATCH;
}

void sql_stmt_bind_mask(struct sql_stmt *q, const struct list_mask *mask)
{
    uint8_t bytes[LISTS_MAX / 8];
    size_t size = 0;
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = (uint8_t)(mask->word[i / 8] >> (8 * (i % 8)));
        if (bytes[i] != 0)
            size = i + 1;
    }
    sql_stmt_bind_blob(q, bytes, size);
}

void sql_stmt_bind_cover(struct sql_stmt *q, const struct range *range)
{
    struct cidr_key key;
    cidr_key_of(range, &key);
    sql_stmt_bind_blob(q, key.cover, key.cover_size);
}

void sql_stmt_bind_range(struct sql_stmt *q, const struct range *range)
{
    struct cidr_key key = { .cover_size = 0 };
    if (range != NULL)
        cidr_key_of(range, &key);
    sql_stmt_bind_blob(q, key.cover, key.cover_size);
    sql_stmt_bind_blob(q, key.bounds, key.bounds_size);
    if (range != NULL)
        sql_stmt_bind_int(q, range->family == RANGE_NAME && range->subdomains);
    else
        sql_stmt_bind_null(q);
}

/* Binds the next cover. False: there is none, or an error. */
static bool bind_next_above(struct sql_stmt *q)
{
    struct cidr_key key;
    if (q->key == NULL || !cidr_key_above(q->key, q->step++, &key))
        return false;
    q->at = 0;
    q->rc = sqlite3_reset(q->stmt);
    sql_stmt_bind_blob(q, key.cover, key.cover_size);
    return q->rc == SQLITE_OK;
}

void sql_stmt_bind_above(struct sql_stmt *q, const struct range *key)
{
    q->key = key;
    if (q->rc == SQLITE_OK)
        bind_next_above(q);
}

/* ---- Rows ---- */

bool sql_stmt_next(struct sql_stmt *q)
{
    if (q->rc != SQLITE_OK && q->rc != SQLITE_ROW)
        return false;
    do {
        errno = 0;
        q->rc = sqlite3_step(q->stmt);
        q->system_errno = errno;
    } while (q->rc == SQLITE_DONE && bind_next_above(q));
    q->at = 0;
    q->damaged = false;
    return q->rc == SQLITE_ROW;
}

int64_t sql_stmt_int(struct sql_stmt *q)
{
    int at = q->at++;
    if (sqlite3_column_type(q->stmt, at) != SQLITE_INTEGER)
        q->damaged = true;
    return sqlite3_column_int64(q->stmt, at);
}

int64_t sql_stmt_int_or(struct sql_stmt *q, int64_t otherwise)
{
    if (sqlite3_column_type(q->stmt, q->at) != SQLITE_NULL)
        return sql_stmt_int(q);
    q->at++;
    return otherwise;
}

unsigned sql_stmt_enum(struct sql_stmt *q, unsigned max)
{
    int64_t value = sql_stmt_int(q);
    if (value >= 0 && value <= max)
        return (unsigned)value;
    q->damaged = true;
    return 0;
}

bool sql_stmt_bool(struct sql_stmt *q)
{
    return sql_stmt_enum(q, 1) != 0;
}

const void *sql_stmt_blob(struct sql_stmt *q, size_t *size)
{
    int at = q->at++, type = sqlite3_column_type(q->stmt, at);
    *size = 0;
    if (type == SQLITE_NULL)
        return NULL;
    if (type != SQLITE_BLOB) {
        q->damaged = true;
        return NULL;
    }
    const void *data = sqlite3_column_blob(q->stmt, at);
    if (data != NULL)
        *size = (size_t)sqlite3_column_bytes(q->stmt, at);
    return data;
}

/* Replaces every byte that is not UTF-8 by a question mark: whoever passes the text on relies on UTF-8. */
static void repair(char *text, size_t length)
{
    for (size_t at = 0, size; at < length; at += size != 0 ? size : 1) {
        size = utf8_sequence(text + at, length - at);
        if (size == 0)
            text[at] = '?';
    }
}

void sql_stmt_text(struct sql_stmt *q, char *out, size_t size)
{
    int at = q->at++, type = sqlite3_column_type(q->stmt, at);
    out[0] = '\0';
    if (type == SQLITE_NULL)
        return;
    const unsigned char *text = type == SQLITE_TEXT ? sqlite3_column_text(q->stmt, at) : NULL;
    size_t bytes = text != NULL ? (size_t)sqlite3_column_bytes(q->stmt, at) : size;
    if (bytes >= size) {
        q->damaged = true;
        return;
    }
    memcpy(out, text, bytes);
    out[bytes] = '\0';
    repair(out, bytes);
}

void sql_stmt_id(struct sql_stmt *q, char id[STORE_ID])
{
    size_t size;
    const uint8_t *bytes = sql_stmt_blob(q, &size);

    id[0] = '\0';
    if (size == 16)
        store_format_id(bytes, id);
    else
        q->damaged |= size != 0;
}

void sql_stmt_mask(struct sql_stmt *q, struct list_mask *mask)
{
    size_t size;
    const uint8_t *bytes = sql_stmt_blob(q, &size);
    *mask = (struct list_mask){ { 0 } };
    if (size > LISTS_MAX / 8) {
        q->damaged = true;
        return;
    }
    for (size_t i = 0; i < size; i++)
        mask->word[i / 8] |= (uint64_t)bytes[i] << (8 * (i % 8));
}

bool sql_stmt_range(struct sql_stmt *q, struct range *range)
{
    struct cidr_key key;
    const void *cover = sql_stmt_blob(q, &key.cover_size), *bounds;
    if (cover == NULL) {
        q->at += 2;
        return false;
    }
    bounds = sql_stmt_blob(q, &key.bounds_size);
    bool subdomains = sql_stmt_bool(q);
    if (key.cover_size > sizeof(key.cover) || key.bounds_size > sizeof(key.bounds)) {
        q->damaged = true;
        return false;
    }
    memcpy(key.cover, cover, key.cover_size);
    if (bounds != NULL)
        memcpy(key.bounds, bounds, key.bounds_size);
    bool valid = cidr_key_to_range(&key, subdomains, range);
    q->damaged |= !valid;
    return valid;
}

const char *sql_stmt_raw_text(struct sql_stmt *q)
{
    return (const char *)sqlite3_column_text(q->stmt, q->at++);
}

/* ---- Ending ---- */

enum err sql_stmt_close(struct sql_stmt *q, struct error *error)
{
    struct error own;

    if (q->stmt != NULL) {
        int rc = sqlite3_reset(q->stmt); /* knows of a field that could not be read for lack of memory */
        if (q->rc == SQLITE_OK || q->rc == SQLITE_ROW)
            q->rc = rc;
        sqlite3_clear_bindings(q->stmt);
    }
    if (q->rc == SQLITE_OK || q->rc == SQLITE_DONE)
        return OK;
    errno = q->system_errno;
    enum err e = sql_explain(q->conn->db, q->conn->path, q->rc, &own);
    sql_conn_fail(q->conn, &own);
    return error_set(error, e, "%s", own.text);
}

enum err sql_stmt_finish(struct sql_stmt *q, struct error *error)
{
    while (sql_stmt_next(q))
        ;
    return sql_stmt_close(q, error);
}

enum err sql_stmt_finish_insert(struct sql_stmt *q, uint64_t *rowid, struct error *error)
{
    enum err e = sql_stmt_finish(q, error);
    if (e == OK)
        *rowid = (uint64_t)sqlite3_last_insert_rowid(q->conn->db);
    return e;
}

enum err sql_stmt_finish_update(struct sql_stmt *q, unsigned *rows, struct error *error)
{
    enum err e = sql_stmt_finish(q, error);
    if (e == OK)
        *rows = (unsigned)sqlite3_changes(q->conn->db);
    return e;
}

enum err sql_stmt_finish_int(struct sql_stmt *q, int64_t *value, struct error *error)
{
    bool found = sql_stmt_next(q);
    int64_t read = found ? sql_stmt_int(q) : 0;
    enum err e = sql_stmt_close(q, error);
    if (e == OK && found)
        *value = read;
    return e;
}

enum err sql_stmt_finish_ints(struct sql_stmt *q, uint64_t *out, unsigned max, unsigned *count,
                              struct error *error)
{
    unsigned n = 0;

    while (n < max && sql_stmt_next(q))
        out[n++] = (uint64_t)sql_stmt_int(q);
    enum err e = sql_stmt_close(q, error);
    if (e == OK)
        *count = n;
    return e;
}

enum err sql_stmt_run(struct sql_conn *c, const char *sql, struct error *error)
{
    struct sql_stmt q = sql_stmt_open(c, sql);
    return sql_stmt_finish(&q, error);
}

void sql_stmt_log_damaged(struct sql_stmt *q, const char *what, int64_t number)
{
    const char *path = q->conn->path;
    unsigned logged = atomic_fetch_add(q->conn->damaged, 1);
    if (logged < SQL_DAMAGED_LOGGED)
        log_error("%s: %s %lld is damaged and is skipped", path, what, (long long)number);
    else if (logged == SQL_DAMAGED_LOGGED)
        log_error("%s: more rows are damaged; they are not logged", path);
}
