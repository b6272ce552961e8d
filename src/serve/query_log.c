#include "serve/query_log.h"

#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pthread.h>
#include <unistd.h>

#define PAUSE_MS    10    /* between two rounds while there are queries: few system calls for many lines */
#define FLUSH_MS    1000  /* between writes of a buffer that is not full */
#define REPORT_MS   60000 /* between two lines about dropped queries */
#define LAST_ROUNDS 100   /* PAUSE_MS each, to write the last lines before the end */

_Static_assert(QUERY_LINE_MAX <= PIPE_BUF, "a line is never torn");

struct query_log {
    const char *path;
    bool at_once;
    bool stop, reopen; /* requested by the main thread; atomic */
    struct doorbell bell;
    int fd;      /* negative: not open */
    size_t used; /* bytes of the buffer */
    int64_t flushed_ms, reported_ms;
    uint64_t reported; /* dropped queries that were logged */
    pthread_t thread;
    char buffer[PIPE_BUF]; /* whole lines; a pipe accepts all of it or nothing */
    size_t rings_count;
    struct query_ring *rings[];
};

static void open_file(struct query_log *l)
{
    if (strcmp(l->path, "-") == 0) {
        l->fd = STDOUT_FILENO;
        return;
    }
    int fd = open(l->path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0644);
    if (fd < 0) {
        log_error("-l %s: %s%s", l->path, strerror(errno), l->fd >= 0 ? "; the old file stays in use" : "");
        return;
    }
    if (l->fd >= 0)
        close(l->fd);
    l->fd = fd;
}

/* Writes the buffer. False: the file accepts nothing now. Standard output may be in blocking mode, so it is
 * written to only when it has room. Without a file, or with one that fails, the lines are lost. */
static bool flush(struct query_log *l)
{
    struct pollfd room = { .fd = l->fd, .events = POLLOUT };
    if (l->fd < 0)
        l->used = 0;
    if (l->used == 0)
        return true;
    if (poll(&room, 1, 0) != 1)
        return false;
    ssize_t n = write(l->fd, l->buffer, l->used);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n < 0)
        n = (ssize_t)l->used;
    l->used -= (size_t)n;
    memmove(l->buffer, l->buffer + n, l->used);
    l->flushed_ms = clock_ms();
    return l->used == 0;
}

/* Moves records from the rings to the buffer and the file, and adds their number to *moved. False: the file
 * accepts no more now. */
static bool take_records(struct query_log *l, size_t *moved)
{
    const struct query_record *record;
    for (size_t i = 0; i < l->rings_count; i++) {
        while ((record = query_ring_first(l->rings[i])) != NULL) {
            if (sizeof(l->buffer) - l->used < QUERY_LINE_MAX && !flush(l))
                return false;
            l->used += query_line_format(record, l->buffer + l->used);
            query_ring_next(l->rings[i]);
            (*moved)++;
        }
    }
    return true;
}

static void report(struct query_log *l, int64_t now)
{
    uint64_t dropped = query_log_dropped(l);
    if (dropped == l->reported)
        return;
    log_warning("-l %s: %s not logged, as the file is too slow", l->path,
                human_number(dropped - l->reported, "query", "queries").text);
    l->reported = dropped;
    l->reported_ms = now;
}

static bool all_empty(const struct query_log *l)
{
    for (size_t i = 0; i < l->rings_count; i++)
        if (query_ring_first(l->rings[i]) != NULL)
            return false;
    return true;
}

/* Moves and writes what there is, and sleeps until there are more records, the buffer is to be written, or
 * the main thread wakes it. */
static void run_round(struct query_log *l)
{
    size_t moved = 0;
    bool has_room = take_records(l, &moved);
    int64_t now = clock_ms();
    if (l->at_once || now - l->flushed_ms >= FLUSH_MS)
        has_room &= flush(l);
    if (now - l->reported_ms >= REPORT_MS)
        report(l, now);
    if (moved > 0) {
        doorbell_sleep(&l->bell, -1, PAUSE_MS);
    } else if (!has_room) {
        doorbell_sleep(&l->bell, l->fd, FLUSH_MS);
    } else {
        bool idle = l->used == 0 && query_log_dropped(l) == l->reported;
        doorbell_announce(&l->bell);
        doorbell_sleep(&l->bell, -1, !all_empty(l) ? 0 : idle ? -1 : FLUSH_MS);
    }
}

static void *run(void *argument)
{
    struct query_log *l = argument;
    size_t moved = 0;
    while (!__atomic_load_n(&l->stop, __ATOMIC_ACQUIRE)) {
        if (__atomic_exchange_n(&l->reopen, false, __ATOMIC_ACQUIRE)) {
            flush(l);
            open_file(l);
        }
        run_round(l);
    }
    for (int i = 0; i < LAST_ROUNDS && !(take_records(l, &moved) && flush(l)); i++)
        poll(NULL, 0, PAUSE_MS);
    report(l, 0);
    return NULL;
}

static void free_log(struct query_log *l)
{
    for (size_t i = 0; i < l->rings_count; i++)
        query_ring_free(l->rings[i]);
    doorbell_close(&l->bell);
    if (l->fd > STDERR_FILENO)
        close(l->fd);
    free(l);
}

enum err query_log_start(const char *argument, size_t rings_count, struct query_log **out,
                         struct error *error)
{
    struct query_log *l = calloc(1, sizeof(*l) + rings_count * sizeof(l->rings[0]));
    if (l == NULL)
        return error_set(error, ERR_MEMORY, "query log: out of memory");
    l->at_once = *argument == '+';
    l->path = argument + l->at_once;
    l->fd = -1;
    l->reported_ms = -REPORT_MS;
    l->rings_count = rings_count;
    bool ok = doorbell_open(&l->bell);
    for (size_t i = 0; i < rings_count && ok; i++)
        ok = (l->rings[i] = query_ring_new(&l->bell)) != NULL;
    open_file(l);
    if (!ok || pthread_create(&l->thread, NULL, run, l) != 0) {
        free_log(l);
        return error_set(error, ERR_SYSTEM, "cannot start the query log's thread");
    }
    pthread_setname_np(l->thread, "query-log");
    *out = l;
    return OK;
}

struct query_ring *query_log_ring(struct query_log *log, size_t i)
{
    return log->rings[i];
}

void query_log_reopen(struct query_log *log)
{
    __atomic_store_n(&log->reopen, true, __ATOMIC_RELEASE);
    doorbell_wake(&log->bell);
}

uint64_t query_log_dropped(const struct query_log *log)
{
    uint64_t dropped = 0;
    for (size_t i = 0; i < log->rings_count; i++)
        dropped += query_ring_dropped(log->rings[i]);
    return dropped;
}

void query_log_stop(struct query_log *log)
{
    if (log == NULL)
        return;
    __atomic_store_n(&log->stop, true, __ATOMIC_RELEASE);
    doorbell_wake(&log->bell);
    pthread_join(log->thread, NULL);
    free_log(log);
}
