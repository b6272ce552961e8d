/* The store's files: the directory and its lock, telling a store from anything else, making and opening one.
 */
#include "base/log.h"
#include "store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(STORE_PATH >= PATH_MAX, "realpath() fits");

enum err store_explain(sqlite3 *db, const char *path, int rc, struct error *error)
{
    const char *name = *path != '\0' ? path : "the store in memory";
    int number = db != NULL ? sqlite3_system_errno(db) : 0;
    if (number == 0 && (rc & 0xff) == SQLITE_IOERR) /* it does not note all */
        number = errno;

    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return error_set(error, ERR_MEMORY, "%s: memory is out", name);
    case SQLITE_FULL:
        return error_set(error, ERR_SYSTEM, "%s: the disk is full; make room", name);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return error_set(error, ERR_SYSTEM, "%s cannot be read or written: %s", name,
                         number != 0 ? strerror(number) : sqlite3_errstr(rc));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return error_set(error, ERR_SYSTEM, "%s is damaged; stop the server and restore a backup", name);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(error, ERR_SYSTEM, "%s: another program keeps it locked; end that", name);
    case SQLITE_ABORT:
        return error_set(error, ERR_SYSTEM, "%s: no transaction is open, or it has failed", name);
    case SQLITE_MISMATCH:
        return error_set(error, ERR_SYSTEM, "%s: an id that is no UUID was not stored", name);
    case SQLITE_ERROR:
        return error_set(error, ERR_SYSTEM, "%s: its tables are not those of a store; restore a backup",
                         name);
    default:
        return error_set(error, ERR_SYSTEM, "%s: %s", name, sqlite3_errstr(rc));
    }
}

enum err store_directory(const char *directory, char real[STORE_PATH], struct error *error)
{
    struct stat st;
    char path[PATH_MAX];

    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERR_SYSTEM, "%s: the directory of the store cannot be made: %s", directory,
                         strerror(errno));
    if (realpath(directory, path) == NULL || stat(path, &st) != 0)
        return error_set(error, ERR_SYSTEM, "%s: %s", directory, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_set(error, ERR_REFUSED, "%s is no directory; the store needs one", directory);
    if (strlen(path) + 64 > STORE_PATH)
        return error_set(error, ERR_LIMIT, "%s: the path is too long", directory);
    strcpy(real, path);
    return OK;
}

/* The process that wrote itself into the lock file, 0 if that cannot be told. */
static long holder(int fd)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    return strtol(text, NULL, 10);
}

enum err store_lock(const char *directory, int *fd, struct error *error)
{
    char path[STORE_PATH], pid[32];
    enum err e;

    snprintf(path, sizeof(path), "%.*s/lock", STORE_PATH - 8, directory);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (lock < 0)
        return error_set(error, ERR_SYSTEM,
                         "%s cannot be written: %s; the directory must belong to the user the server runs as",
                         path, strerror(errno));
    if (flock(lock, LOCK_EX | LOCK_NB) == 0) {
        int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
        if (ftruncate(lock, 0) != 0 || pwrite(lock, pid, (size_t)n, 0) != n)
            log_warning("%s: %s", path, strerror(errno)); /* the lock holds all the same */
        *fd = lock;
        return OK;
    }
    if (errno == EWOULDBLOCK)
        e = error_set(error, ERR_REFUSED, "%s is in use by another server (pid %ld)", directory,
                      holder(lock));
    else
        e = error_set(error, ERR_SYSTEM, "%s cannot be locked: %s", path, strerror(errno));
    close(lock);
    return e;
}

static bool is_filled(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0 && st.st_size > 0;
}

/* Judges the first 100 bytes of a file (https://www.sqlite.org/fileformat2.html, section 1.3). */
static enum err check_header(const char *path, const uint8_t *header, ssize_t size, struct error *error)
{
    static const char magic[16] = "SQLite format 3";
    if (size < 100 || memcmp(header, magic, sizeof(magic)) != 0)
        return error_set(error, ERR_REFUSED,
                         "%s is damaged, or no store of dnsbld; restore a backup, or move it away", path);
    uint32_t application =
        (uint32_t)header[68] << 24 | (uint32_t)header[69] << 16 | (uint32_t)header[70] << 8 | header[71];
    if (application != STORE_APPLICATION)
        return error_set(error, ERR_REFUSED, "%s is another program's database; move it away", path);
    return OK;
}

enum err store_look_at(const char *path, bool *exists, struct error *error)
{
    char log[STORE_PATH + 8];
    uint8_t header[100];
    struct stat st;

    snprintf(log, sizeof(log), "%s-wal", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        *exists = false;
        if (is_filled(log))
            return error_set(error, ERR_REFUSED, "%s is missing, but its log %s is there; put it back", path,
                             log);
        return OK;
    }
    if (fd < 0 && errno == ELOOP)
        return error_set(error, ERR_REFUSED, "%s is a symbolic link; the store must be a file", path);
    if (fd < 0)
        return error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return error_set(error, ERR_REFUSED, "%s is no regular file; move it away", path);
    }
    ssize_t n = pread(fd, header, sizeof(header), 0);
    close(fd);
    *exists = true;
    return check_header(path, header, n, error);
}

