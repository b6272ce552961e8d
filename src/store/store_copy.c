/* Copies of the store: before a migration, for a backup while it serves; restoring one. */
#include "base/log.h"
#include "store/fault.h"
#include "store/store_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STEP_PAGES 256 /* copied at a time: 1 MiB */

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
    snprintf(part, sizeof(part), "%s.part.XXXXXX", path);
    int fd = mkostemp(part, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return error_set(error, ERR_SYSTEM, "%s cannot be created: %s", path, strerror(errno));
    e = copy_pages(from, part, error);
    if (e == OK)
        e = finish_file(fd, part, bytes, error);
    else
        close(fd);
    fault_pass("copied");
    if (e == OK)
        e = publish_file(part, path, error);
    unlink(part);
    return e;
}

void store_copy_clean(const char *directory)
{
    char path[STORE_FILE_PATH + NAME_MAX + 2];
    DIR *d = opendir(directory);
    struct dirent *entry;

    while (d != NULL && (entry = readdir(d)) != NULL) {
        if (fnmatch("dnsbld*.part.??????", entry->d_name, 0) != 0 &&
            strcmp(entry->d_name, STORE_FILE ".new") != 0)
            continue;
        snprintf(path, sizeof(path), "%.*s/%s", STORE_FILE_PATH, directory, entry->d_name);
        if (unlink(path) == 0)
            log_notice("%s: removed: a copy that was not finished", path);
        else
            log_warning("%s: a copy that was not finished cannot be removed: %s", path, strerror(errno));
    }
    if (d != NULL)
        closedir(d);
}

enum err store_backup(struct store *s, const char *path, uint64_t *bytes, struct error *error)
{
    struct store_reader *r; /* keeps its snapshot: else each commit would restart the copy */
    enum err e = store_read(s, &r, error);
    if (e != OK)
        return e;
    e = store_copy_database(r->conn.db, path, bytes, error);
    store_read_end(r);
    return e;
}

/* ---- Restoring ---- */

/* Copies a file byte by byte to `to`, which it replaces, and syncs it. */
static enum err copy_file(const char *from, const char *to, struct error *error)
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

/* Checks the copy as store_open would. */
static enum err check_copy(const char *path, const char *original, struct error *error)
{
    sqlite3 *db = NULL;
    bool exists;
    int version;
    struct error own;

    enum err e = store_file_probe(path, &exists, &own);
    if (e == OK)
        e = sql_open(path, &db, &own);
    if (e == OK)
        e = store_file_check(db, path, &store_schema, &version, &own);
    sqlite3_close(db);
    return e == OK ? OK : error_set(error, e, "%s cannot be restored: %.400s", original, own.text);
}

/* Copies the WAL of the old store into its file, if that can still be read. */
static void checkpoint_old(const char *path)
{
    sqlite3 *db = NULL;
    bool exists;
    if (store_file_probe(path, &exists, NULL) == OK && exists && sql_open(path, &db, NULL) == OK)
        sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL);
    sqlite3_close(db);
}

/* Keeps the old store under another name, with its WAL if there still is one. */
static enum err keep_old(const char *path, struct error *error)
{
    char kept[STORE_FILE_PATH + 64], wal[STORE_FILE_PATH + 32], kept_wal[STORE_FILE_PATH + 72], when[32];
    struct stat st;
    struct tm tm;
    time_t now = time(NULL);

    strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    snprintf(kept, sizeof(kept), "%s.before-restore-%s", path, when);
    snprintf(wal, sizeof(wal), "%s-wal", path);
    snprintf(kept_wal, sizeof(kept_wal), "%s-wal", kept);
    if (lstat(path, &st) == 0) {
        checkpoint_old(path);
        if (link(path, kept) != 0)
            return error_set(error, ERR_SYSTEM, "%s cannot be kept as %s: %s", path, kept, strerror(errno));
        log_notice("the old store is kept as %s", kept);
    }
    if (rename(wal, kept_wal) != 0 && errno != ENOENT)
        return error_set(error, ERR_SYSTEM, "%s cannot be moved away: %s", wal, strerror(errno));
    snprintf(wal, sizeof(wal), "%s-shm", path);
    unlink(wal);
    return OK;
}

enum err store_restore(const char *path, const char *directory, struct error *error)
{
    char real[STORE_FILE_PATH], store[STORE_FILE_PATH + 16], fresh[STORE_FILE_PATH + 32],
        wal[STORE_FILE_PATH + 8];
    struct stat st;
    int lock;

    snprintf(wal, sizeof(wal), "%.*s-wal", STORE_FILE_PATH - 1, path);
    if (stat(wal, &st) == 0 && st.st_size > 0)
        return error_set(error, ERR_REFUSED, "%s has a WAL and is not a finished copy; take a backup first",
                         path);
    enum err e = store_file_directory(directory, real, error);
    if (e == OK)
        e = store_file_lock(real, &lock, error);
    if (e != OK)
        return e;
    snprintf(store, sizeof(store), "%s/" STORE_FILE, real);
    snprintf(fresh, sizeof(fresh), "%s.new", store);
    e = copy_file(path, fresh, error);
    if (e == OK)
        e = check_copy(fresh, path, error);
    if (e == OK)
        e = keep_old(store, error);
    if (e == OK && rename(fresh, store) != 0)
        e = error_set(error, ERR_SYSTEM, "%s cannot be created: %s", store, strerror(errno));
    if (e == OK)
        e = store_file_sync_directory(store, error);
    else
        unlink(fresh);
    close(lock);
    return e;
}
