/*
 * The smallest steps of reading a line. A line ends in a NUL, which is not a blank, digit or separator, so
 * every step stops there.
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

/* True at the end of the line, or of what counts in it: a comment begins here. */
static inline bool scan_is_end(char c)
{
    return c == '\0' || c == '#' || c == ';';
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

/* Ends the field at *rest with a NUL and returns it; *rest is then the next field, "" after the last. */
static inline char *scan_pop_field(char **rest)
{
    char *field = *rest, *end = (char *)scan_field(field);
    *rest = (char *)scan_blanks(end);
    *end = '\0';
    return field;
}

/* True where an address may end: its value or a comment may follow directly. */
static inline bool scan_ends_address(char c)
{
    return scan_is_blank(c) || c == ':' || scan_is_end(c);
}

/* Parses a decimal number with any number of leading zeros. Returns what follows, or NULL when there is no
 * digit or the number is greater than `max`. */
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
