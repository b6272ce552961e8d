#include "list/list_reader.h"

#include "list/entry_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum err list_reader_begin(struct list_reader *r, const struct set_type *type, struct set_data *data)
{
    r->type = type;
    r->data = data;
    data->overlap = type->overlap;
    data->acl = type->acl;
    data->never = type->never;
    r->fallback_fixed = r->last_valid = false;
    r->early.count = r->early.next = 0;
    list_reader_reset_default(r);
    intern_start(&r->texts, &data->texts);
    intern_start(&r->values, &data->values);
    intern_start(&r->records, &data->records);
    if (data->texts.used == 0 && vec_add(&data->texts, 1) == NULL) /* offset 0 is no text */
        return list_reader_full(r, ERR_MEMORY);
    return OK;
}

void list_reader_reset_default(struct list_reader *r)
{
    if (r->fallback_fixed)
        return;
    r->fallback = (struct set_value){ .code = 0x7f000002 };
    r->action = ACL_IGNORE;
}

enum err list_reader_end(struct list_reader *r)
{
    struct set_data *data = r->data;
    if (r->type->one_value && data->entries != 0) {
        uint32_t index;
        enum err err = list_reader_value(r, r->fallback, &index);
        if (err != OK)
            return err;
    }
    list_reader_close(r);
    struct vec *all[] = { &data->hosts4,   &data->host_values,  &data->entries4,
                          &data->entries6, &data->entries_name, &data->names,
                          &data->values,   &data->texts,        &data->records };
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        vec_trim(all[i]);
    return OK;
}

void list_reader_close(struct list_reader *r)
{
    intern_free(&r->texts);
    intern_free(&r->values);
    intern_free(&r->records);
}

/* Lists come from outside: nothing of them may act on the terminal or forge a line of the log. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            *text = '?';
}

static void write_reason(char reason[256], const char *format, va_list args)
{
    vsnprintf(reason, 256, format, args);
    make_printable(reason);
}

static void report(struct list_reader *r, bool bad, const char *format, va_list args)
{
    char reason[256];
    if (r->options->report == NULL)
        return;
    write_reason(reason, format, args);
    r->options->report(r->options->context, r->file, r->line, bad, reason);
}

enum err list_reader_bad(struct list_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(r, true, format, args);
    va_end(args);
    return ERR_SYNTAX;
}

enum err list_reader_bad_field(struct list_reader *r, const char *what, const char *field, const char *why)
{
    enum { MOST = 64 };
    size_t length = (size_t)(scan_field(field) - field);
    return list_reader_bad(r, "invalid %s \"%.*s%s\": %s", what, (int)(length < MOST ? length : MOST), field,
                           length < MOST ? "" : "...", why);
}

enum err list_reader_bad_name(struct list_reader *r, const char *field, enum err why)
{
    return list_reader_bad_field(
        r, "domain name", field,
        why == ERR_LIMIT ? "a label is longer than 63 bytes, or the name than 255"
                         : "a label is empty, or an escape is neither \\ddd nor \\ and a character");
}

void list_reader_warn(struct list_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(r, false, format, args);
    va_end(args);
}

enum err list_reader_stop(struct list_reader *r, enum err err, const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    write_reason(reason, format, args);
    va_end(args);
    return error_set(r->error, err, "%s(%lu): %s", r->file, r->line, reason);
}

enum err list_reader_full(struct list_reader *r, enum err err)
{
    return list_reader_stop(r, err, "%s",
                            err == ERR_LIMIT ? "more than 4 GiB of texts or names in one set: split it"
                                             : "no memory for the set, or more than memory_limit allows");
}

enum err list_reader_text(struct list_reader *r, const char *text, size_t length, uint32_t *offset)
{
    uint8_t record[1 + SET_MAX_TEXT];
    if (length == 0) {
        *offset = 0;
        return OK;
    }
    if (length > SET_MAX_TEXT) {
        list_reader_warn(r, "text of %zu bytes: cut to %d", length, SET_MAX_TEXT);
        length = SET_MAX_TEXT;
    }
    record[0] = (uint8_t)length;
    memcpy(record + 1, text, length);
    enum err err = intern_add(&r->texts, record, 1 + length, offset);
    return err == OK ? OK : list_reader_full(r, err);
}

enum err list_reader_intern_value(struct list_reader *r, struct set_value value, uint32_t *index)
{
    struct set_value key;
    memset(&key, 0, sizeof(key)); /* its padding is hashed and compared too */
    key.code = value.code;
    key.text = value.text;
    key.labels = value.labels;
    key.kind = value.kind;
    uint32_t offset;
    enum err err = intern_add(&r->values, &key, sizeof(key), &offset);
    if (err != OK)
        return list_reader_full(r, err);
    r->last = key;
    r->last_index = *index = offset / (uint32_t)sizeof(key);
    r->last_valid = true;
    return OK;
}

/* Puts what the line says over the value that holds without it. */
static enum err apply_value(struct list_reader *r, const char *text, const char *end, struct set_value *value)
{
    struct entry_value said;
    const char *why;
    if (!entry_value_parse(text, end, &said, &why))
        return list_reader_bad_field(r, "value", scan_blanks(text), why);
    if (said.has_code)
        value->code = said.code;
    return said.has_text ? list_reader_text(r, said.text, said.length, &value->text) : OK;
}

