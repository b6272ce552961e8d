/*
 * What is known of the last good load of each set, kept in the state directory, so that the guards hold
 * across a restart. The loader's thread.
 */
#ifndef LOAD_LOAD_HISTORY_H
#define LOAD_LOAD_HISTORY_H

#include "config/config.h"

#define LOAD_HISTORY_OWN_CANARY                                                                              \
    (1u << 31) /* beside the bits of enum canary: it lists some of the operator's */

/* Reads the facts into sets[], one a set: `loaded`, `entries`, `coverage4`, and `canaries` that it may list;
 * zeroed where nothing is known, as without a state directory. What cannot be read is logged. */
void load_history_read(const struct config *config, struct snapshot_set *sets);

/* The facts that new data of a set is to be compared with: of what `old` (NULL: nothing) serves, or else
 * those known. */
const struct snapshot_set *load_history_before(const struct snapshot *old, const struct snapshot_set *known,
                                               size_t set);

/* The guards on a set of the finished snapshot `new`; as guard_built. */
enum err load_history_guard(const struct config *config, size_t set, const struct snapshot *old,
                            const struct snapshot_set *known, const struct snapshot *new,
                            struct error *error) must_use;

/* Takes down what set number `set` of `snapshot`, just loaded, is like. */
void load_history_note(const struct config *config, size_t set, const struct snapshot *snapshot,
                       struct snapshot_set *known);

/* Writes them, in the old ones' place; a failure is logged. */
void load_history_write(const struct config *config, const struct snapshot_set *sets);

#endif
