#include "list/set.h"

#include "list/directive.h"
#include "list/lines.h"
#include "list/scan.h"
#include "list/types.h"

#include <stdlib.h>
#include <string.h>

static const struct set_type *const types[] = {
    &set_ip4set, &set_ip4tset, &set_ip4trie, &set_ip6tset, &set_ip6trie, &set_dnset,
};

static const struct set_type *find_type(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (strcmp(types[i]->name, name) == 0)
            return types[i];
    return NULL;
}

bool set_type_known(const char *type)
{
    return find_type(type) != NULL;
}

static enum err read_line(struct loader *l, char *line, char *end)
{
    while (end > line && (scan_is_blank(end[-1]) || end[-1] == '\r'))
        *--end = '\0';
    line = (char *)scan_blanks(line);
    switch (*line) {
    case '#':
    case ';':
        return line[1] == '$' ? directive_read(l, line + 2, end) : OK;
    case '$':
        return directive_read(l, line + 1, end);
    case ':':
        if (line[1] == '$')
            return directive_read(l, line + 2, end);
        if (line[1] != ':' || !l->type->colon_entry)
            return loader_read_default(l, line, end);
        break;
    case '\0':
        if (line == end)
            return OK;
        break;
    }
    enum err err = l->type->read_entry(l, line, end);
    l->data->entries += err == OK;
    return err;
}

static enum err read_file(struct loader *l, const char *path, struct file_identity *identity)
{
    struct lines lines;
    enum err err = lines_open(&lines, path, !l->options->no_gunzip, l->error);
    if (err != OK)
        return err;
    l->file = path;
    if (!l->type->one_value)
        l->fallback = (struct set_value){ .code = 0x7f000002 };
    char *line, *end;
    while (err == OK && (line = lines_next(&lines, &end)) != NULL) {
        l->line = lines.number;
        if (unlikely(lines.note != NULL)) {
            loader_warn(l, "%s", lines.note);
            lines.note = NULL;
        }
        err = read_line(l, line, end);
        if (err == ERR_SYNTAX) {
            l->data->bad++;
            err = OK;
        }
    }
    l->data->lines += lines.number;
    l->data->bytes += lines.bytes;
    if (lines.identity.mtime.tv_sec > l->data->mtime)
        l->data->mtime = lines.identity.mtime.tv_sec;
    *identity = lines.identity;
    enum err closed = lines_close(&lines, err == OK ? l->error : NULL);
    return err != OK ? err : closed;
}

/* What is known only behind the last line. */
static enum err finish(struct loader *l)
{
    struct set_data *data = l->data;
    uint32_t index;
    data->ttl = l->ttl;
    if (l->type->one_value && data->entries != 0) {
        enum err err = loader_value(l, l->fallback, &index);
        if (err != OK)
            return err;
    }
    struct vec *all[] = { &data->hosts4,       &data->host_values, &data->entries4, &data->entries6,
                          &data->entries_name, &data->names,       &data->values,   &data->texts };
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        vec_trim(all[i]);
    return OK;
}

static enum err load(struct loader *l, const struct set_spec *spec)
{
    if (vec_add(&l->data->texts, 1) == NULL) /* offset 0 is no text */
        return loader_full(l, ERR_MEMORY);
    for (size_t i = 0; i < spec->files_count; i++) {
        enum err err = read_file(l, spec->files[i], &l->data->identity[i]);
        if (err != OK)
            return err;
    }
    return finish(l);
}

enum err set_load(const struct set_spec *spec, const struct load_options *options, struct set_data **out,
                  struct error *error)
{
    const struct set_type *type = find_type(spec->type);
    if (type == NULL)
        return error_set(error, ERR_SYNTAX, "unknown type of set \"%s\"", spec->type);
    struct set_data *data = calloc(1, sizeof(*data));
    if (data == NULL || (data->identity = calloc(spec->files_count + 1, sizeof(*data->identity))) == NULL) {
        free(data);
        return error_set(error, ERR_MEMORY, "no memory for a set");
    }
    data->overlap = type->overlap;
    struct loader loader = {
        .type = type,
        .options = options,
        .data = data,
        .error = error,
        .file = type->name,
        .fallback = { .code = 0x7f000002 },
        .ttl = directive_clamp_ttl(options, options->default_ttl),
        .max_span = UINT32_MAX,
    };
    intern_start(&loader.texts, &data->texts);
    intern_start(&loader.values, &data->values);
    enum err err = load(&loader, spec);
    intern_free(&loader.texts);
    intern_free(&loader.values);
    if (err != OK) {
        set_free(data);
        return err;
    }
    *out = data;
    return OK;
}

void set_free(struct set_data *data)
{
    if (data == NULL)
        return;
    vec_free(&data->hosts4);
    vec_free(&data->host_values);
    vec_free(&data->entries4);
    vec_free(&data->entries6);
    vec_free(&data->entries_name);
    vec_free(&data->names);
    vec_free(&data->values);
    vec_free(&data->texts);
    free(data->identity);
    free(data);
}