enum err list_reader_read_value(struct list_reader *r, const char *text, const char *end,
                                struct set_value *value)
{
    *value = r->fallback;
    return *text == '\0' ? OK : apply_value(r, text, end, value);
}

enum err list_reader_entry_value(struct list_reader *r, bool excluded, const char *text, const char *end,
                                 uint32_t *index)
{
    if (excluded) {
        *index = ENTRY_EXCLUDED;
        return OK;
    }
    struct set_value value;
    enum err err = list_reader_read_value(r, text, end, &value);
    return err == OK ? list_reader_value(r, value, index) : err;
}

enum err list_reader_entry4(struct list_reader *r, char *line, char *end, unsigned forms,
                            struct address4 *address, uint32_t *value)
{
    bool excluded = list_reader_exclusion(&line);
    const char *why;
    const char *p =
        address4_parse(line, forms | (r->options->host_bits ? ADDRESS4_HOST_BITS : 0), address, &why);
    if (p == NULL)
        return list_reader_bad_field(r, "address", line, why);
    if (address->last - address->first > r->max_span)
        return list_reader_bad_field(r, "address", line, "wider than $MAXRANGE4 allows");
    return list_reader_entry_value(r, excluded, p, end, value);
}

enum err list_reader_read_default(struct list_reader *r, const char *line, const char *end)
{
    if (r->fallback_fixed)
        return OK;
    struct set_value value = { 0 };
    enum err err = apply_value(r, line, end, &value);
    if (err != OK)
        return err;
    r->fallback = value;
    r->fallback_fixed = r->type->one_value;
    return OK;
}

enum err list_reader_host_value(struct list_reader *r, uint32_t value)
{
    struct host_value *run = vec_add(&r->data->host_values, sizeof(*run));
    if (run == NULL)
        return list_reader_full(r, ERR_MEMORY);
    *run = (struct host_value){ (uint32_t)VEC_COUNT(&r->data->hosts4, uint32_t), value };
    r->host_value = value;
    return OK;
}

static enum err add_entry4(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value)
{
    struct entry4 *entry = vec_add(&r->data->entries4, sizeof(*entry));
    if (entry == NULL)
        return list_reader_full(r, ERR_MEMORY);
    *entry = (struct entry4){ first, last, value };
    return OK;
}

static bool came_early(const struct list_reader *r, uint32_t host)
{
    for (unsigned i = 0; i < r->early.count; i++)
        if (r->early.address[i] == host)
            return true;
    return false;
}

static uint32_t next_early(const struct list_reader *r, uint32_t host)
{
    uint32_t next = UINT32_MAX;
    for (unsigned i = 0; i < r->early.count; i++)
        if (r->early.address[i] > host && r->early.address[i] < next)
            next = r->early.address[i];
    return next;
}

/* Moves the hosts so far to the other entries, so that lower ones can come; false when there are too many. */
static bool make_early(struct list_reader *r)
{
    uint32_t *hosts = r->data->hosts4.data;
    size_t count = VEC_COUNT(&r->data->hosts4, *hosts), run = 0;
    const struct host_value *values = r->data->host_values.data;
    if (count > LIST_READER_EARLY_MAX - r->early.count)
        return false;
    for (size_t i = 0; i < count; i++) {
        while (run + 1 < VEC_COUNT(&r->data->host_values, *values) && values[run + 1].from <= i)
            run++;
        if (add_entry4(r, hosts[i], hosts[i], values[run].value) != OK)
            return false;
        r->early.address[r->early.count++] = hosts[i];
    }
    r->data->hosts4.used = r->data->host_values.used = 0;
    return true;
}

enum err list_reader_add4_other(struct list_reader *r, uint32_t first, uint32_t last, uint32_t value)
{
    const struct vec *hosts = &r->data->hosts4;
    size_t count = VEC_COUNT(hosts, uint32_t);
    bool ascends = count == 0 || first > ((const uint32_t *)hosts->data)[count - 1];
    /* Equal hosts all go to the entries, in the order of their lines, unless the first is a host for good. */
    if (first != last || (!ascends && !make_early(r)) || came_early(r, first))
        return add_entry4(r, first, last, value);
    if (hosts->used == 0 || value != r->host_value) {
        enum err err = list_reader_host_value(r, value);
        if (err != OK)
            return err;
    }
    uint32_t *host = vec_add(&r->data->hosts4, sizeof(*host));
    if (host == NULL)
        return list_reader_full(r, ERR_MEMORY);
    *host = first;
    r->early.next = next_early(r, first);
    return OK;
}

enum err list_reader_add6(struct list_reader *r, uint64_t hi, uint64_t lo, unsigned length, uint32_t value)
{
    struct entry6 *entry = vec_add(&r->data->entries6, sizeof(*entry));
    if (unlikely(entry == NULL))
        return list_reader_full(r, ERR_MEMORY);
    *entry = (struct entry6){ hi, lo, value, (uint8_t)length };
    return OK;
}
