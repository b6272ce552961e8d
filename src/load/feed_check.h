/*
 * What loads mean for delistings: the loader's side of delist/feed.h. Compares the lists that were loaded,
 * and those whose delistings time alone may change, with what is served, and hands the outcome to the
 * updater. The loader's thread.
 */
#ifndef LOAD_FEED_CHECK_H
#define LOAD_FEED_CHECK_H

#include "load/load_status.h"
#include "serve/updater.h"

struct feed {
    bool accept; /* at the next check, however many delistings end */
    int64_t due; /* Unix time of the next check; INT64_MAX: none */
};

struct feed_check {
    struct updater *updater;   /* NULL: there are no delistings, and the functions below do nothing */
    struct load_status *loads; /* gets the alarms */
    const uint16_t *set_lists; /* by set: the number of its list in the overlay, or VIEW_NO_LIST */
    struct feed lists[LISTS_MAX];
};

/* Nothing is marked or due yet. What the arguments point at must outlive it. */
void feed_check_init(struct feed_check *feeds, struct updater *updater, struct load_status *loads,
                     const uint16_t *set_lists);

/* The set was loaded: the next feed_check_run checks its list. `accept`: however many delistings it ends. */
void feed_check_mark(struct feed_check *feeds, size_t set, bool accept);

/* Checks the lists that are due against `snapshot`, which is published. Waits for the updater. */
void feed_check_run(struct feed_check *feeds, const struct snapshot *snapshot, int64_t now);

/* When the next list is due, Unix time; INT64_MAX: never. */
int64_t feed_check_due(const struct feed_check *feeds);

#endif
