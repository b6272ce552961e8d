/*
 * Facts of the last good load of each set, kept in the state directory, so that the guards hold across a
 * restart. The loader's thread.
 */
#ifndef LOAD_LOAD_HISTORY_H
#define LOAD_LOAD_HISTORY_H

#include "config/config.h"
#include "load/set_state.h"

/* Reads guard.last_good of every set; zeroed where there was none, as without a state directory. A file that
 * cannot be read is logged. */
void load_history_read(const struct config *config, struct set_state *sets);

/* The load that new data of set number `set` is compared with: its last good load, in `served` if that has
 * it (NULL: nothing is served). `lists`: load_guard_lists(). */
struct guard_load load_history_before(const struct snapshot *served, const struct set_state *state,
                                      size_t set, const uint16_t *lists);

/* From when on the files of a set that was read were as they are, Unix time; 0: it was not, or has data in
 * `served`. By the ctime, which no copying program can set. */
int64_t load_history_since(const struct snapshot *served, const struct set_state *state,
                           const struct config_set *config, size_t set);

/* Replaces the file with guard.last_good of every set; a failure is logged. */
void load_history_write(const struct config *config, const struct set_state *sets);

#endif
