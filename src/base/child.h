/*
 * A process that the server forks at its start and keeps beside it, with rights that the server gives up, and
 * the pair of SOCK_SEQPACKET sockets between the two. Each side ends when the other has closed its end.
 *
 * Fork before other threads, stores and lists exist.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/error.h"

#include <signal.h>
#include <stdbool.h>

#include <sys/types.h>

#define CHILD_SOCKET 3    /* the descriptor of the socket in the child, after child_enter */
#define CHILD_TEXT   64   /* bytes of child_reap's text */
#define CHILD_FILES  1024 /* the limit of open files in the child; the server's own is higher */

struct child {
    int socket; /* the server's end */
    pid_t pid;
};

/* Forks. In the child calls `run`, which must not return, with its end of the pair and the process id of the
 * server. ERR_SYSTEM. */
enum err child_start(void (*run)(void *context, int socket, pid_t server), void *context, struct child *out,
                     struct error *error) must_use;

/* In the child, once it has its final user: names the process, blocks all signals, makes the socket
 * CHILD_SOCKET and closes all other descriptors but standard error, which `background` closes too. The
 * working directory is /; limits of files and core dumps are low, and no program that it starts inherits
 * capabilities. *waiting is the mask while it waits: SIGCHLD and the death of the server (SIGTERM) then end
 * the wait, and nothing else: service managers send SIGTERM to all processes of a service, and the child
 * outlives the server's last message. False: it cannot go on. */
bool child_enter(const char *name, int socket, bool background, sigset_t *waiting) must_use;

/* The child's socket is closed or sends what is no message: ends the child, waits for it, and writes what
 * became of it: "was killed by signal 9", "ended with status 1". */
void child_reap(const struct child *child, char text[CHILD_TEXT]);

/* Waits up to `wait_ms` until the child has sent something, or has ended. */
void child_wait(const struct child *child, int wait_ms);

/* Closes the socket; `ended`: the child is reaped. Else it is given a second to end, then killed. */
void child_end(struct child *child, bool ended);

#endif
