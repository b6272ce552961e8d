/* The statistics in the log: the sum of what the workers counted. Main thread. */
#ifndef DAEMON_STATS_H
#define DAEMON_STATS_H

#include "daemon/config.h"
#include "daemon/worker.h"

struct stats;

/* Refers to `config` and the `count` workers, which must outlive it; counts from now on. */
enum err stats_new(const struct config *config, struct worker *const *workers, size_t count,
                   struct stats **out, struct error *error) must_use;
void stats_free(struct stats *stats);

/* Logs one line for all and one for every zone that was asked; with `reset` the next counts start at zero. */
void stats_log(struct stats *stats, bool reset);

#endif
