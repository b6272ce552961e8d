#include "store/store_file.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(STORE_FILE_PATH >= PATH_MAX, "realpath() fits");

enum err store_file_directory(const char *directory, char real[STORE_FILE_PATH], struct error *error)
{
    struct stat st;
    char path[PATH_MAX];

    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERR_SYSTEM, "%s: the directory of the store cannot be created: %s", directory,
                         strerror(errno));
    if (realpath(directory, path) == NULL || stat(path, &st) != 0)
        return error_set(error, ERR_SYSTEM, "%s: %s", directory, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_set(error, ERR_REFUSED, "%s is not a directory; the store needs one", directory);
    if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        log_warning("%s: others can write to the state directory%s", directory,
                    st.st_uid == geteuid() ? "; its mode becomes 0700" : ", and may change what is delisted");
    if (st.st_uid == geteuid() && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0 && chmod(path, 0700) != 0)
        return error_set(error, ERR_SYSTEM, "%s: cannot change the mode: %s", directory, strerror(errno));
    if (strlen(path) + 64 > STORE_FILE_PATH)
        return error_set(error, ERR_LIMIT, "%s: the path is too long", directory);
    strcpy(real, path);
    return OK;
}

/* The process id in the lock file; 0: unknown. */
static long read_holder(int fd)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    return strtol(text, NULL, 10);
}

enum err store_file_lock(const char *directory, int *fd, struct error *error)
{
    char path[STORE_FILE_PATH], pid[32];
    enum err e;

    snprintf(path, sizeof(path), "%.*s/lock", STORE_FILE_PATH - 8, directory);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (lock < 0)
        return error_set(error, ERR_SYSTEM,
                         "%s cannot be written: %s; the directory must belong to the user the server runs as",
                         path, strerror(errno));
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
        if (ftruncate(lock, 0) != 0 || pwrite(lock, pid, (size_t)n, 0) != n)
            log_warning("%s: %s", path, strerror(errno)); /* the lock holds nevertheless */
        *fd = lock;
        return OK;
    }
    if (errno == EWOULDBLOCK)
        e = error_set(error, ERR_REFUSED, "%s is in use by another server (pid %ld)", directory,
                      read_holder(lock));
    else
        e = error_set(error, ERR_SYSTEM, "%s cannot be locked: %s", path, strerror(errno));
    close(lock);
    return e;
}

/* Checks the first 100 bytes of a file (https://www.sqlite.org/fileformat2.html, section 1.3). */
static enum err check_header(const char *path, const uint8_t *header, ssize_t size, struct error *error)
{
    static const char magic[16] = "SQLite format 3";
    if (size < 100 || memcmp(header, magic, sizeof(magic)) != 0)
        return error_set(error, ERR_REFUSED,
                         "%s is damaged, or not a store of dnsbld; restore a backup, or move it away", path);
    uint32_t application =
        (uint32_t)header[68] << 24 | (uint32_t)header[69] << 16 | (uint32_t)header[70] << 8 | header[71];
    if (application != STORE_SCHEMA_APPLICATION)
        return error_set(error, ERR_REFUSED, "%s is another program's database; move it away", path);
    return OK;
}

enum err store_file_probe(const char *path, bool *exists, struct error *error)
{
    char wal[STORE_FILE_PATH + 8];
    uint8_t header[100];
    struct stat st;

    snprintf(wal, sizeof(wal), "%s-wal", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        *exists = false;
        if (lstat(wal, &st) == 0 && st.st_size > 0)
            return error_set(error, ERR_REFUSED, "%s is missing, but its WAL %s exists; put the file back",
                             path, wal);
        return OK;
    }
    if (fd < 0 && errno == ELOOP)
        return error_set(error, ERR_REFUSED, "%s is a symbolic link; the store must be a file", path);
    if (fd < 0)
        return error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return error_set(error, ERR_REFUSED, "%s is not a regular file; move it away", path);
    }
    ssize_t n = pread(fd, header, sizeof(header), 0);
    close(fd);
    *exists = true;
    return check_header(path, header, n, error);
}

