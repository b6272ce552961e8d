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

struct feeds;

/* `updater` NULL: there is nothing to judge, and all that follows does nothing. Alarms go to `loads`. */
enum err feeds_new(const struct config *config, struct updater *updater, struct loads *loads,
                   const uint16_t *set_lists, struct feeds **out, struct error *error) must_use;
void feeds_free(struct feeds *feeds);

/* The set was loaded; its list is judged at the next feeds_judge. With `accept` whatever it ends. */
void feeds_note(struct feeds *feeds, size_t set, bool accept);

/* Judges by `base`, which is published, what was noted and what is due. Waits for the updater. */
void feeds_judge(struct feeds *feeds, const struct base *base, int64_t now);

/* When something is due, Unix time; INT64_MAX: never. */
int64_t feeds_due(const struct feeds *feeds);

#endif
