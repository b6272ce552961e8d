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

#define POLL_MS   10
#define FLUSH_MS  1000  /* what is not full is written that often */
#define REPORT_MS 60000 /* between two lines about what was dropped */
#define FAREWELL  100   /* attempts, POLL_MS each, to get the last lines out */

_Static_assert(QUERY_LINE_MAX <= PIPE_BUF, "a line is never torn");

struct query_log {
    const char *path;
    bool at_once;
    bool stop, reopen; /* asked for by the main thread */
    int fd;            /* negative: not open */
    size_t used;
    int64_t flushed_ms, reported_ms;
    uint64_t reported; /* dropped queries that were told of */
    pthread_t thread;
    size_t rings_count;
    struct query_ring **rings;
    char buffer[PIPE_BUF]; /* whole lines; a pipe takes so much in one piece or not at all */
};

static void open_file(struct query_log *l)
{
    if (strcmp(l->path, "-") == 0) {
        l->fd = STDOUT_FILENO;
        return;
    }
    int fd = open(l->path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0644);
    if (fd < 0) {
        log_error("-l %s: %s%s", l->path, strerror(errno), l->fd >= 0 ? "; the old file is written on" : "");
        return;
    }
    if (l->fd >= 0)
        close(l->fd);
    l->fd = fd;
}

/* Writes the buffer; false when the file takes nothing now. Standard output may be blocking, and is written
 * to only when it has room. What a broken file does not take is lost. */
static bool flush(struct query_log *l)
{
    struct pollfd room = { .fd = l->fd, .events = POLLOUT };
    if (l->used == 0 || l->fd < 0 || poll(&room, 1, 0) != 1) {
        l->used = l->fd < 0 ? 0 : l->used;
        return l->used == 0;
    }
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

/* Moves lines from `ring` to the file; false when the file takes no more now. */
static bool drain(struct query_log *l, struct query_ring *ring)
{
    const struct query_record *record;
    while ((record = query_ring_first(ring)) != NULL) {
        if (sizeof(l->buffer) - l->used < QUERY_LINE_MAX && !flush(l))
            return false;
        l->used += query_line_format(record, l->buffer + l->used);
        query_ring_next(ring);
    }
    return true;
}

static bool drain_all(struct query_log *l)
{
    bool ok = true;
    for (size_t i = 0; i < l->rings_count && ok; i++)
        ok = drain(l, l->rings[i]);
    return ok;
}

static void report(struct query_log *l, int64_t now)
{
    uint64_t dropped = query_log_dropped(l);
    if (dropped == l->reported)
        return;
    log_warning("-l %s: %s queries were not logged: it is too slow", l->path,
                human_count(dropped - l->reported).text);
    l->reported = dropped;
    l->reported_ms = now;
}

static void *run(void *argument)
{
    struct query_log *l = argument;
    while (!__atomic_load_n(&l->stop, __ATOMIC_ACQUIRE)) {
        if (__atomic_exchange_n(&l->reopen, false, __ATOMIC_ACQUIRE)) {
            flush(l);
            open_file(l);
        }
        drain_all(l);
        int64_t now = clock_ms();
        if (l->at_once || now - l->flushed_ms >= FLUSH_MS)
            flush(l);
        if (now - l->reported_ms >= REPORT_MS)
            report(l, now);
        poll(NULL, 0, POLL_MS);
    }
    for (int i = 0; i < FAREWELL && !(drain_all(l) && flush(l)); i++)
        poll(NULL, 0, POLL_MS);
    report(l, 0);
    return NULL;
}

static void free_log(struct query_log *l)
{
    for (size_t i = 0; i < l->rings_count; i++)
        query_ring_free(l->rings[i]);
    if (l->fd > STDERR_FILENO)
        close(l->fd);
    free(l->rings);
    free(l);
}

enum err query_log_start(const char *argument, size_t rings_count, struct query_log **out,
                         struct error *error)
{
    struct query_log *l = calloc(1, sizeof(*l));
    struct query_ring **rings = calloc(rings_count, sizeof(*rings));
    if (l == NULL || rings == NULL) {
        free(l);
        free(rings);
        return error_set(error, ERR_MEMORY, "query log: out of memory");
    }
    *l = (struct query_log){ .path = argument + (*argument == '+'),
                             .at_once = *argument == '+',
                             .fd = -1,
                             .reported_ms = -REPORT_MS,
                             .rings_count = rings_count,
                             .rings = rings };
    bool ok = true;
    for (size_t i = 0; i < rings_count && ok; i++)
        ok = (rings[i] = query_ring_new()) != NULL;
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
    pthread_join(log->thread, NULL);
    free_log(log);
}
