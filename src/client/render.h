/* Answers shown: JSON as it is, or for people as fields and tables, by columns that a verb names. */
#ifndef CLIENT_RENDER_H
#define CLIENT_RENDER_H

#include "client/table.h"

#include <stdbool.h>

#include <jansson.h>

struct output {
    FILE *to;
    bool json;     /* else for people */
    bool terminal; /* `to` is one: nothing goes there that could do harm */
};

struct column {
    const char *title;
    const char *path; /* of a member, of a member's member with a dot between */
    const char *none; /* shown when it is not there or null; NULL: - */
};

/* A value as a safe text, malloc'ed: texts as they are, yes and no, lists with commas. */
char *show_value(const json_t *value, const char *none);

/* The member of `object` at `path`, or NULL. */
json_t *show_member(const json_t *object, const char *path);

/* Writes JSON, indented, and a newline. */
void show_json(const struct output *out, const json_t *value);

/* Writes JSON in one line. */
void show_line(const struct output *out, const json_t *value);

/* Writes an object, a field a line. */
void show_fields(const struct output *out, const json_t *object);

/* The same below a table. */
void show_rest(const struct output *out, const json_t *object);

/* Writes text, several lines too. */
void show_text(const struct output *out, const char *text, size_t length);

/* A collection that comes in parts, as a table or one JSON object {"ARRAY": [...], ...}. */
struct pages {
    const struct output *out;
    const char *array;
    const struct column *columns; /* end in one without a title */
    struct grid table;
    size_t count; /* of elements so far */
};
void pages_open(struct pages *pages, const struct output *out, const char *array,
                const struct column *columns);
void pages_add(struct pages *pages, const json_t *elements);
/* Writes the end; `rest`: an object whose members follow the array in JSON. */
void pages_close(struct pages *pages, const json_t *rest);
void pages_free(struct pages *pages);

/* The rows of a table: elements with columns. */
void show_columns(struct grid *table, const struct column *columns);
void show_row(struct grid *table, const struct column *columns, const json_t *element);

#endif
