#include "config/yaml_file.h"

#include "config/alloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>

#include <yaml.h>

#define MAX_BYTES (1 << 20) /* of a file: a larger one is not a configuration */

/* One allocation. All of a file's are freed together, so a failure needs no clean-up of its own. */
struct yaml_file_block {
    struct yaml_file_block *next;
    unsigned line, column; /* where this text stands in the file, from 1 on; 0: nowhere */
    _Alignas(max_align_t) char bytes[];
};

struct yaml_file {
    const char *path;
    struct yaml_file_block *blocks; /* newest first */
    struct yaml_file_slot *root;
};

/* A file that is being parsed. A function that parses a value finds its first event in `event` and leaves its
 * last one there. */
struct yaml_file_input {
    struct yaml_file *file;
    const char *bytes;
    size_t size;
    yaml_parser_t parser;
    yaml_event_t event;
    struct error *error;
};

/* ---- Slots ---- */

static void *allocate(struct yaml_file *file, size_t size)
{
    struct yaml_file_block *b = alloc_array(1, sizeof(*b) + size);
    b->next = file->blocks;
    file->blocks = b;
    return b->bytes;
}

/* Gives the array `old` of `count` elements room for one more. Its capacity is the power of two from `count`
 * on, so it grows by doubling; the old array stays until the file is freed. */
static void *extend(struct yaml_file *file, void *old, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0)
        return old;
    void *grown = allocate(file, (count > 0 ? 2 * count : 1) * size);
    if (count > 0)
        memcpy(grown, old, count * size);
    return grown;
}

struct yaml_file *yaml_file_new(const struct schema_row *schema)
{
    struct yaml_file *file = alloc_array(1, sizeof(*file));
    file->root = allocate(file, schema_count(schema) * sizeof(struct yaml_file_slot));
    return file;
}

void yaml_file_free(struct yaml_file *file)
{
    if (file == NULL)
        return;
    for (struct yaml_file_block *b = file->blocks, *next; b != NULL; b = next) {
        next = b->next;
        free(b);
    }
    free(file);
}

struct yaml_file_slot *yaml_file_root(const struct yaml_file *file)
{
    return file->root;
}

struct yaml_file_slot *yaml_file_get(const struct schema_row *section, const struct yaml_file_slot *slots,
                                     const char *key)
{
    return (struct yaml_file_slot *)&slots[schema_index(section, key)];
}

bool yaml_file_is_empty(const struct schema_row *section, const struct yaml_file_slot *slots)
{
    for (size_t i = 0; section[i].key != NULL; i++)
        if (slots[i].text != NULL &&
            (section[i].type != SCHEMA_SECTION || !yaml_file_is_empty(section[i].section, slots[i].slots)))
            return false;
    return true;
}

void yaml_file_set_text(struct yaml_file *file, struct yaml_file_slot *slot, const char *text)
{
    slot->text = strcpy(allocate(file, strlen(text) + 1), text);
}

void yaml_file_set_empty(struct yaml_file *file, struct yaml_file_slot *slot)
{
    slot->texts = allocate(file, 0);
    slot->count = 0;
}

void yaml_file_add_text(struct yaml_file *file, struct yaml_file_slot *slot, const char *text)
{
    slot->texts = extend(file, slot->texts, slot->count, sizeof(*slot->texts));
    slot->texts[slot->count++] = strcpy(allocate(file, strlen(text) + 1), text);
}

struct yaml_file_slot *yaml_file_add_section(struct yaml_file *file, struct yaml_file_slot *slot,
                                             const struct schema_row *section)
{
    size_t rows = schema_count(section);
    slot->slots = extend(file, slot->slots, slot->count, rows * sizeof(*slot->slots));
    return slot->slots + slot->count++ * rows;
}

/* ---- Errors ---- */

/* Writes "path:line:column: key: message", without the place if `line` is 0 and without a `key` that is NULL.
 * Control characters, which texts of the file may have, become '?': the error is one line. */
static void set_error(const struct yaml_file *file, size_t line, size_t column, const char *key,
                      struct error *error, enum err code, const char *format, va_list arguments)
{
    char place[64] = "", message[sizeof(error->text)];
    vsnprintf(message, sizeof(message), format, arguments);
    if (line > 0)
        snprintf(place, sizeof(place), "%zu:%zu:", line, column);
    (void)error_set(error, code, "%s:%s %s%s%s", file->path, place, key != NULL ? key : "",
                    key != NULL ? ": " : "", message);
    for (char *p = error->text; *p != '\0'; p++)
        if (iscntrl((unsigned char)*p))
            *p = '?';
}

enum err yaml_file_error(const struct yaml_file *file, const char *text, struct error *error, enum err code,
                         const char *format, ...)
{
    const struct yaml_file_block *b = file->blocks;
    while (b != NULL && b->bytes != text)
        b = b->next;
    va_list arguments;
    va_start(arguments, format);
    set_error(file, b != NULL ? b->line : 0, b != NULL ? b->column : 0, NULL, error, code, format, arguments);
    va_end(arguments);
    return code;
}

