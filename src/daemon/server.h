/* The running server: its parts, started and stopped in the right order. Main thread. */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include "config/config.h"
#include "daemon/privileges.h"

struct server;

/* Opens the sockets of all workers and of the API; the only step that needs root (port 53). `identity`: the
 * user that the process will become. `config` must outlive the server. */
enum err server_open(const struct config *config, const struct identity *identity, struct server **out,
                     struct error *error) must_use;

/* Opens the store, if there is an API or a store, and prepares loading. Call after chroot() and chdir().
 * Starts a thread. */
enum err server_prepare(struct server *server, struct error *error) must_use;

/* Loads all sets; fails if one cannot be loaded. With config->quickstart does nothing. The process may be
 * ended meanwhile. */
enum err server_load(struct server *server, struct error *error) must_use;

/* Starts the threads, which inherit the signal mask; with config->quickstart the loader loads all sets first.
 */
enum err server_start(struct server *server, struct error *error) must_use;

/* Checks the files for changes now, and opens the query log anew. */
void server_reload(struct server *server);

/* Does what is due by time (statistics file, watchdog, policy); returns after how many milliseconds it must
 * be called again. */
int64_t server_tick(struct server *server);

/* Logs the statistics; with `reset` they start at zero. */
void server_log_stats(struct server *server, bool reset);

/* Stops what runs, logs the statistics, frees everything. NULL: nothing. False: a load could not be stopped
 * within a second; then nothing is freed and the process must end by _exit. */
bool server_stop(struct server *server);

#endif
