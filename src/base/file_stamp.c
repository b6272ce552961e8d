#include "base/file_stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <unistd.h>

#define FILE_SIZE_MAX (1 << 20)         /* bytes; certificates and keys have some KiB */
#define RECENT_NS     INT64_C(20000000) /* two ticks of the slowest clock (100 Hz) */

struct file_stamp file_stamp_of(const struct stat *status)
{
    return (struct file_stamp){ .device = status->st_dev,
                                .inode = status->st_ino,
                                .size = status->st_size,
                                .mtime = status->st_mtim,
                                .ctime = status->st_ctim };
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           is_same_time(&a->mtime, &b->mtime) && is_same_time(&a->ctime, &b->ctime);
}

bool file_stamp_is_recent(const struct file_stamp *stamp)
{
    struct timespec now; /* the clock that file systems use */
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    int64_t seconds = (int64_t)now.tv_sec - stamp->ctime.tv_sec;
    if (seconds < 0 || seconds > 1) /* in the future: the clock was set back */
        return false;
    return seconds * 1000000000 + now.tv_nsec - stamp->ctime.tv_nsec < RECENT_NS;
}

bool file_stamp_get(const char *path, struct file_stamp *out)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    *out = file_stamp_of(&status);
    return true;
}

bool file_stamp_changed(const char *path, struct file_stamp *stamp)
{
    struct file_stamp now;
    if (!file_stamp_get(path, &now) || file_stamp_equal(&now, stamp))
        return false;
    *stamp = now;
    return true;
}

bool file_stamp_due(struct polled_file *file)
{
    struct file_stamp now = { .size = 0 };
    if (file->path == NULL)
        return false;
    (void)!file_stamp_get(file->path, &now);
    bool quiet = file_stamp_equal(&now, &file->last), changed = !file_stamp_equal(&now, &file->read);
    file->last = now;
    if (!file->again && !(quiet && changed))
        return false;
    file->again = false;
    file->read = now;
    return true;
}

enum err file_stamp_open(const char *path, FILE **out, struct stat *status, struct error *error)
{
    enum err err = OK;
    FILE *file = NULL;
    /* O_NONBLOCK: opening a FIFO, or a device, would wait for somebody. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, status) != 0)
        err = error_set(error, ERR_SYSTEM,
                        "%s: cannot be read: %s; it must be readable by the user that dnsbld runs as", path,
                        strerror(errno));
    else if (!S_ISREG(status->st_mode))
        err = error_set(error, ERR_SYSTEM, "%s: cannot be read: it is not a regular file", path);
    else if ((file = fdopen(fd, "r")) == NULL)
        err = error_set(error, ERR_MEMORY, "%s: out of memory", path);
    if (err == OK)
        *out = file;
    else if (fd >= 0)
        close(fd);
    return err;
}

static enum err read_all(FILE *file, const char *path, char **out, struct error *error)
{
    char *text = malloc(FILE_SIZE_MAX + 1);
    if (text == NULL)
        return error_set(error, ERR_MEMORY, "%s: out of memory", path);
    size_t size = fread(text, 1, FILE_SIZE_MAX + 1, file);
    if (ferror(file) || size > FILE_SIZE_MAX) {
        free(text);
        return error_set(error, ERR_SYSTEM, "%s: cannot be read, or has more than %d bytes", path,
                         FILE_SIZE_MAX);
    }
    text[size] = '\0';
    *out = text;
    return OK;
}

enum err file_stamp_read(const char *path, bool secret, char **out, struct error *error)
{
    FILE *file;
    struct stat status;
    enum err err = file_stamp_open(path, &file, &status, error);
    if (err != OK)
        return err;
    if (secret && (status.st_mode & S_IROTH) != 0)
        err = error_set(error, ERR_REFUSED, "%s: everybody can read this key; chmod o= %s", path, path);
    else
        err = read_all(file, path, out, error);
    fclose(file);
    return err;
}
