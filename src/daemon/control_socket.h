/*
 * The control socket: reload, status, lists and drain for root and the server's user, also where there is no
 * --api (docs/decisions/0023-control-socket.md).
 *
 * It is in the directory of base/run_directory.h, which root makes, and has the routes api_control_routes of
 * the API. A server works without it, so what prevents it is only logged. Main thread.
 */
#ifndef DAEMON_CONTROL_SOCKET_H
#define DAEMON_CONTROL_SOCKET_H

#include "api/backend.h"
#include "config/config.h"
#include "daemon/privileges.h"
#include "http/server.h"

struct control_socket {
    char address[128];    /* unix:PATH */
    char reach[160];      /* see control_socket_reach */
    struct error failure; /* why there is none; code OK: there is one */
    struct http_listener listener;
    struct http_server *server; /* NULL: not started */
};

/* Binds it, before root is dropped. Its name is $DNSBLD_INSTANCE, else `name`. */
void control_socket_open(const char *name, const struct identity *identity, struct control_socket *out);

/* Closes it again if it has the place of one of these addresses, as of the instance `api`. Before the API is
 * bound. */
void control_socket_yield(struct control_socket *control, const struct config_addresses *addresses);

/* Serves it, and logs where it is or why there is none. `backend` must outlive it. */
void control_socket_start(struct control_socket *control, const struct backend *backend);

/* How dnsblctl is called on this machine so that it reaches this server, `dnsblctl --url unix:PATH`, to be
 * followed by a blank and a verb; NULL: there is no control socket. Valid as long as `control`, and already
 * before it is started. */
const char *control_socket_reach(const struct control_socket *control);

/* Ends it, once: requests under way are answered first. */
void control_socket_stop(struct control_socket *control);

#endif
