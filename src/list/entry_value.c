/* The values of entries and of default lines; list_reader.h has their syntax. */
#include "list/list_reader.h"
#include "list/stored_text.h"

#include <string.h>

enum err list_reader_intern(struct list_reader *r, struct intern *in, const void *bytes, size_t length,
                            uint32_t *offset)
{
    enum err err = intern_add(in, bytes, length, offset);
    return err == OK ? OK : list_reader_full(r, err);
}

enum err list_reader_text(struct list_reader *r, const char *text, size_t length, uint32_t *offset)
{
    uint8_t stored[STORED_TEXT_HEAD + SET_MAX_TEXT];
    if (length == 0) {
        *offset = 0;
        return OK;
    }
    if (length > SET_MAX_TEXT)
        return list_reader_reject(r, "a text of %zu bytes is too long: at most %d", length, SET_MAX_TEXT);
    return list_reader_intern(r, &r->texts, stored, stored_text_put(stored, text, length), offset);
}

enum err list_reader_intern_value(struct list_reader *r, struct set_value value, uint32_t *index)
{
    struct set_value key;
    memset(&key, 0, sizeof(key)); /* the padding is hashed and compared too */
    key.code = value.code;
    key.text = value.text;
    key.labels = value.labels;
    key.kind = value.kind;
    uint32_t offset;
    enum err err = list_reader_intern(r, &r->values, &key, sizeof(key), &offset);
    if (err != OK)
        return err;
    r->last_value.value = key;
    r->last_value.index = *index = offset / (uint32_t)sizeof(key);
    r->last_value.valid = true;
    return OK;
}

const char *list_reader_parse_numbers(const char *p, uint32_t *address, unsigned *count)
{
    uint32_t octets[4];
    unsigned n = 0;
    do {
        p = scan_number(p + (n > 0), 255, &octets[n]);
        if (p == NULL)
            return NULL;
        n++;
    } while (*p == '.' && n < 4);
    *address = octets[n - 1];
    for (unsigned i = 0; i + 1 < n; i++)
        *address |= octets[i] << (24 - 8 * i);
    *count = n;
    return p;
}

/* Parses an A record; one number N alone is 127.0.0.N. */
static const char *parse_code(const char *p, uint32_t *code)
{
    unsigned count;
    p = list_reader_parse_numbers(p, code, &count);
    if (p == NULL || *code == 0)
        return NULL;
    if (count == 1)
        *code |= 0x7f000000;
    return p;
}

/* Replaces the parts of *value that the text gives. */
static enum err apply_value(struct list_reader *r, const char *text, const char *end, struct set_value *value)
{
    const char *p = text = scan_blanks(text);
    if (scan_is_end(*p))
        return OK;
    if (*p == ':') {
        p = parse_code(p + 1, &value->code);
        if (p == NULL)
            return list_reader_reject_field(
                r, "value", text,
                "expected an A record after the colon: 1 to 255, or an IPv4 address other than 0.0.0.0");
        p = scan_blanks(p);
        if (*p == '\0')
            return OK;
        if (*p != ':')
            return list_reader_reject_field(r, "value", text,
                                            "expected a colon and a text after the A record, or nothing");
        p = scan_blanks(p + 1);
    }
    return list_reader_text(r, p, (size_t)(end - p), &value->text);
}

enum err list_reader_read_value(struct list_reader *r, const char *text, const char *end,
                                struct set_value *value)
{
    *value = r->default_value;
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

enum err list_reader_read_default(struct list_reader *r, const char *line, const char *end)
{
    if (r->default_fixed)
        return OK;
    struct set_value value = { 0 };
    enum err err = apply_value(r, line, end, &value);
    if (err != OK)
        return err;
    r->default_value = value;
    r->default_fixed = r->type->one_value;
    return OK;
}
