#include "store/idempotency.h"
#include "store/sql_stmt.h"

#include <stdlib.h>
#include <string.h>

#define SWEEP 500 /* rows at a time */

/* What a row says; *status stays 0 when it is damaged or another request's. */
static enum err judge(struct rows *q, const struct repeat *repeat, int *status, char **body, size_t *length,
                      struct error *error)
{
    size_t size, digest;
    const void *fingerprint = rows_blob(q, &digest);
    int number = (int)rows_choice(q, 999);
    const char *text = rows_blob(q, &size);

    if (q->bad || number == 0 || digest != sizeof(repeat->fingerprint)) {
        rows_log_bad(q, "answer to a repeat, status", number);
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

enum err repeats_find(struct reader *r, const struct repeat *repeat, int64_t now, int *status, char **body,
                      size_t *length, struct error *error)
{
    struct rows q;
    enum err e = OK;
    int found = 0;

    rows_open(&q, r,
              "SELECT fingerprint, status, body FROM repeats WHERE actor = ? AND key = ? AND time > ?");
    rows_put_blob(&q, repeat->actor, strlen(repeat->actor) + 1);
    rows_put_blob(&q, repeat->key, strlen(repeat->key) + 1);
    rows_put(&q, now - REPEAT_SECONDS);
    if (rows_next(&q))
        e = judge(&q, repeat, &found, body, length, error);
    enum err closed = rows_close(&q, e == OK ? error : NULL);
    if (closed != OK && found != 0)
        free(*body);
    if (e == OK && closed == OK)
        *status = found;
    return e != OK ? e : closed;
}

enum err repeats_add(struct store *s, const struct repeat *repeat, int64_t now, int status, const char *body,
                     size_t length, struct error *error)
{
    struct rows q;
    rows_open_write(&q, s,
                    "INSERT OR REPLACE INTO repeats (actor, key, fingerprint, time, status, body)"
                    " VALUES (?, ?, ?, ?, ?, ?)");
    rows_put_blob(&q, repeat->actor, strlen(repeat->actor) + 1);
    rows_put_blob(&q, repeat->key, strlen(repeat->key) + 1);
    rows_put_blob(&q, repeat->fingerprint, sizeof(repeat->fingerprint));
    rows_put(&q, now);
    rows_put(&q, status);
    rows_put_blob(&q, body, length);
    return rows_finish(&q, error);
}

enum err repeats_sweep(struct store *s, int64_t now, struct error *error)
{
    struct rows q;
    rows_open_write(&q, s,
                    "DELETE FROM repeats WHERE rowid IN"
                    " (SELECT rowid FROM repeats WHERE time <= ? ORDER BY time LIMIT ?)");
    rows_put(&q, now - REPEAT_SECONDS);
    rows_put(&q, SWEEP);
    return rows_finish(&q, error);
}
