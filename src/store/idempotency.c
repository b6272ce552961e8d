#include "store/idempotency.h"
#include "store/store_state.h"

#include <stdlib.h>
#include <string.h>

enum err idempotency_find(struct store_reader *r, const struct idempotency *key, int64_t now, int *status,
                          char **body, size_t *length, struct error *error)
{
    char *copy = NULL;
    size_t size = 0, fingerprint_size;
    enum err e = OK;
    int known = 0; /* stays 0 if the row is damaged */

    struct sql_stmt q = store_read_stmt(
        r, "SELECT fingerprint, status, body FROM repeats WHERE actor = ? AND key = ? AND time > ?");
    sql_stmt_bind_blob(&q, key->actor, strlen(key->actor) + 1);
    sql_stmt_bind_blob(&q, key->key, strlen(key->key) + 1);
    sql_stmt_bind_int(&q, now - IDEMPOTENCY_SECONDS);
    if (sql_stmt_next(&q)) {
        const void *fingerprint = sql_stmt_blob(&q, &fingerprint_size);
        int stored = (int)sql_stmt_enum(&q, 599); /* no answer has another */
        const char *text = sql_stmt_blob(&q, &size);
        if (q.damaged || stored < 200 || fingerprint_size != sizeof(key->fingerprint))
            sql_stmt_log_damaged(&q, "answer of an idempotency key, status", stored);
        else if (memcmp(fingerprint, key->fingerprint, fingerprint_size) != 0)
            e = error_set(error, ERR_REFUSED, "the idempotency key was used for another request");
        else if ((copy = calloc(1, size + 1)) == NULL)
            e = error_set(error, ERR_MEMORY, "out of memory");
        else
            known = stored;
        if (known != 0 && size != 0)
            memcpy(copy, text, size);
    }
    enum err closed = sql_stmt_close(&q, e == OK ? error : NULL);
    if (e != OK || closed != OK) {
        free(copy);
        return e != OK ? e : closed;
    }
    *status = known;
    *body = copy;
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
    sql_stmt_bind_int(&q, STORE_PURGE);
    return sql_stmt_finish(&q, error);
}
