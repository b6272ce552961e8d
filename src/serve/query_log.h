/*
 * -l [+]FILE: the query log. A thread pops the workers' records from their rings and writes them to FILE, `-`
 * being standard output. A slow disk or a pipe that nobody reads holds up this thread only: the rings then
 * fill, and what is dropped is counted and logged. Without queries the thread sleeps.
 */
#ifndef SERVE_QUERY_LOG_H
#define SERVE_QUERY_LOG_H

#include "base/error.h"
#include "serve/query_ring.h"

struct query_log;

/* Makes the log with `rings_count` rings and starts its thread. `argument` is -l's: after `+`, records are
 * written within some 10 ms, otherwise once a second or when 4 KiB are full. A file that cannot be opened is
 * logged; query_log_reopen tries again. Main thread. */
enum err query_log_start(const char *argument, size_t rings_count, struct query_log **out,
                         struct error *error) must_use;

/* The ring of worker number `i`. */
struct query_ring *query_log_ring(struct query_log *log, size_t i);

/* Opens the file again, as after it was renamed. Main thread; does not wait. */
void query_log_reopen(struct query_log *log);

/* The number of queries that were not logged. Any thread. */
uint64_t query_log_dropped(const struct query_log *log);

/* Writes what is left (at most a second), ends the thread and frees all. The workers have stopped. NULL:
 * nothing. Main thread. */
void query_log_stop(struct query_log *log);

#endif
