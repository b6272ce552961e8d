/* CSV (RFC 4180) of texts that may be hostile, for programs and spreadsheets. One thread. */
#ifndef PAGE_CSV_H
#define PAGE_CSV_H

#include <stdio.h>

/* What begins the text, so that spreadsheets take it for UTF-8. */
#define CSV_BEGIN "\xEF\xBB\xBF"

/* Writes a record of `count` cells, each in quotes. Control characters become blanks. A cell that a
 * spreadsheet would take for a formula, as it begins with = + - @ or one of their full-width forms, perhaps
 * after blanks, gets a ' in front. */
void csv_write(FILE *to, const char *const *cells, size_t count);

#endif
