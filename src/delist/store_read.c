/* Readers: each has a connection with a snapshot of its own; in memory there is one connection for all. */
#include "delist/rows.h"
#include "delist/store_inside.h"

#include <time.h>

static struct reader *free_reader(struct store *s)
{
    for (size_t i = 0; i < STORE_READERS; i++)
        if (!s->readers[i].busy)
            return &s->readers[i];
    return NULL;
}

static enum err too_many(struct error *error)
{
    return error_set(error, ERR_LIMIT, "the store has too many readers at the moment");
}

static enum err read_memory(struct store *s, struct reader **out, struct error *error)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    if (pthread_mutex_clocklock(&s->turn, CLOCK_MONOTONIC, &end) != 0)
        return too_many(error);
    *out = &s->readers[0];
    return OK;
}

/* Waits a second at most for a reader that is free. */
static struct reader *take_reader(struct store *s)
{
    struct timespec end;
    struct reader *r;
    int waited = 0;

    clock_gettime(CLOCK_MONOTONIC, &end);
    end.tv_sec++;
    pthread_mutex_lock(&s->lock);
    while ((r = free_reader(s)) == NULL && waited == 0)
        waited = pthread_cond_timedwait(&s->freed, &s->lock, &end);
    if (r != NULL)
        r->busy = true;
    pthread_mutex_unlock(&s->lock);
    return r;
}

static void give_back(struct reader *r)
{
    pthread_mutex_lock(&r->store->lock);
    r->busy = false;
    pthread_cond_signal(&r->store->freed);
    pthread_mutex_unlock(&r->store->lock);
}

enum err store_read(struct store *s, struct reader **out, struct error *error)
{
    if (!store_is_durable(s))
        return read_memory(s, out, error);
    struct reader *r = take_reader(s);
    if (r == NULL)
        return too_many(error);
    enum err e = rows_run(r, "BEGIN", error);
    if (e == OK) /* a snapshot is taken by the first that is read */
        e = rows_run(r, "SELECT value FROM counts LIMIT 1", error);
    if (e == OK)
        *out = r;
    else
        store_read_end(r);
    return e;
}

void store_read_end(struct reader *r)
{
    if (!store_is_durable(r->store)) {
        pthread_mutex_unlock(&r->store->turn);
        return;
    }
    if (!sqlite3_get_autocommit(r->db))
        sqlite3_exec(r->db, "ROLLBACK", NULL, NULL, NULL);
    give_back(r);
}

struct reader *store_writer_eyes(struct store *s)
{
    return &s->writer;
}
