#include "store/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_PAGES 256

/* Copies into the empty file `path`, which then needs no WAL. */
static enum err copy_pages(sqlite3 *from, const char *path, struct error *error)
{
    sqlite3 *to = NULL;
    int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", NULL, NULL, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
        while (backup != NULL && (rc = sqlite3_backup_step(backup, STEP_PAGES)) == SQLITE_OK)
            ;
        sqlite3_backup_finish(backup);
        rc = backup == NULL ? sqlite3_errcode(to) : rc == SQLITE_DONE ? SQLITE_OK : rc;
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    enum err e = rc == SQLITE_OK ? OK : sql_explain(to, path, rc, error);
    sqlite3_close(to);
    return e;
}

/* Syncs a file and closes it; *bytes: its size. */
static enum err finish_file(int fd, const char *path, uint64_t *bytes, struct error *error)
{
    struct stat st;
    enum err e = OK;
    if (fsync(fd) != 0 || fstat(fd, &st) != 0)
        e = error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    else
        *bytes = (uint64_t)st.st_size;
    close(fd);
    return e;
}

/* Gives a complete file its name, unless that name is taken. */
static enum err publish_file(const char *from, const char *path, struct error *error)
{
    if (link(from, path) == 0)
        return store_file_sync_directory(path, error);
    if (errno == EEXIST)
        return error_set(error, ERR_REFUSED, "%s exists already; choose another name", path);
    return error_set(error, ERR_SYSTEM, "%s cannot be created: %s", path, strerror(errno));
}

enum err store_copy_database(sqlite3 *from, const char *path, uint64_t *bytes, struct error *error)
{
    char part[STORE_FILE_PATH + 32];
    struct stat st;
    enum err e;

    if (strlen(path) >= STORE_FILE_PATH)
        return error_set(error, ERR_LIMIT, "the path of the copy is too long");
    if (lstat(path, &st) == 0)
        return error_set(error, ERR_REFUSED, "%s exists already; choose another name", path);
    snprintf(part, sizeof(part), "%s.XXXXXX", path);
    int fd = mkostemp(part, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return error_set(error, ERR_SYSTEM, "%s cannot be created: %s", path, strerror(errno));
    e = copy_pages(from, part, error);
    if (e == OK)
        e = finish_file(fd, part, bytes, error);
    else
        close(fd);
    if (e == OK)
        e = publish_file(part, path, error);
    unlink(part);
    return e;
}

enum err store_copy_file(const char *from, const char *to, struct error *error)
{
    char buffer[65536];
    uint64_t bytes;
    ssize_t n = 0;
    enum err e = OK;

    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return error_set(error, ERR_SYSTEM, "%s: %s", from, strerror(errno));
    e = store_file_create_empty(to, error);
    int out = e == OK ? open(to, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (e == OK && out < 0)
        e = error_set(error, ERR_SYSTEM, "%s: %s", to, strerror(errno));
    while (e == OK && (n = read(in, buffer, sizeof(buffer))) > 0)
        if (write(out, buffer, (size_t)n) != n)
            e = error_set(error, ERR_SYSTEM, "%s cannot be written: %s", to, strerror(errno));
    if (e == OK && n < 0)
        e = error_set(error, ERR_SYSTEM, "%s cannot be read: %s", from, strerror(errno));
    close(in);
    if (e == OK)
        return finish_file(out, to, &bytes, error);
    if (out >= 0)
        close(out);
    return e;
}