static int configure(sqlite3 *db)
{
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, STORE_WAIT_MS);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 64 << 20);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    int rc = privacy_register(db);
    if (rc != SQLITE_OK)
        return rc;
    /* A freed page is overwritten, so that what was erased is gone. */
    return sqlite3_exec(db,
                        "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA cache_size = -8192;"
                        "PRAGMA journal_size_limit = 67108864",
                        NULL, NULL, NULL);
}

/* What an error means while a file is opened: one that is damaged is refused. */
static enum err refuse_damaged(sqlite3 *db, const char *path, int rc, struct error *error)
{
    if ((rc & 0xff) != SQLITE_CORRUPT && (rc & 0xff) != SQLITE_NOTADB)
        return store_explain(db, path, rc, error);
    return error_set(error, ERR_REFUSED, "%s is damaged (%s); restore a backup, or move it away", path,
                     sqlite3_errstr(rc));
}

/* unix-excl: the index of the log is in our memory. One in a file, mapped, would kill us when somebody cuts
 * it short; and so nobody else can write. */
enum err store_connect(const char *path, sqlite3 **out, struct error *error)
{
    sqlite3 *db = NULL;
    int rc =
        *path == '\0'
            ? sqlite3_open_v2(":memory:", &db,
                              SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, NULL)
            : sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
                              "unix-excl");
    if (rc == SQLITE_OK && sqlite3_db_readonly(db, "main") == 1)
        rc = SQLITE_READONLY; /* it would be opened all the same */
    if (rc == SQLITE_OK)
        rc = configure(db);
    if (rc == SQLITE_OK) {
        *out = db;
        return OK;
    }
    enum err e = refuse_damaged(db, path, rc, error);
    sqlite3_close(db);
    return e;
}

enum err store_sync_directory(const char *path, struct error *error)
{
    char directory[STORE_PATH];
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

enum err store_make_file(const char *path, struct error *error)
{
    static const char *const parts[] = { "", "-journal", "-wal", "-shm" };
    char left[STORE_PATH + 32]; /* of an attempt that was cut off */
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        snprintf(left, sizeof(left), "%.*s%s", STORE_PATH + 16, path, parts[i]);
        if (unlink(left) != 0 && errno != ENOENT)
            return error_set(error, ERR_SYSTEM, "%s cannot be removed: %s", left, strerror(errno));
    }
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_set(error, ERR_SYSTEM, "%s cannot be made: %s", path, strerror(errno));
    close(fd);
    return OK;
}

enum err store_create(const char *path, const struct store_schema *schema, struct error *error)
{
    char fresh[STORE_PATH + 8];
    sqlite3 *db = NULL;

    snprintf(fresh, sizeof(fresh), "%s.new", path);
    enum err e = store_make_file(fresh, error);
    if (e == OK)
        e = store_connect(fresh, &db, error);
    if (e == OK)
        e = store_migrate(db, schema, fresh, error);
    sqlite3_close(db);
    if (e == OK && rename(fresh, path) != 0)
        e = error_set(error, ERR_SYSTEM, "%s cannot be made: %s", path, strerror(errno));
    if (e != OK)
        unlink(fresh);
    return e == OK ? store_sync_directory(path, error) : e;
}

/* A big file is mostly history. It is not read through at each start: only what the start depends on is, and
 * items are when they are read. */
#define CHECK_WHOLE (INT64_C(512) << 20)

static int check_structure(sqlite3 *db, const char *path, char *verdict, size_t size)
{
    static const char *const parts[] = { "PRAGMA quick_check('lists')", "PRAGMA quick_check('facts')",
                                         "PRAGMA quick_check('counts')", "PRAGMA quick_check('watches')" };
    struct stat st;
    int rc = SQLITE_OK;

    if (stat(path, &st) != 0 || st.st_size <= CHECK_WHOLE)
        return store_ask(db, "PRAGMA quick_check(1)", verdict, size);
    snprintf(verdict, size, "ok");
    for (size_t i = 0; rc == SQLITE_OK && strcmp(verdict, "ok") == 0 && i < ARRAY_SIZE(parts); i++)
        rc = store_ask(db, parts[i], verdict, size);
    return rc;
}

enum err store_check(sqlite3 *db, const char *path, const struct store_schema *schema, int *version,
                     struct error *error)
{
    char application[32] = "", number[32] = "", verdict[200] = "";

    int rc = store_ask(db, "PRAGMA application_id", application, sizeof(application));
    if (rc == SQLITE_OK)
        rc = store_ask(db, "PRAGMA user_version", number, sizeof(number));
    if (rc == SQLITE_OK && strtol(application, NULL, 10) != STORE_APPLICATION)
        return error_set(error, ERR_REFUSED, "%s is another program's database; move it away", path);
    *version = (int)strtol(number, NULL, 10);
    if (rc == SQLITE_OK && *version > schema->version)
        return error_set(
            error, ERR_REFUSED,
            "%s was written by a newer version of dnsbld (schema %d, this one knows %d); use that version",
            path, *version, schema->version);
    if (rc == SQLITE_OK)
        rc = check_structure(db, path, verdict, sizeof(verdict));
    if (rc != SQLITE_OK)
        return refuse_damaged(db, path, rc, error);
    if (*version < 1 || strcmp(verdict, "ok") != 0)
        return error_set(error, ERR_REFUSED, "%s is damaged (%.100s); restore a backup, or move it away",
                         path, *version < 1 ? "no schema" : verdict);
    return OK;
}
