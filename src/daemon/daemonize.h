/*
 * Life in the background: the parent waits until the child serves, so that a script that starts the server
 * learns whether it could. Main thread, before any other thread exists.
 */
#ifndef DAEMON_DAEMONIZE_H
#define DAEMON_DAEMONIZE_H

#include "base/error.h"

struct daemonize {
    int ready; /* a pipe to the parent */
    int null;  /* /dev/null, which another root directory may lack */
};

/* Forks. Returns in the child only, in a session of its own, with *out filled in; the parent exits 0 once the
 * child calls daemonize_ready, or 1 when it ends before that. Until then the child logs to the parent's
 * standard error. */
enum err daemonize_enter(struct daemonize *out, struct error *error) must_use;

/* Lets the parent exit 0 and cuts standard input, output and error off. */
void daemonize_ready(const struct daemonize *background);

/* Writes the process id to `path`, a line of its own. While the root directory is still the real one. */
enum err daemonize_write_pid(const char *path, struct error *error) must_use;

/* Removes that file if it was written, and if who we are now may do that. Also in a signal handler. */
void daemonize_remove_pid(void);

#endif
