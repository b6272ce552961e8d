/*
 * The process that runs commands: forked by the server before it reads anything and before it gives up its
 * root directory, it reads no file and parses nothing. From the server it takes messages of one size
 * (command.h), in which the input of a program is bytes that it passes on.
 *
 * A program gets its input on standard input, no arguments, no environment, no other descriptor than its
 * output (the server's standard error, or /dev/null in the background), the working directory / and a session
 * of its own. At limits.seconds, and when it ends, all processes of its group are killed. Its limits of files
 * and core dumps are low.
 */
#ifndef COMMAND_RUNNER_H
#define COMMAND_RUNNER_H

#include "command/command.h"

#include <sys/types.h>

/* Runs commands for process `server`, the parent, until that ends or closes its end of `socket`; then kills
 * those under way and ends the process. Call in the child after fork(), with the rights that the programs are
 * to have. Closes all other descriptors but standard error, which `background` closes too. */
_Noreturn void runner_run(const struct command_table *table, int socket, pid_t server, bool background);

#endif
