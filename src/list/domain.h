/*
 * Domain names as entries of a set.
 *
 * A name that a query for an address could have ("4.3.2.1" for 1.2.3.4, 32 hex digits for IPv6) becomes an
 * address entry too, and the end of such a name with all names below it a prefix ("*.3.2.1" for 1.2.3.0/24),
 * so that queries for addresses need not search the names.
 */
#ifndef LIST_DOMAIN_H
#define LIST_DOMAIN_H

#include "dns/name.h"
#include "list/list_reader.h"

/* A name in reversed wire form, as in the pool of struct entry_name. */
struct domain {
    uint8_t bytes[WIRE_NAME_MAX]; /* a length byte, then the labels from the top down */
    unsigned labels;
};

/* Whether a name, up to a blank or its end, is ASCII. */
bool domain_is_ascii(const char *text);

/* name_from_text for the names of list files: one in UTF-8 becomes A-labels (RFC 5891), mapped as browsers do
 * (UTS 46, non-transitional). ERR_SYNTAX too where that is not possible. */
enum err domain_from_text(const char *text, uint8_t *wire, uint16_t *length) must_use;

/* Reads a name of letters, digits, `-` and `_` from `text` to `end`; false if it is another one, valid or
 * not: that is for domain_from_text. Some 20 ns. */
bool domain_from_plain(const char *text, const char *end, struct domain *out);

/* Skips `*.` (all names below), `.` (the name and all below) or nothing (the name itself), and sets what
 * `entry` holds for. Returns the name. */
char *domain_scope(char *text, struct entry_name *entry);

/* Reverses `length` bytes of wire form. */
void domain_reverse(const uint8_t *wire, size_t length, struct domain *out);

/* Adds `entry` for `name`, whatever entry.name is. */
enum err domain_add(struct list_reader *r, const struct domain *name, struct entry_name entry) must_use;

#endif
