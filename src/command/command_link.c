#include "command/command_link.h"

#include "base/clock.h"
#include "base/human.h"
#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

struct command_link {
    const struct command_table *table;
    struct child child;
    pthread_mutex_t lock; /* protects `facts`, and the order of messages */
    struct command_facts facts;
};

struct command_link *command_link_new(const struct command_table *table, const struct child *child)
{
    struct command_link *link = calloc(1, sizeof(*link));
    if (link == NULL)
        return NULL;
    *link = (struct command_link){ .table = table, .child = *child, .facts.configured = true };
    pthread_mutex_init(&link->lock, NULL);
    return link;
}

/* ---- Under the lock ---- */

static bool has_ended(const struct command_link *link)
{
    return link->facts.failure[0] != '\0';
}

static void log_outcome(const struct command_link *link, const struct command_outcome *o)
{
    const struct command_program *command = &link->table->command[o->command];
    switch ((enum command_result)o->result) {
    case COMMAND_FAILED:
        log_error("%s: process %d exited with status %d; %s", command->name, o->pid, o->status, o->label);
        break;
    case COMMAND_KILLED:
        log_error("%s: process %d was killed by signal %d; %s", command->name, o->pid, o->status, o->label);
        break;
    case COMMAND_TIMED_OUT:
        log_error("%s: process %d did not end within %u s and was killed; %s", command->name, o->pid,
                  link->table->limits.seconds, o->label);
        break;
    case COMMAND_NOT_STARTED:
        log_error("%s: %s cannot be started: %s; %s", command->name, command->path, strerror(o->status),
                  o->label);
        break;
    case COMMAND_DROPPED:
        log_error("%s: not run, as too many wait or none can be run; %s", command->name, o->label);
        break;
    default:
        break;
    }
}

static void record(struct command_link *link, const struct command_outcome *outcome)
{
    link->facts.results[outcome->result]++;
    log_outcome(link, outcome);
}

/* The process has closed its end, so it has ended, or sends what is no message. What it ran may go on; nobody
 * learns what becomes of it. */
static void note_end(struct command_link *link)
{
    struct command_facts *facts = &link->facts;
    char end[CHILD_TEXT];
    child_reap(&link->child, end);
    snprintf(facts->failure, sizeof(facts->failure),
             "the process dnsbld-commands %s; commands run again when the server is restarted", end);
    log_error("%s; lost: %s", facts->failure, human_number(facts->under_way, "run", "runs").text);
    facts->results[COMMAND_DROPPED] += facts->under_way;
    facts->under_way = 0;
}

static void receive(struct command_link *link)
{
    struct command_outcome outcome;
    ssize_t size;
    while (!has_ended(link) &&
           (size = recv(link->child.socket, &outcome, sizeof(outcome), MSG_DONTWAIT)) != -1) {
        if (size != sizeof(outcome) || outcome.result >= COMMAND_RESULTS ||
            outcome.command >= link->table->count || link->facts.under_way == 0) {
            note_end(link);
            return;
        }
        link->facts.under_way--;
        record(link, &outcome);
    }
}

static uint32_t room(const struct command_link *link)
{
    uint32_t most = link->table->limits.at_once + link->table->limits.waiting;
    return has_ended(link) || link->facts.under_way >= most ? 0 : most - link->facts.under_way;
}

/* ---- Calls ---- */

uint32_t command_link_room(struct command_link *link)
{
    pthread_mutex_lock(&link->lock);
    receive(link);
    uint32_t n = room(link);
    pthread_mutex_unlock(&link->lock);
    return n;
}

void command_link_send(struct command_link *link, uint32_t command, const char *label, const char *input,
                       size_t length)
{
    struct command_run run = { .command = command, .length = (uint32_t)length };
    struct command_outcome dropped = { .result = COMMAND_DROPPED, .command = command };
    memcpy(run.input, input, length);
    snprintf(run.label, sizeof(run.label), "%s", label);
    memcpy(dropped.label, run.label, sizeof(dropped.label));
    pthread_mutex_lock(&link->lock);
    receive(link);
    if (room(link) > 0 && send(link->child.socket, &run, sizeof(run), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        link->facts.under_way++;
    else
        record(link, &dropped);
    pthread_mutex_unlock(&link->lock);
}

void command_link_skip(struct command_link *link)
{
    pthread_mutex_lock(&link->lock);
    link->facts.results[COMMAND_SKIPPED]++;
    pthread_mutex_unlock(&link->lock);
}

void command_link_poll(struct command_link *link)
{
    if (link != NULL)
        command_link_room(link);
}

void command_link_inspect(struct command_link *link, struct command_facts *out)
{
    *out = (struct command_facts){ .configured = false };
    if (link == NULL)
        return;
    pthread_mutex_lock(&link->lock);
    receive(link);
    *out = link->facts;
    pthread_mutex_unlock(&link->lock);
}

void command_link_close(struct command_link *link, int wait_ms)
{
    if (link == NULL)
        return;
    int64_t until = clock_ms() + wait_ms, now;
    receive(link);
    for (; link->facts.under_way > 0 && (now = clock_ms()) < until; receive(link))
        child_wait(&link->child, (int)(until - now));
    if (link->facts.under_way > 0)
        log_warning("the server ends, and with it %s of commands",
                    human_number(link->facts.under_way, "run", "runs").text);
    child_end(&link->child, has_ended(link));
    pthread_mutex_destroy(&link->lock);
    free(link);
}
