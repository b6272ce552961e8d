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

/* Forks the process that runs commands (confirm_command.h) and the one that has the rights of the fast path
 * (rights.h), if they are configured. Before chroot(). */
enum err server_fork(struct server *server, const struct identity *identity, struct error *error) must_use;

/* Opens the store, if there is an API or a state directory, and prepares loading. Call after chroot() and
 * chdir(). Starts the reclaimer's thread. */
enum err server_prepare(struct server *server, struct error *error) must_use;

/* Loads all sets; fails if one cannot be loaded. With config->quickstart does nothing. A signal may end the
 * process meanwhile, as no thread that outlives the call starts in it. */
enum err server_load(struct server *server, struct error *error) must_use;

/* Starts the threads, which inherit the signal mask. With config->quickstart the loader first loads all. */
enum err server_start(struct server *server, struct error *error) must_use;

/* Checks all files for changes now, and opens the query log again. */
void server_reload(struct server *server);

/* Does what is due by time (statistics file, watchdog, policy), and takes what commands have to say; returns
 * the milliseconds after which it must be called again. */
int64_t server_tick(struct server *server);

/* Logs the statistics; with `reset` they start at zero. */
void server_log_stats(struct server *server, bool reset);

/* Stops what runs, logs the statistics, frees everything. NULL: nothing. False: a load is still in progress
 * (loader_stop); then nothing is freed and the process must end by _exit. */
bool server_stop(struct server *server);

#endif
