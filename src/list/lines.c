#include "list/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { BUFFER = 256 << 10 };
enum { NULL_MAJOR = 1, NULL_MINOR = 3 }; /* of /dev/null, whatever its name (Linux, devices.txt) */
_Static_assert(BUFFER > LINES_MAX, "a whole line and its newline must fit");

static bool has_gzip_magic(int fd)
{
    unsigned char magic[2];
    return pread(fd, magic, 2, 0) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}

/* Checks the open file and makes the buffer and the decompressor. */
static enum err prepare(struct lines *lines, bool gunzip, struct error *error)
{
    struct stat st;
    if (fstat(lines->fd, &st) != 0)
        return error_set(error, ERR_SYSTEM, "%s: %s", lines->path, strerror(errno));
    bool null = S_ISCHR(st.st_mode) && st.st_rdev == makedev(NULL_MAJOR, NULL_MINOR);
    if (!S_ISREG(st.st_mode) && !null)
        return error_set(error, ERR_REFUSED, "%s: not a regular file", lines->path);
    bool gzip = has_gzip_magic(lines->fd);
    if (gzip && !gunzip)
        return error_set(error, ERR_REFUSED, "%s: is compressed, and -C (no_gunzip) forbids decompression",
                         lines->path);
    lines->stamp = file_stamp_of(&st);
    lines->buffer = malloc(BUFFER + 1);
    if (lines->buffer == NULL)
        return error_set(error, ERR_MEMORY, "%s: out of memory", lines->path);
    if (!gzip)
        return OK;
    /* gzclose closes its descriptor, but lines_close still needs ours. */
    int copy = fcntl(lines->fd, F_DUPFD_CLOEXEC, 0);
    lines->gzip = copy < 0 ? NULL : gzdopen(copy, "rb");
    if (lines->gzip == NULL) {
        if (copy >= 0)
            close(copy);
        return error_set(error, ERR_SYSTEM, "%s: cannot read as gzip: %s", lines->path, strerror(errno));
    }
    gzbuffer(lines->gzip, BUFFER);
    return OK;
}

enum err lines_open(struct lines *lines, const char *path, bool gunzip, struct error *error)
{
    *lines = (struct lines){ .path = path };
    /* O_NONBLOCK: opening a pipe would wait for its writer. */
    lines->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (lines->fd < 0)
        return error_set(error, ERR_SYSTEM, "%s: cannot open: %s", path, strerror(errno));
    enum err err = prepare(lines, gunzip, error);
    if (err != OK) {
        free(lines->buffer);
        close(lines->fd);
    }
    return err;
}

/* Reads up to `room` bytes. Returns 0 at the end, -1 on failure, which it records. */
static ssize_t read_some(struct lines *lines, char *to, size_t room)
{
    if (lines->gzip == NULL) {
        ssize_t n = TEMP_FAILURE_RETRY(read(lines->fd, to, room));
        if (n < 0)
            lines->failed =
                error_set(&lines->failure, ERR_SYSTEM, "%s: cannot read: %s", lines->path, strerror(errno));
        return n;
    }
    int n = gzread(lines->gzip, to, (unsigned)room), code = Z_OK;
    if (n <= 0) {
        const char *text = gzerror(lines->gzip, &code), *reason = strstr(text, ">: "); /* "<fd:4>: reason" */
        if (code != Z_OK && code != Z_STREAM_END) {
            lines->failed = error_set(&lines->failure, ERR_SYNTAX, "%s: damaged gzip file: %s", lines->path,
                                      reason != NULL ? reason + 3 : text);
            return -1;
        }
    }
    return n;
}

/* Moves the unread bytes to the front of the buffer and reads more. */
static void fill(struct lines *lines)
{
    size_t unread = lines->filled - lines->start;
    memmove(lines->buffer, lines->buffer + lines->start, unread);
    lines->start = 0;
    lines->filled = unread;
    ssize_t n = read_some(lines, lines->buffer + unread, BUFFER - unread);
    if (n <= 0) {
        lines->at_end = true;
        return;
    }
    lines->filled += (size_t)n;
    lines->bytes += (uint64_t)n;
}

/* Returns the first `length` unread bytes as a line, and consumes `used` bytes. */
static char *pop_line(struct lines *lines, size_t length, size_t used, char **end)
{
    char *line = lines->buffer + lines->start;
    *end = line + length;
    **end = '\0';
    lines->start += used;
    lines->number++;
    return line;
}

char *lines_next_slow(struct lines *lines, char **end)
{
    for (;;) {
        const char *line = lines->buffer + lines->start;
        size_t unread = lines->filled - lines->start;
        const char *newline = memchr(line, '\n', unread);
        size_t length = newline != NULL ? (size_t)(newline - line) : unread;
        if (lines->skipping) {
            lines->start += length + (newline != NULL);
            lines->skipping = newline == NULL;
        } else if (length > LINES_MAX) {
            lines->warning = "the line is longer than 32768 bytes: the rest is ignored";
            lines->skipping = true;
            return pop_line(lines, LINES_MAX, LINES_MAX, end);
        } else if (newline != NULL) {
            return pop_line(lines, length, length + 1, end);
        }
        if (newline != NULL)
            continue;
        if (lines->failed != OK || (lines->at_end && lines->start == lines->filled))
            return NULL;
        if (lines->at_end) {
            lines->warning = "the last line has no newline: is the file complete?";
            return pop_line(lines, unread, unread, end);
        }
        fill(lines);
    }
}

enum err lines_close(struct lines *lines, struct error *error)
{
    if (lines->gzip != NULL)
        gzclose(lines->gzip);
    free(lines->buffer);
    struct stat opened, named;
    bool changed = fstat(lines->fd, &opened) != 0 || stat(lines->path, &named) != 0;
    close(lines->fd);
    if (!changed) {
        struct file_stamp now = file_stamp_of(&opened), there = file_stamp_of(&named);
        changed = !file_stamp_equal(&now, &lines->stamp) || !file_stamp_equal(&there, &lines->stamp);
    }
    /* Checked first, as a change explains a failure. */
    if (changed)
        return error_set(error, ERR_CHANGED, "%s: changed while it was read", lines->path);
    if (lines->failed != OK && error != NULL)
        *error = lines->failure;
    return lines->failed;
}
