/* One value of the configuration: text, as in the file and on the command line, <-> field of a struct. */
#ifndef CONFIG_SCHEMA_VALUE_H
#define CONFIG_SCHEMA_VALUE_H

#include "base/error.h"
#include "config/schema.h"

#define SCHEMA_VALUE_TEXT 256 /* bytes that suffice for a written value, except a TEXT */

/* Parses `text` into the field of `row` in `section`, the struct that the row's section describes. A TEXT is
 * referred to, not copied. On failure `error` quotes the value and says what is expected. A row by hand is
 * checked only. Any thread. */
enum err schema_value_read(const struct schema_row *row, const char *text, void *section,
                           struct error *error) must_use;

/* The field's value as text: `buffer`, or the field's own text; NULL when it has none. */
const char *schema_value_write(const struct schema_row *row, const void *section,
                               char buffer[SCHEMA_VALUE_TEXT]);

/* Sets the fields of all rows of `rows` to their defaults, in nested sections too. */
void schema_value_defaults(const struct schema_row *rows, void *section);

/* Parses a time at *text, a number with at most one of s m h d w after it, and moves *text past it. False if
 * there is none or it does not fit 32 bits of seconds. */
bool schema_value_seconds(const char **text, uint32_t *seconds);

#endif
