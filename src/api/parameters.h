/*
 * Parameters of the query, checked and converted. Each function returns false when the call has failed, with
 * a 400 that names the parameter. One that is missing leaves *out untouched, and *given false.
 */
#ifndef API_PARAMETERS_H
#define API_PARAMETERS_H

#include "api/call.h"

/* A number from `min` to `max`; a time of RFC 3339. */
bool parameter_number(struct call *call, const char *name, uint64_t min, uint64_t max,
                      uint64_t *out) must_use;
bool parameter_time(struct call *call, const char *name, int64_t *out) must_use;

/* One of `words`, as "a, b"; *out is its index. */
bool parameter_word(struct call *call, const char *name, const char *words, int *out) must_use;

/* A configured list. */
bool parameter_list(struct call *call, const char *name, bool *given, unsigned *out) must_use;

/* A range; a domain name includes its subdomains. */
bool parameter_range(struct call *call, const char *name, bool *given, struct range *out) must_use;

/* One address or domain name. */
bool parameter_address(struct call *call, const char *name, bool *given, struct range *out) must_use;

/* Likewise of a text from elsewhere; `name` is what errors call it. */
bool parameter_parse_address(struct call *call, const char *name, const char *text,
                             struct range *out) must_use;

#endif
