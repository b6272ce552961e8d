/*
 * The API and the control socket within the server: their listeners, and the callbacks through which the HTTP
 * threads use the other parts (api/backend.h). Main thread. Of a NULL pointer all functions do nothing.
 */
#ifndef DAEMON_HTTP_BACKEND_H
#define DAEMON_HTTP_BACKEND_H

#include "daemon/privileges.h"
#include "load/loader.h"
#include "report/report.h"
#include "serve/updater.h"

struct http_backend;

/* Binds the listeners of the API, for `connections` each, and the control socket `name`, still as root;
 * `identity` becomes the owner of unix sockets. The control socket comes first, as its directory may be that
 * of others. */
enum err http_backend_open(const struct config *config, const char *name, uint32_t connections,
                           const struct identity *identity, struct http_backend **out,
                           struct error *error) must_use;

/* How dnsblctl is called so that it reaches this server, to be followed by a verb; NULL: it cannot. Valid as
 * long as the server. */
const char *http_backend_reach(const struct http_backend *api);

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
