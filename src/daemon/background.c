#include "daemon/background.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unistd.h>

static int parent;  /* pipe to the parent */
static int nowhere; /* /dev/null, opened early as a new root directory may lack it */

/* The pid file, by its directory: so it can be removed after chroot(). */
static struct {
    int directory; /* negative: not written */
    char name[NAME_MAX + 1];
} pid_file = { .directory = -1 };

enum err background_enter(struct error *error)
{
    int ends[2];
    nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    pid_t child = nowhere >= 0 && pipe2(ends, O_CLOEXEC) == 0 ? fork() : -1;
    if (child < 0)
        return error_set(error, ERR_SYSTEM, "cannot run in the background: %s", strerror(errno));
    if (child > 0) {
        char byte;
        close(ends[1]);
        _exit(TEMP_FAILURE_RETRY(read(ends[0], &byte, 1)) == 1 ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    close(ends[0]);
    setsid();
    parent = ends[1];
    return OK;
}

void background_ready(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(nowhere, fd);
    if (nowhere > STDERR_FILENO)
        close(nowhere);
    if (write(parent, "", 1) == 1)
        close(parent);
}

enum err background_write_pid(const char *path, struct error *error)
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
    const char *slash = strrchr(path, '/');
    char *directory = slash == NULL ? strdup(".") : strndup(path, slash == path ? 1 : (size_t)(slash - path));
    snprintf(pid_file.name, sizeof(pid_file.name), "%s", basename(path));
    if (directory != NULL)
        pid_file.directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    return OK;
}

void background_remove_pid(void)
{
    if (pid_file.directory >= 0)
        unlinkat(pid_file.directory, pid_file.name, 0);
}
