/* Ranges written as text. */
#ifndef SUPPORT_TEXT_RANGE_H
#define SUPPORT_TEXT_RANGE_H

#include "overlay/range.h"

/* The range that a text names; of a name with its subdomains if so. Aborts when it is not a valid range. */
struct range text_range(const char *text, bool subdomains);

#endif
