/*
 * What is known of the last good load of each set, kept in the state directory, so that the guards hold
 * across a restart. The loader's thread.
 */
#ifndef LOAD_LOAD_HISTORY_H
#define LOAD_LOAD_HISTORY_H

#include "config/config.h"

#define KNOWN_OWN_CANARY (1u << 31) /* beside the bits of enum canary: it lists some of the operator's */

/* Reads the facts into sets[], one a set: `loaded`, `entries`, `coverage4`, and `canaries` that it may list;
 * zeroed where nothing is known, as without a state directory. What cannot be read is logged. */
void known_read(const struct config *config, struct base_set *sets);

/* The facts that new data of a set is to be compared with: of what `old` (NULL: nothing) serves, or else
 * those known. */
const struct base_set *known_before(const struct base *old, const struct base_set *known, size_t set);

/* The guards on a set of the finished base `new`; as guard_built. */
enum err known_guard(const struct config *config, size_t set, const struct base *old,
                     const struct base_set *known, const struct base *new, struct error *error) must_use;

/* Takes down what set number `set` of `base`, just loaded, is like. */
void known_note(const struct config *config, size_t set, const struct base *base, struct base_set *known);

/* Writes them, in the old ones' place; a failure is logged. */
void known_write(const struct config *config, const struct base_set *sets);

#endif
