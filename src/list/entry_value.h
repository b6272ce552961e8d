/*
 * The value of an entry: an A record and a text, as list files write them after an entry or on a default
 * line.
 *
 *   (nothing), # comment     A and text of the default
 *   :5                       127.0.0.5, text of the default
 *   :5:                      127.0.0.5, no text
 *   :5:text  :127.0.0.5:text both
 *   text                     A of the default, this text
 */
#ifndef LIST_ENTRY_VALUE_H
#define LIST_ENTRY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry_value {
    bool has_code, has_text; /* false: of the default */
    uint32_t code;           /* A record, host byte order */
    const char *text;        /* within the line; length 0: no text */
    size_t length;
};

/* Parses an address of one to four numbers as inet_aton does: the last is the lowest octet, the others are
 * the highest ones. Returns what follows, or NULL when there is none; *count is the number of numbers. */
const char *entry_value_parse_address(const char *p, uint32_t *address, unsigned *count);

/* Parses the value at `text`, blanks before it allowed; `end` is the end of the line. False when it is
 * malformed: *why is then the reason, and *out untouched. Pure; any thread. */
bool entry_value_parse(const char *text, const char *end, struct entry_value *out, const char **why);

#endif
