#include "store/idempotency.h"
#include "store/store_state.h"

#include <stdlib.h>
#include <string.h>

#define PURGE 500 /* rows at a time */

/* Reads the answer of a row; *status stays 0 if the row is damaged. */
static enum err read_answer(struct sql_stmt *q, const struct idempotency *key, int *status, char **body,
                            size_t *length, struct error *error)
{
    size_t digest;
    const void *fingerprint = sql_stmt_blob(q, &digest);
    int number = (int)sql_stmt_enum(q, 999);
    const char *text = sql_stmt_blob(q, length);

    if (q->damaged || number == 0 || digest != sizeof(key->fingerprint)) {
        sql_stmt_log_damaged(q, "answer of an idempotency key, status", number);
        return OK;
    }
    if (memcmp(fingerprint, key->fingerprint, digest) != 0)
        return error_set(error, ERR_REFUSED, "the idempotency key was used for another request");
    *body = calloc(1, *length + 1);
    if (*body == NULL)
        return error_set(error, ERR_MEMORY, "out of memory");
    if (*length != 0)
        memcpy(*body, text, *length);
    *status = number;
    return OK;
}

enum err idempotency_find(struct store_reader *r, const struct idempotency *key, int64_t now, int *status,
                          char **body, size_t *length, struct error *error)
{
    char *text = NULL;
    size_t size = 0;
    enum err e = OK;
    int found = 0;

    struct sql_stmt q = store_read_stmt(
        r, "SELECT fingerprint, status, body FROM repeats WHERE actor = ? AND key = ? AND time > ?");
    sql_stmt_bind_blob(&q, key->actor, strlen(key->actor) + 1);
    sql_stmt_bind_blob(&q, key->key, strlen(key->key) + 1);
    sql_stmt_bind_int(&q, now - IDEMPOTENCY_SECONDS);
    if (sql_stmt_next(&q))
        e = read_answer(&q, key, &found, &text, &size, error);
    enum err closed = sql_stmt_close(&q, e == OK ? error : NULL);
    if (e != OK || closed != OK) {
        free(text);
        return e != OK ? e : closed;
    }
    *status = found;
    *body = text;
    *length = size;
    return OK;
}

enum err idempotency_add(struct store *s, const struct idempotency *key, int64_t now, int status,
                         const char *body, size_t length, struct error *error)
{
    struct sql_stmt q =
        store_write_stmt(s, "INSERT OR REPLACE INTO repeats (actor, key, fingerprint, time, status, body)"
                            " VALUES (?, ?, ?, ?, ?, ?)");
    sql_stmt_bind_blob(&q, key->actor, strlen(key->actor) + 1);
    sql_stmt_bind_blob(&q, key->key, strlen(key->key) + 1);
    sql_stmt_bind_blob(&q, key->fingerprint, sizeof(key->fingerprint));
    sql_stmt_bind_int(&q, now);
    sql_stmt_bind_int(&q, status);
    sql_stmt_bind_blob(&q, body, length);
    return sql_stmt_finish(&q, error);
}

enum err idempotency_purge(struct store *s, int64_t now, struct error *error)
{
    struct sql_stmt q =
        store_write_stmt(s, "DELETE FROM repeats WHERE rowid IN"
                            " (SELECT rowid FROM repeats WHERE time <= ? ORDER BY time LIMIT ?)");
    sql_stmt_bind_int(&q, now - IDEMPOTENCY_SECONDS);
    sql_stmt_bind_int(&q, PURGE);
    return sql_stmt_finish(&q, error);
}
