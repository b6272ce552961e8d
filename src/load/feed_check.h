/*
 * Compares delistings with the published snapshot: the loader's side of delist/feed.h. A list is compared
 * after a load and when time alone may change a delisting on it; the updater applies the changes. The
 * loader's thread.
 */
#ifndef LOAD_FEED_CHECK_H
#define LOAD_FEED_CHECK_H

#include "load/load_status.h"
#include "serve/updater.h"

struct feed_check_list {
    bool accept; /* the next check may end any number of delistings */
    int64_t due; /* Unix time of the next check; INT64_MAX: none */
};

struct feed_check {
    struct updater *updater;   /* NULL: there are no delistings, and the functions below do nothing */
    struct load_status *loads; /* gets the alarms */
    const uint16_t *set_lists; /* by set: the number of its list in the overlay, or VIEW_NO_LIST */
    struct feed_check_list lists[LISTS_MAX];
};

/* Nothing is marked or due yet. What the arguments point at must outlive it. */
void feed_check_init(struct feed_check *feeds, struct updater *updater, struct load_status *loads,
                     const uint16_t *set_lists);

/* The set was loaded: the next feed_check_run checks its list. `accept`: it may end any number of
 * delistings. */
void feed_check_mark(struct feed_check *feeds, size_t set, bool accept);

/* Checks the lists that are due against `snapshot`, which is published. Waits for the updater. */
void feed_check_run(struct feed_check *feeds, const struct snapshot *snapshot, int64_t now);

/* When the next list is due, Unix time; INT64_MAX: never. */
int64_t feed_check_due(const struct feed_check *feeds);

#endif
