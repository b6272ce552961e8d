#include "list/loader.h"

#include "list/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Lists come from outside: nothing of them may act on the terminal or forge a line of the log. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            *text = '?';
}

static void report(struct loader *l, bool bad, const char *format, va_list args)
{
    char reason[256];
    if (l->options->report == NULL)
        return;
    vsnprintf(reason, sizeof(reason), format, args);
    make_printable(reason);
    l->options->report(l->options->context, l->file, l->line, bad, reason);
}

enum err loader_bad(struct loader *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(l, true, format, args);
    va_end(args);
    return ERR_SYNTAX;
}

enum err loader_bad_field(struct loader *l, const char *what, const char *field, const char *why)
{
    enum { MOST = 64 };
    size_t length = (size_t)(scan_field(field) - field);
    return loader_bad(l, "invalid %s \"%.*s%s\": %s", what, (int)(length < MOST ? length : MOST), field,
                      length < MOST ? "" : "...", why);
}

enum err loader_bad_name(struct loader *l, const char *field, enum err why)
{
    return loader_bad_field(l, "domain name", field,
                            why == ERR_LIMIT
                                ? "a label is longer than 63 bytes, or the name than 255"
                                : "a label is empty, or an escape is neither \\ddd nor \\ and a character");
}

void loader_warn(struct loader *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(l, false, format, args);
    va_end(args);
}

enum err loader_full(struct loader *l, enum err err)
{
    return error_set(l->error, err, "%s(%lu): %s", l->file, l->line,
                     err == ERR_LIMIT ? "more than 4 GiB of texts or names in one set: split it"
                                      : "no memory for the set");
}

enum err loader_text(struct loader *l, const char *text, size_t length, uint32_t *offset)
{
    uint8_t record[1 + SET_MAX_TEXT];
    if (length == 0) {
        *offset = 0;
        return OK;
    }
    if (length > SET_MAX_TEXT) {
        loader_warn(l, "text of %zu bytes: cut to %d", length, SET_MAX_TEXT);
        length = SET_MAX_TEXT;
    }
    record[0] = (uint8_t)length;
    memcpy(record + 1, text, length);
    enum err err = intern_add(&l->texts, record, 1 + length, offset);
    return err == OK ? OK : loader_full(l, err);
}

enum err loader_intern_value(struct loader *l, struct set_value value, uint32_t *index)
{
    struct set_value key;
    memset(&key, 0, sizeof(key)); /* its padding is hashed and compared too */
    key.code = value.code;
    key.text = value.text;
    key.labels = value.labels;
    uint32_t offset;
    enum err err = intern_add(&l->values, &key, sizeof(key), &offset);
    if (err != OK)
        return loader_full(l, err);
    l->last = key;
    l->last_index = *index = offset / (uint32_t)sizeof(key);
    l->last_valid = true;
    return OK;
}

/* Puts what the line says over the value that holds without it. */
static enum err apply_value(struct loader *l, const char *text, const char *end, struct set_value *value)
{
    struct value said;
    const char *why;
    if (!value_parse(text, end, &said, &why))
        return loader_bad_field(l, "value", scan_blanks(text), why);
    if (said.has_code)
        value->code = said.code;
    return said.has_text ? loader_text(l, said.text, said.length, &value->text) : OK;
}

enum err loader_read_value(struct loader *l, const char *text, const char *end, struct set_value *value)
{
    *value = l->fallback;
    return *text == '\0' ? OK : apply_value(l, text, end, value);
}

enum err loader_entry_value(struct loader *l, bool excluded, const char *text, const char *end,
                            uint32_t *index)
{
    if (excluded) {
        *index = ENTRY_EXCLUDED;
        return OK;
    }
    struct set_value value;
    enum err err = loader_read_value(l, text, end, &value);
    return err == OK ? loader_value(l, value, index) : err;
}

enum err loader_read_default(struct loader *l, const char *line, const char *end)
{
    if (l->fallback_fixed)
        return OK;
    struct set_value value = { 0 };
    enum err err = apply_value(l, line, end, &value);
    if (err != OK)
        return err;
    l->fallback = value;
    l->fallback_fixed = l->type->one_value;
    return OK;
}

enum err loader_host_value(struct loader *l, uint32_t value)
{
    struct host_value *run = vec_add(&l->data->host_values, sizeof(*run));
    if (run == NULL)
        return loader_full(l, ERR_MEMORY);
    *run = (struct host_value){ (uint32_t)VEC_COUNT(&l->data->hosts4, uint32_t), value };
    l->host_value = value;
    return OK;
}

static enum err add_entry4(struct loader *l, uint32_t first, uint32_t last, uint32_t value)
{
    struct entry4 *entry = vec_add(&l->data->entries4, sizeof(*entry));
    if (entry == NULL)
        return loader_full(l, ERR_MEMORY);
    *entry = (struct entry4){ first, last, value };
    return OK;
}

static bool came_early(const struct loader *l, uint32_t host)
{
    for (unsigned i = 0; i < l->early.count; i++)
        if (l->early.address[i] == host)
            return true;
    return false;
}

/* Moves the hosts so far to the other entries, so that lower ones can come; false when there are too many. */
static bool make_early(struct loader *l)
{
    uint32_t *hosts = l->data->hosts4.data;
    size_t count = VEC_COUNT(&l->data->hosts4, *hosts), run = 0;
    const struct host_value *values = l->data->host_values.data;
    if (count > LOADER_EARLY_MAX - l->early.count)
        return false;
    for (size_t i = 0; i < count; i++) {
        while (run + 1 < VEC_COUNT(&l->data->host_values, *values) && values[run + 1].from <= i)
            run++;
        if (add_entry4(l, hosts[i], hosts[i], values[run].value) != OK)
            return false;
        l->early.address[l->early.count++] = hosts[i];
        if (hosts[i] > l->early.highest)
            l->early.highest = hosts[i];
    }
    l->data->hosts4.used = l->data->host_values.used = 0;
    return true;
}

enum err loader_add4_other(struct loader *l, uint32_t first, uint32_t last, uint32_t value)
{
    const struct vec *hosts = &l->data->hosts4;
    size_t count = VEC_COUNT(hosts, uint32_t);
    bool ascends = count == 0 || first > ((const uint32_t *)hosts->data)[count - 1];
    /* Equal hosts all go to the entries, in the order of their lines, unless the first is a host for good. */
    if (first != last || (!ascends && !make_early(l)) || came_early(l, first))
        return add_entry4(l, first, last, value);
    if (hosts->used == 0 || value != l->host_value) {
        enum err err = loader_host_value(l, value);
        if (err != OK)
            return err;
    }
    uint32_t *host = vec_add(&l->data->hosts4, sizeof(*host));
    if (host == NULL)
        return loader_full(l, ERR_MEMORY);
    *host = first;
    return OK;
}

enum err loader_add6(struct loader *l, uint64_t hi, uint64_t lo, unsigned length, uint32_t value)
{
    struct entry6 *entry = vec_add(&l->data->entries6, sizeof(*entry));
    if (unlikely(entry == NULL))
        return loader_full(l, ERR_MEMORY);
    *entry = (struct entry6){ hi, lo, value, (uint8_t)length };
    return OK;
}
