/* `dnsbld --check`: are the files fit to be served? */
#ifndef DAEMON_CHECK_H
#define DAEMON_CHECK_H

#include "config/config.h"

/* Reads and compiles everything as a start would; writes to standard output every bad line and the totals of
 * each set, to standard error what cannot be loaded. Returns the exit code: 0 all is well, 1 something cannot
 * be loaded, 2 bad lines only. Main thread. */
int check_run(const struct config *config);

#endif
