/*
 * The lines of a file, plain or gzip, one by one and in place: nothing is copied or allocated per line.
 *
 *   struct lines lines;
 *   if (lines_open(&lines, path, true, error) == OK) {
 *       while ((line = lines_next(&lines, &end)) != NULL)
 *           ...
 *       err = lines_close(&lines, error);      says whether all of it could be read, unchanged
 *   }
 *
 * A reader keeps a failure to itself, as the end of the lines, until lines_close tells it.
 */
#ifndef LIST_LINES_H
#define LIST_LINES_H

#include "base/error.h"
#include "base/file_stamp.h"
#include "list/set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#define LINES_MAX 32768 /* bytes of a line that are read */

struct lines {
    unsigned long number;    /* of the line last handed out, from 1 */
    uint64_t bytes;          /* read so far, after gunzip */
    const char *note;        /* a warning about the line last handed out, or NULL; the caller clears it */
    struct file_stamp stamp; /* when it was opened */

    /* Private. */
    const char *path;
    int fd;
    gzFile gzip; /* NULL: plain */
    char *buffer;
    size_t start, filled; /* unread bytes of the buffer */
    bool at_end;
    bool skipping; /* the rest of a line that was too long */
    enum err failed;
    struct error failure;
};

/* Opens `path`, which must be a regular file and stay valid until lines_close. Gzip is known by its magic;
 * without `gunzip` such a file is refused, for no line of it could be read. On failure there is nothing to
 * close. */
enum err lines_open(struct lines *lines, const char *path, bool gunzip, struct error *error) must_use;

/* Closes. Fails when reading had failed, or with ERR_CHANGED when the file is no longer the one that was
 * opened: another size or modification time, or another file in its place. */
enum err lines_close(struct lines *lines, struct error *error) must_use;

char *lines_next_slow(struct lines *lines, char **end);

/* The next line, without its newline, and its end, where a NUL stands; both may be written to until the next
 * call. NULL at the end of the file or of what can be read. A line beyond LINES_MAX is cut, a last line
 * without newline is handed out; `note` says so. 5 to 10 ns. */
static inline char *lines_next(struct lines *lines, char **end)
{
    char *line = lines->buffer + lines->start;
    char *newline = memchr(line, '\n', lines->filled - lines->start);
    if (unlikely(newline == NULL || newline - line > LINES_MAX || lines->skipping))
        return lines_next_slow(lines, end);
    *newline = '\0';
    lines->start = (size_t)(newline + 1 - lines->buffer);
    lines->number++;
    *end = newline;
    return line;
}

/* What is at hand of the lines that come next, for a reader that takes whole lines there and then says with
 * lines_pass how far it came: *end is where that ends, wherever in a line. */
static inline const char *lines_peek(const struct lines *lines, const char **end)
{
    *end = lines->buffer + (lines->skipping ? lines->start : lines->filled);
    return lines->buffer + lines->start;
}

static inline void lines_pass(struct lines *lines, const char *to, unsigned long count)
{
    lines->start = (size_t)(to - lines->buffer);
    lines->number += count;
}

#endif
