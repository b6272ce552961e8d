/*
 * Errors. A function that can fail returns `enum err`, 0 for OK, and writes its results through its last
 * parameters, only on success. Where a text helps it fills in a `struct error`: the layer that knows file,
 * line and reason writes them, only the outermost layer prints.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/attr.h"

enum err {
    OK = 0,
    ERR_MEMORY,  /* out of memory, or a bounded allocation reached its bound */
    ERR_SYSTEM,  /* a system call failed */
    ERR_SYNTAX,  /* input that cannot be parsed */
    ERR_LIMIT,   /* input beyond a limit */
    ERR_CHANGED, /* a file changed while it was read */
    ERR_REFUSED, /* valid, but against a rule */
};

struct error {
    enum err code;
    char text[512]; /* one line, no newline; names the file, line, argument or address, and what to do */
};

/* Fills in `e` (may be NULL) from a printf format and returns `code`. Any thread. */
enum err error_set(struct error *e, enum err code, const char *format, ...) printf_like(3, 4);

#endif