enum err store_file_sync_directory(const char *path, struct error *error)
{
    char directory[STORE_FILE_PATH];
    const char *slash = strrchr(path, '/');
    enum err e = OK;

    snprintf(directory, sizeof(directory), "%.*s", slash != NULL ? (int)(slash - path + 1) : 1,
             slash != NULL ? path : ".");
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        e = error_set(error, ERR_SYSTEM, "%s cannot be synced: %s", directory, strerror(errno));
    if (fd >= 0)
        close(fd);
    return e;
}

enum err store_file_create_empty(const char *path, struct error *error)
{
    static const char *const parts[] = { "", "-journal", "-wal", "-shm" };
    char left[STORE_FILE_PATH + 32]; /* by an interrupted attempt */
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        snprintf(left, sizeof(left), "%.*s%s", STORE_FILE_PATH + 16, path, parts[i]);
        if (unlink(left) != 0 && errno != ENOENT)
            return error_set(error, ERR_SYSTEM, "%s cannot be removed: %s", left, strerror(errno));
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(error, ERR_SYSTEM, "%s cannot be created: %s", path, strerror(errno));
    close(fd);
    return OK;
}

enum err store_file_create(const char *path, const struct store_schema *schema, struct error *error)
{
    char fresh[STORE_FILE_PATH + 8];
    sqlite3 *db = NULL;

    snprintf(fresh, sizeof(fresh), "%s.new", path);
    enum err e = store_file_create_empty(fresh, error);
    if (e == OK)
        e = sql_open(fresh, &db, error);
    if (e == OK)
        e = store_schema_migrate(db, schema, fresh, error);
    sqlite3_close(db);
    if (e == OK && rename(fresh, path) != 0)
        e = error_set(error, ERR_SYSTEM, "%s cannot be created: %s", path, strerror(errno));
    if (e != OK)
        unlink(fresh);
    return e == OK ? store_file_sync_directory(path, error) : e;
}

/* A large file is mostly history, and would take long to check at each start. Beyond this size only the
 * tables that the start depends on are checked; items are when they are read. */
#define CHECK_WHOLE (INT64_C(512) << 20)

static int check_structure(sqlite3 *db, const char *path, char *verdict, size_t size)
{
    static const char *const parts[] = { "PRAGMA quick_check('lists')", "PRAGMA quick_check('facts')",
                                         "PRAGMA quick_check('counts')", "PRAGMA quick_check('watches')" };
    struct stat st;
    int rc = SQLITE_OK;

    if (stat(path, &st) != 0 || st.st_size <= CHECK_WHOLE)
        return sql_query_text(db, "PRAGMA quick_check(1)", verdict, size);
    snprintf(verdict, size, "ok");
    for (size_t i = 0; rc == SQLITE_OK && strcmp(verdict, "ok") == 0 && i < ARRAY_SIZE(parts); i++)
        rc = sql_query_text(db, parts[i], verdict, size);
    return rc;
}

enum err store_file_check(sqlite3 *db, const char *path, const struct store_schema *schema, int *version,
                          struct error *error)
{
    char number[32] = "", verdict[200] = "";

    int rc = sql_query_text(db, "PRAGMA user_version", number, sizeof(number));
    *version = (int)strtol(number, NULL, 10);
    if (rc == SQLITE_OK && *version > schema->version)
        return error_set(
            error, ERR_REFUSED,
            "%s was written by a newer version of dnsbld (schema %d, this one knows %d); use that version",
            path, *version, schema->version);
    if (rc == SQLITE_OK)
        rc = check_structure(db, path, verdict, sizeof(verdict));
    if (rc != SQLITE_OK)
        return sql_explain_open(db, path, rc, error);
    if (*version < 1 || strcmp(verdict, "ok") != 0)
        return error_set(error, ERR_REFUSED, "%s is damaged (%.100s); restore a backup, or move it away",
                         path, *version < 1 ? "no schema" : verdict);
    return OK;
}
