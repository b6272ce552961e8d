/*
 * Errors. A function that can fail returns `enum err`, OK being 0, writes its results through its last
 * parameters and only on success, and, where there is more to say, fills in a `struct error`. The layer
 * that knows the file, the line and the reason writes them; only the outermost layer prints.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/attr.h"

enum err {
    OK = 0,
    ERR_MEMORY,  /* a bounded allocation reached its bound, or the system's */
    ERR_SYSTEM,  /* a system call failed */
    ERR_SYNTAX,  /* input that cannot be understood */
    ERR_LIMIT,   /* input past a limit */
    ERR_CHANGED, /* a file changed while it was read */
    ERR_REFUSED, /* understood, but against a rule */
};

struct error {
    enum err code;
    char text[512]; /* one line, no newline; names the file, line, argument or address, and what to do */
};

/* Fills in `e` (may be NULL) from a printf format and returns `code`. Any thread. */
enum err error_set(struct error *e, enum err code, const char *format, ...) printf_like(3, 4);

#endif
