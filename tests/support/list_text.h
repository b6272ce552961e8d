/*
 * Loads text as a set and writes the set as one line of text, so that tests are tables of text against text.
 *
 *   1.2.3.4  1.2.3.0-1.2.3.255                  IPv4 addresses, ascending; equal first ones in load order
 *   2001:db8::/32                               IPv6 addresses, in load order
 *   =ex.com  *.ex.com  .ex.com                  names: itself, all below, both
 *   !                                           before an entry: excluded
 *   :5:text                                     after it: its value, when that is not 127.0.0.2 without text
 *   (3)                                         after it: labels of an address entry made from a name
 *   60 A 1.2.3.4                                after it: a record of a generic set
 *   -> refuse                                   after it: an action of an acl
 *   [a.b @] ...                                 a section for these subzones, and its entries
 *   bad 2                                       line 2 was left out
 *   warn 2                                      line 2 was warned about
 */
#ifndef SUPPORT_LIST_TEXT_H
#define SUPPORT_LIST_TEXT_H

#include "list/set.h"

#define LIST_TEXT_NOW 1795321198 /* 2026-11-22 04:19:58 */

struct list_row {
    const char *text, *expected, *why;
};

struct list_text {
    char text[8192];  /* as above */
    char reason[512]; /* of the last report */
};

/* Loads the files with these paths; set_free frees the result. Returns NULL when the load fails: to->text is
 * then the error's. `options` NULL: the usual ones, at LIST_TEXT_NOW. */
struct set_data *list_text_load_files(const char *type, char **files, size_t count,
                                      const struct load_options *options, struct list_text *to);

/* Likewise for one text; a newline is added to it. */
struct set_data *list_text_load(const char *type, const char *text, const struct load_options *options,
                                struct list_text *to);

/* Loads the text of each row; the test fails unless it gives what is expected. */
void list_text_check(const char *type, const struct list_row *rows, size_t count,
                     const struct load_options *options);

/* Appends to to->text. */
void list_text_print(struct list_text *to, const char *format, ...) printf_like(2, 3);

/* The hosts and the other IPv4 entries of a set together, ascending; of equal first addresses a host stands
 * before an entry, as its line does. The caller frees the result. */
struct entry4 *list_text_entries4(const struct set_data *set, size_t *count);

#endif
