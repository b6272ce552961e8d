#include "client/render.h"

#include "client/safe_text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- Values ---- */

static void write_value(const json_t *value, FILE *to);

/* Writes elements with commas; members of objects with colons, and semicolons between objects. */
static void write_parts(const json_t *value, FILE *to)
{
    const char *key, *between = "";
    json_t *part;
    size_t i;
    if (json_is_object(value)) {
        json_object_foreach((json_t *)value, key, part)
        {
            if (json_is_null(part))
                continue;
            fputs(between, to);
            write_value(part, to);
            between = ": ";
        }
        return;
    }
    json_array_foreach(value, i, part)
    {
        fputs(between, to);
        write_value(part, to);
        between = json_is_object(part) ? "; " : ", ";
    }
}

static void write_value(const json_t *value, FILE *to)
{
    switch (json_typeof(value)) {
    case JSON_STRING: {
        char *safe = safe_text_escape(json_string_value(value));
        fputs(safe, to);
        free(safe);
        break;
    }
    case JSON_INTEGER:
        fprintf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL:
        fprintf(to, "%.6g", json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        fputs(json_is_true(value) ? "yes" : "no", to);
        break;
    case JSON_NULL:
        fputc('-', to);
        break;
    default:
        write_parts(value, to);
    }
}

char *render_value(const json_t *value, const char *none)
{
    char *text;
    size_t size;
    if (value == NULL || json_is_null(value))
        return client_format("%s", none != NULL ? none : "-");
    FILE *to = client_not_null(open_memstream(&text, &size));
    write_value(value, to);
    client_close_text(to);
    if (size > 0)
        return text;
    free(text);
    return client_format("-");
}

json_t *render_member(const json_t *object, const char *path)
{
    const char *dot = strchr(path, '.');
    if (dot == NULL)
        return json_object_get(object, path);
    char *first = client_format("%.*s", (int)(dot - path), path);
    json_t *inner = json_object_get(object, first);
    free(first);
    return render_member(inner, dot + 1);
}

/* ---- JSON and text ---- */

static void write_json(const struct render_output *out, const json_t *value, size_t flags)
{
    json_dumpf(value, out->to, flags | JSON_ENCODE_ANY | (out->terminal ? JSON_ENSURE_ASCII : 0));
}

void render_json(const struct render_output *out, const json_t *value, size_t flags)
{
    write_json(out, value, flags);
    fputc('\n', out->to);
}

void render_text(const struct render_output *out, const char *text, size_t length)
{
    if (!out->terminal) {
        fwrite(text, 1, length, out->to);
        return;
    }
    for (size_t n; *text != '\0'; text += n + (text[n] == '\n')) {
        n = strcspn(text, "\n");
        char *line = client_format("%.*s", (int)n, text), *safe = safe_text_escape(line);
        fprintf(out->to, "%s\n", safe);
        free(safe);
        free(line);
    }
}

/* ---- Tables ---- */

/* Adds the next cell and takes over `text`, which is escaped and malloc'ed. */
static void add_cell(struct render_table *t, char *text)
{
    size_t column = VEC_COUNT(&t->cells, char *) % t->columns, width = safe_text_width(text);
    char **cell = client_not_null(vec_add(&t->cells, sizeof(*cell)));
    *cell = text;
    if (width > t->column[column].width)
        t->column[column].width = width;
}

/* Adds the columns of `spec`, and their titles as the first row. */
static void open_table(struct render_table *t, const char *spec)
{
    char *words = t->spec = client_format("%s", spec), *title[RENDER_COLUMNS], *word;
    while ((word = strsep(&words, " ")) != NULL) {
        char *path = strsep(&word, ":"), *name = strsep(&path, "=");
        title[t->columns] = client_format("%s", name);
        t->column[t->columns].path = path != NULL ? path : name;
        t->column[t->columns++].none = word;
    }
    for (size_t i = 0; i < t->columns; i++) {
        for (char *p = title[i]; *p != '\0'; p++)
            *p = *p == '_' ? ' ' : (char)toupper(*p);
        add_cell(t, title[i]);
    }
}

static void add_row(struct render_table *t, const json_t *element)
{
    for (size_t i = 0; i < t->columns; i++)
        add_cell(t, render_value(render_member(element, t->column[i].path), t->column[i].none));
}

static void clear_table(struct render_table *t)
{
    for (size_t i = 0; i < VEC_COUNT(&t->cells, char *); i++)
        free(VEC_AT(&t->cells, char *, i));
    t->cells.used = 0;
}

/* Writes the rows so far, and removes them. Columns never get narrower; the last one is not padded. */
static void write_table(struct render_table *t, FILE *to)
{
    enum { PAD_MAX = 200 }; /* one very long text must not indent what is right of it in all rows */
    for (size_t i = 0; i < VEC_COUNT(&t->cells, char *); i++) {
        const char *text = VEC_AT(&t->cells, char *, i);
        size_t column = i % t->columns, pad = t->column[column].width - safe_text_width(text);
        if (column + 1 == t->columns)
            fprintf(to, "%s\n", text);
        else
            fprintf(to, "%s%*s", text, (int)(pad < PAD_MAX ? pad : PAD_MAX) + 2, "");
    }
    clear_table(t);
}

static void free_table(struct render_table *t)
{
    clear_table(t);
    vec_free(&t->cells);
    free(t->spec);
}

/* ---- Fields ---- */

static void add_field(struct render_table *table, const char *name, const json_t *value)
{
    add_cell(table, safe_text_escape(name));
    add_cell(table, render_value(value, NULL));
}

/* Adds the members of an object, those of objects within it by their path. */
static void add_fields(struct render_table *table, const char *prefix, const json_t *object)
{
    const char *key;
    json_t *value, *element;
    size_t i;
    json_object_foreach((json_t *)object, key, value)
    {
        char *name = client_format("%s%s%s", prefix, *prefix != '\0' ? "." : "", key);
        if (json_is_object(value) && json_object_size(value) > 0) {
            add_fields(table, name, value);
        } else if (!json_is_object(json_array_get(value, 0))) {
            add_field(table, name, value);
        } else {
            json_array_foreach(value, i, element)
            {
                add_field(table, i == 0 ? name : "", element);
            }
        }
        free(name);
    }
}

void render_fields(const struct render_output *out, const json_t *object)
{
    struct render_table table = { .columns = json_is_object(object) ? 2 : 1 };
    if (json_is_object(object))
        add_fields(&table, "", object);
    else
        add_cell(&table, render_value(object, NULL));
    write_table(&table, out->to);
    free_table(&table);
}

void render_object(const struct render_output *out, const json_t *object)
{
    if (out->json)
        render_json(out, object, JSON_INDENT(2));
    else
        render_fields(out, object);
}

/* ---- Pages ---- */

void render_pages_open(struct render_pages *pages, const struct render_output *out, const char *array,
                       const char *columns)
{
    *pages = (struct render_pages){ .out = out, .array = array };
    open_table(&pages->table, columns);
}

void render_pages_add(struct render_pages *pages, const json_t *elements)
{
    FILE *to = pages->out->to;
    json_t *element;
    size_t i;
    json_array_foreach(elements, i, element)
    {
        if (!pages->out->json) {
            add_row(&pages->table, element);
            continue;
        }
        if (pages->count++ == 0)
            fprintf(to, "{\"%s\": [\n", pages->array);
        else
            fputs(",\n", to);
        write_json(pages->out, element, JSON_COMPACT);
    }
    if (!pages->out->json)
        write_table(&pages->table, to);
    fflush(to);
}

void render_pages_close(struct render_pages *pages, const json_t *rest)
{
    FILE *to = pages->out->to;
    const char *key;
    json_t *value;
    if (!pages->out->json) {
        if (json_object_size(rest) > 0) {
            fputc('\n', to);
            render_fields(pages->out, rest);
        }
        return;
    }
    if (pages->count == 0)
        fprintf(to, "{\"%s\": [", pages->array);
    fputs("\n]", to);
    json_object_foreach((json_t *)rest, key, value)
    {
        json_t *name = json_string(key);
        fputs(", ", to);
        write_json(pages->out, name, 0);
        fputs(": ", to);
        json_decref(name);
        write_json(pages->out, value, JSON_COMPACT);
    }
    fputs("}\n", to);
}

void render_pages_free(struct render_pages *pages)
{
    free_table(&pages->table);
}
