/*
 * Commands: programs of the operator that the server has run, and how the server and the process that runs
 * them (runner.h) talk.
 *
 * Messages are structs of fixed size over a pair of SOCK_SEQPACKET sockets. A message names a command by its
 * index in the table that both sides had before they were two processes; it cannot name a program.
 */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A pipe holds such an input, so whoever writes it does not wait for the program. */
#define COMMAND_INPUT 1024 /* bytes, at most: the program's standard input */
#define COMMAND_LABEL 48   /* bytes of a text that names the run in the log, with its zero */

/* The socket's buffer holds a message for each run that COMMAND_WAITING_MAX and COMMAND_AT_ONCE_MAX permit.
 */
#define COMMAND_AT_ONCE_MAX 32
#define COMMAND_WAITING_MAX 100

struct command_program {
    const char *name; /* the key of the configuration, for the log */
    const char *path; /* absolute */
};

struct command_limits {
    uint32_t at_once; /* programs that run, at most */
    uint32_t waiting; /* runs that wait for one of them to end, at most */
    uint32_t seconds; /* that a program may take; then it is killed */
};

/* What both sides know. All it points at must outlive them. */
struct command_table {
    const struct command_program *command;
    uint32_t count;
    struct command_limits limits;
};

/* Server to process: run this. */
struct command_run {
    uint32_t command;
    uint32_t length; /* of `input` */
    char label[COMMAND_LABEL];
    char input[COMMAND_INPUT];
};

enum command_result {
    COMMAND_SUCCEEDED,
    COMMAND_FAILED,      /* `status` is its exit status */
    COMMAND_KILLED,      /* by the signal `status` */
    COMMAND_TIMED_OUT,   /* and was killed */
    COMMAND_NOT_STARTED, /* `status` is an errno value */
    COMMAND_DROPPED,     /* there was no room for it, or the process has ended */
    COMMAND_SKIPPED,     /* by the limits of a mailbox */
    COMMAND_RESULTS
};

/* Process to server: what became of a run. */
struct command_outcome {
    uint32_t result; /* enum command_result */
    uint32_t command;
    int32_t status;
    int32_t pid; /* 0: not started */
    char label[COMMAND_LABEL];
};

#endif
