/*
 * Text that is safe to write to a terminal, and small helpers for texts. Running out of memory ends the
 * program.
 *
 * After safe_text_init, texts are UTF-8 whatever the locale.
 */
#ifndef CLIENT_SAFE_TEXT_H
#define CLIENT_SAFE_TEXT_H

#include "base/attr.h"

#include <stddef.h>
#include <stdio.h>

/* Call before all others. */
void safe_text_init(void);

/* A copy without effect on a terminal: control characters, characters that change the direction of writing
 * and bytes that are not UTF-8 become \n, \t, \x1b, \u202e. malloc'ed. */
char *safe_text_escape(const char *text);

/* The columns that an escaped text takes on a terminal. */
size_t safe_text_width(const char *text);

/* Formats as printf does; malloc'ed. */
char *client_format(const char *format, ...) printf_like(1, 2);

/* Returns `p`; ends the program with a message if it is NULL, as memory is out. */
void *client_not_null(void *p);

/* Closes a stream of open_memstream, whose text is then complete. */
void client_close_text(FILE *stream);

/* Writes "dnsblctl: ..." to standard error, escaped. */
void client_message(const char *format, ...) printf_like(1, 2);

#endif
