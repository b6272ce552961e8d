/* The secrets of DNS cookies: from a file that servers of one address share, or our own. */
#ifndef SERVE_COOKIE_SECRET_H
#define SERVE_COOKIE_SECRET_H

#include "base/error.h"
#include "dns/cookie.h"

/* Reads the file: 32 hexadecimal digits, and in a second line perhaps the secret before; with one line that
 * is the one in use until now. On failure `secrets` is untouched. */
enum err cookie_secret_read(const char *path, struct cookie_secrets *secrets, struct error *error) must_use;

/* Takes a new random secret; the one in use becomes the one before. */
enum err cookie_secret_roll(struct cookie_secrets *secrets, struct error *error) must_use;

#endif
