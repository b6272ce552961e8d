#include "config/yaml_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cyaml/cyaml.h>

#define MAX_BYTES  (1 << 20)
#define MAX_FIELDS 512 /* of all sections, each with its end */
#define MAX_DEPTH  8

struct yaml_file_place {
    unsigned line, column; /* from 1 on */
    char field[64];        /* the key whose value stands there; "": an element of a list, or a section */
};

/* What libcyaml is given and asked. It tells where in the file something is only in the backtrace that it
 * logs when a load fails, so the log is read; and as it allocates each text when it meets it, a load whose
 * n-th allocation fails tells where the n-th allocated text stands. */
struct yaml_file_session {
    void **made; /* allocations in their order */
    size_t made_count;
    size_t fail_at;                           /* the allocation to refuse, from 1 on; 0: none */
    struct yaml_file_place places[MAX_DEPTH]; /* from the inside out */
    size_t places_count;
    char message[256];
};

/* The schema in libcyaml's own terms. */
struct translation {
    cyaml_schema_field_t fields[MAX_FIELDS];
    size_t used;
    cyaml_schema_value_t text, top;
    cyaml_schema_value_t entries[MAX_FIELDS]; /* by field: what a list of sections is of */
};

struct yaml_file {
    const char *path;
    const struct schema_row *schema;
    char *bytes; /* the file, with a zero at its end */
    size_t size;
    struct yaml_file_session session;
    struct translation translation;
    cyaml_data_t *root;
};

/* ---- Schema ---- */

static const cyaml_schema_field_t *translate(struct translation *t, const struct schema_row *section);

static cyaml_schema_value_t section_of(struct translation *t, const struct schema_row *rows, unsigned flags)
{
    return (cyaml_schema_value_t){ .type = CYAML_MAPPING,
                                   .flags = flags,
                                   .data_size =
                                       (uint32_t)(schema_count(rows) * sizeof(struct yaml_file_slot)),
                                   .mapping.fields = translate(t, rows) };
}

static cyaml_schema_value_t list_of(const cyaml_schema_value_t *entry)
{
    return (cyaml_schema_value_t){ .type = CYAML_SEQUENCE,
                                   .flags = CYAML_FLAG_POINTER,
                                   .data_size = entry->data_size,
                                   .sequence = { entry, 0, CYAML_UNLIMITED } };
}

static cyaml_schema_value_t translate_value(struct translation *t, const struct schema_row *row,
                                            cyaml_schema_value_t *entry)
{
    switch (row->type) {
    case SCHEMA_TEXTS:
        return list_of(&t->text);
    case SCHEMA_SECTION:
        return section_of(t, row->section, CYAML_FLAG_POINTER);
    case SCHEMA_SECTIONS:
        *entry = section_of(t, row->section, CYAML_FLAG_DEFAULT);
        return list_of(entry);
    default:
        return t->text;
    }
}

static const cyaml_schema_field_t *translate(struct translation *t, const struct schema_row *section)
{
    size_t first = t->used, count = schema_count(section);
    t->used += count + 1; /* the end stays zeroed */
    if (t->used > MAX_FIELDS)
        abort(); /* the schema has outgrown the limit */
    for (size_t i = 0; i < count; i++) {
        uint32_t offset = (uint32_t)(i * sizeof(struct yaml_file_slot));
        cyaml_schema_field_t *f = &t->fields[first + i];
        *f =
            (cyaml_schema_field_t){ .key = section[i].key,
                                    .data_offset = offset + (uint32_t)offsetof(struct yaml_file_slot, text),
                                    .count_offset = offset + (uint32_t)offsetof(struct yaml_file_slot, count),
                                    .count_size = sizeof(uint32_t),
                                    .value = translate_value(t, &section[i], &t->entries[first + i]) };
        if (!section[i].required)
            f->value.flags |= CYAML_FLAG_OPTIONAL;
    }
    return &t->fields[first];
}

static void make_translation(struct translation *t, const struct schema_row *schema)
{
    *t = (struct translation){ .text = { .type = CYAML_STRING,
                                         .flags = CYAML_FLAG_POINTER,
                                         .data_size = sizeof(char *),
                                         .string = { 1, CYAML_UNLIMITED } } };
    t->top = section_of(t, schema, CYAML_FLAG_POINTER);
}

/* ---- Sessions ---- */

static void *allocate(void *context, void *old, size_t size)
{
    struct yaml_file_session *s = context;
    if (size == 0) {
        free(old);
        return NULL;
    }
    if (old == NULL && s->fail_at == s->made_count + 1)
        return NULL;
    void *p = realloc(old, size);
    if (p == NULL)
        abort();
    if (old == NULL) {
        s->made = reallocarray(s->made, s->made_count + 1, sizeof(*s->made));
        if (s->made == NULL)
            abort();
        s->made[s->made_count++] = p;
    }
    return p;
}

