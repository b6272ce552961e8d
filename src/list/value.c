#include "list/value.h"

#include "list/scan.h"

/* An A record of one to four numbers. As inet_aton has it, the last is the lowest octet and the others stand
 * at the front; one alone is 127.0.0.N. */
static const char *read_code(const char *p, uint32_t *code)
{
    uint32_t octets[4];
    unsigned count = 0;
    do {
        p = scan_number(p + (count > 0), 255, &octets[count]);
        if (p == NULL)
            return NULL;
        count++;
    } while (*p == '.' && count < 4);
    uint32_t sum = octets[count - 1];
    for (unsigned i = 0; i + 1 < count; i++)
        sum |= octets[i] << (24 - 8 * i);
    if (sum == 0)
        return NULL;
    *code = count == 1 ? 0x7f000000 | sum : sum;
    return p;
}

bool value_parse(const char *text, const char *end, struct value *out, const char **why)
{
    const char *p = scan_blanks(text);
    if (*p == '\0' || *p == '#' || *p == ';') {
        *out = (struct value){ 0 };
        return true;
    }
    if (*p != ':') {
        *out = (struct value){ .has_text = true, .text = p, .length = (size_t)(end - p) };
        return true;
    }
    uint32_t code;
    p = read_code(p + 1, &code);
    if (p == NULL) {
        *why = "behind the colon must come an A record: 1 to 255, or an IPv4 address other than 0.0.0.0";
        return false;
    }
    p = scan_blanks(p);
    if (*p != '\0' && *p != ':') {
        *why = "behind the A record must come a colon and the text, or nothing";
        return false;
    }
    *out = (struct value){ .has_code = true, .code = code, .has_text = *p == ':' };
    if (out->has_text) {
        out->text = scan_blanks(p + 1);
        out->length = (size_t)(end - out->text);
    }
    return true;
}
