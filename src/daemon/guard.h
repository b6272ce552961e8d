/*
 * The guards on a reload: is the new data of a set plausible beside the data that is being served?
 *
 * A refused set keeps its old data. A set without old data is not guarded. Pure functions over facts, any
 * thread; on ERR_REFUSED `error` names the list, the guard, the numbers, and what to do.
 */
#ifndef DAEMON_GUARD_H
#define DAEMON_GUARD_H

#include "list/base.h"

#define GUARD_MIN_ENTRIES  10000        /* old entries from which on their number is guarded */
#define GUARD_MIN_LINES    100          /* lines from which on bad ones are guarded */
#define GUARD_MAX_COVERAGE (1ull << 24) /* IPv4 addresses that one load may add: a /8 */

/* Before the base is built: fewer than half or more than three times the entries; more than 10 % bad lines.
 */
enum err guard_data(const char *list, const struct base_set *old, const struct set_data *data,
                    struct error *error) must_use;

/* Once it is built: IPv4 addresses grown by more than a /8; a canary newly listed. */
enum err guard_built(const char *list, const struct base_set *old, const struct base_set *new,
                     struct error *error) must_use;

/* Names what the lowest of the canary bits stands for. */
const char *guard_canary(unsigned canaries);

#endif
