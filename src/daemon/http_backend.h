/*
 * The API within the server: its listeners, and what the HTTP threads may ask of the rest (api/backend.h).
 * Main thread.
 */
#ifndef DAEMON_HTTP_BACKEND_H
#define DAEMON_HTTP_BACKEND_H

#include "daemon/privileges.h"
#include "load/loader.h"
#include "report/report.h"
#include "serve/updater.h"

struct api;

/* Binds the listeners, while it is still root, and gives unix sockets to the user that it will become. *out
 * is NULL when none is configured. */
enum err http_backend_open(const struct config *config, const struct identity *identity, struct api **out,
                           struct error *error) must_use;

/* Who answers what the API asks. All outlive it. */
struct http_backend_sources {
    struct report_sources report;
    struct updater *updater;
    struct loader *loader;
};

/* Starts to serve. NULL: nothing. */
enum err http_backend_start(struct api *api, const struct http_backend_sources *sources,
                            struct error *error) must_use;

/* Something was published: wakes those that wait for changes. NULL, or not started: nothing. Any thread. */
void http_backend_wake(struct api *api);

/* Reads the tokens and certificates again. NULL: nothing. */
void http_backend_reload(struct api *api);

/* Stops serving. What is under way in the updater may still be, and http_backend_wake be called. NULL:
 * nothing. */
void http_backend_stop(struct api *api);

/* Frees it, the updater having ended. NULL: nothing. */
void http_backend_free(struct api *api);

#endif
