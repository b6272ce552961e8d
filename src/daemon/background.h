/* Running in the background, and the pid file. Main thread, before any other thread exists. */
#ifndef DAEMON_BACKGROUND_H
#define DAEMON_BACKGROUND_H

#include "base/error.h"

/* Forks. Returns in the child only, which has a new session. The parent exits 0 when the child calls
 * background_ready, and 1 when the child ends before, so that a start script sees whether the start
 * succeeded. Until then the child has the parent's standard error. Before chroot(). */
enum err background_enter(struct error *error) must_use;

/* Makes the parent exit 0 and redirects standard input, output and error to /dev/null. Threads may run. */
void background_ready(void);

/* Writes the process id, one line, to `path`. Before chroot(). */
enum err background_write_pid(const char *path, struct error *error) must_use;

/* Removes the pid file if it was written and the current user may. Any time; async-signal-safe. */
void background_remove_pid(void);

#endif
