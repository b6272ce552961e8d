/*
 * The server's end of the socket to the process that runs commands (runner.h): hands runs over, reads what
 * became of them, logs failures and counts. Never waits for a program. A NULL link is that of a server
 * without commands: it counts nothing. Any thread.
 */
#ifndef COMMAND_COMMAND_LINK_H
#define COMMAND_COMMAND_LINK_H

#include "base/attr.h"
#include "base/child.h"
#include "command/command.h"

#include <sys/types.h>

struct command_link;

struct command_facts {
    bool configured;                   /* there is a link */
    uint64_t results[COMMAND_RESULTS]; /* runs, by enum command_result */
    uint32_t under_way;                /* runs that wait or have not ended */
    char failure[160];                 /* why no command can be run until the next start; empty: they can */
};

/* Takes over the child that runs commands. NULL: out of memory, and nothing is taken over. `table` must
 * outlive the link. */
struct command_link *command_link_new(const struct command_table *table, const struct child *child);

/* How many runs can be handed over now: what limits.at_once and limits.waiting leave. */
uint32_t command_link_room(struct command_link *link);

/* Hands over a run of table->command[command] with `length` bytes of `input`, at most COMMAND_INPUT. `label`
 * names it in the log. Without room it is dropped, logged and counted. */
void command_link_send(struct command_link *link, uint32_t command, const char *label, const char *input,
                       size_t length);

/* Counts a run that was never handed over. */
void command_link_skip(struct command_link *link);

/* Reads what became of runs. Call about once a second, and after SIGCHLD. */
void command_link_poll(struct command_link *link);

void command_link_inspect(struct command_link *link, struct command_facts *out);

/* Waits up to `wait_ms` for the runs under way, ends the process and frees the link. */
void command_link_close(struct command_link *link, int wait_ms);

#endif
