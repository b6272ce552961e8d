/*
 * The file of keys: one a line, `KEY NAME [lists=a,b] [zones=x,y] [expires=TIME] [limit_qps=N]
 * [limit_day=N]`.
 *
 * KEY is a label of at least 8 characters, plain or as sha256:HEX of it in lower case; NAME is the
 * customer's, and may stand in several lines. The key opens the zones named, of these those that answer from
 * none but the lists named; without either all that want keys. TIME is 2027-01-31 or 2027-01-31T12:00:00Z.
 * Limits hold for a customer: those of the first line that has some. # begins a comment.
 */
#ifndef SERVE_KEY_FILE_H
#define SERVE_KEY_FILE_H

#include "answer/customer_keys.h"
#include "config/config.h"

/* Reads the file into a new table with counters for so many workers; `seed` is secret. Bad lines are logged
 * with file and line, and skipped; no key is ever logged. ERR_SYSTEM if the file cannot be read, ERR_MEMORY.
 * The caller frees *out with customer_keys_free. */
enum err key_file_read(const char *path, const struct config *config, size_t workers, uint64_t seed,
                       struct customer_keys **out, struct error *error) must_use;

#endif
