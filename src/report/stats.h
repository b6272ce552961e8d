/*
 * The statistics, in rbldnsd's words: lines in the log, and with -s [+]FILE a line in that file every so
 * often, `time zone:total:ok:nxdomain:bytes-in:bytes-out ... *:...`, where `*` is everything. They are the
 * sum of what the workers counted. Main thread.
 */
#ifndef REPORT_STATS_H
#define REPORT_STATS_H

#include "config/config.h"
#include "serve/query_log.h"
#include "serve/worker.h"

struct stats;

/* Refers to `config`, the `count` workers and the query log (NULL: none), which must outlive it; counts from
 * now on. With config->stats_file the file's first line, the bare time, is written. */
enum err stats_new(const struct config *config, struct worker *const *workers, size_t count,
                   const struct query_log *log, struct stats **out, struct error *error) must_use;
void stats_free(struct stats *stats);

/* Logs one line for every zone and two for all, and writes one to the file; with `reset` the next counts
 * start at zero, and the bare time stands in the file. */
void stats_log(struct stats *stats, bool reset);

/* Writes a line to the file, which with `+` counts from the last one on. Without a file nothing. */
void stats_write(struct stats *stats);

#endif
