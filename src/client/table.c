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
    size_t column = VEC_COUNT(&t->cells, char *) % t->columns, width = safe_text_width(text);
    char **cell = client_not_null(vec_add(&t->cells, sizeof(*cell)));
    *cell = text;
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

static void clear(struct table *t)
{
    for (size_t i = 0; i < VEC_COUNT(&t->cells, char *); i++)
        free(VEC_AT(&t->cells, char *, i));
    t->cells.used = 0;
}

void table_write(struct table *t, FILE *to)
{
    for (size_t i = 0; i < t->columns && !t->headed; i++)
        write_cell(t, i, t->title[i], to);
    t->headed = true;
    for (size_t i = 0; i < VEC_COUNT(&t->cells, char *); i++)
        write_cell(t, i % t->columns, VEC_AT(&t->cells, char *, i), to);
    clear(t);
}

void table_free(struct table *t)
{
    clear(t);
    vec_free(&t->cells);
    *t = (struct table){ .columns = 0 };
}
