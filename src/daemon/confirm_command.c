#include "daemon/confirm_command.h"

#include "base/log.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Starts the program with `input` as its standard input. Returns an errno value, or 0. */
static int start(const char *command, int input)
{
    char *const arguments[] = { (char *)command, NULL }, *const environment[] = { NULL };
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    pid_t pid;

    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE); /* the server ignores it */
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    int failure = posix_spawn(&pid, command, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

void confirm_command_send(void *command, const struct removal_request *request, const char *code)
{
    char text[1024];
    int ends[2], failure;
    int length = snprintf(text, sizeof(text), "%s\n%s\n%s\n", request->email, code, request->id);
    bool piped = pipe2(ends, O_CLOEXEC) == 0;
    /* The pipe holds such a short text, so this does not wait for the program. */
    if (piped && write(ends[1], text, (size_t)length) == length)
        failure = start(command, ends[0]);
    else
        failure = errno;
    if (failure != 0)
        log_error("%s: cannot be started: %s; request %s is not confirmed", (char *)command,
                  strerror(failure), request->id);
    if (piped) {
        close(ends[0]);
        close(ends[1]);
    }
}

void confirm_command_reap(void)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (WIFSIGNALED(status))
            log_error("confirm_command: process %ld was killed by signal %d", (long)pid, WTERMSIG(status));
        else if (WEXITSTATUS(status) != 0)
            log_error("confirm_command: process %ld exited with status %d", (long)pid, WEXITSTATUS(status));
    }
}
