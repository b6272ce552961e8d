/*
 * The file of the cookie secret: the current secret, 32 hexadecimal digits, and in a second line, if there is
 * one, the previous secret. `#` begins a comment; lines without a word do not count.
 */
#ifndef SERVE_SECRET_FILE_H
#define SERVE_SECRET_FILE_H

#include "base/error.h"
#include "dns/cookie.h"

/* Reads the file. Without a second line, a secret that differs from secrets->current makes that the previous
 * one. ERR_SYNTAX: a line is not valid, or there is none, or a third one; ERR_SYSTEM, ERR_MEMORY. On failure
 * `secrets` is unchanged; `error` never has a secret. */
enum err secret_file_read(const char *path, struct cookie_secrets *secrets, struct error *error) must_use;

#endif
