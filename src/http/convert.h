/* Times and durations as the API writes them. Pure; any thread. */
#ifndef HTTP_CONVERT_H
#define HTTP_CONVERT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether `text` is a time of RFC 3339 in UTC and whole seconds, from 1970 on; *out is Unix time. */
bool convert_time(const char *text, int64_t *out) must_use;

/* Whether it is 90s 15m 12h 7d 2w or bare seconds; more than none, below 2^32 seconds. */
bool convert_duration(const char *text, int64_t *seconds) must_use;

#endif
