/*
 * What is known of the last good load of each set, kept in the state directory, so that the guards hold
 * across a restart. The loader's thread.
 */
#ifndef LOAD_LOAD_HISTORY_H
#define LOAD_LOAD_HISTORY_H

#include "config/config.h"

/* Reads the facts into known[], one a set: `loaded`, `entries`, `coverage4`, and `canaries` that it may list;
 * zeroed where nothing is known, as without a state directory. What cannot be read is logged. */
void load_history_read(const struct config *config, struct guard_facts *known);

/* The load that new data of a set is to be compared with: what `old` (NULL: nothing) serves, or else the
 * facts known of it. */
struct guard_load load_history_before(const struct snapshot *old, const struct guard_facts *known,
                                      size_t set);

/* Records the facts of set number `set` of `snapshot`, just loaded. */
void load_history_record(const struct config *config, size_t set, const struct snapshot *snapshot,
                         struct guard_facts *known);

/* Writes them, in the old ones' place; a failure is logged. */
void load_history_write(const struct config *config, const struct guard_facts *known);

#endif
