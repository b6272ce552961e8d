/* Tables with aligned columns, which may be written in several parts as rows arrive. */
#ifndef CLIENT_TABLE_H
#define CLIENT_TABLE_H

#include "base/vec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS 12

struct table {
    const char *title[TABLE_COLUMNS];
    size_t width[TABLE_COLUMNS];
    size_t columns;
    struct vec cells; /* char *, row by row */
    bool headed;      /* the titles have been written */
};

/* Adds a column; call before the first table_cell. `title` must outlive the table. */
void table_column(struct table *t, const char *title);

/* Adds the next cell and takes over `text`, which is escaped and malloc'ed. */
void table_cell(struct table *t, char *text);

/* Writes the rows so far, the first time after the titles, and removes them. Columns never get narrower. */
void table_write(struct table *t, FILE *to);

void table_free(struct table *t);

#endif
