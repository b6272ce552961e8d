/*
 * The smallest steps of reading a line. Lines end in a NUL, which is no blank, digit or separator, so that
 * every step stops there by itself.
 */
#ifndef LIST_SCAN_H
#define LIST_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool scan_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline bool scan_is_digit(char c)
{
    return (unsigned)(c - '0') <= 9;
}

static inline const char *scan_blanks(const char *p)
{
    while (scan_is_blank(*p))
        p++;
    return p;
}

/* The end of the field that starts at `p`: the next blank or the end of the line. */
static inline const char *scan_field(const char *p)
{
    while (*p != '\0' && !scan_is_blank(*p))
        p++;
    return p;
}

/* True where an address may end: its value or a comment may follow directly. */
static inline bool scan_ends_address(char c)
{
    return c == '\0' || scan_is_blank(c) || c == ':' || c == '#' || c == ';';
}

/* Reads decimal digits, any number of leading zeros. Returns what follows, NULL when there is no digit or the
 * number is above `max`. */
static inline const char *scan_number(const char *p, uint32_t max, uint32_t *out)
{
    if (!scan_is_digit(*p))
        return NULL;
    uint64_t n = 0;
    for (; scan_is_digit(*p); p++) {
        n = n * 10 + (unsigned)(*p - '0');
        if (n > max)
            return NULL;
    }
    *out = (uint32_t)n;
    return p;
}

#endif
