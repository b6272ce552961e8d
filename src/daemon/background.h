/*
 * Life in the background: the parent waits until the child serves, so that a script that starts the server
 * learns whether it could. Main thread, before any other thread exists.
 */
#ifndef DAEMON_BACKGROUND_H
#define DAEMON_BACKGROUND_H

#include "base/error.h"

/* Forks. Returns in the child only, in a session of its own, with in *ready what background_ready takes; the
 * parent exits 0 after that call, or 1 when the child ends before it. Until then the child logs to the
 * parent's standard error. */
enum err background_enter(int *ready, struct error *error) must_use;

/* Lets the parent exit 0 and cuts standard input, output and error off. */
void background_ready(int ready);

/* Writes the process id to `path`, a line of its own. */
enum err background_write_pid(const char *path, struct error *error) must_use;

#endif
