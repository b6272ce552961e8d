/*
 * Stale data: what becomes of a set whose $TIMESTAMP has expired or whose files have grown too old.
 *
 * A set of STALE_SERVFAIL takes its zones down with it at that second, by itself (zone.valid_until). One of
 * STALE_DROP leaves its zones' answers when they are compiled anew, which somebody has to do at that time.
 */
#ifndef LOAD_STALE_H
#define LOAD_STALE_H

#include "config/config.h"

/* Since when, or from when on, the set is stale: Unix time, INT64_MAX for never. Any thread. */
int64_t stale_from(const struct config_set *set, const struct snapshot_set *facts);

/* Logs which sets have become stale by `now`; stale[i]: that set i was, before and afterwards. *next: when
 * the next one will, INT64_MAX for never. True when some of those that are to be dropped have. */
bool stale_note(const struct config *config, const struct snapshot_set *facts, int64_t now, bool *stale,
                int64_t *next);

/* The zones of a configuration as they are to be compiled over a snapshot at some time. */
struct stale_zones {
    struct zone_spec *zones; /* as many as the configuration has, in its order */
    uint16_t *sets;          /* pool of the zones' sets */
    int64_t *valid_until;    /* by set */
};

void stale_zones_open(struct stale_zones *zones, const struct config *config, const struct snapshot *snapshot,
                      int64_t now);
void stale_zones_close(struct stale_zones *zones);

#endif