/* Keeps the first message, and the places of the backtrace, which goes from the inside out. */
static void read_log(cyaml_log_t level, void *context, const char *format, va_list arguments)
{
    struct yaml_file_session *s = context;
    char line[sizeof(s->message)];
    int length = vsnprintf(line, sizeof(line), format, arguments);
    const char *place = strstr(line, "(line: "), *text = strncmp(line, "Load: ", 6) == 0 ? line + 6 : line;
    if (level < CYAML_LOG_ERROR || length <= 0)
        return;
    line[strcspn(line, "\n")] = '\0';
    if (place == NULL && s->message[0] == '\0' && strcmp(text, "Backtrace:") != 0)
        snprintf(s->message, sizeof(s->message), "%s", text);
    if (place == NULL || s->places_count == MAX_DEPTH)
        return;
    struct yaml_file_place *p = &s->places[s->places_count];
    if (sscanf(place, "(line: %u, column: %u)", &p->line, &p->column) == 2) {
        sscanf(line, "  in mapping field '%63[^']'", p->field);
        s->places_count++;
    }
}

static cyaml_config_t session_config(struct yaml_file_session *s)
{
    return (cyaml_config_t){ .log_fn = read_log,
                             .log_ctx = s,
                             .log_level = CYAML_LOG_ERROR,
                             .mem_fn = allocate,
                             /* Aliases of aliases would make a small file fill the memory. */
                             .mem_ctx = s,
                             .flags = CYAML_CFG_STYLE_BLOCK | CYAML_CFG_NO_ALIAS };
}

static cyaml_err_t load(const struct yaml_file *d, struct yaml_file_session *session, cyaml_data_t **root)
{
    cyaml_config_t config = session_config(session);
    *root = NULL;
    return cyaml_load_data((const uint8_t *)d->bytes, d->size, &config, &d->translation.top, root, NULL);
}

/* ---- Errors ---- */

/* The section that the mapping in trouble is of: the innermost place is within it. */
static const struct schema_row *find_section(const struct yaml_file *d, const struct yaml_file_session *s)
{
    const struct schema_row *section = d->schema;
    for (size_t i = s->places_count; i-- > 1;) {
        if (s->places[i].field[0] == '\0')
            continue;
        const struct schema_row *row = &section[schema_index(section, s->places[i].field)];
        section = row->section != NULL ? row->section : section;
    }
    return section;
}

/* Where the line ends, or the comment in it begins. */
static const char *find_end(const char *line)
{
    const char *end = line;
    while (*end != '\0' && *end != '\n' && !(*end == '#' && (end == line || isblank((unsigned char)end[-1]))))
        end++;
    return end;
}

/* Moves *place on to where `key:` next stands; libcyaml only says what came before it. */
static void find_key(const struct yaml_file *d, const char *key, struct yaml_file_place *place)
{
    const char *line = d->bytes;
    size_t length = strlen(key);
    for (unsigned number = 1; *line != '\0'; number++) {
        const char *end = find_end(line), *p = line;
        if (number == place->line && (size_t)(end - p) >= place->column)
            p += place->column - 1;
        while (number >= place->line && (p = memmem(p, (size_t)(end - p), key, length)) != NULL) {
            const char *next = p + length + strspn(p + length, "\"' ");
            if (*next == ':' && (p == line || !isalnum((unsigned char)p[-1]))) {
                *place = (struct yaml_file_place){ .line = number, .column = (unsigned)(p - line) + 1 };
                return;
            }
            p++;
        }
        line = strchrnul(line, '\n');
        line += *line == '\n';
    }
}

static const char *after(const char *text, const char *start)
{
    size_t length = strlen(start);
    return strncmp(text, start, length) == 0 ? text + length : NULL;
}

