/*
 * Running in the background, and the pid file. The parent exits only when the child serves, so that a start
 * script sees whether the start succeeded. Main thread, before any other thread exists.
 */
#ifndef DAEMON_DAEMONIZE_H
#define DAEMON_DAEMONIZE_H

#include "base/error.h"

struct daemonize {
    int ready; /* pipe to the parent */
    int null;  /* /dev/null, opened here as a new root directory may lack it */
};

/* Forks. Returns in the child only, which has a new session. The parent exits 0 when the child calls
 * daemonize_ready, and 1 when the child ends before. Until then the child has the parent's standard error. */
enum err daemonize_enter(struct daemonize *out, struct error *error) must_use;

/* Makes the parent exit 0 and redirects standard input, output and error to /dev/null. */
void daemonize_ready(const struct daemonize *background);

/* Writes the process id, one line, to `path`. Before chroot(). */
enum err daemonize_write_pid(const char *path, struct error *error) must_use;

/* Removes the pid file if it was written and the current user may. Async-signal-safe. */
void daemonize_remove_pid(void);

#endif
