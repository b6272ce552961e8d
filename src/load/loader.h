/*
 * The loader: detects changed files, reads them, guards the data, builds a snapshot and publishes it.
 *
 * It alone replaces the snapshot, so it may use the current one without being a reader. A set whose load
 * fails (a file, a guard, memory) keeps the data that is served; the failure is logged once. The set is
 * loaded again at the next check, or after a guard's refusal when its files change or may be believed
 * (load_guard.h).
 */
#ifndef LOAD_LOADER_H
#define LOAD_LOADER_H

#include "config/config.h"
#include "load/load_status.h"
#include "serve/publisher.h"
#include "serve/updater.h"

struct loader;

/* The parts of the server that loads change. All outlive the loader. */
struct loader_targets {
    struct reclaimer *reclaimer;
    struct publisher *publisher;
    struct load_status *loads;
    struct updater *updater;   /* NULL: there are no delistings */
    const uint16_t *set_lists; /* by set: the number of its list in the overlay, or VIEW_NO_LIST */
    const char *reach; /* how dnsblctl reaches this server, as `dnsblctl --url URL`; NULL: it does not */
};

/* Makes a loader and publishes a view in which no set has data. Call after chroot() and chdir(). `config`
 * must outlive it. Main thread. */
enum err loader_new(const struct config *config, const struct loader_targets *targets, struct loader **out,
                    struct error *error) must_use;

/* Loads all sets in the calling thread and publishes those that can be loaded. When some cannot, `error` is
 * the first failure and the log has the others. What a guard refuses is only logged, as it may be accepted
 * while the server runs. Before loader_start. */
enum err loader_load_all(struct loader *loader, struct error *error) must_use;

/* Starts the thread that loads what changes; with config->quickstart it loads all sets first. */
enum err loader_start(struct loader *loader, struct error *error) must_use;

/* Has all files checked now. Any thread. */
void loader_check(struct loader *loader);

/* Likewise for a caller who waits for the outcome: the loader then calls reload->done. False: the loader
 * ends, or memory is out. Any thread. */
bool loader_reload(struct loader *loader, struct reload *reload);

/* Ends the thread, if it was started; waits at most half a second for a load in progress. False: the load
 * continues, so nothing that it uses may be freed before the process exits. Main thread. */
bool loader_stop(struct loader *loader) must_use;

/* Frees all but the published view. NULL: nothing. */
void loader_free(struct loader *loader);

#endif
