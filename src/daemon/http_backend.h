/*
 * The API within the server: its listeners, and what the HTTP threads may ask of the rest (http/backend.h).
 * Main thread.
 */
#ifndef DAEMON_HTTP_BACKEND_H
#define DAEMON_HTTP_BACKEND_H

#include "load/loader.h"
#include "daemon/privileges.h"
#include "report/report.h"
#include "serve/updater.h"

struct api;

/* Binds the listeners, while it is still root, and gives unix sockets to the user that it will become. *out
 * is NULL when none is configured. */
enum err api_open(const struct config *config, const struct identity *identity, struct api **out,
                  struct error *error) must_use;

/* Who answers what the API asks. All outlive it. */
struct api_sources {
    struct report_sources report;
    struct updater *updater;
    struct loader *loader;
};

/* Starts to serve. NULL: nothing. */
enum err api_start(struct api *api, const struct api_sources *sources, struct error *error) must_use;

/* Something was published: wakes those that wait for changes. NULL, or not started: nothing. Any thread. */
void api_wake(struct api *api);

/* Reads the tokens and certificates again. NULL: nothing. */
void api_reload(struct api *api);

/* Stops serving. What is under way in the updater may still be, and api_wake be called. NULL: nothing. */
void api_stop(struct api *api);

/* Frees it, the updater having ended. NULL: nothing. */
void api_free(struct api *api);

#endif
