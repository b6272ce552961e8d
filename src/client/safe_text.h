/*
 * Texts for a terminal, and small helpers with texts. Memory that is out ends the program.
 *
 * Lengths of texts in columns and what can be shown go by UTF-8, whatever the locale: safe_text_open makes it
 * so.
 */
#ifndef CLIENT_SAFE_TEXT_H
#define CLIENT_SAFE_TEXT_H

#include "base/attr.h"

#include <stddef.h>
#include <stdio.h>

/* Before all others. */
void safe_text_open(void);

/* A copy that cannot do anything to a terminal: control characters, characters that change the direction of
 * writing and bytes that are no UTF-8 become \n, \t, \x1b, \u202e. malloc'ed. */
char *safe_text_print(const char *text);

/* How many columns a safe text takes. */
size_t safe_text_width(const char *text);

/* As printf; malloc'ed. */
char *client_format(const char *format, ...) printf_like(1, 2);

/* Ends the program with a message if `p` is NULL, else returns it. */
void *client_need(void *p);

/* Prints "dnsblctl: ..." to standard error, made safe. */
void client_complain(const char *format, ...) printf_like(1, 2);

#endif
