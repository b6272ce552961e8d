#include "base/printable.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

/* The code point of a valid sequence. */
static uint32_t decode(const char *text, size_t size)
{
    const uint8_t *p = (const uint8_t *)text;
    uint32_t code = size == 1 ? *p : *p & 0x7fu >> size;
    for (size_t i = 1; i < size; i++)
        code = code << 6 | (p[i] & 0x3f);
    return code;
}

static bool is_printable(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
    bool line_end = c == 0x2028 || c == 0x2029;
    bool direction = c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                     (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
    return !control && !line_end && !direction;
}

void printable_make(char *text)
{
    char *to = text;
    for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
        size = utf8_sequence(text, left);
        if (size > 0 && is_printable(decode(text, size))) {
            memmove(to, text, size);
            to += size;
        } else {
            *to++ = '?';
            size += size == 0;
        }
    }
    *to = '\0';
}
