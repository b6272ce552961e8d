#include "list/domain.h"

#include "base/copy.h"

#include <idn2.h>

bool domain_is_ascii(const char *text)
{
    while (*text != '\0' && !scan_is_blank(*text) && (uint8_t)*text < 0x80)
        text++;
    return (uint8_t)*text < 0x80;
}

enum err domain_from_text(const char *text, uint8_t *wire, uint16_t *length)
{
    char *ascii;
    if (likely(domain_is_ascii(text)))
        return name_from_text(text, wire, length, NULL);
    if (idn2_to_ascii_8z(text, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) != IDN2_OK)
        return ERR_SYNTAX;
    enum err err = name_from_text(ascii, wire, length, NULL);
    idn2_free(ascii);
    return err;
}

/* A byte of a plain name in lower case; 0: there is none such. */
static uint8_t plain_byte(char c)
{
    static const uint8_t to[256] = {
        ['-'] = '-', ['_'] = '_', ['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ['A'] = 'a',
        'b',         'c',         'd',         'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n',
        'o',         'p',         'q',         'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', ['a'] = 'a',
        'b',         'c',         'd',         'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n',
        'o',         'p',         'q',         'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z'
    };
    return to[(uint8_t)c];
}

bool domain_from_plain(const char *text, const char *end, struct domain *out)
{
    uint8_t *to = out->bytes + 1;

    out->labels = 0;
    end -= end > text && end[-1] == '.';
    if (end - text > WIRE_NAME_MAX - 2) /* the first length byte, and the root label */
        return false;
    for (const char *label = end;; end = --label) {
        while (label > text && label[-1] != '.')
            label--;
        if (label == end || end - label > WIRE_LABEL_MAX)
            return false;
        *to++ = (uint8_t)(end - label);
        for (const char *p = label; p < end; p++)
            if ((*to++ = plain_byte(*p)) == 0)
                return false;
        out->labels++;
        if (label == text)
            break;
    }
    out->bytes[0] = (uint8_t)(to - out->bytes - 1);
    return true;
}

char *domain_scope(char *text, struct entry_name *entry)
{
    bool star = text[0] == '*' && text[1] == '.', dot = text[0] == '.';
    entry->exact = !star;
    entry->below = star || dot;
    return text + (star ? 2 : dot);
}

void domain_reverse(const uint8_t *wire, size_t length, struct domain *out)
{
    size_t at = length; /* where the next label ends: the labels are bytes[1..length - 1], the last first */
    out->labels = 0;
    out->bytes[0] = (uint8_t)(length - 1);
    for (const uint8_t *label = wire; *label != 0; label += *label + 1) {
        at -= *label + 1u;
        copy_bytes(out->bytes + at, label, *label + 1u);
        out->labels++;
    }
}

/* True when all labels are octets in canonical form: the start of an IPv4 address. */
static bool parse_octets(const struct domain *name, uint32_t *address)
{
    const uint8_t *label = name->bytes + 1;
    *address = 0;
    if (name->labels > 4)
        return false;
    for (unsigned i = 0; i < name->labels; i++, label += *label + 1) {
        unsigned octet = 0;
        if (*label > 3 || (*label > 1 && label[1] == '0'))
            return false;
        for (unsigned j = 1; j <= *label; j++) {
            if (!scan_is_digit((char)label[j]))
                return false;
            octet = octet * 10 + label[j] - '0';
        }
        if (octet > 255)
            return false;
        *address |= octet << (24 - 8 * i);
    }
    return true;
}

/* True when all labels are single hex digits: the start of an IPv6 address. */
static bool parse_nibbles(const struct domain *name, uint64_t words[2])
{
    const uint8_t *label = name->bytes + 1;
    words[0] = words[1] = 0;
    if (name->labels > 32)
        return false;
    for (unsigned i = 0; i < name->labels; i++, label += 2) {
        uint64_t digit = label[1];
        if (*label != 1)
            return false;
        if (scan_is_digit((char)label[1]))
            digit -= '0';
        else if (label[1] >= 'a' && label[1] <= 'f')
            digit -= 'a' - 10;
        else
            return false;
        words[i / 16] |= digit << (60 - 4 * (i % 16));
    }
    return true;
}

static enum err add_name(struct list_reader *r, const struct domain *name, struct entry_name entry)
{
    struct vec *pool = &r->data->names;
    size_t length = 1u + name->bytes[0];
    if (pool->used + length > UINT32_MAX)
        return list_reader_full(r, ERR_LIMIT);
    entry.name = (uint32_t)pool->used;
    void *bytes = vec_add(pool, length);
    struct entry_name *added = bytes == NULL ? NULL : vec_add(&r->data->entries_name, sizeof(*added));
    if (added == NULL)
        return list_reader_full(r, ERR_MEMORY);
    copy_bytes(bytes, name->bytes, length);
    *added = entry;
    added->line = list_reader_line(r) & ENTRY_LINE_MAX;
    return OK;
}

static enum err add_addresses(struct list_reader *r, const struct domain *name, struct entry_name entry)
{
    uint32_t address;
    uint64_t words[2];
    unsigned labels = name->labels;
    enum err err = OK;
    if (parse_octets(name, &address) && (labels == 4 ? entry.exact : entry.below))
        err = list_reader_add4(r, address, address | (labels == 4 ? 0 : 0xffffffffu >> (8 * labels)),
                               entry.value);
    if (err == OK && parse_nibbles(name, words) && (labels == 32 ? entry.exact : entry.below))
        err = list_reader_add6(r, words[0], words[1], 4 * labels, entry.value);
    return err;
}

enum err domain_add(struct list_reader *r, const struct domain *name, struct entry_name entry)
{
    enum err err = add_name(r, name, entry);
    return err == OK ? add_addresses(r, name, entry) : err;
}
