/* The state of a set: of the load in progress, and what lasts from load to load. One thread. */
#ifndef LOAD_SET_STATE_H
#define LOAD_SET_STATE_H

#include "config/config.h"
#include "load/load_guard.h"
#include "view/snapshot.h"

#include <stdio.h>

struct set_state {
    /* The load in progress. */
    bool changed;            /* its files differ from what was read, or it must be read again */
    bool accepted;           /* an operator overrides its guards */
    bool asked;              /* an operator reloads its unchanged list by name: it is read */
    bool pending;            /* changed, and the load has neither failed nor been refused so far */
    struct set_data *data;   /* what was read, until the snapshot is built; NULL: nothing */
    struct error read_error; /* why it could not be read */
    double seconds;          /* that reading took */
    /* From load to load. */
    struct error failure;    /* of its last load, as logged; code OK: its files are served */
    struct load_guard guard; /* what the guards remember */
    bool stale, retired;     /* as logged */
};

/* The states of `count` sets, all changed and pending, for set_state_free. NULL: out of memory. */
struct set_state *set_state_new(size_t count) must_use;
void set_state_free(struct set_state *sets, size_t count);

/* Reads the files of the pending sets of `config`: a set gets its `data`, or a `read_error` and is no
 * longer pending. Invalid lines go to `report` as `file(line): reason`; with NULL the first five of each file
 * go to the log, and the rest are counted there. Two threads, the caller's and one more. Not for a worker. */
void set_state_read(const struct config *config, struct set_state *sets, FILE *report);

/* Decides which sets are loaded in this round: they become pending. */
void set_state_choose(struct set_state *sets, size_t count, int64_t now);

/* When the first of those that were refused is believed, Unix time; INT64_MAX: never. */
int64_t set_state_believed_at(const struct set_state *sets, size_t count);

/* Whether some set is pending. */
bool set_state_any_pending(const struct set_state *sets, size_t count);

/* Builds a snapshot from `old` (NULL: nothing) and the data of the pending sets; as snapshot_build. */
enum err set_state_build(const struct set_state *sets, size_t count, const struct snapshot *old,
                         struct snapshot **out, struct error *error) must_use;

/* Frees the data of all sets. */
void set_state_free_data(struct set_state *sets, size_t count);

#endif
