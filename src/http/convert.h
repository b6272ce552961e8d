/* Times and durations of the API and the token file. Pure; any thread. */
#ifndef HTTP_CONVERT_H
#define HTTP_CONVERT_H

#include "base/attr.h"

#include <stdbool.h>
#include <stdint.h>

/* Parses a time of RFC 3339 in UTC and whole seconds, from 1970 on; *out is Unix time. */
bool convert_time(const char *text, int64_t *out) must_use;

/* Parses 90s, 15m, 12h, 7d, 2w or bare seconds: at least 1 second, less than 2^32. */
bool convert_duration(const char *text, int64_t *seconds) must_use;

#endif
