/* Writing HTML: a growing text in which everything that comes from outside is escaped. One thread. */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include "base/attr.h"

#include <stdio.h>

struct html {
    FILE *to;
    char *text;
    size_t length;
};

/* Begins a page of this title; `service` is what the operator calls it. */
void html_open(struct html *h, const char *service, const char *title);

/* Ends it; *text is the caller's, malloc'ed. */
void html_close(struct html *h, const char *contact, char **text, size_t *length);

/* Writes markup; each `%s` of the format takes a text that is escaped, each `%u` an unsigned number. */
void html_write(struct html *h, const char *format, ...) printf_like(2, 3);

/* The style sheet that pages refer to as /style.css. */
extern const char html_style[];

#endif
