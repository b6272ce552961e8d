/* Writes answers: as JSON, or for people as fields and as tables with the columns of a verb. */
#ifndef CLIENT_RENDER_H
#define CLIENT_RENDER_H

#include "base/vec.h"

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

struct render_output {
    FILE *to;
    bool json;     /* else fields and tables */
    bool terminal; /* `to` is a terminal: texts are escaped */
};

/* Formats a value as an escaped text, malloc'ed: booleans as yes and no, arrays with commas, and a missing
 * one as `none`, NULL being "-". */
char *render_value(const json_t *value, const char *none);

/* Finds the member of `object` at `path`, in which a dot leads into an object; or NULL. Borrowed. */
json_t *render_member(const json_t *object, const char *path);

/* Writes JSON and a newline; JSON_INDENT(2) or JSON_COMPACT. */
void render_json(const struct render_output *out, const json_t *value, size_t flags);

/* Writes an object, one field to a line. */
void render_fields(const struct render_output *out, const json_t *object);

/* Writes an object in the format of the output: JSON or fields. */
void render_object(const struct render_output *out, const json_t *object);

/* Writes text of any number of lines. */
void render_text(const struct render_output *out, const char *text, size_t length);

#define RENDER_COLUMNS 12

/* Rows of aligned columns, which may be written in several parts as they arrive. */
struct render_table {
    struct {
        const char *path, *none; /* as of render_member and render_value; within `spec` */
        size_t width;
    } column[RENDER_COLUMNS];
    size_t columns;
    char *spec;
    struct vec cells; /* char *, row by row; the titles first */
};

/* A collection that arrives in pages, as one table or one JSON object {"ARRAY": [...], ...}. */
struct render_pages {
    const struct render_output *out;
    const char *array;
    struct render_table table;
    size_t count; /* of elements so far */
};

/* `columns` are separated by blanks, each PATH, TITLE=PATH or one of these with :NONE after it; titles are
 * shown in capitals, with blanks for _. */
void render_pages_open(struct render_pages *pages, const struct render_output *out, const char *array,
                       const char *columns);
void render_pages_add(struct render_pages *pages, const json_t *elements);
/* Writes the end. Members of the object `rest` follow the array in JSON, and as fields a table, unless there
 * are none. */
void render_pages_close(struct render_pages *pages, const json_t *rest);
void render_pages_free(struct render_pages *pages);

#endif
