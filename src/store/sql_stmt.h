/*
 * SQL statements: parameters bound and rows read, field by field.
 *
 * A struct sql_stmt is a statement in progress. Errors are sticky: bind parameters one after the other, step
 * through rows, read their fields, and sql_stmt_close says once whether all went well. Stored fields are not
 * trusted: one of the wrong type, size or value reads as empty and sets `damaged`.
 *
 *     struct sql_stmt q = sql_stmt_open(conn, "SELECT number, reason FROM items WHERE id = ?");
 *     sql_stmt_bind_id(&q, id);
 *     while (sql_stmt_next(&q)) {
 *         number = sql_stmt_int(&q);
 *         sql_stmt_text(&q, reason, sizeof(reason));
 *     }
 *     return sql_stmt_close(&q, error);
 */
#ifndef STORE_SQL_STMT_H
#define STORE_SQL_STMT_H

#include "store/types.h"

#include <stdatomic.h>

struct sqlite3;
struct sqlite3_stmt;

#define SQL_STATEMENTS     112 /* different statements of one connection: all that the tables have */
#define SQL_DAMAGED_LOGGED 20  /* damaged rows that are logged one by one */

/* A connection with its prepared statements, found by the address of their text. One thread at a time. */
struct sql_conn {
    struct sqlite3 *db;
    const char *path;     /* of the database, for messages; empty: in memory */
    atomic_uint *damaged; /* damaged rows met by all connections to this database */
    bool writable;        /* a transaction that writes is open */
    struct error failure; /* of the first statement that failed; code OK: none. Reset by the owner */
    unsigned count;
    struct {
        const char *sql;
        struct sqlite3_stmt *stmt;
    } statements[SQL_STATEMENTS];
};

/* Sets `failure`, unless there is one. */
void sql_conn_fail(struct sql_conn *c, const struct error *error);

/* Frees the prepared statements; before the database is closed. */
void sql_conn_free_statements(struct sql_conn *c);

struct sql_stmt {
    struct sql_conn *conn;
    struct sqlite3_stmt *stmt;
    int at;                  /* index of the next parameter or field */
    int rc, system_errno;    /* SQLite's code, and errno after it */
    bool damaged;            /* a field of this row is */
    const struct range *key; /* sql_stmt_bind_above; NULL: not used */
    unsigned step;           /* of cidr_key_above */
};

/* `sql` must be a constant: its address is the key of the prepared statement. */
struct sql_stmt sql_stmt_open(struct sql_conn *c, const char *sql);

/* Bind the next parameter. Texts must stay valid until the statement is closed; blobs are copied. Empty ones
 * are stored as NULL. */
void sql_stmt_bind_int(struct sql_stmt *q, int64_t value);
void sql_stmt_bind_null(struct sql_stmt *q);
void sql_stmt_bind_time(struct sql_stmt *q, int64_t time); /* 0: NULL */
void sql_stmt_bind_text(struct sql_stmt *q, const char *text);
void sql_stmt_bind_blob(struct sql_stmt *q, const void *data, size_t size);
void sql_stmt_bind_id(struct sql_stmt *q, const char *id); /* of a UUID; empty: NULL */
void sql_stmt_bind_mask(struct sql_stmt *q, const struct list_mask *mask);
void sql_stmt_bind_range(struct sql_stmt *q, const struct range *range); /* three: cover, bounds, subdomains;
                                                                            range NULL: three NULLs */
void sql_stmt_bind_cover(struct sql_stmt *q, const struct range *range); /* the first of them */

/* Binds the first parameter to each cover in turn that contains `key`, which must stay valid until the
 * statement is closed: it gives the rows of all of them, from the widest cover on (cidr_key_above). */
void sql_stmt_bind_above(struct sql_stmt *q, const struct range *key);

/* Steps to the next row. False: there is none, or an error. */
bool sql_stmt_next(struct sql_stmt *q);

/* Read the next field. */
int64_t sql_stmt_int(struct sql_stmt *q);
int64_t sql_stmt_int_or(struct sql_stmt *q, int64_t otherwise); /* `otherwise` for NULL */
unsigned sql_stmt_enum(struct sql_stmt *q, unsigned max);       /* 0..max */
bool sql_stmt_bool(struct sql_stmt *q);
void sql_stmt_text(struct sql_stmt *q, char *out, size_t size);
const char *sql_stmt_raw_text(struct sql_stmt *q); /* unchecked; valid until the next row; NULL: none */
const void *sql_stmt_blob(struct sql_stmt *q, size_t *size); /* valid until the next row; NULL, 0: none */
void sql_stmt_id(struct sql_stmt *q, char id[STORE_ID]);
void sql_stmt_mask(struct sql_stmt *q, struct list_mask *mask);
bool sql_stmt_range(struct sql_stmt *q, struct range *range); /* three fields; false: none */

/* Ends the statement. OK if all went well; else the failure is in conn->failure too. */
enum err sql_stmt_close(struct sql_stmt *q, struct error *error) must_use;

/* Run what is left of it and end it. _insert: *rowid is that of the new row; _update: *rows were changed;
 * _int: *value is the first field of the first row, unchanged if there is none; _ints: out[] has the first
 * fields of *count rows, at most `max`. */
enum err sql_stmt_finish(struct sql_stmt *q, struct error *error) must_use;
enum err sql_stmt_finish_insert(struct sql_stmt *q, uint64_t *rowid, struct error *error) must_use;
enum err sql_stmt_finish_update(struct sql_stmt *q, unsigned *rows, struct error *error) must_use;
enum err sql_stmt_finish_int(struct sql_stmt *q, int64_t *value, struct error *error) must_use;
enum err sql_stmt_finish_ints(struct sql_stmt *q, uint64_t *out, unsigned max, unsigned *count,
                              struct error *error) must_use;

/* Runs a statement without parameters. */
enum err sql_stmt_run(struct sql_conn *c, const char *sql, struct error *error) must_use;

/* Logs that the current row is damaged and skipped; after SQL_DAMAGED_LOGGED rows, no more. */
void sql_stmt_log_damaged(struct sql_stmt *q, const char *what, int64_t number);

#endif
