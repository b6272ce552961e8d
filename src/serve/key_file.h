/*
 * The file of customers' keys, a line each (base/field_line.h).
 *
 *   KEY NAME [lists=A,B] [zones=X,Y] [expires=TIME] [limit_qps=N] [limit_day=N]
 *
 * KEY is a label of 8 to 63 characters, or sha256: and the hexadecimal digits of the SHA-256 of the label in
 * lower case. NAME is the customer's, and may be in several lines. The key opens the zones named, or all that
 * require keys; with lists= only those of them that answer from no other list. TIME is 2027-01-31 or
 * 2027-01-31T12:00:00Z. Limits hold for a customer: those of the first line that has some. `#` at the start
 * of a word begins a comment.
 */
#ifndef SERVE_KEY_FILE_H
#define SERVE_KEY_FILE_H

#include "answer/customer_keys.h"
#include "config/config.h"

/* Reads the file into a new table with counters for `workers` workers; `seed` is secret. The caller frees
 * *out with customer_keys_free. ERR_SYNTAX when a line is not valid: `error` has the first one, with file,
 * line and reason, the log the next ones; neither has a key. ERR_SYSTEM, ERR_MEMORY. */
enum err key_file_read(const char *path, const struct config *config, size_t workers, uint64_t seed,
                       struct customer_keys **out, struct error *error) must_use;

#endif
