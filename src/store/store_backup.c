/* Backup while the store serves, and restoring one. */
#include "base/log.h"
#include "store/store_state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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
    e = store_copy_file(path, fresh, error);
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
