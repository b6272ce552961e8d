/* Copies of the store's file. */
#ifndef STORE_STORE_COPY_H
#define STORE_STORE_COPY_H

#include "store/sql.h"

#include <stdint.h>

/* Copies an open database, a few pages at a time, to the new file `path`, of mode 0600 and synced; *bytes:
 * its size. ERR_REFUSED: `path` exists. A failure leaves no file. */
enum err store_copy_database(sqlite3 *from, const char *path, uint64_t *bytes, struct error *error) must_use;

/* Copies a file byte by byte to `to`, which it replaces, and syncs it. */
enum err store_copy_file(const char *from, const char *to, struct error *error) must_use;

#endif
