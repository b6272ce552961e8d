/* Reads the files of sets, several sets at once, and logs their invalid lines. */
#ifndef LOAD_SET_LOADER_H
#define LOAD_SET_LOADER_H

#include "config/config.h"
#include "load/set_state.h"

#include <stdio.h>

/* Reads the pending sets of `config`: a set gets its `data`, or a `read_error` and is pending no more.
 * Invalid lines go to `report` as `file(line): reason`; with NULL the first five of each file go to the log,
 * and the rest are counted there. Two threads, the caller's and one more. Not for a worker. */
void set_loader_run(const struct config *config, struct set_state *sets, FILE *report);

/* Logs a load of a set that is served now: `facts` are those in the snapshot. */
void set_loader_log(const struct config_set *set, const struct snapshot_set *facts,
                    const struct set_state *state);

/* Logs what all sets together give, and sends it to the service manager. */
void set_loader_log_all(const struct config *config, const struct snapshot *snapshot, double seconds);

#endif
