/* The secrets of DNS cookies: from a file that all servers of one address share, or our own. */
#ifndef SERVE_COOKIE_SECRET_H
#define SERVE_COOKIE_SECRET_H

#include "base/error.h"
#include "dns/cookie.h"

/* Reads a file with 32 hexadecimal digits in its first line, and perhaps the previous secret in the second;
 * if not, a current secret that is replaced becomes the previous one. On failure `secrets` is untouched. */
enum err cookie_secret_read(const char *path, struct cookie_secrets *secrets, struct error *error) must_use;

/* Makes a new random secret; the current one becomes the previous one. */
enum err cookie_secret_roll(struct cookie_secrets *secrets, struct error *error) must_use;

#endif
