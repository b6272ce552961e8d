/* The state of an open struct delist; only for the files that open, commit or read it. */
#ifndef DELIST_DELIST_STATE_H
#define DELIST_DELIST_STATE_H

#include "delist/delist.h"

struct delist {
    struct delist_options options; /* `policies` and `state` are only valid in delist_open */
    struct store *store;
    struct overlay *overlay;
    struct list_policy *policies; /* a copy; masks have store numbers */
    struct list_policy *by_number[LISTS_MAX];
    struct list_mask lists;      /* the configured ones */
    struct overlay_view current; /* the last committed version... */
    uint64_t generation;         /* ...and its number */
    bool suspended;              /* atomic */
    struct overlay_usage usage;  /* atomic, by member */
    bool failing;                /* the store failed, and the log says so */
    int64_t full_logged;         /* when the log last said that the overlay cannot be edited */
    int64_t last_housekeeping;   /* when data past its retention was last purged */
};

#endif
