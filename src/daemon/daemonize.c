#include "daemon/daemonize.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

/* The parent: exits when the child is ready or has ended. */
static _Noreturn void wait_for_child(int ready)
{
    char byte;
    ssize_t n;
    do {
        n = read(ready, &byte, 1);
    } while (n < 0 && errno == EINTR);
    _exit(n == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
}

enum err daemonize_enter(struct daemonize *out, struct error *error)
{
    int ends[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t child = null >= 0 && pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0)
        return error_set(error, ERR_SYSTEM, "cannot run in the background: %s", strerror(errno));
    if (child > 0) {
        close(ends[1]);
        wait_for_child(ends[0]);
    }
    close(ends[0]);
    setsid();
    *out = (struct daemonize){ ends[1], null };
    return OK;
}

void daemonize_ready(const struct daemonize *background)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(background->null, fd);
    if (background->null > STDERR_FILENO)
        close(background->null);
    if (write(background->ready, "", 1) == 1)
        close(background->ready);
}

/* The pid file, by its directory, so that it can be removed after chroot(). */
static struct {
    int directory; /* negative: not written */
    char name[NAME_MAX + 1];
} pid_file = { .directory = -1 };

static void record_pid_file(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    char *directory = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    snprintf(pid_file.name, sizeof(pid_file.name), "%s", name);
    if (directory != NULL)
        pid_file.directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(directory);
}

void daemonize_remove_pid(void)
{
    if (pid_file.directory >= 0)
        unlinkat(pid_file.directory, pid_file.name, 0);
}

enum err daemonize_write_pid(const char *path, struct error *error)
{
    /* Still as root: who can write to the directory must not redirect this by a symbolic link, nor block it
     * by a fifo. */
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
    char text[32];
    int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
    bool ok = fd >= 0 && write(fd, text, (size_t)length) == length;
    if ((fd >= 0 && close(fd) != 0) || !ok)
        return error_set(error, ERR_SYSTEM, "-p %s: %s", path,
                         errno == ELOOP ? "is a symbolic link; name the file itself" : strerror(errno));
    record_pid_file(path);
    return OK;
}
