/*
 * Files that are read again when they change: what a file was when it was read, and whether it still is.
 *
 * A stamp is the identity, size and times of a file. Two stamps differ when the file was written, replaced,
 * or had its owner or mode changed in between, unless the first was recent (file_stamp_is_recent). Any
 * thread.
 */
#ifndef BASE_FILE_STAMP_H
#define BASE_FILE_STAMP_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <sys/stat.h>

/* Zeroed: of no file, so it differs from every file's. */
struct file_stamp {
    uint64_t device, inode;
    int64_t size;
    struct timespec mtime, ctime;
};

/* The stamp of a file whose stat() gave `status`; whether two stamps are the same. */
struct file_stamp file_stamp_of(const struct stat *status);
bool file_stamp_equal(const struct file_stamp *a, const struct file_stamp *b);

/* Whether the file had changed so shortly before this stamp of now that a further change may leave the same
 * stamp: a file system's clock (ctime) advances every 4 to 10 ms, and no program can set it. */
bool file_stamp_is_recent(const struct file_stamp *stamp);

/* The stamp of the file now. False: stat() failed, errno says why, *out is untouched. */
bool file_stamp_get(const char *path, struct file_stamp *out) must_use;

/* Whether the file differs from *stamp, which then becomes that of the file now. A file that cannot be
 * inspected has not changed: what was read of it stays in use. */
bool file_stamp_changed(const char *path, struct file_stamp *stamp) must_use;

/* A file that is read again when it has changed, but not while it may still be written to. */
struct polled_file {
    const char *path;             /* NULL: none */
    bool again;                   /* due at the next check, changed or not */
    struct file_stamp last, read; /* at the last check; when it was last due. Zeroed: it was missing */
};

/* Checks the file. True: read it now, as it was the same at the last two checks and differs from what was
 * last read. A file that is removed is due once. */
bool file_stamp_due(struct polled_file *file) must_use;

/* Opens a regular file for reading, without waiting: what is a FIFO, a device or a directory is refused.
 * *status is that of what was opened. ERR_SYSTEM: `error` names the file, the reason, and what to do. */
enum err file_stamp_open(const char *path, FILE **out, struct stat *status, struct error *error) must_use;

/* Reads a whole file of at most a mebibyte; *out is malloc'ed and ends in a zero byte. `secret`: ERR_REFUSED
 * if everybody can read the file. */
enum err file_stamp_read(const char *path, bool secret, char **out, struct error *error) must_use;

#endif
