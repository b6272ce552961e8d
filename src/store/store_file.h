/* The store's files: the directory and its lock; recognising, creating, migrating and copying a store. */
#ifndef STORE_STORE_FILE_H
#define STORE_STORE_FILE_H

#include "store/sql.h"

#define STORE_FILE_PATH 4096 /* bytes of a path, the terminating zero included */

/* ---- The schema ---- */

#define STORE_SCHEMA_APPLICATION 0x646e7362 /* application_id in the file's header: "dnsb" */

/* Version n of a schema is made from version n - 1 by steps[n - 1]. */
struct store_schema {
    const char *const *steps;
    int version;
};
extern const struct store_schema store_schema;

/* Brings an open database to the schema's version, in one transaction. */
enum err store_schema_migrate(sqlite3 *db, const struct store_schema *schema, const char *path,
                              struct error *error) must_use;

/* ---- Files ---- */

/* Checks the state directory, creates it if it is missing, and writes its real path. The mode becomes 0700 if
 * the directory belongs to the user of the process; if others can write to it, the log warns. */
enum err store_file_directory(const char *directory, char real[STORE_FILE_PATH],
                              struct error *error) must_use;

/* Locks the directory until *fd is closed; ERR_REFUSED: another server has it. */
enum err store_file_lock(const char *directory, int *fd, struct error *error) must_use;

/* Whether the file exists; ERR_REFUSED if it is not a store by its header. The file is not changed. */
enum err store_file_probe(const char *path, bool *exists, struct error *error) must_use;

/* Refuses an open file, after store_file_probe, that is too new or damaged; *version: its schema. */
enum err store_file_check(sqlite3 *db, const char *path, const struct store_schema *schema, int *version,
                          struct error *error) must_use;

/* Creates an empty file of mode 0600 and removes what an interrupted attempt left there. SQLite gives the
 * WAL the same mode. */
enum err store_file_create_empty(const char *path, struct error *error) must_use;

/* Creates a new store beside `path` and renames it to `path` once it is complete. */
enum err store_file_create(const char *path, const struct store_schema *schema, struct error *error) must_use;

/* Syncs the directory of a file. */
enum err store_file_sync_directory(const char *path, struct error *error) must_use;

/* ---- Copies ---- */

/* Copies an open database, a few pages at a time, to the new file `path`, of mode 0600 and synced; *bytes:
 * its size. ERR_REFUSED: `path` exists. A failure leaves no file; until it is complete it is named
 * PATH.part.XXXXXX. */
enum err store_copy_database(sqlite3 *from, const char *path, uint64_t *bytes, struct error *error) must_use;

/* Removes what copies of a killed process have left in a directory, which may be missing: files named
 * dnsbld*.part.XXXXXX, and dnsbld.db.new of a restore. Nobody may be copying to it. What cannot be removed is
 * logged. */
void store_copy_clean(const char *directory);

#endif
