/*
 * What loads mean for delistings: the loader's side of delist/feed.h. Judges the lists that were loaded, and
 * from time to time those whose delistings are about to be fulfilled, and hands the verdicts to the updater.
 * The loader's thread.
 */
#ifndef LOAD_FEED_CHECK_H
#define LOAD_FEED_CHECK_H

#include "config/config.h"
#include "load/load_status.h"
#include "serve/updater.h"

struct feed_check;

/* `updater` NULL: there is nothing to judge, and all that follows does nothing. Alarms go to `loads`. */
enum err feed_check_new(const struct config *config, struct updater *updater, struct load_status *loads,
                        const uint16_t *set_lists, struct feed_check **out, struct error *error) must_use;
void feed_check_free(struct feed_check *feeds);

/* The set was loaded; its list is judged at the next feed_check_judge. With `accept` whatever it ends. */
void feed_check_note(struct feed_check *feeds, size_t set, bool accept);

/* Judges by `snapshot`, which is published, what was noted and what is due. Waits for the updater. */
void feed_check_judge(struct feed_check *feeds, const struct snapshot *snapshot, int64_t now);

/* When something is due, Unix time; INT64_MAX: never. */
int64_t feed_check_due(const struct feed_check *feeds);

#endif
