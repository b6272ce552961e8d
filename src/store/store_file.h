/* The store's files: the directory and its lock, telling a store from anything else, creating one. */
#ifndef STORE_STORE_FILE_H
#define STORE_STORE_FILE_H

#include "store/store_schema.h"

#define STORE_FILE_PATH 4096 /* bytes of a path, the terminating zero included */

/* Checks the state directory, creates it if it is missing, and writes its real path. */
enum err store_file_directory(const char *directory, char real[STORE_FILE_PATH],
                              struct error *error) must_use;

/* Locks the directory until *fd is closed; ERR_REFUSED: another server has it. */
enum err store_file_lock(const char *directory, int *fd, struct error *error) must_use;

/* Whether the file exists; ERR_REFUSED if it is not a store by its header. The file is not changed. */
enum err store_file_probe(const char *path, bool *exists, struct error *error) must_use;

/* Refuses an open file that is foreign, too new or damaged; *version: its schema. */
enum err store_file_check(sqlite3 *db, const char *path, const struct store_schema *schema, int *version,
                          struct error *error) must_use;

/* Creates an empty file of mode 0600 and removes what an interrupted attempt left there. SQLite gives the
 * WAL the same mode. */
enum err store_file_create_empty(const char *path, struct error *error) must_use;

/* Creates a new store beside `path` and renames it to `path` once it is complete. */
enum err store_file_create(const char *path, const struct store_schema *schema, struct error *error) must_use;

/* Syncs the directory of a file. */
enum err store_file_sync_directory(const char *path, struct error *error) must_use;

#endif
