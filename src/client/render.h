/* Answers shown: JSON as it is, or for people as fields and tables, by columns that a verb names. */
#ifndef CLIENT_RENDER_H
#define CLIENT_RENDER_H

#include "client/table.h"

#include <stdbool.h>

#include <jansson.h>

struct render_output {
    FILE *to;
    bool json;     /* else for people */
    bool terminal; /* `to` is one: nothing goes there that could do harm */
};

struct render_column {
    const char *title;
    const char *path; /* of a member, of a member's member with a dot between */
    const char *none; /* shown when it is not there or null; NULL: - */
};

/* A value as a safe text, malloc'ed: texts as they are, yes and no, lists with commas. */
char *render_value(const json_t *value, const char *none);

/* The member of `object` at `path`, or NULL. */
json_t *render_member(const json_t *object, const char *path);

/* Writes JSON, indented, and a newline. */
void render_json(const struct render_output *out, const json_t *value);

/* Writes JSON in one line. */
void render_line(const struct render_output *out, const json_t *value);

/* Writes an object, a field a line. */
void render_fields(const struct render_output *out, const json_t *object);

/* The same below a table. */
void render_rest(const struct render_output *out, const json_t *object);

/* Writes text, several lines too. */
void render_text(const struct render_output *out, const char *text, size_t length);

/* A collection that comes in parts, as a table or one JSON object {"ARRAY": [...], ...}. */
struct render_pages {
    const struct render_output *out;
    const char *array;
    const struct render_column *columns; /* end in one without a title */
    struct table table;
    size_t count; /* of elements so far */
};
void render_pages_open(struct render_pages *pages, const struct render_output *out, const char *array,
                       const struct render_column *columns);
void render_pages_add(struct render_pages *pages, const json_t *elements);
/* Writes the end; `rest`: an object whose members follow the array in JSON. */
void render_pages_close(struct render_pages *pages, const json_t *rest);
void render_pages_free(struct render_pages *pages);

/* The rows of a table: elements with columns. */
void render_columns(struct table *table, const struct render_column *columns);
void render_row(struct table *table, const struct render_column *columns, const json_t *element);

#endif
