/*
 * The store: everything that must not be lost, in one SQLite file (WAL mode, synchronous=FULL) in the state
 * directory; without a state directory, in memory.
 *
 * One thread writes (the updater), in transactions with a savepoint for each operation. Any number of threads
 * read, each in a snapshot of its own, and never wait for the writer; in memory they do. In the headers of
 * the tables (items.h, events.h, requests.h, idempotency.h, privacy.h), functions that take a store write in
 * the open transaction, and functions that take a reader read what that reader sees.
 *
 * The file says what it is (application_id) and which schema it has (user_version). A store with an older
 * schema is migrated in one transaction after it was copied to dnsbld.db.vN. A newer, foreign or damaged file
 * (PRAGMA quick_check) is refused and not changed. A second server on the same directory is refused: the lock
 * STATE/lock is held for as long as the store is open.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/error.h"
#include "store/types.h"

#include <stddef.h>

struct store;
struct store_reader; /* reads from a snapshot */

#define STORE_FILE    "dnsbld.db"
#define STORE_BACKUPS "backups" /* the directory of copies in the state directory */
#define STORE_PURGE   500       /* rows of a table that one purge deletes, so that its transaction is short */

/* Opens STATE/dnsbld.db, created if missing; `directory` NULL: in memory. Removes unfinished copies.
 * ERR_REFUSED: in use, foreign, damaged, too new; ERR_SYSTEM. `error` names the file and what to do. */
enum err store_open(const char *directory, struct store **out, struct error *error) must_use;

/* Rolls back an open transaction and closes. NULL: does nothing. */
void store_close(struct store *s);

/* Whether committed data survives the process: false in memory. */
bool store_is_durable(const struct store *s);

/* ---- Lists: numbers that stay the same when the configuration changes ---- */

/* The number of a list, assigned now if it has none; ERR_LIMIT past LISTS_MAX. Outside a transaction. */
enum err store_list_number(struct store *s, const char *name, unsigned *number, struct error *error) must_use;

/* A set of the configuration, of whose list the store may know an earlier name. */
struct store_list_set {
    const char *list;   /* the list's name */
    const char *former; /* the name that it had before lists of different zones were told apart; NULL: none */
    const char *file; /* the first file, after which the list is named; NULL: it is not named after a file */
    bool by_file;     /* the list is named after the file, not by the configuration */
};

/* Call before the lists get their numbers: where a list is not in the store, but what its files were on is,
 * everything that names that list (items, watches, events, removal requests) names the new list too; if that
 * list is not configured any more, it is renamed instead. A list that is named after its files follows them
 * even if the store has its name, which goes to the list on which they were: the two exchange their names.
 * What was on a list of that kind holds for all that has come of it. Logged. In one transaction; a repetition
 * finds nothing to do. */
enum err store_lists_follow(struct store *s, const struct store_list_set *sets, size_t count,
                            struct error *error) must_use;

/* Call when all lists have their numbers: records on which list each file is. */
enum err store_lists_record(struct store *s, const struct store_list_set *sets, size_t count,
                            struct error *error) must_use;

/* The name of a list, or NULL; valid as long as the store. Any thread, after the last store_list_number. */
const char *store_list_name(const struct store *s, unsigned number);

/* ---- The writer ---- */

/* A transaction: begin; for each operation savepoint, then release or undo; then commit or rollback. After
 * ERR_SYSTEM or ERR_MEMORY (disk full, I/O error) the only valid call is rollback; the next begin starts
 * anew, and succeeds as soon as the disk works. */
enum err store_begin(struct store *s, struct error *error) must_use;
enum err store_savepoint(struct store *s, struct error *error) must_use;
enum err store_release(struct store *s, struct error *error) must_use;
/* Rolls back to the savepoint and releases it. */
enum err store_undo(struct store *s, struct error *error) must_use;
/* OK: the changes are durable (store_is_durable); else they are rolled back. */
enum err store_commit(struct store *s, struct error *error) must_use;
void store_rollback(struct store *s);

/* Facts, integers by name: "suspended", "listed:NAME"...; store_fact returns `otherwise` if there is none. */
int64_t store_fact(struct store *s, const char *name, int64_t otherwise);
enum err store_set_fact(struct store *s, const char *name, int64_t value, struct error *error) must_use;

/* ---- Readers ---- */

/* Opens a snapshot. If there are STORE_READERS readers already, waits for one of them to end; ERR_LIMIT after
 * a second. End it soon, in the same thread. */
#define STORE_READERS 8
enum err store_read(struct store *s, struct store_reader **out, struct error *error) must_use;
void store_read_end(struct store_reader *r);

/* A reader that sees the open transaction. Valid as long as the store; the writer's thread only. */
struct store_reader *store_txn_reader(struct store *s);

/* ---- Copies ---- */

/* Writes a consistent copy to the new file `path` (never overwritten, mode 0600, synced) while the server
 * serves: SQLite's online backup, a few pages at a time. *bytes: its size. Any thread. */
enum err store_backup(struct store *s, const char *path, uint64_t *bytes, struct error *error) must_use;

/* Replaces the store in `directory`, which no server has open, by the copy `path`. `path` is first checked as
 * by store_open; the old file becomes dnsbld.db.before-restore-TIME. */
enum err store_restore(const char *path, const char *directory, struct error *error) must_use;

/* ---- Status ---- */

struct store_status {
    uint64_t bytes; /* of the file and its WAL */
    uint64_t items; /* stored as active */
    bool durable;
    bool healthy;      /* the last commit succeeded */
    char failure[256]; /* if not: why */
};

/* Any thread; cheap. */
void store_inspect(struct store *s, struct store_status *out);

#endif
