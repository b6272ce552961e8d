/* Loading the files of sets: several at once, with a line for every bad line in them. */
#ifndef LOAD_SET_LOADER_H
#define LOAD_SET_LOADER_H

#include "config/config.h"

#include <stdio.h>

struct set_loader_result {
    struct set_data *data; /* NULL: the load failed, and `error` says why */
    struct error error;
    double seconds;
    unsigned canaries; /* newly listed, see guard_new_canaries; set by who builds the snapshot */
};

/* Loads those sets of `config` for which wanted[i] holds into results[i]; the others' results are zeroed. At
 * most two at a time. Bad lines go to `report` as `file(line): reason`, all of them; with NULL the first five
 * of each file go to the log and the rest are counted there. The caller frees the data. Not for a worker. */
void set_loader_run(const struct config *config, const bool *wanted, FILE *report,
                    struct set_loader_result *results);

/* Says in the log what a load of a set has given. */
void set_loader_log(const struct config_set *set, const struct snapshot_set *facts,
                    const struct set_loader_result *result);

/* The same of all that is served now, to the service manager too. */
void set_loader_log_all(const struct config *config, const struct snapshot *snapshot, double seconds);

#endif
