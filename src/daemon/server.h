/* The running server: sockets, loader, reclaimer and workers, started and stopped in the order that holds. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "daemon/config.h"

struct server;

/* Opens the sockets of all workers; needs root for port 53, and nothing else here does. */
enum err server_open(const struct config *config, struct server **out, struct error *error) must_use;

/* Loads all sets (unless config->quickstart: then in the background, later) and starts the threads, which
 * inherit the signal mask. Without quick start a set that cannot be loaded is an error. */
enum err server_start(struct server *server, struct error *error) must_use;

/* Has the files looked at now. */
void server_reload(struct server *server);

/* Logs the statistics; with `reset` they start at zero. */
void server_log_stats(struct server *server, bool reset);

/* Stops what runs, logs the statistics if there are any, frees all. NULL: nothing. */
void server_stop(struct server *server);

#endif
