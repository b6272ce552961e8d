#include "daemon/background.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

enum err background_enter(int *ready, struct error *error)
{
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return error_set(error, ERR_SYSTEM, "cannot go into the background: %s", strerror(errno));
    pid_t child = fork();
    if (child < 0)
        return error_set(error, ERR_SYSTEM, "cannot go into the background: %s", strerror(errno));
    if (child > 0) {
        char byte;
        ssize_t n;
        close(pipe_fds[1]);
        do {
            n = read(pipe_fds[0], &byte, 1);
        } while (n < 0 && errno == EINTR);
        _exit(n == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(pipe_fds[0]);
    setsid();
    *ready = pipe_fds[1];
    return OK;
}

void background_ready(int ready)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC); /* may be missing under another root directory */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (null >= 0)
            dup2(null, fd);
    }
    if (null > STDERR_FILENO)
        close(null);
    if (write(ready, "", 1) == 1)
        close(ready);
}

enum err background_write_pid(const char *path, struct error *error)
{
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return error_set(error, ERR_SYSTEM, "-p %s: %s", path, strerror(errno));
    fprintf(file, "%ld\n", (long)getpid());
    if (fclose(file) != 0)
        return error_set(error, ERR_SYSTEM, "-p %s: %s", path, strerror(errno));
    return OK;
}