/* Fails at `mark`, at `key` unless NULL. */
static enum err printf_like(4, 5)
    fail(const struct yaml_file_input *in, yaml_mark_t mark, const char *key, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_error(in->file, mark.line + 1, mark.column + 1, key, in->error, ERR_SYNTAX, format, arguments);
    va_end(arguments);
    return ERR_SYNTAX;
}

/* The place of byte number `offset`, in UTF-8. */
static yaml_mark_t find_mark(const struct yaml_file_input *in, size_t offset)
{
    yaml_mark_t mark = { .line = 0, .column = 0 };
    for (size_t i = 0; i < offset && i < in->size; i++) {
        mark.column += (in->bytes[i] & 0xc0) != 0x80;
        if (in->bytes[i] == '\n')
            mark = (yaml_mark_t){ .line = mark.line + 1, .column = 0 };
    }
    return mark;
}

static enum err fail_syntax(const struct yaml_file_input *in)
{
    const yaml_parser_t *p = &in->parser;
    const char *problem = p->problem != NULL ? p->problem : "unknown error";
    if (p->error == YAML_MEMORY_ERROR)
        return error_set(in->error, ERR_MEMORY, "%s: out of memory", in->file->path);
    if (p->error == YAML_READER_ERROR)
        return fail(in, find_mark(in, p->problem_offset), NULL, "not valid YAML: %s", problem);
    if (p->context == NULL || p->context_mark.line == p->problem_mark.line)
        return fail(in, p->problem_mark, NULL, "not valid YAML: %s", problem);
    return fail(in, p->problem_mark, NULL, "not valid YAML: %s, %s that begins in line %zu", problem,
                p->context, p->context_mark.line + 1);
}

/* ---- Parsing ---- */

/* Moves on to the next event. */
static enum err next(struct yaml_file_input *in)
{
    yaml_event_delete(&in->event);
    return yaml_parser_parse(&in->parser, &in->event) ? OK : fail_syntax(in);
}

/* Checks the kind of the value of `key` (NULL: a key itself, or the whole file). */
static enum err expect(const struct yaml_file_input *in, const char *key, yaml_event_type_t type)
{
    const yaml_event_t *e = &in->event;
    if (e->type == type)
        return OK;
    if (e->type == YAML_ALIAS_EVENT)
        return fail(in, e->start_mark, key, "an alias (*%s) is not allowed; write the value out",
                    (const char *)e->data.alias.anchor);
    return fail(in, e->start_mark, key, "%s expected",
                type == YAML_SEQUENCE_START_EVENT  ? "a list, such as [a, b],"
                : type == YAML_MAPPING_START_EVENT ? "a section of keys, each with its value,"
                : key != NULL                      ? "one value"
                                                   : "a key");
}

/* Gives in *text the scalar that is the value of `key`, or a key itself (`key` NULL); valid until the next
 * event. */
static enum err parse_scalar(const struct yaml_file_input *in, const char *key, const char **text)
{
    const yaml_event_t *e = &in->event;
    enum err err = expect(in, key, YAML_SCALAR_EVENT);
    if (err != OK)
        return err;
    *text = (const char *)e->data.scalar.value;
    if (e->data.scalar.length == 0)
        return fail(in, e->start_mark, key, key != NULL ? "the value is missing" : "the key is missing");
    if (strlen(*text) < e->data.scalar.length)
        return fail(in, e->start_mark, key, "a zero byte is not allowed");
    return OK;
}

/* A simple value, or an element of a list of texts. */
static enum err parse_text(struct yaml_file_input *in, const struct schema_row *row,
                           struct yaml_file_slot *slot)
{
    const char *text;
    enum err err = parse_scalar(in, row->key, &text);
    if (err != OK)
        return err;
    if (row->type == SCHEMA_TEXTS)
        yaml_file_add_text(in->file, slot, text);
    else
        yaml_file_set_text(in->file, slot, text);
    in->file->blocks->line = (unsigned)in->event.start_mark.line + 1;
    in->file->blocks->column = (unsigned)in->event.start_mark.column + 1;
    return OK;
}

static enum err parse_section(struct yaml_file_input *in, const char *key, const struct schema_row *section,
                              struct yaml_file_slot *slots);

/* A text or a section: the value, or an element of it. */
static enum err parse_element(struct yaml_file_input *in, const struct schema_row *row,
                              struct yaml_file_slot *slot)
{
    if (row->section == NULL)
        return parse_text(in, row, slot);
    yaml_mark_t start = in->event.start_mark;
    struct yaml_file_slot *slots = yaml_file_add_section(in->file, slot, row->section);
    enum err err = parse_section(in, row->key, row->section, slots);
    if (err == OK && row->alone && yaml_file_is_empty(row->section, slots))
        return fail(in, start, row->key, "the value is missing");
    return err;
}

