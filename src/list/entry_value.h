/*
 * What an entry says: an A record and a text, as list files write them behind an entry or on a default line.
 *
 *   (nothing), # comment     the default's A and text
 *   :5                       127.0.0.5, the default's text
 *   :5:                      127.0.0.5, no text
 *   :5:text  :127.0.0.5:text both
 *   text                     the default's A, this text
 */
#ifndef LIST_ENTRY_VALUE_H
#define LIST_ENTRY_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry_value {
    bool has_code, has_text; /* false: the default's */
    uint32_t code;           /* A record, host byte order */
    const char *text;        /* in the line; length 0: no text */
    size_t length;
};

/* Reads an address of one to four numbers as inet_aton has it: the last is the lowest octet, the others stand
 * at the front. Returns what follows, NULL when there is none; *count is how many numbers there were. */
const char *entry_value_parse_address(const char *p, uint32_t *address, unsigned *count);

/* Reads the value at `text`, blanks before it allowed; `end` is the end of the line. False, with a reason in
 * *why and *out untouched, when it is malformed. Pure; any thread. */
bool entry_value_parse(const char *text, const char *end, struct entry_value *out, const char **why);

#endif
