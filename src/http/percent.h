/* Percent-encoding (RFC 3986 section 2.1), and HTML forms that use it. Pure; any thread. */
#ifndef HTTP_PERCENT_H
#define HTTP_PERCENT_H

#include "base/attr.h"

#include <jansson.h>
#include <stdbool.h>

/* Decodes in place; `form`: a plus is a blank, too. False: an escape is not valid, or means a zero byte. */
bool percent_decode(char *text, bool form) must_use;

/* Encodes a text as a part of a URL: all bytes but unreserved ones (RFC 3986 section 2.3). `out` has room for
 * three times its bytes, and a zero byte. */
void percent_encode(const char *text, char *out);

/* Makes an object of the fields of a form (application/x-www-form-urlencoded: WHATWG URL, section 5) that are
 * not empty, all texts. NULL: the form has escapes or bytes that are not valid, or a field twice; or out of
 * memory (json_text_lost). */
json_t *percent_parse_form(const char *body, size_t length);

#endif
