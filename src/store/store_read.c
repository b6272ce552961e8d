/*
 * Readers: each has a connection of its own with a snapshot. In memory there is one reader, over the writer's
 * connection, and the writer claims it for the length of a transaction.
 */
#include "store/store_state.h"

#include <time.h>

bool store_is_durable(const struct store *s)
{
    return s->path[0] != '\0';
}

static struct store_reader *find_free(struct store *s)
{
    for (size_t i = 0; i < (store_is_durable(s) ? STORE_READERS : 1); i++)
        if (!s->readers[i].busy)
            return &s->readers[i];
    return NULL;
}

struct store_reader *store_read_claim(struct store *s, bool wait)
{
    struct timespec end;
    struct store_reader *r;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    pthread_mutex_lock(&s->lock);
    while ((r = find_free(s)) == NULL && waited == 0)
        waited = wait ? pthread_cond_wait(&s->reader_freed, &s->lock)
                      : pthread_cond_clockwait(&s->reader_freed, &s->lock, CLOCK_MONOTONIC, &end);
    if (r != NULL)
        r->busy = true;
    pthread_mutex_unlock(&s->lock);
    return r;
}

void store_read_release(struct store_reader *r)
{
    pthread_mutex_lock(&r->store->lock);
    r->busy = false;
    pthread_cond_signal(&r->store->reader_freed);
    pthread_mutex_unlock(&r->store->lock);
}

enum err store_read(struct store *s, struct store_reader **out, struct error *error)
{
    struct store_reader *r = store_read_claim(s, false);
    enum err e = OK;

    if (r == NULL)
        return error_set(error, ERR_LIMIT, "the store has too many readers at the moment");
    if (store_is_durable(s)) {
        e = sql_stmt_run(&r->conn, "BEGIN", error);
        if (e == OK) /* SQLite takes the snapshot with the first row that is read */
            e = sql_stmt_run(&r->conn, "SELECT value FROM counts LIMIT 1", error);
    }
    if (e == OK)
        *out = r;
    else
        store_read_end(r);
    return e;
}

void store_read_end(struct store_reader *r)
{
    if (store_is_durable(r->store) && !sqlite3_get_autocommit(r->conn.db))
        sqlite3_exec(r->conn.db, "ROLLBACK", NULL, NULL, NULL);
    store_read_release(r);
}

struct store_reader *store_txn_reader(struct store *s)
{
    return &s->writer;
}

struct sql_stmt store_read_stmt(struct store_reader *r, const char *sql)
{
    return sql_stmt_open(&r->conn, sql);
}
