/* Sending the code of a removal request that is to be confirmed: by a program of the operator's. */
#ifndef DAEMON_CONFIRM_COMMAND_H
#define DAEMON_CONFIRM_COMMAND_H

#include "store/types.h"

/* Runs `command` with three lines on its standard input: e-mail address, code, id of the request. Does not
 * wait for it; what cannot be started is logged. The updater. */
void confirm_command_send(const char *command, const struct removal_request *request, const char *code);

#endif
