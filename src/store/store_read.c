/*
 * Readers: each has a connection with a snapshot of its own. In memory there is one reader, over the writer's
 * connection, and the writer takes it for as long as a transaction lasts.
 */
#include "store/sql_stmt.h"
#include "store/store_private.h"

#include <time.h>

static struct store_reader *free_reader(struct store *s)
{
    for (size_t i = 0; i < (store_is_durable(s) ? STORE_READERS : 1); i++)
        if (!s->readers[i].busy)
            return &s->readers[i];
    return NULL;
}

struct store_reader *store_take(struct store *s, bool patient)
{
    struct timespec end;
    struct store_reader *r;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    pthread_mutex_lock(&s->lock);
    while ((r = free_reader(s)) == NULL && waited == 0)
        waited = patient ? pthread_cond_wait(&s->freed, &s->lock)
                         : pthread_cond_clockwait(&s->freed, &s->lock, CLOCK_MONOTONIC, &end);
    if (r != NULL)
        r->busy = true;
    pthread_mutex_unlock(&s->lock);
    return r;
}

void store_give(struct store_reader *r)
{
    pthread_mutex_lock(&r->store->lock);
    r->busy = false;
    pthread_cond_signal(&r->store->freed);
    pthread_mutex_unlock(&r->store->lock);
}

enum err store_read(struct store *s, struct store_reader **out, struct error *error)
{
    struct store_reader *r = store_take(s, false);
    enum err e = OK;

    if (r == NULL)
        return error_set(error, ERR_LIMIT, "the store has too many readers at the moment");
    if (store_is_durable(s)) {
        e = sql_stmt_run(r, "BEGIN", error);
        if (e == OK) /* the snapshot is that of the first row that is read */
            e = sql_stmt_run(r, "SELECT value FROM counts LIMIT 1", error);
    }
    if (e == OK)
        *out = r;
    else
        store_read_end(r);
    return e;
}

void store_read_end(struct store_reader *r)
{
    if (store_is_durable(r->store) && !sqlite3_get_autocommit(r->db))
        sqlite3_exec(r->db, "ROLLBACK", NULL, NULL, NULL);
    store_give(r);
}

struct store_reader *store_writer_eyes(struct store *s)
{
    return &s->writer;
}
