#include "store/removal_counts.h"
#include "store/store_state.h"

#include <string.h>

static bool has_key(const struct removal_keys *keys, unsigned scope)
{
    static const uint8_t none[STORE_DIGEST];
    return scope == REMOVALS_OF_LIST || memcmp(keys->key[scope], none, sizeof(none)) != 0;
}

enum err removal_counts_add(struct store *s, unsigned list, const struct removal_keys *keys, int64_t now,
                            struct error *error)
{
    enum err e = OK;
    for (unsigned scope = 0; scope < REMOVAL_SCOPES && e == OK; scope++) {
        if (!has_key(keys, scope))
            continue;
        struct sql_stmt q =
            store_write_stmt(s, "INSERT INTO removals (list, scope, key, slot, count) VALUES (?, ?, ?, ?, 1)"
                                " ON CONFLICT (list, scope, key, slot) DO UPDATE SET count = count + 1");
        sql_stmt_bind_int(&q, list);
        sql_stmt_bind_int(&q, scope);
        sql_stmt_bind_blob(&q, keys->key[scope], STORE_DIGEST);
        sql_stmt_bind_int(&q, now / REMOVAL_COUNTS_SLOT);
        e = sql_stmt_finish(&q, error);
    }
    return e;
}

enum err removal_counts_find(struct store_reader *r, unsigned list, const struct removal_keys *keys,
                             int64_t now, uint64_t out[REMOVAL_SCOPES], struct error *error)
{
    enum err e = OK;
    for (unsigned scope = 0; scope < REMOVAL_SCOPES && e == OK; scope++) {
        int64_t sum = 0;
        out[scope] = 0;
        if (!has_key(keys, scope))
            continue;
        /* Not those of the future: the clock was set back. total(): a damaged row may not overflow. */
        struct sql_stmt q =
            store_read_stmt(r, "SELECT CAST(total(max(count, 0)) AS INTEGER) FROM removals"
                               " WHERE list = ? AND scope = ? AND key = ? AND slot > ? AND slot <= ?");
        sql_stmt_bind_int(&q, list);
        sql_stmt_bind_int(&q, scope);
        sql_stmt_bind_blob(&q, keys->key[scope], STORE_DIGEST);
        sql_stmt_bind_int(&q, (now - REMOVAL_COUNTS_SECONDS) / REMOVAL_COUNTS_SLOT);
        sql_stmt_bind_int(&q, now / REMOVAL_COUNTS_SLOT);
        e = sql_stmt_finish_int(&q, &sum, error);
        out[scope] = sum > 0 ? (uint64_t)sum : 0;
    }
    return e;
}

enum err removal_counts_purge(struct store *s, int64_t now, struct error *error)
{
    struct sql_stmt q =
        store_write_stmt(s, "DELETE FROM removals WHERE (list, scope, key, slot) IN"
                            " (SELECT list, scope, key, slot FROM removals INDEXED BY removals_slot"
                            " WHERE slot <= ? ORDER BY slot LIMIT ?)");
    sql_stmt_bind_int(&q, (now - REMOVAL_COUNTS_SECONDS) / REMOVAL_COUNTS_SLOT);
    sql_stmt_bind_int(&q, STORE_PURGE);
    return sql_stmt_finish(&q, error);
}
