#include "dns/name.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

int name_read_byte(const char **text)
{
    const char *p = *text;
    if (*p != '\\') {
        *text = p + 1;
        return (uint8_t)*p;
    }
    if (!is_digit(p[1])) {
        *text = p + 2;
        return p[1] != '\0' ? (uint8_t)p[1] : -1;
    }
    if (!is_digit(p[2]) || !is_digit(p[3]))
        return -1;
    *text = p + 4;
    int value = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
    return value <= 255 ? value : -1;
}

enum err name_from_text(const char *text, uint8_t *wire, uint16_t *length, struct error *error)
{
    size_t label = 0, end = 1; /* the label's length byte, and the first free byte */
    const char *p = strcmp(text, ".") == 0 ? "" : text;
    if (*text == '\0')
        return error_set(error, ERR_SYNTAX, "'': empty name");
    while (*p != '\0') {
        if (*p == '.') {
            if (end == label + 1)
                return error_set(error, ERR_SYNTAX, "'%s': empty label", text);
            wire[label] = (uint8_t)(end - label - 1);
            label = end++;
            p++;
            continue;
        }
        int byte = name_read_byte(&p);
        if (byte < 0)
            return error_set(error, ERR_SYNTAX, "'%s': invalid escape: \\ddd or \\x expected", text);
        if (end - label > WIRE_LABEL_MAX)
            return error_set(error, ERR_LIMIT, "'%s': label longer than 63 bytes", text);
        if (end >= WIRE_NAME_MAX - 1) /* the root label comes after it */
            return error_set(error, ERR_LIMIT, "'%s': name longer than 255 bytes", text);
        wire[end++] = lower((uint8_t)byte);
    }
    if (end > label + 1) { /* no dot at the end: the last label is still open */
        wire[label] = (uint8_t)(end - label - 1);
        label = end++;
    }
    wire[label] = 0;
    *length = (uint16_t)end;
    return OK;
}

void name_lower(uint8_t *to, const uint8_t *wire, size_t length)
{
    for (size_t i = 0; i < length; i++)
        to[i] = lower(wire[i]);
}

void name_to_text(const uint8_t *wire, size_t length, char text[NAME_MAX_TEXT])
{
    char *out = text;
    for (size_t at = 0; at < length && wire[at] != 0; at += 1u + wire[at]) {
        if (at > 0)
            *out++ = '.';
        for (unsigned i = 1; i <= wire[at]; i++) {
            uint8_t c = wire[at + i];
            if (c <= ' ' || c >= 0x7f)
                out += sprintf(out, "\\%03u", c);
            else if (c == '.' || c == '\\')
                out += sprintf(out, "\\%c", c);
            else
                *out++ = (char)c;
        }
    }
    if (out == text)
        *out++ = '.';
    *out = '\0';
}

struct labels name_split(const uint8_t *wire, uint8_t offsets[WIRE_LABELS_MAX + 1])
{
    unsigned count = 0, at = 0;

    for (; wire[at] != 0; at += wire[at] + 1u)
        offsets[count++] = (uint8_t)at;
    offsets[count] = (uint8_t)at;
    return (struct labels){ wire, offsets, count };
}
