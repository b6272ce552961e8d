/* Sending the code of a removal request that must be confirmed: the operator's program does it. */
#ifndef DAEMON_CONFIRM_COMMAND_H
#define DAEMON_CONFIRM_COMMAND_H

#include "store/types.h"

/* Starts the program `command` (a text) with three lines on its standard input: e-mail address, code, id of
 * the request. Does not wait for it; a failed start is logged. Updater thread. */
void confirm_command_send(void *command, const struct removal_request *request, const char *code);

/* Reaps the programs that have ended and logs those that failed. Main thread, after SIGCHLD, which must be
 * blocked in all threads: the process has no other children. */
void confirm_command_reap(void);

#endif
