/* The part of `dnsbld --check` that is not about lists: the other files that a server needs. */
#ifndef DAEMON_CHECK_FILES_H
#define DAEMON_CHECK_FILES_H

#include "config/config.h"
#include "daemon/privileges.h"

/* What only root can find out. */
struct check_rights {
    int command; /* the confirm_command, opened to be inspected; negative: none, or it cannot be opened */
    int command_errno; /* why it cannot; 0: it can, or there is none */
    bool makes_state;  /* the server makes the state directory (privileges_makes_directory) */
};

/* Opens the confirm_command, which is run outside the new root directory: before that is entered. */
struct check_rights check_files_open(const struct config *config, const struct identity *identity);

/* Reads tokens, customer keys, cookie secret and certificates as the server does at its start, and inspects
 * the state directory, its store and the confirm_command, all as the user of the process. Once for
 * check_files_open(). Writes what is good to standard output and what is not to standard error. True: a
 * server could start. Main thread. */
bool check_files(const struct config *config, const struct check_rights *rights) must_use;

#endif
