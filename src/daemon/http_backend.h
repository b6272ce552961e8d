/*
 * The API within the server: its listeners, and the callbacks through which the HTTP threads use the other
 * parts (api/backend.h). Main thread. Without an API the pointer is NULL, and all functions but open do
 * nothing.
 */
#ifndef DAEMON_HTTP_BACKEND_H
#define DAEMON_HTTP_BACKEND_H

#include "daemon/privileges.h"
#include "load/loader.h"
#include "report/report.h"
#include "serve/updater.h"

struct http_backend;

/* Binds the listeners, still as root; `identity` becomes the owner of unix sockets. *out is NULL if no
 * address is configured. */
enum err http_backend_open(const struct config *config, const struct identity *identity,
                           struct http_backend **out, struct error *error) must_use;

/* Starts to serve. What `sources` points at, `updater` and `loader` must outlive the API. */
enum err http_backend_start(struct http_backend *api, const struct report_sources *sources,
                            struct updater *updater, struct loader *loader, struct error *error) must_use;

/* Wakes the requests that wait for changes: something was published. `context` is the struct http_backend.
 * Any thread, at any time until free. */
void http_backend_wake(void *context);

/* Reads the tokens and certificates again. */
void http_backend_reload(struct http_backend *api);

/* Stops serving. The updater may still perform operations, so http_backend_wake may still be called. */
void http_backend_stop(struct http_backend *api);

/* Frees it; the updater must have stopped. */
void http_backend_free(struct http_backend *api);

#endif
