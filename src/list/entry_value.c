#include "list/entry_value.h"

#include "list/scan.h"

const char *entry_value_parse_address(const char *p, uint32_t *address, unsigned *count)
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
    p = entry_value_parse_address(p, code, &count);
    if (p == NULL || *code == 0)
        return NULL;
    if (count == 1)
        *code |= 0x7f000000;
    return p;
}

bool entry_value_parse(const char *text, const char *end, struct entry_value *out, const char **why)
{
    const char *p = scan_blanks(text);
    if (scan_is_end(*p)) {
        *out = (struct entry_value){ 0 };
        return true;
    }
    if (*p != ':') {
        *out = (struct entry_value){ .has_text = true, .text = p, .length = (size_t)(end - p) };
        return true;
    }
    uint32_t code;
    p = parse_code(p + 1, &code);
    if (p == NULL) {
        *why = "expected an A record after the colon: 1 to 255, or an IPv4 address other than 0.0.0.0";
        return false;
    }
    p = scan_blanks(p);
    if (*p != '\0' && *p != ':') {
        *why = "expected a colon and a text after the A record, or nothing";
        return false;
    }
    *out = (struct entry_value){ .has_code = true, .code = code, .has_text = *p == ':' };
    if (out->has_text) {
        out->text = scan_blanks(p + 1);
        out->length = (size_t)(end - out->text);
    }
    return true;
}