/* The value of a section's first key, in place of the section. */
static enum err parse_first(struct yaml_file_input *in, const struct schema_row *row,
                            struct yaml_file_slot *slot)
{
    struct schema_row first = row->section[0];
    first.key = row->key; /* for errors */
    return parse_text(in, &first, yaml_file_add_section(in->file, slot, row->section));
}

static enum err parse_value(struct yaml_file_input *in, const struct schema_row *row,
                            struct yaml_file_slot *slot)
{
    bool is_list = row->type == SCHEMA_TEXTS || row->type == SCHEMA_SECTIONS;
    bool is_alone = row->alone && in->event.type == YAML_SCALAR_EVENT;
    if (is_alone && row->type == SCHEMA_SECTION)
        return parse_first(in, row, slot);
    if (!is_list || is_alone)
        return parse_element(in, row, slot);
    enum err err = expect(in, row->key, YAML_SEQUENCE_START_EVENT);
    yaml_file_set_empty(in->file, slot);
    while (err == OK && (err = next(in)) == OK && in->event.type != YAML_SEQUENCE_END_EVENT)
        err = parse_element(in, row, slot);
    return err;
}

/* A key of a section, and its value. */
static enum err parse_pair(struct yaml_file_input *in, const struct schema_row *section,
                           struct yaml_file_slot *slots)
{
    const char *key;
    size_t i = 0;
    enum err err = parse_scalar(in, NULL, &key);
    if (err != OK)
        return err;
    while (section[i].key != NULL && strcmp(section[i].key, key) != 0)
        i++;
    if (section[i].key == NULL) {
        const char *similar = schema_suggest(section, key);
        return fail(in, in->event.start_mark, key, "unknown key%s%s%s",
                    similar != NULL ? "; did you mean '" : "", similar != NULL ? similar : "",
                    similar != NULL ? "'?" : "");
    }
    if (slots[i].text != NULL)
        return fail(in, in->event.start_mark, key, "this key is given twice");
    err = next(in);
    return err == OK ? parse_value(in, &section[i], &slots[i]) : err;
}

static enum err parse_section(struct yaml_file_input *in, const char *key, const struct schema_row *section,
                              struct yaml_file_slot *slots)
{
    yaml_mark_t start = in->event.start_mark;
    enum err err = expect(in, key, YAML_MAPPING_START_EVENT);
    while (err == OK && (err = next(in)) == OK && in->event.type != YAML_MAPPING_END_EVENT)
        err = parse_pair(in, section, slots);
    for (size_t i = 0; err == OK && section[i].key != NULL; i++)
        if (section[i].required && slots[i].text == NULL)
            err = fail(in, start, section[i].key, "this key is missing");
    return err;
}

/* The first document of the stream. What follows it must be another one, which is not read, or nothing. */
static enum err parse_document(struct yaml_file_input *in, const struct schema_row *schema)
{
    enum err err = next(in); /* the start of the stream */
    bool empty = err == OK && (err = next(in)) == OK && in->event.type == YAML_STREAM_END_EVENT;
    if (err == OK && !empty) {
        err = next(in);
        empty = in->event.type == YAML_SCALAR_EVENT && in->event.data.scalar.length == 0;
    }
    if (err == OK && empty)
        return error_set(in->error, ERR_SYNTAX, "%s: the file is empty", in->file->path);
    if (err == OK)
        err = parse_section(in, NULL, schema, in->file->root);
    return err != OK || (err = next(in)) != OK ? err : next(in);
}

enum err yaml_file_parse(const char *path, const char *bytes, size_t size, const struct schema_row *schema,
                         struct yaml_file **out, struct error *error)
{
    struct yaml_file_input in = {
        .file = yaml_file_new(schema), .bytes = bytes, .size = size, .error = error
    };
    in.file->path = path;
    if (!yaml_parser_initialize(&in.parser))
        abort();
    yaml_parser_set_input_string(&in.parser, (const unsigned char *)bytes, size);
    enum err err = parse_document(&in, schema);
    yaml_event_delete(&in.event);
    yaml_parser_delete(&in.parser);
    if (err == OK)
        *out = in.file;
    else
        yaml_file_free(in.file);
    return err;
}

enum err yaml_file_read(const char *path, const struct schema_row *schema, struct yaml_file **out,
                        struct error *error)
{
    FILE *from = fopen(path, "re");
    if (from == NULL)
        return error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    char *bytes = alloc_array(MAX_BYTES + 1, 1);
    size_t size = fread(bytes, 1, MAX_BYTES + 1, from);
    enum err err = OK;
    if (ferror(from))
        err = error_set(error, ERR_SYSTEM, "%s: %s", path, strerror(errno));
    else if (size > MAX_BYTES)
        err = error_set(error, ERR_LIMIT, "%s: longer than %d bytes", path, MAX_BYTES);
    if (err == OK)
        err = yaml_file_parse(path, bytes, size, schema, out, error);
    fclose(from);
    free(bytes);
    return err;
}
