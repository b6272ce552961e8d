/*
 * Settings: one value of the configuration between text, as file and command line have it, and its field.
 */
#ifndef CONFIG_SCHEMA_VALUE_H
#define CONFIG_SCHEMA_VALUE_H

#include "base/error.h"
#include "config/schema.h"

#define SCHEMA_VALUE_TEXT 256 /* bytes that a written value needs, TEXT aside */

/* Reads `text` into the field of `row` in `section`, the struct that the row's section describes. A TEXT is
 * referred to, not copied. On failure `error` says what is wrong with the value and what is expected. Rows by
 * hand are only checked. Any thread. */
enum err schema_value_read(const struct schema_row *row, const char *text, void *section,
                           struct error *error) must_use;

/* The field's value as text: `buffer`, or the field's own text; NULL when it has none. */
const char *schema_value_write(const struct schema_row *row, const void *section,
                               char buffer[SCHEMA_VALUE_TEXT]);

/* Gives all fields of the rows of `rows` their defaults, those of sections within too. */
void schema_value_defaults(const struct schema_row *rows, void *section);

/* Reads a time, a number with perhaps one of s m h d w behind it, at *text and moves past it; false if there
 * is none or it does not fit 32 bits of seconds. */
bool schema_value_seconds(const char **text, uint32_t *seconds);

#endif
