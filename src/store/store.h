/*
 * The store: everything that must not be lost, in one SQLite file (WAL mode, synchronous=FULL) in the state
 * directory, or in memory when there is none.
 *
 * One thread writes (the updater), in transactions with a savepoint for each request; any number of threads
 * read, each in a snapshot of its own, and never wait for the writer, except in memory, where they do. In the
 * headers of the tables (items.h, events.h, requests.h, idempotency.h, privacy.h), what takes a store writes
 * in the transaction that is open, and what takes a reader reads what that sees.
 *
 * The file says what it is (application_id) and which schema it has (user_version). An older schema is
 * migrated in one transaction once the old file has been copied to dnsbld.db.vN; a newer one, a foreign file
 * and a damaged one (PRAGMA quick_check) are refused and left as they are. A second server on the same
 * directory is refused (a lock on STATE/lock for as long as the store is open).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/error.h"
#include "store/types.h"

#include <stddef.h>

struct store;
struct store_reader; /* a snapshot to read from */

#define STORE_FILE "dnsbld.db"

/* Opens STATE/dnsbld.db, made if it is not there; `directory` NULL: in memory. ERR_REFUSED: in use, foreign,
 * damaged, too new; ERR_SYSTEM. `error` names the file and what to do. */
enum err store_open(const char *directory, struct store **out, struct error *error) must_use;

/* Ends what is open and closes. NULL: nothing. */
void store_close(struct store *s);

/* Whether what is committed survives the process: false in memory. */
bool store_is_durable(const struct store *s);

/* ---- Lists have numbers that stay, whatever becomes of the configuration ---- */

/* The number of the list of this name, given to it now if it has none; ERR_LIMIT past LISTS_MAX. Before any
 * transaction. */
enum err store_list(struct store *s, const char *name, unsigned *number, struct error *error) must_use;

/* The name of a list, or NULL; valid as long as the store. Any thread, after the last store_list. */
const char *store_list_name(const struct store *s, unsigned number);

/* ---- The writer ---- */

/* A transaction: begin, for every request savepoint and release or undo, then commit or rollback. What fails
 * by ERR_SYSTEM (disk full, I/O error) leaves nothing but a rollback to be done; the next begin starts
 * afresh, and works as soon as the disk does. */
enum err store_begin(struct store *s, struct error *error) must_use;
enum err store_savepoint(struct store *s, struct error *error) must_use;
enum err store_release(struct store *s, struct error *error) must_use;
enum err store_undo(struct store *s, struct error *error) must_use; /* back to the savepoint, which is gone */
enum err store_commit(struct store *s, struct error *error) must_use; /* durable when it returns OK */
void store_rollback(struct store *s);

/* Small facts by name: "suspended", "listed:NAME"...; the value, or `otherwise`. */
int64_t store_fact(struct store *s, const char *name, int64_t otherwise);
enum err store_set_fact(struct store *s, const char *name, int64_t value, struct error *error) must_use;

/* ---- Readers ---- */

/* Takes a snapshot; waits for a free connection if there are many readers (STORE_READERS), and fails with
 * ERR_LIMIT after a second. To be given back soon, by the same thread. */
#define STORE_READERS 8
enum err store_read(struct store *s, struct store_reader **out, struct error *error) must_use;
void store_read_end(struct store_reader *r);

/* The writer's own eyes: a reader that sees the transaction under way. Valid as long as the store; updater
 * only. */
struct store_reader *store_writer_eyes(struct store *s);

/* ---- Copies ---- */

/* Writes a consistent copy to the new file `path` (never overwritten; made readable by the owner alone,
 * synced), while the server serves: SQLite's online backup, a few pages at a time. *bytes: its size. Any
 * thread. */
enum err store_backup(struct store *s, const char *path, uint64_t *bytes, struct error *error) must_use;

/* Puts the copy `path` in place of what is in `directory`, which no server has open; the old file becomes
 * dnsbld.db.before-restore-TIME. `path` is checked first as store_open would. */
enum err store_restore(const char *path, const char *directory, struct error *error) must_use;

struct store_facts {
    uint64_t bytes; /* of the file and its log */
    uint64_t items; /* active ones, by the table */
    bool durable;
    bool well;         /* the last commit went well */
    char trouble[256]; /* if not: why */
};

/* Any thread; cheap. */
void store_look(struct store *s, struct store_facts *out);

#endif
