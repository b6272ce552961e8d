#include "store/sql.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- Errors ---- */

enum err sql_explain(sqlite3 *db, const char *path, int rc, struct error *error)
{
    const char *name = *path != '\0' ? path : "the store in memory";
    int number = db != NULL ? sqlite3_system_errno(db) : 0;
    if (number == 0 && (rc & 0xff) == SQLITE_IOERR) /* SQLite does not keep every errno */
        number = errno;

    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return error_set(error, ERR_MEMORY, "%s: out of memory", name);
    case SQLITE_FULL:
        return error_set(error, ERR_SYSTEM, "%s: the disk is full; make room", name);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_set(error, ERR_SYSTEM, "%s cannot be read or written: %s", name,
                         number != 0 ? strerror(number) : sqlite3_errstr(rc));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(error, ERR_SYSTEM, "%s is damaged; stop the server and restore a backup", name);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERR_SYSTEM, "%s is locked by another program; stop that program", name);
    case SQLITE_ABORT:
        return error_set(error, ERR_SYSTEM, "%s: no transaction is open, or it has failed", name);
    case SQLITE_MISMATCH:
        return error_set(error, ERR_SYSTEM, "%s: an id is not a valid UUID", name);
    case SQLITE_ERROR:
        return error_set(error, ERR_SYSTEM, "%s does not have the tables of a store; restore a backup", name);
    default:
        return error_set(error, ERR_SYSTEM, "%s: %s", name, sqlite3_errstr(rc));
    }
}

enum err sql_explain_open(sqlite3 *db, const char *path, int rc, struct error *error)
{
    if ((rc & 0xff) != SQLITE_CORRUPT && (rc & 0xff) != SQLITE_NOTADB)
        return sql_explain(db, path, rc, error);
    return error_set(error, ERR_REFUSED, "%s is damaged (%s); restore a backup, or move it away", path,
                     sqlite3_errstr(rc));
}

/* ---- mentions(text, subject) ---- */

/* Whether a character may be part of the same address as its neighbour. A dot or colon may also end a
 * sentence: it joins only if something follows. */
static bool joins(char c, char next)
{
    if (c == '.' || c == ':')
        return isalnum((unsigned char)next) || next == ':';
    return isalnum((unsigned char)c) || (c != '\0' && strchr("-_+@%/", c) != NULL);
}

bool sql_mentions(const char *text, const char *subject)
{
    size_t size = strlen(subject);
    for (const char *at = text; (at = strcasestr(at, subject)) != NULL; at++)
        if ((at == text || !joins(at[-1], 'x')) && !joins(at[size], at[size] != '\0' ? at[size + 1] : '\0'))
            return true;
    return false;
}

static void call_mentions(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *text = (const char *)sqlite3_value_text(values[0]);
    const char *subject = (const char *)sqlite3_value_text(values[1]);
    (void)count;
    sqlite3_result_int(context, text != NULL && subject != NULL && sql_mentions(text, subject));
}

/* ---- Opening ---- */

static int configure(sqlite3 *db)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, SQL_WAIT_MS);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20); /* no stored value is so large, unless it is damaged */
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    int rc =
        sqlite3_create_function(db, "mentions", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
                                NULL, call_mentions, NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    /* secure_delete: a freed page is overwritten, so that erased data is gone. cache_size: 8 MiB;
     * journal_size_limit: 64 MiB, slightly more than WAL_PAGES_MAX (store_write.c). */
    return sqlite3_exec(db,
                        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -8192;"
                        "PRAGMA journal_size_limit = 67108864",
                        NULL, NULL, NULL);
}

/* unix-excl keeps the index of the WAL in our own memory: a mapped file would kill us by SIGBUS when somebody
 * truncates it. It also keeps other programs from writing. */
enum err sql_open(const char *path, sqlite3 **out, struct error *error)
{
    sqlite3 *db = NULL;
    int rc =
        *path == '\0'
            ? sqlite3_open_v2(":memory:", &db,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL)
            : sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
                              "unix-excl");
    if (rc == SQLITE_OK && sqlite3_db_readonly(db, "main") == 1)
        rc = SQLITE_READONLY; /* SQLite opens it nevertheless */
    if (rc == SQLITE_OK)
        rc = configure(db);
    if (rc == SQLITE_OK) {
        *out = db;
        return OK;
    }
    enum err e = sql_explain_open(db, path, rc, error);
    sqlite3_close(db);
    return e;
}

int sql_query_text(sqlite3 *db, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(stmt, 0);
        snprintf(out, size, "%s", text != NULL ? (const char *)text : "");
        rc = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    return rc;
}
