/* `dnsbld --check`: whether a server could start with these files. */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include "daemon/check_files.h"

/* Loads and compiles everything as at start, as the user of the process; `rights` as of check_files().
 * Writes every bad line and the totals of each set to standard output, and what cannot be loaded to standard
 * error. Returns the exit code: 0 all is valid, 1 something cannot be loaded, 2 bad lines only. Main thread.
 */
int check_run(const struct config *config, const struct check_rights *rights);

#endif
