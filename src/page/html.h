/* HTML as a growing text, in which everything that comes from outside is escaped. One thread. */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include "base/attr.h"
#include "http/text_stream.h"

/* Writes markup. Each `%s` of the format is a text, which is escaped, each `%u` an unsigned number. */
void html_write(struct text_stream *page, const char *format, ...) printf_like(2, 3);

/* The style sheet, which pages refer to as /style.css. */
extern const char html_style[];

#endif
