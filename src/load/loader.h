/*
 * The loader: files -> sets -> snapshot -> view, published behind the one RCU pointer.
 *
 * It alone replaces the snapshot, so it may use the current one without being a reader. Whatever fails (a
 * file, a guard, memory) takes nothing away: the data of that set that is being served stays, the failure is
 * logged once, and the set is tried again when its files change.
 */
#ifndef LOAD_LOADER_H
#define LOAD_LOADER_H

#include "config/config.h"
#include "load/feed_check.h"
#include "load/load_status.h"
#include "serve/publisher.h"
#include "serve/reclaimer.h"

struct loader;

/* Where what it loads goes. All outlive it. */
struct loader_targets {
    struct reclaimer *reclaimer;
    struct publisher *publisher;
    struct load_status *loads;
    struct feed_check *feeds;
    const uint16_t *set_lists; /* by set: the number of its list in the overlay, or VIEW_NO_LIST */
};

/* Makes a loader and publishes a view in which no set is loaded yet. After the root and working directories
 * are as they shall be. `config` must outlive it. Main thread. */
enum err loader_new(const struct config *config, const struct loader_targets *targets, struct loader **out,
                    struct error *error) must_use;

/* Loads all sets in the calling thread and publishes. When some cannot be loaded, `error` says why the first
 * of them cannot, and the others' reasons are logged; the rest is published. What a guard refuses is logged
 * and no error: it may be accepted while the server runs. Before loader_start. */
enum err loader_load_all(struct loader *loader, struct error *error) must_use;

/* Starts the thread that loads what changes; with `load_all` it loads all sets first. */
enum err loader_start(struct loader *loader, bool load_all, struct error *error) must_use;

/* Has all files looked at now. Any thread. */
void loader_check(struct loader *loader);

/* The same for somebody who waits for the outcome: reload->done is called when it is over. False when the
 * loader ends. Any thread. */
bool loader_reload(struct loader *loader, struct reload *reload);

/* Ends the thread, if it was started. A load that is going on has half a second to end; false: it goes on, so
 * nothing that it uses may be freed, and the process had better exit. Main thread. */
bool loader_stop(struct loader *loader) must_use;

/* Frees all but the published view. NULL: nothing. */
void loader_free(struct loader *loader);

#endif
