#include "list/set.h"

#include "base/clock.h"
#include "list/address.h"
#include "list/lines.h"
#include "list/list_reader.h"
#include "list/scan.h"

#include <stdlib.h>
#include <string.h>

static const struct set_type *const types[] = {
    &set_ip4set, &set_ip4tset, &set_ip4trie,  &set_ip6tset, &set_ip6trie,
    &set_dnset,  &set_generic, &set_combined, &set_acl,     &set_protected,
};

const struct set_type *set_type_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (strcmp(types[i]->name, name) == 0)
            return types[i];
    return NULL;
}

bool set_type_known(const char *type)
{
    return set_type_find(type) != NULL;
}

bool set_type_is_acl(const char *type)
{
    const struct set_type *found = set_type_find(type);
    return found != NULL && found->acl;
}

static enum err read_line(struct list_reader *r, char *line, char *end)
{
    while (end > line && (scan_is_blank(end[-1]) || end[-1] == '\r'))
        *--end = '\0';
    if (memchr(line, '\0', (size_t)(end - line)) != NULL) /* what precedes it may be a wider network */
        return list_reader_reject(r, "the line contains a zero byte: is the file damaged?");
    line = (char *)scan_blanks(line);
    if (r->line == 1)
        r->is_markup = *line == '<';
    if (r->is_markup && r->set_type != &set_combined) /* where it is data before the first $DATASET */
        return list_reader_reject(r, "the file is a web page, not a list: it begins with <");
    switch (*line) {
    case '#':
    case ';':
        return line[1] == '$' ? directive_read(r, line + 2, end) : OK;
    case '$':
        return directive_read(r, line + 1, end);
    case ':':
        if (line[1] == '$')
            return directive_read(r, line + 2, end);
        if (r->type->read_default != NULL && (line[1] != ':' || !r->type->colon_entry))
            return r->type->read_default(r, line, end);
        break;
    case '=':
        if (r->type->acl)
            return r->type->read_default(r, line, end);
        break;
    case '\0':
        return OK;
    }
    enum err err = r->type->read_entry(r, line, end);
    r->data->entries += err == OK;
    return err;
}

/* Reads lines as long as they are an IPv4 address and nothing else. */
static enum err read_hosts(struct list_reader *r, struct lines *lines)
{
    const char *end, *next, *p = lines_peek(lines, &end);
    unsigned long count = 0;
    uint32_t host, value = 0;
    enum err err = OK;

    for (; end - p >= 32 && (next = address4_parse_plain(p, &host)) != NULL; p = next) {
        r->line = lines->number + count + 1;
        if (count++ == 0 && !r->type->one_value)
            err = list_reader_value(r, r->default_value, &value);
        if (err != OK || (err = list_reader_add4(r, host, host, value)) != OK)
            break;
    }
    lines_skip(lines, p, count);
    r->data->entries += count;
    return err;
}

static enum err read_file(struct list_reader *r, const char *path, struct file_stamp *stamp)
{
    struct lines lines;
    enum err err = lines_open(&lines, path, !r->options->no_gunzip, r->error);
    if (err != OK)
        return err;
    *stamp = lines.stamp;
    if (file_stamp_is_recent(stamp))
        stamp->ctime = (struct timespec){ 0 }; /* so that it is read again */
    err = combined_leave_section(r);
    struct reader_file *file = vec_add(&r->files, sizeof(*file));
    if (file == NULL)
        err = list_reader_full(r, ERR_MEMORY);
    else
        *file = (struct reader_file){ path, r->set->lines };
    r->file = path;
    list_reader_reset_default(r);
    r->is_markup = false;
    char *line, *end;
    while (err == OK) {
        if (r->type->hosts && (err = read_hosts(r, &lines)) != OK)
            break;
        if ((line = lines_next(&lines, &end)) == NULL)
            break;
        r->line = lines.number;
        if (unlikely(lines.warning != NULL)) {
            list_reader_warn(r, "%s", lines.warning);
            lines.warning = NULL;
        }
        err = read_line(r, line, end);
        if (err == ERR_SYNTAX) {
            r->data->bad++;
            err = OK;
        }
    }
    r->set->lines += lines.number;
    r->set->bytes += lines.bytes;
    int64_t mtime = lines.stamp.mtime.tv_sec; /* which any program can set */
    mtime = mtime < CLOCK_LATEST ? mtime : CLOCK_LATEST;
    if (mtime > r->set->mtime)
        r->set->mtime = mtime;
    enum err closed = lines_close(&lines, err == OK ? r->error : NULL);
    return err != OK ? err : closed;
}

/* Reads all files, and sums up the counts of the sections. */
static enum err read_files(struct list_reader *r, const struct set_spec *spec)
{
    struct set_data *set = r->set;
    enum err err = list_reader_begin(r, r->set_type, set);
    for (size_t i = 0; err == OK && i < spec->files_count; i++)
        err = read_file(r, spec->files[i], &set->stamps[i]);
    if (err == OK)
        err = combined_leave_section(r);
    if (err == OK)
        err = list_reader_end(r);
    for (size_t i = 0; i < set->sections_count; i++) {
        set->entries += set->sections[i]->entries;
        set->bad += set->sections[i]->bad;
    }
    return err;
}

enum err set_load(const struct set_spec *spec, const struct load_options *options, struct set_data **out,
                  struct error *error)
{
    const struct set_type *type = set_type_find(spec->type);
    if (type == NULL)
        return error_set(error, ERR_SYNTAX, "unknown set type \"%s\"", spec->type);
    struct set_data *data = calloc(1, sizeof(*data));
    if (data == NULL || (data->stamps = calloc(spec->files_count + 1, sizeof(*data->stamps))) == NULL) {
        free(data);
        return error_set(error, ERR_MEMORY, "out of memory for a set");
    }
    data->ttl = directive_clamp_ttl(options, options->default_ttl);
    struct list_reader reader = {
        .set_type = type,
        .options = options,
        .set = data,
        .error = error,
        .file = type->name,
        .max_span = UINT32_MAX,
    };
    enum err err = read_files(&reader, spec);
    list_reader_close(&reader);
    vec_free(&reader.files);
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
    struct vec *all[] = SET_VECS(data);
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        vec_free(all[i]);
    for (size_t i = 0; i < data->sections_count; i++)
        set_free(data->sections[i]);
    free(data->sections);
    free(data->stamps);
    free(data);
}
