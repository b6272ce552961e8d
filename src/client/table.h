/* Tables with aligned columns, which may be written in parts as the rows come in. */
#ifndef CLIENT_TABLE_H
#define CLIENT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define GRID_COLUMNS 12

struct grid {
    const char *title[GRID_COLUMNS];
    size_t width[GRID_COLUMNS];
    size_t columns;
    char **cells; /* row by row */
    size_t count, size;
    bool headed; /* the titles are written */
};

/* Adds a column; before the first cell. `title` must outlive the table. */
void grid_column(struct grid *t, const char *title);

/* Adds the next cell, a safe text, malloc'ed, which is taken over. */
void grid_cell(struct grid *t, char *text);

/* Writes the rows so far, with the titles the first time, and forgets them. Columns never get narrower. */
void grid_write(struct grid *t, FILE *to);

void grid_free(struct grid *t);

#endif
