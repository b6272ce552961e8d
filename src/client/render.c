#include "client/render.h"

#include "client/safe_text.h"

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
    if (none == NULL)
        none = "-";
    if (value == NULL || json_is_null(value))
        return client_format("%s", none);
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

void render_json(const struct render_output *out, const json_t *value)
{
    write_json(out, value, JSON_INDENT(2));
    fputc('\n', out->to);
}

void render_json_line(const struct render_output *out, const json_t *value)
{
    write_json(out, value, JSON_COMPACT);
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

/* ---- Fields ---- */

static void add_field(struct table *table, const char *name, const json_t *value)
{
    table_cell(table, safe_text_escape(name));
    table_cell(table, render_value(value, NULL));
}

/* Adds the members of an object, those of objects within it by their path. */
static void add_fields(struct table *table, const char *prefix, const json_t *object)
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
    struct table table = { .headed = true };
    table_column(&table, "");
    table_column(&table, "");
    if (json_is_object(object)) {
        add_fields(&table, "", object);
        table_write(&table, out->to);
    } else {
        char *text = render_value(object, NULL);
        fprintf(out->to, "%s\n", text);
        free(text);
    }
    table_free(&table);
}

void render_object(const struct render_output *out, const json_t *object)
{
    (out->json ? render_json : render_fields)(out, object);
}

void render_footer(const struct render_output *out, const json_t *object)
{
    fputc('\n', out->to);
    render_fields(out, object);
}

/* ---- Tables ---- */

void render_columns(struct table *table, const struct render_column *columns)
{
    for (const struct render_column *c = columns; c->title != NULL; c++)
        table_column(table, c->title);
}

void render_row(struct table *table, const struct render_column *columns, const json_t *element)
{
    for (const struct render_column *c = columns; c->title != NULL; c++)
        table_cell(table, render_value(render_member(element, c->path), c->none));
}

void render_pages_open(struct render_pages *pages, const struct render_output *out, const char *array,
                       const struct render_column *columns)
{
    *pages = (struct render_pages){ .out = out, .array = array, .columns = columns };
    render_columns(&pages->table, columns);
}

void render_pages_add(struct render_pages *pages, const json_t *elements)
{
    json_t *element;
    size_t i;
    json_array_foreach(elements, i, element)
    {
        if (!pages->out->json) {
            render_row(&pages->table, pages->columns, element);
        } else {
            if (pages->count == 0)
                fprintf(pages->out->to, "{\"%s\": [\n", pages->array);
            else
                fputs(",\n", pages->out->to);
            write_json(pages->out, element, JSON_COMPACT);
        }
        pages->count++;
    }
    if (!pages->out->json)
        table_write(&pages->table, pages->out->to);
    fflush(pages->out->to);
}

void render_pages_close(struct render_pages *pages, const json_t *rest)
{
    FILE *to = pages->out->to;
    const char *key;
    json_t *value;
    if (pages->out->json) {
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
}

void render_pages_free(struct render_pages *pages)
{
    table_free(&pages->table);
}
