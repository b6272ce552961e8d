/*
 * The statistics, in rbldnsd's format: lines in the log, and with -s [+]FILE a line in that file at every
 * check interval, `time zone:total:ok:nxdomain:bytes-in:bytes-out ... *:...`, where `*` is the sum of all
 * queries. Counts are the sums of all workers. Main thread.
 */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include "config/config.h"
#include "serve/fast_path.h"
#include "serve/query_log.h"
#include "serve/worker.h"

struct stats;

/* Refers to `config`, the `count` workers, the query log and the fast path (NULL: none), which must outlive
 * it; counts start now. With config->stats_file writes the first line, the time only. Out of memory aborts.
 */
struct stats *stats_new(const struct config *config, struct worker *const *workers, size_t count,
                        const struct query_log *log, struct fast_path *fast_path);
void stats_free(struct stats *stats);

/* Logs one line for every zone and two or three for all queries, and writes a line to the file. With `reset`
 * the next counts start at zero, and a line with the time only is written. */
void stats_log(struct stats *stats, bool reset);

/* Writes a line to the file, if there is one; with `+` it counts since the line before. */
void stats_write(struct stats *stats);

#endif
