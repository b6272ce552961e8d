/* What the files of the store share. Not for others. */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include "store/store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/types.h>

#define STORE_APPLICATION 0x646e7362 /* "dnsb", in the file's header */
#define STORE_PATH        4096
#define STORE_WAIT_MS     5000 /* for another program that has the file locked */
#define STORE_STATEMENTS  96   /* different ones that a connection may keep */
#define STORE_BAD_LOGGED  20   /* damaged rows that are logged one by one */

/* A connection with its prepared statements, found by the address of their text. */
struct store_reader {
    struct store *store;
    sqlite3 *db;
    bool busy; /* handed out; under store.lock */
    unsigned count;
    struct {
        const char *sql;
        sqlite3_stmt *stmt;
    } statements[STORE_STATEMENTS];
};

/* How many active items there are, by kind, and active delistings by list. */
struct store_counts {
    int64_t by_kind[3], by_list[LISTS_MAX];
};
#define STORE_COUNT_LIST 16 /* row of the first list in the table of counts */

/* What a file was when it was last looked at. */
struct store_seen {
    dev_t device;
    ino_t inode;
    off_t size;
};

struct store {
    char directory[STORE_PATH], path[STORE_PATH]; /* empty: in memory */
    int lock_fd;
    struct store_reader writer;
    struct store_reader
        readers[STORE_READERS]; /* in memory the first one only, over the writer's connection */

    pthread_mutex_t lock; /* who has which reader; `well`, `trouble` */
    pthread_cond_t freed; /* a reader */

    /* The writer's. */
    bool begun, failed;
    struct store_counts added, added_before; /* in the transaction; at its savepoint */
    int log_pages, log_next;                 /* in the WAL; how many are reason for the next checkpoint */
    bool log_bad;                            /* the last checkpoint failed, and that was said */
    bool log_stuck;                          /* the disk was full: a checkpoint may free the WAL */
    bool swept, erased;                      /* personal data was, and is still in the WAL */
    struct store_seen seen[2];               /* the file and its WAL, which only we may change */
    char *lists[LISTS_MAX];

    atomic_int_fast64_t items; /* active, as of the last commit */
    atomic_uint bad_rows;
    bool well;
    char trouble[256];
};

/* The steps that make a schema: version n is made from version n - 1 by step[n - 1]. */
struct store_schema {
    const char *const *steps;
    int version;
};
extern const struct store_schema store_schema;

/* store_open for another schema than the present one. */
enum err store_open_as(const char *directory, const struct store_schema *schema, struct store **out,
                       struct error *error) must_use;

/* Brings what is open as `db` to the schema's version, in one transaction. */
enum err store_migrate(sqlite3 *db, const struct store_schema *schema, const char *path,
                       struct error *error) must_use;

/* The first field of the first row as text; nothing if there is no row. A code of SQLite. */
int store_ask(sqlite3 *db, const char *sql, char *out, size_t size);

/* What an error of SQLite means: writes it, with what to do, and returns its class. errno is to be as it left
 * it. */
enum err store_explain(sqlite3 *db, const char *path, int rc, struct error *error);

/* Makes holds(text, subject) known to a connection: whether the subject is in the text as a whole. */
int privacy_register(sqlite3 *db);

/* ---- Files ---- */

/* Checks the state directory, made if it is not there, and writes its real path. */
enum err store_directory(const char *directory, char real[STORE_PATH], struct error *error) must_use;
/* Locks it until *fd is closed. */
enum err store_lock(const char *directory, int *fd, struct error *error) must_use;
/* Whether there is a file and it is a store's, by its header; it is not touched. */
enum err store_look_at(const char *path, bool *exists, struct error *error) must_use;
/* Makes a new store beside `path` and moves it there when it is complete. */
enum err store_create(const char *path, const struct store_schema *schema, struct error *error) must_use;
/* Makes an empty file that only its owner may read, in place of what is left of an attempt that was cut off.
 * SQLite gives the logs beside it the same mode. */
enum err store_make_file(const char *path, struct error *error) must_use;
/* Opens with all settings, for writing. */
enum err store_connect(const char *path, sqlite3 **out, struct error *error) must_use;
/* Refuses what is foreign, too new or damaged; *version: which schema it has. */
enum err store_check(sqlite3 *db, const char *path, const struct store_schema *schema, int *version,
                     struct error *error) must_use;
/* Syncs the directory that a file is in. */
enum err store_sync_directory(const char *path, struct error *error) must_use;

/* Copies the database to the new file `path`. */
enum err store_copy(sqlite3 *from, const char *path, uint64_t *bytes, struct error *error) must_use;

/* Takes a reader that is free, waiting a second at most, or for ever; NULL: there was none. */
struct store_reader *store_take(struct store *s, bool patient);
void store_give(struct store_reader *r);

/* Counts what is in the log from now on, and sees to it that it and the file stay what they are. */
void store_watch_files(struct store *s);

/* Something went wrong with the writer's connection: nothing but a rollback is left to be done. */
void store_failed(struct store *s, const struct error *error);

/* Personal data was erased in this transaction: it is to leave the WAL as well. */
void store_erased(struct store *s);

#endif
