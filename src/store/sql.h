/* SQLite: opening a database with all settings, and what its errors mean. The lowest file of the store. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "base/error.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SQL_WAIT_MS 5000 /* for another program that has the file locked */

/* Opens an existing file for writing, or a new database in memory if `path` is empty. Registers the SQL
 * function mentions(text, subject), which is sql_mentions. The caller closes *out by sqlite3_close. */
enum err sql_open(const char *path, sqlite3 **out, struct error *error) must_use;

/* Writes the first field of the first row as text; nothing if there is no row. Returns SQLite's code. */
int sql_query_text(sqlite3 *db, const char *sql, char *out, size_t size);

/* Sets `error` to what a code of SQLite means and what to do, and returns its class: ERR_MEMORY or
 * ERR_SYSTEM. errno must be as SQLite left it. */
enum err sql_explain(sqlite3 *db, const char *path, int rc, struct error *error);

/* Likewise while a file is opened: ERR_REFUSED if it is damaged. */
enum err sql_explain_open(sqlite3 *db, const char *path, int rc, struct error *error);

/* Whether `subject`, an e-mail or IP address, occurs in `text` as a whole word, in any case. Pure. */
bool sql_mentions(const char *text, const char *subject);

#endif
