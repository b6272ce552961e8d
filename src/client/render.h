/* Writes answers: as JSON, or for people as fields and as tables with the columns of a verb. */
#ifndef CLIENT_RENDER_H
#define CLIENT_RENDER_H

#include "client/table.h"

#include <stdbool.h>

#include <jansson.h>

struct render_output {
    FILE *to;
    bool json;     /* else fields and tables */
    bool terminal; /* `to` is a terminal: texts are escaped */
};

struct render_column {
    const char *title;
    const char *path; /* of a member; a dot leads into an object */
    const char *none; /* shown when it is missing or null; NULL: - */
};

/* Formats a value as an escaped text, malloc'ed: booleans as yes and no, arrays with commas. */
char *render_value(const json_t *value, const char *none);

/* Finds the member of `object` at `path`, or NULL. Borrowed. */
json_t *render_member(const json_t *object, const char *path);

/* Writes JSON, indented, and a newline. */
void render_json(const struct render_output *out, const json_t *value);

/* Writes JSON in one line. */
void render_json_line(const struct render_output *out, const json_t *value);

/* Writes an object, one field to a line. */
void render_fields(const struct render_output *out, const json_t *object);

/* Writes an object in the format of the output: JSON or fields. */
void render_object(const struct render_output *out, const json_t *object);

/* Writes fields below a table. */
void render_footer(const struct render_output *out, const json_t *object);

/* Writes text of any number of lines. */
void render_text(const struct render_output *out, const char *text, size_t length);

/* A collection that arrives in pages, as one table or one JSON object {"ARRAY": [...], ...}. */
struct render_pages {
    const struct render_output *out;
    const char *array;
    const struct render_column *columns; /* end in one whose title is NULL */
    struct table table;
    size_t count; /* of elements so far */
};
void render_pages_open(struct render_pages *pages, const struct render_output *out, const char *array,
                       const struct render_column *columns);
void render_pages_add(struct render_pages *pages, const json_t *elements);
/* Writes the end; in JSON, the members of the object `rest` follow the array. */
void render_pages_close(struct render_pages *pages, const json_t *rest);
void render_pages_free(struct render_pages *pages);

/* Adds the columns, and an element as a row. */
void render_columns(struct table *table, const struct render_column *columns);
void render_row(struct table *table, const struct render_column *columns, const json_t *element);

#endif
