/* The fields of an HTML form as a browser sends them: application/x-www-form-urlencoded (WHATWG URL, section
 * 5). */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether a Content-Type says so. */
bool form_is(const char *type);

/* An object of the fields that are not empty: texts, but `true` for the value "true". NULL: escapes, bytes or
 * repeated fields that make no sense. Pure. */
json_t *form_read(const char *body, size_t length);

#endif
