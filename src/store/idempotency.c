#include "store/idempotency.h"
#include "store/sql_stmt.h"

#include <stdlib.h>
#include <string.h>

#define SWEEP 500 /* rows at a time */

/* What a row says; *status stays 0 when it is damaged or another request's. */
static enum err judge(struct sql_stmt *q, const struct idempotency *repeat, int *status, char **body,
                      size_t *length, struct error *error)
{
    size_t size, digest;
    const void *fingerprint = sql_stmt_blob(q, &digest);
    int number = (int)sql_stmt_choice(q, 999);
    const char *text = sql_stmt_blob(q, &size);

    if (q->bad || number == 0 || digest != sizeof(repeat->fingerprint)) {
        sql_stmt_log_bad(q, "answer to a repeat, status", number);
        return OK;
    }
    if (memcmp(fingerprint, repeat->fingerprint, digest) != 0)
        return error_set(error, ERR_REFUSED, "the idempotency key came with another request before");
    char *copy = malloc(size + 1);
    if (copy == NULL)
        return error_set(error, ERR_MEMORY, "memory is out");
    if (size != 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    *status = number;
    *body = copy;
    *length = size;
    return OK;
}

enum err idempotency_find(struct store_reader *r, const struct idempotency *repeat, int64_t now, int *status,
                          char **body, size_t *length, struct error *error)
{
    struct sql_stmt q;
    enum err e = OK;
    int found = 0;

    sql_stmt_open(&q, r,
                  "SELECT fingerprint, status, body FROM repeats WHERE actor = ? AND key = ? AND time > ?");
    sql_stmt_put_blob(&q, repeat->actor, strlen(repeat->actor) + 1);
    sql_stmt_put_blob(&q, repeat->key, strlen(repeat->key) + 1);
    sql_stmt_put(&q, now - IDEMPOTENCY_SECONDS);
    if (sql_stmt_next(&q))
        e = judge(&q, repeat, &found, body, length, error);
    enum err closed = sql_stmt_close(&q, e == OK ? error : NULL);
    if (closed != OK && found != 0)
        free(*body);
    if (e == OK && closed == OK)
        *status = found;
    return e != OK ? e : closed;
}

enum err idempotency_add(struct store *s, const struct idempotency *repeat, int64_t now, int status,
                         const char *body, size_t length, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open_write(&q, s,
                        "INSERT OR REPLACE INTO repeats (actor, key, fingerprint, time, status, body)"
                        " VALUES (?, ?, ?, ?, ?, ?)");
    sql_stmt_put_blob(&q, repeat->actor, strlen(repeat->actor) + 1);
    sql_stmt_put_blob(&q, repeat->key, strlen(repeat->key) + 1);
    sql_stmt_put_blob(&q, repeat->fingerprint, sizeof(repeat->fingerprint));
    sql_stmt_put(&q, now);
    sql_stmt_put(&q, status);
    sql_stmt_put_blob(&q, body, length);
    return sql_stmt_finish(&q, error);
}

enum err idempotency_expire(struct store *s, int64_t now, struct error *error)
{
    struct sql_stmt q;
    sql_stmt_open_write(&q, s,
                        "DELETE FROM repeats WHERE rowid IN"
                        " (SELECT rowid FROM repeats WHERE time <= ? ORDER BY time LIMIT ?)");
    sql_stmt_put(&q, now - IDEMPOTENCY_SECONDS);
    sql_stmt_put(&q, SWEEP);
    return sql_stmt_finish(&q, error);
}
