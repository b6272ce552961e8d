#include "client/table.h"

#include "client/safe_text.h"

#include <stdlib.h>
#include <string.h>

void table_column(struct table *t, const char *title)
{
    t->title[t->columns] = title;
    t->width[t->columns++] = strlen(title);
}

void table_cell(struct table *t, char *text)
{
    size_t column = t->count % t->columns, width = safe_text_width(text);
    if (t->count == t->size) {
        t->size = t->size * 2 + 64;
        t->cells = client_not_null(reallocarray(t->cells, t->size, sizeof(*t->cells)));
    }
    t->cells[t->count++] = text;
    if (width > t->width[column])
        t->width[column] = width;
}

/* The last column is not padded. */
static void write_cell(const struct table *t, size_t column, const char *text, FILE *to)
{
    size_t pad = t->width[column] - safe_text_width(text);
    if (column + 1 == t->columns)
        fprintf(to, "%s\n", text);
    else
        fprintf(to, "%s%*s", text, (int)(pad < 200 ? pad : 200) + 2, "");
}

void table_write(struct table *t, FILE *to)
{
    for (size_t i = 0; i < t->columns && !t->headed; i++)
        write_cell(t, i, t->title[i], to);
    t->headed = true;
    for (size_t i = 0; i < t->count; i++) {
        write_cell(t, i % t->columns, t->cells[i], to);
        free(t->cells[i]);
    }
    t->count = 0;
}

void table_free(struct table *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->cells[i]);
    free(t->cells);
    *t = (struct table){ .columns = 0 };
}
