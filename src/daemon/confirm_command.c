#include "daemon/confirm_command.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "command/runner.h"
#include "config/alloc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sys/random.h>
#include <sys/socket.h>

#define STOP_MS 5000 /* as for operations under way (docs/architecture.md) */

_Static_assert(STORE_EMAIL + 2 * STORE_ID < COMMAND_INPUT, "an address, a code and an id fit into an input");

struct confirm_command {
    struct command_program command; /* the only one of `table` */
    struct command_table table;
    const struct identity *identity; /* of the process */
    bool background;
    struct command_link *link;
    struct mail_limit *limit;
};

/* The child's half of the start. */
static void run(void *context, int socket, pid_t server)
{
    const struct confirm_command *c = context;
    struct error error;
    if (privileges_drop(c->identity, &error) == OK)
        runner_run(&c->table, socket, server, c->background);
    log_error("%s", error.text);
}

static enum err start(struct confirm_command *c, struct error *error)
{
    const int buffer_bytes = 1 << 20; /* the system gives less, which is enough (command.h) */
    struct child child;
    struct error reason;
    if (child_start(run, c, &child, &reason) != OK)
        return error_set(error, ERR_SYSTEM, "confirm_command: %s", reason.text);
    setsockopt(child.socket, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
    c->link = command_link_new(&c->table, &child);
    if (c->link != NULL)
        return OK;
    child_end(&child, false);
    return error_set(error, ERR_MEMORY, "confirm_command: out of memory");
}

enum err confirm_command_start(const struct config *config, const struct identity *identity,
                               struct confirm_command **out, struct error *error)
{
    uint64_t seed;
    *out = NULL;
    if (config->confirm_command == NULL)
        return OK;
    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        return error_set(error, ERR_SYSTEM, "confirm_command: no random bytes: %s", strerror(errno));
    struct confirm_command *c = alloc_array(1, sizeof(*c));
    c->command = (struct command_program){ "confirm_command", config->confirm_command };
    c->table = (struct command_table){ &c->command, 1, config->commands.limits };
    c->identity = identity;
    c->background = !config->foreground;
    enum err err = start(c, error);
    if (err == OK)
        c->limit = mail_limit_new(&config->commands.mails, seed);
    if (err == OK && c->limit == NULL)
        err = error_set(error, ERR_MEMORY, "confirm_command: out of memory");
    if (err == OK)
        *out = c;
    else
        confirm_command_stop(c);
    return err;
}

void confirm_command_send(void *context, const struct removal_request *request, const char *mailbox,
                          bool control, const char *code)
{
    struct confirm_command *c = context;
    char input[COMMAND_INPUT], label[COMMAND_LABEL], subject[RANGE_TEXT], folded[STORE_EMAIL];
    range_format(&request->range, subject);
    mailbox_fold(folded, mailbox);
    if (!control && !mail_limit_admit(c->limit, folded, subject, clock_ms())) {
        log_notice("confirm_command: no code is sent for request %s, as its mailbox was sent some already",
                   request->id);
        command_link_skip(c->link);
        return;
    }
    int length = snprintf(input, sizeof(input), "%s\n%s\n%s\n", mailbox, code, request->id);
    snprintf(label, sizeof(label), "request %s", request->id);
    command_link_send(c->link, 0, label, input, (size_t)length);
}

uint32_t confirm_command_room(void *context)
{
    return command_link_room(((struct confirm_command *)context)->link);
}

struct command_link *confirm_command_link(const struct confirm_command *command)
{
    return command != NULL ? command->link : NULL;
}

void confirm_command_stop(struct confirm_command *command)
{
    if (command == NULL)
        return;
    command_link_close(command->link, STOP_MS);
    free(command->limit);
    free(command);
}
