/*
 * Sending the code of a removal request that must be confirmed: the operator's program confirm_command does
 * it, run by the process for commands (command/).
 */
#ifndef DAEMON_CONFIRM_COMMAND_H
#define DAEMON_CONFIRM_COMMAND_H

#include "command/command_link.h"
#include "config/config.h"
#include "daemon/privileges.h"

struct confirm_command;

/* Forks the process that runs the program, as `identity` and outside the new root directory, which the server
 * enters later. *out is NULL if no program is configured. Call once the server has its last process id, and
 * before other threads, stores and lists. Main thread. */
enum err confirm_command_start(const struct config *config, const struct identity *identity,
                               struct confirm_command **out, struct error *error) must_use;

/* For delist.h: `confirm` and `confirm_room`; `context` is the struct confirm_command. The program gets three
 * lines: e-mail address, code, id of the request. A mail over the limits of its mailbox is not sent, and the
 * log says so; the requester is not told, as that would say that somebody else has asked. One about control
 * has no such limit and counts for none: there is one a day for a target, and it must not be lost because of
 * mails that others had sent to the mailbox. Updater thread. */
void confirm_command_send(void *context, const struct removal_request *request, const char *mailbox,
                          bool control, const char *code);
uint32_t confirm_command_room(void *context);

/* For polling and facts; NULL if `command` is NULL. Valid until confirm_command_stop. */
struct command_link *confirm_command_link(const struct confirm_command *command);

/* Gives programs under way some seconds, ends the process, frees all. NULL: nothing. */
void confirm_command_stop(struct confirm_command *command);

#endif
