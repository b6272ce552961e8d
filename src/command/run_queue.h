/*
 * The runs of commands that wait and those under way: how many, in which order, until when. It starts and
 * ends no process and reads no clock. One thread.
 */
#ifndef COMMAND_RUN_QUEUE_H
#define COMMAND_RUN_QUEUE_H

#include "command/command.h"

#include <sys/types.h>

struct run_queue;

/* A run under way. */
struct run_queue_job {
    pid_t pid;
    uint32_t command;
    char label[COMMAND_LABEL];
    int64_t deadline_ms;
    bool overdue; /* run_queue_overdue has given it */
};

/* NULL: out of memory. */
struct run_queue *run_queue_new(const struct command_limits *limits);
void run_queue_free(struct run_queue *queue);

/* Appends a copy of a run. False: limits.waiting runs wait already. */
bool run_queue_add(struct run_queue *queue, const struct command_run *run);

/* The oldest run that waits, if fewer than limits.at_once are under way; else NULL. Valid until
 * run_queue_begin or run_queue_skip, which must follow. */
const struct command_run *run_queue_next(struct run_queue *queue);

/* The run that run_queue_next gave is process `pid`, and has limits.seconds from `now_ms` on. */
void run_queue_begin(struct run_queue *queue, pid_t pid, int64_t now_ms);

/* The run that run_queue_next gave could not be started: forgets it. */
void run_queue_skip(struct run_queue *queue);

/* Process `pid` has ended: gives its job. False: it is none of the queue's. */
bool run_queue_end(struct run_queue *queue, pid_t pid, struct run_queue_job *out);

/* A process whose time is over, each once; 0: none. */
pid_t run_queue_overdue(struct run_queue *queue, int64_t now_ms);

/* Milliseconds until run_queue_overdue may give one; -1: never. */
int64_t run_queue_wait_ms(const struct run_queue *queue, int64_t now_ms);

/* The process of job number `index` under way, in no order; 0: there are fewer. */
pid_t run_queue_pid(const struct run_queue *queue, size_t index);

#endif
