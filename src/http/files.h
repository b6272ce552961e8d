/* Files that are read again when they change: tokens, certificates, keys. */
#ifndef HTTP_FILES_H
#define HTTP_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <sys/types.h>

/* What a file was when it was looked at. */
struct file_stamp {
    uint64_t device, inode, size;
    int64_t seconds, nanoseconds;
};

/* Whether the file differs from *stamp, which then says how it is now. A file that cannot be looked at has
 * not changed: what was read of it holds. */
bool file_changed(const char *path, struct file_stamp *stamp);

/* Opens a file to be read; *mode: who may read it. `error` says what to do. */
enum err file_open(const char *path, FILE **out, mode_t *mode, struct error *error) must_use;

/* Reads a file whole, at most a mebibyte, with a zero behind it; malloc'ed. `secret`: one that everybody can
 * read is refused. */
enum err file_read(const char *path, bool secret, char **out, struct error *error) must_use;

#endif
