/* The running server: sockets, loader, reclaimer and workers, started and stopped in the order that holds. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "config/config.h"
#include "daemon/privileges.h"

struct server;

/* Opens the sockets of all workers and of the API; needs root for port 53, and nothing else here does.
 * `identity`: who it will be afterwards. */
enum err server_open(const struct config *config, const struct identity *identity, struct server **out,
                     struct error *error) must_use;

/* Opens the store, if there is an API or a store, and makes ready for a load, with the root and working
 * directories as they shall be. Starts a thread. */
enum err server_prepare(struct server *server, struct error *error) must_use;

/* Loads all sets, each of which must be loadable; with config->quickstart nothing yet. The process may be
 * ended meanwhile. */
enum err server_load(struct server *server, struct error *error) must_use;

/* Starts the threads, which inherit the signal mask; with config->quickstart the loader loads all sets first.
 */
enum err server_start(struct server *server, struct error *error) must_use;

/* Has the files looked at now, and the query log opened anew. */
void server_reload(struct server *server);

/* Does what is due by time (the statistics file, the watchdog); returns in how many milliseconds that is to
 * be called again. */
int64_t server_tick(struct server *server);

/* Logs the statistics; with `reset` they start at zero. */
void server_log_stats(struct server *server, bool reset);

/* Stops what runs, logs the statistics if there are any, frees all. NULL: nothing. False: a load could not be
 * stopped within a second, so that nothing is freed and the process must end by _exit. */
bool server_stop(struct server *server);

#endif
