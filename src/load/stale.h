/*
 * What changes zones by time alone: stale data, which is a set whose $TIMESTAMP has expired or whose files
 * are older than max_age; and lists that end (retired).
 *
 * STALE_SERVFAIL takes effect by itself: the set's zones answer SERVFAIL from that second on
 * (zone.valid_until). STALE_DROP and retired lists take effect when the loader compiles the zones again,
 * which it does then. A list that has ended is never stale.
 */
#ifndef LOAD_STALE_H
#define LOAD_STALE_H

#include "config/config.h"
#include "load/set_state.h"

/* The Unix time from which the set is stale; INT64_MAX: never. Any thread. */
int64_t stale_from(const struct config_set *set, const struct snapshot_set *facts);

/* Whether the set is stale. Any thread. */
bool stale_is(const struct config_set *set, const struct snapshot_set *facts, int64_t now);

/* Sets `stale` of all sets as of `now`, logs those that have become stale or were retired, and sets *next to
 * the time when the next one will be; INT64_MAX: never. True when the published zones, compiled at
 * `compiled_at`, have a set that is retired now, or one of STALE_DROP that is stale: then they are to be
 * compiled anew, and *next is at most a minute ahead in case that fails. */
bool stale_update(const struct config *config, const struct snapshot_set *facts, int64_t compiled_at,
                  int64_t now, struct set_state *sets, int64_t *next);

/* The zones of a configuration, to be compiled over a snapshot, without the sets of STALE_DROP that are
 * stale, or that the guards refused before they had any data; and with the retired ones marked. */
struct stale_zones {
    struct zone_spec *zones; /* as many as the configuration has, in its order */
    uint16_t *sets;          /* pool of the zones' sets */
    int64_t *valid_until;    /* by set */
    const char **retired;    /* by set, for zone_spec.retired */
    uint16_t *set_lists;     /* by set, for view_spec.set_lists */
};

/* Makes *zones as of `now`; the caller frees them with stale_zones_free. `set_lists`: by set, the number of
 * its list in the overlay, or VIEW_NO_LIST. ERR_MEMORY. */
enum err stale_zones_make(struct stale_zones *zones, const struct config *config, const uint16_t *set_lists,
                          const struct set_state *states, const struct snapshot *snapshot, int64_t now,
                          struct error *error) must_use;
void stale_zones_free(struct stale_zones *zones);

#endif
