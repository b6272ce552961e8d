/*
 * Rows of SQLite, bound and read field by field.
 *
 * A struct sql_stmt is a statement under way. Errors stick: parameters are put one after the other, rows
 * taken and fields read, and sql_stmt_close says once whether all went well. Fields of stored rows are not
 * trusted: what has the wrong type, size or value reads as empty and makes `bad` true.
 *
 *     struct sql_stmt q;
 *     sql_stmt_open(&q, reader, "SELECT number, reason FROM items WHERE id = ?");
 *     sql_stmt_put_id(&q, id);
 *     while (sql_stmt_next(&q)) {
 *         number = sql_stmt_number(&q);
 *         sql_stmt_text(&q, reason, sizeof(reason));
 *     }
 *     return sql_stmt_close(&q, error);
 */
#ifndef STORE_SQL_STMT_H
#define STORE_SQL_STMT_H

#include "store/store.h"

struct sqlite3_stmt;

struct sql_stmt {
    struct store_reader *reader;
    struct sqlite3_stmt *stmt;
    int at;         /* of the next parameter or field */
    int rc, number; /* of SQLite, and errno */
    bool bad;       /* a field of this row */
};

/* `sql` is a constant: its address is the key under which the prepared statement is kept. */
void sql_stmt_open(struct sql_stmt *q, struct store_reader *r, const char *sql);
/* The same for a statement that writes: an error unless a transaction is open and well. */
void sql_stmt_open_write(struct sql_stmt *q, struct store *s, const char *sql);

/* The next parameter. Texts and blobs must stay until the rows are closed; empty ones are stored as NULL. */
void sql_stmt_put(struct sql_stmt *q, int64_t value);
void sql_stmt_put_null(struct sql_stmt *q);
void sql_stmt_put_time(struct sql_stmt *q, int64_t time); /* 0, which is none: NULL */
void sql_stmt_put_text(struct sql_stmt *q, const char *text);
void sql_stmt_put_blob(struct sql_stmt *q, const void *data, size_t size);
void sql_stmt_put_id(struct sql_stmt *q, const char *id); /* of a UUID; empty: NULL */
void sql_stmt_put_mask(struct sql_stmt *q, const struct list_mask *mask);
void sql_stmt_put_range(struct sql_stmt *q,
                        const struct range *range); /* NULL: none; three: cover, bounds, subdomains */
void sql_stmt_put_cover(struct sql_stmt *q, const struct range *range); /* the first of them */

/* Takes the next row; false: there is none, or an error. */
bool sql_stmt_next(struct sql_stmt *q);

/* The next field. */
int64_t sql_stmt_number(struct sql_stmt *q);
int64_t sql_stmt_number_or(struct sql_stmt *q, int64_t null);
unsigned sql_stmt_choice(struct sql_stmt *q, unsigned most); /* 0..most */
bool sql_stmt_bool(struct sql_stmt *q);
void sql_stmt_text(struct sql_stmt *q, char *out, size_t size);
const void *sql_stmt_blob(struct sql_stmt *q, size_t *size); /* valid until the next row; NULL, 0: none */
void sql_stmt_id(struct sql_stmt *q, char id[STORE_ID]);
void sql_stmt_mask(struct sql_stmt *q, struct list_mask *mask);
bool sql_stmt_range(struct sql_stmt *q, struct range *range); /* three fields; false: none */

/* Ends it: OK if all went well. */
enum err sql_stmt_close(struct sql_stmt *q, struct error *error) must_use;

/* Takes the first field of the next `most` rows, and ends it; *count: how many there were. */
enum err sql_stmt_numbers(struct sql_stmt *q, uint64_t *out, unsigned most, unsigned *count,
                          struct error *error) must_use;

/* A statement without parameters and rows; or the rest of one that writes: steps once and closes. */
enum err sql_stmt_run(struct store_reader *r, const char *sql, struct error *error) must_use;
enum err sql_stmt_finish(struct sql_stmt *q, struct error *error) must_use;

/* Logs that a row cannot be used and is passed over; not for ever. */
void sql_stmt_log_bad(struct sql_stmt *q, const char *what, int64_t number);

#endif
