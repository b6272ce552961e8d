/* The fields of an HTML form as a browser sends them: application/x-www-form-urlencoded (WHATWG URL, section
 * 5).
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether a Content-Type names that format. */
bool form_is(const char *type);

/* Makes an object of the fields that are not empty: texts, and true for "true". NULL: the form has escapes or
 * bytes that are not valid, or a field twice; or out of memory (json_text_lost). Pure. */
json_t *form_parse(const char *body, size_t length);

#endif
