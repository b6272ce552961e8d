/* Tables with aligned columns, which may be written in parts as the rows come in. */
#ifndef CLIENT_TABLE_H
#define CLIENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS 12

struct table {
    const char *title[TABLE_COLUMNS];
    size_t width[TABLE_COLUMNS];
    size_t columns;
    char **cells; /* row by row */
    size_t count, size;
    bool headed; /* the titles are written */
};

/* Adds a column; before the first cell. `title` must outlive the table. */
void table_column(struct table *t, const char *title);

/* Adds the next cell, a safe text, malloc'ed, which is taken over. */
void table_cell(struct table *t, char *text);

/* Writes the rows so far, with the titles the first time, and forgets them. Columns never get narrower. */
void table_write(struct table *t, FILE *to);

void table_free(struct table *t);

#endif
