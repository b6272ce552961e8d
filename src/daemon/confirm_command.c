#include "daemon/confirm_command.h"

#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

/* Starts the program with `input` as its standard input. An errno value, or 0. */
static int start(const char *command, int input)
{
    char *const arguments[] = { (char *)command, NULL }, *const environment[] = { NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, ignored;
    pid_t pid;

    sigemptyset(&none);
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    sigaddset(&ignored, SIGCHLD);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &ignored);
    int failure = posix_spawn(&pid, command, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

void confirm_command_send(const char *command, const struct removal_request *request, const char *code)
{
    char text[1024];
    int ends[2];
    int length = snprintf(text, sizeof(text), "%s\n%s\n%s\n", request->email, code, request->id);

    signal(SIGCHLD, SIG_IGN); /* so that nobody need wait for it */
    if (pipe2(ends, O_CLOEXEC) != 0) {
        log_error("%s: cannot be started: no pipe", command);
        return;
    }
    /* So little fits into the pipe. */
    int failure = write(ends[1], text, (size_t)length) == length ? start(command, ends[0]) : EIO;
    if (failure != 0)
        log_error("%s: cannot be started: %s; request %s is not confirmed", command, strerror(failure),
                  request->id);
    close(ends[0]);
    close(ends[1]);
}
