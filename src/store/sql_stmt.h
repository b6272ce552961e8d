/*
 * Rows of SQLite, bound and read field by field.
 *
 * A struct rows is a statement under way. Errors stick: parameters are put one after the other, rows taken
 * and fields read, and rows_close says once whether all went well. Fields of stored rows are not trusted:
 * what has the wrong type, size or value reads as empty and makes `bad` true.
 *
 *     struct rows q;
 *     rows_open(&q, reader, "SELECT number, reason FROM items WHERE id = ?");
 *     rows_put_id(&q, id);
 *     while (rows_next(&q)) {
 *         number = rows_number(&q);
 *         rows_text(&q, reason, sizeof(reason));
 *     }
 *     return rows_close(&q, error);
 */
#ifndef STORE_SQL_STMT_H
#define STORE_SQL_STMT_H

#include "store/store.h"

struct sqlite3_stmt;

struct rows {
    struct reader *reader;
    struct sqlite3_stmt *stmt;
    int at;         /* of the next parameter or field */
    int rc, number; /* of SQLite, and errno */
    bool bad;       /* a field of this row */
};

/* `sql` is a constant: its address is the key under which the prepared statement is kept. */
void rows_open(struct rows *q, struct reader *r, const char *sql);
/* The same for a statement that writes: an error unless a transaction is open and well. */
void rows_open_write(struct rows *q, struct store *s, const char *sql);

/* The next parameter. Texts and blobs must stay until the rows are closed; empty ones are stored as NULL. */
void rows_put(struct rows *q, int64_t value);
void rows_put_null(struct rows *q);
void rows_put_time(struct rows *q, int64_t time); /* 0, which is none: NULL */
void rows_put_text(struct rows *q, const char *text);
void rows_put_blob(struct rows *q, const void *data, size_t size);
void rows_put_id(struct rows *q, const char *id); /* of a UUID; empty: NULL */
void rows_put_mask(struct rows *q, const struct list_mask *mask);
void rows_put_range(struct rows *q,
                    const struct range *range); /* NULL: none; three: cover, bounds, subdomains */
void rows_put_cover(struct rows *q, const struct range *range); /* the first of them */

/* Takes the next row; false: there is none, or an error. */
bool rows_next(struct rows *q);

/* The next field. */
int64_t rows_number(struct rows *q);
int64_t rows_number_or(struct rows *q, int64_t null);
unsigned rows_choice(struct rows *q, unsigned most); /* 0..most */
bool rows_bool(struct rows *q);
void rows_text(struct rows *q, char *out, size_t size);
const void *rows_blob(struct rows *q, size_t *size); /* valid until the next row; NULL, 0: none */
void rows_id(struct rows *q, char id[DELIST_ID]);
void rows_mask(struct rows *q, struct list_mask *mask);
bool rows_range(struct rows *q, struct range *range); /* three fields; false: none */

/* Ends it: OK if all went well. */
enum err rows_close(struct rows *q, struct error *error) must_use;

/* Takes the first field of the next `most` rows, and ends it; *count: how many there were. */
enum err rows_numbers(struct rows *q, uint64_t *out, unsigned most, unsigned *count,
                      struct error *error) must_use;

/* A statement without parameters and rows; or the rest of one that writes: steps once and closes. */
enum err rows_run(struct reader *r, const char *sql, struct error *error) must_use;
enum err rows_finish(struct rows *q, struct error *error) must_use;

/* Logs that a row cannot be used and is passed over; not for ever. */
void rows_log_bad(struct rows *q, const char *what, int64_t number);

#endif
