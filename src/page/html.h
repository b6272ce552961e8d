/* HTML as a growing text, in which everything that comes from outside is escaped. One thread. */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include "base/attr.h"
#include "http/text_stream.h"

/* Begins a page with this title; `service` is the operator's name for the service. */
void html_open(struct text_stream *page, const char *service, const char *title);

/* Ends the page and returns its text, malloc'ed; NULL: out of memory. `contact` may be NULL. */
char *html_close(struct text_stream *page, const char *contact, size_t *length);

/* Writes markup. Each `%s` of the format is a text, which is escaped, each `%u` an unsigned number. */
void html_write(struct text_stream *page, const char *format, ...) printf_like(2, 3);

/* The style sheet, which pages refer to as /style.css. */
extern const char html_style[];

#endif
