/* Percent-encoding (RFC 3986 section 2.1). Pure; any thread. */
#ifndef HTTP_PERCENT_H
#define HTTP_PERCENT_H

#include "base/attr.h"

#include <stdbool.h>

/* Decodes in place; `form`: a plus is a blank, too. False: an escape is not valid, or means a zero byte. */
bool percent_decode(char *text, bool form) must_use;

#endif
