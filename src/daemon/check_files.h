/* The part of `dnsbld --check` that is not about lists: the other files that a server needs. */
#ifndef DAEMON_CHECK_FILES_H
#define DAEMON_CHECK_FILES_H

#include "config/config.h"

/* Reads tokens, customer keys, cookie secret and certificates as the server does at its start, and inspects
 * the state directory, its store and the confirm_command, all as the user of the process. `makes_state`: the
 * server makes the state directory (privileges_makes_directory). Writes what is good to standard output and
 * what is not to standard error. True: a server could start. Main thread. */
bool check_files(const struct config *config, bool makes_state) must_use;

#endif
