/*
 * Facts of the last good load of each set, kept in the state directory, so that the guards hold across a
 * restart. The loader's thread.
 */
#ifndef LOAD_LOAD_HISTORY_H
#define LOAD_LOAD_HISTORY_H

#include "config/config.h"
#include "load/set_state.h"

/* Reads `last_good` of every set: `loaded`, `entries`, `coverage4`, and in `canaries` those that it may list;
 * zeroed where there was none, as without a state directory. A file that cannot be read is logged. */
void load_history_read(const struct config *config, struct set_state *sets);

/* The load that new data of set number `set` is compared with: what `served` (NULL: nothing) has of it, or
 * else its last good load. */
struct guard_load load_history_before(const struct snapshot *served, const struct set_state *state,
                                      size_t set);

/* Updates `last_good` of set number `set` from `snapshot`, which has its new data. */
void load_history_record(const struct config *config, size_t set, const struct snapshot *snapshot,
                         struct set_state *state);

/* Replaces the file with `last_good` of every set; a failure is logged. */
void load_history_write(const struct config *config, const struct set_state *sets);

#endif