/* Says in our words what libcyaml says in its. */
static enum err explain(const struct yaml_file *d, struct yaml_file_session *s, cyaml_err_t failure,
                        struct error *error)
{
    struct yaml_file_place place =
        s->places_count > 0 ? s->places[0] : (struct yaml_file_place){ .line = 1, .column = 1 };
    char text[400];
    const char *m = s->message, *key, *wanted, *dot = place.field[0] != '\0' ? ": " : "";
    snprintf(text, sizeof(text), "%s%s%s", place.field, dot, m);
    if (failure == CYAML_ERR_ALIAS) {
        snprintf(text, sizeof(text), "%s%san alias (*name) is not possible here: write the value out",
                 place.field, dot);
    } else if ((key = after(m, "Unexpected key: ")) != NULL) {
        const char *meant = schema_suggest(find_section(d, s), key);
        snprintf(text, sizeof(text), "%s: no such key here%s%s%s", key, meant != NULL ? "; is '" : "",
                 meant != NULL ? meant : "", meant != NULL ? "' meant?" : "");
        find_key(d, key, &place);
    } else if ((key = after(m, "Mapping field already seen: ")) != NULL) {
        snprintf(text, sizeof(text), "%s: is there twice", key);
        find_key(d, key, &place);
    } else if ((key = after(m, "Missing required mapping field: ")) != NULL) {
        snprintf(text, sizeof(text), "%s: is missing", key);
        place = s->places_count > 1 ? s->places[1] : place;
    } else if ((wanted = after(m, "Expecting ")) != NULL) {
        const char *what = after(wanted, "SEQUENCE")  ? "a list, such as [a, b],"
                           : after(wanted, "MAPPING") ? "a section, key: value,"
                                                      : "one value";
        snprintf(text, sizeof(text), "%s%s%s is expected here", place.field, dot, what);
    } else if (after(m, "STRING length < ") != NULL) {
        snprintf(text, sizeof(text), "%s%sa value is missing", place.field, dot);
    } else if ((key = after(m, "libyaml: ")) != NULL) {
        snprintf(text, sizeof(text), "what follows is no YAML: %s", key);
    }
    return error_set(error, ERR_SYNTAX, "%s:%u:%u: %s", d->path, place.line, place.column, text);
}

enum err yaml_file_where(const struct yaml_file *d, const char *text, struct error *error, enum err code,
                         const char *format, ...)
{
    struct yaml_file_session s = { .fail_at = d->session.made_count };
    char message[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);

    /* From the end, because an address may have been used and freed before. */
    while (s.fail_at > 0 && d->session.made[s.fail_at - 1] != text)
        s.fail_at--;
    cyaml_data_t *root;
    cyaml_err_t failure = load(d, &s, &root);
    free(s.made);
    if (failure != CYAML_ERR_OOM || s.places_count == 0)
        return error_set(error, code, "%s: %s", d->path, message);
    return error_set(error, code, "%s:%u:%u: %s", d->path, s.places[0].line, s.places[0].column, message);
}

/* ---- Files ---- */

static enum err read_file(struct yaml_file *d, struct error *error)
{
    FILE *file = fopen(d->path, "re");
    d->bytes = malloc(MAX_BYTES + 1);
    if (d->bytes == NULL)
        abort();
    if (file == NULL)
        return error_set(error, ERR_SYSTEM, "%s: %s", d->path, strerror(errno));
    d->size = fread(d->bytes, 1, MAX_BYTES + 1, file);
    bool failed = ferror(file) != 0;
    int reason = errno;
    fclose(file);
    if (failed)
        return error_set(error, ERR_SYSTEM, "%s: %s", d->path, strerror(reason));
    if (d->size > MAX_BYTES)
        return error_set(error, ERR_LIMIT, "%s: longer than %d bytes", d->path, MAX_BYTES);
    d->bytes[d->size] = '\0';
    return OK;
}

enum err yaml_file_read(const char *path, const struct schema_row *schema, struct yaml_file **out,
                        struct error *error)
{
    struct yaml_file *d = calloc(1, sizeof(*d));
    if (d == NULL)
        abort();
    d->path = path;
    d->schema = schema;
    make_translation(&d->translation, schema);
    enum err err = read_file(d, error);
    cyaml_err_t failure = err == OK ? load(d, &d->session, &d->root) : CYAML_OK;
    if (failure != CYAML_OK)
        err = explain(d, &d->session, failure, error);
    if (err == OK && d->root == NULL)
        err = error_set(error, ERR_SYNTAX, "%s: nothing is in it", path);
    if (err != OK) {
        yaml_file_free(d);
        return err;
    }
    *out = d;
    return OK;
}

void yaml_file_free(struct yaml_file *document)
{
    if (document == NULL)
        return;
    cyaml_config_t config = session_config(&document->session);
    if (document->root != NULL)
        cyaml_free(&config, &document->translation.top, document->root, 0);
    free(document->session.made);
    free(document->bytes);
    free(document);
}

const struct yaml_file_slot *yaml_file_root(const struct yaml_file *document)
{
    return document->root;
}

enum err yaml_file_write(const struct schema_row *schema, const struct yaml_file_slot *root, FILE *to,
                         struct error *error)
{
    struct translation translation;
    struct yaml_file_session s = { .fail_at = 0 };
    cyaml_config_t config = session_config(&s);
    char *text = NULL;
    size_t length = 0;
    make_translation(&translation, schema);
    cyaml_err_t failure = cyaml_save_data(&text, &length, &config, &translation.top, root, 0);
    if (failure == CYAML_OK)
        fwrite(text, 1, length, to);
    allocate(&s, text, 0);
    free(s.made);
    return failure == CYAML_OK
               ? OK
               : error_set(error, ERR_SYSTEM, "cannot write YAML: %s", cyaml_strerror(failure));
}
