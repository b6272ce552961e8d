/*
 * What loads mean for delistings: the loader's side of delist/feed.h. Compares the lists that were loaded,
 * and those whose delistings time alone may change, with what is served, and hands the outcome to the
 * updater. The loader's thread.
 */
#ifndef LOAD_FEED_CHECK_H
#define LOAD_FEED_CHECK_H

#include "config/config.h"
#include "load/load_status.h"
#include "serve/updater.h"

struct feed_check;

/* `updater` NULL: there are no delistings, and the functions below do nothing. Alarms go to `loads`. */
enum err feed_check_new(const struct config *config, struct updater *updater, struct load_status *loads,
                        const uint16_t *set_lists, struct feed_check **out, struct error *error) must_use;
void feed_check_free(struct feed_check *feeds);

/* The set was loaded: the next feed_check_run checks its list. `accept`: however many delistings it ends. */
void feed_check_mark(struct feed_check *feeds, size_t set, bool accept);

/* Checks the lists that are marked or due against `snapshot`, which is published. Waits for the updater. */
void feed_check_run(struct feed_check *feeds, const struct snapshot *snapshot, int64_t now);

/* When the next list is due, Unix time; INT64_MAX: never. */
int64_t feed_check_due(const struct feed_check *feeds);

#endif
