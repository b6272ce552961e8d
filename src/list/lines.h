/*
 * The lines of a file, plain or gzip, one by one and in place: nothing is copied or allocated per line.
 *
 *   struct lines lines;
 *   if (lines_open(&lines, path, true, error) == OK) {
 *       while ((line = lines_next(&lines, &end)) != NULL)
 *           ...
 *       err = lines_close(&lines, error);      whether the whole file could be read, unchanged
 *   }
 *
 * A failure to read ends the lines; lines_close reports it.
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

#define LINES_MAX 32768 /* bytes of a line; the rest is skipped */

struct lines {
    unsigned long number;    /* of the line last returned, from 1 */
    uint64_t bytes;          /* read so far, after gunzip */
    const char *warning;     /* about the line last returned, or NULL; the caller clears it */
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

/* Opens `path`, a string that must stay valid until lines_close: a regular file, or /dev/null, which has no
 * lines; ERR_REFUSED for anything else, and nothing waits for a writer. Gzip is detected by its magic number,
 * and refused without `gunzip`. On failure there is nothing to close. */
enum err lines_open(struct lines *lines, const char *path, bool gunzip, struct error *error) must_use;

/* Closes the file. Fails as reading did, or with ERR_CHANGED when its stamp has changed or the path leads to
 * another file. */
enum err lines_close(struct lines *lines, struct error *error) must_use;

/* lines_next for lines that are not whole in the buffer. */
char *lines_next_slow(struct lines *lines, char **end);

/* Returns the next line, with a NUL at `end` instead of its newline; the caller may write to it until the
 * next call. NULL at the end of the file, or of what can be read. A line over LINES_MAX is cut, and a last
 * line need not have a newline; `warning` then says so. 5 to 10 ns. */
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

/* Returns the buffered bytes of the next lines; they end at *end, which may be within a line. The caller may
 * parse whole lines of them, which it then consumes with lines_skip. */
static inline const char *lines_peek(const struct lines *lines, const char **end)
{
    *end = lines->buffer + (lines->skipping ? lines->start : lines->filled);
    return lines->buffer + lines->start;
}

/* Consumes `count` lines, which end at `to`. */
static inline void lines_skip(struct lines *lines, const char *to, unsigned long count)
{
    lines->start = (size_t)(to - lines->buffer);
    lines->number += count;
}

#endif
