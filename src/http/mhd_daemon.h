/*
 * Listeners and their connections: what libmicrohttpd runs for them. For the main thread while the
 * housekeeper does not run, then for the housekeeper.
 */
#ifndef HTTP_MHD_DAEMON_H
#define HTTP_MHD_DAEMON_H

#include "http/connections.h"
#include "http/server.h"

#include <microhttpd.h>

/* Of a listener. When the certificate changes another one takes its place, and this one only serves the
 * connections that it has. */
struct mhd_daemon {
    struct http_server *server;
    const struct http_listener *listener;
    struct MHD_Daemon *daemon;
    struct connections *connections; /* the listener's */
    int socket;                      /* a descriptor of its own of the listener's socket */
    bool tls;
    bool retired; /* replaced: its connections are to be closed when they are idle; atomic */
    struct mhd_daemon *next;
};

/* Starts one for a listener and adds it to server->daemons. ERR_SYSTEM, ERR_MEMORY, or as reading the
 * certificate fails; then nothing has changed. */
enum err mhd_daemon_start(struct http_server *server, const struct http_listener *listener,
                          struct error *error) must_use;
/* Replaces the daemons with TLS if the certificate or the key has changed. */
void mhd_daemon_check_files(struct http_server *server);
/* Ends the daemons that were replaced and have no connections left. */
void mhd_daemon_reap(struct http_server *server);
/* Ends all, and unbinds the listeners. */
void mhd_daemon_stop(struct http_server *server);

/* ---- What libmicrohttpd calls for each request (mhd_request.c); `daemon` is a struct mhd_daemon ---- */

void *mhd_request_new(void *daemon, const char *uri, struct MHD_Connection *connection);
enum MHD_Result mhd_request_continue(void *daemon, struct MHD_Connection *connection, const char *url,
                                     const char *method, const char *version, const char *data, size_t *size,
                                     void **request);
void mhd_request_end(void *daemon, struct MHD_Connection *connection, void **request,
                     enum MHD_RequestTerminationCode how);

/* Frees the request that a connection has when it is closed: libmicrohttpd does not end one whose parameters
 * did not fit into the connection's memory. */
void mhd_request_drop(struct http_connection *connection);

/* By when a request (DEADLINE_READ) or an answer that begins now must be complete, on the monotonic clock.
 * The factors multiply idle_seconds: an answer may be large, and the client slow. */
enum deadline_factor { DEADLINE_READ = 2, DEADLINE_WRITE = 10 };
int64_t mhd_request_deadline_ms(const struct http_server *server, enum deadline_factor factor);

#endif
