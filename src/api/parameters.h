/*
 * Parameters of the query, and what stands in the path. Each function returns false when it has failed the
 * call, with a 400 that names the parameter; one that is not there leaves *out as it is.
 */
#ifndef API_PARAMETERS_H
#define API_PARAMETERS_H

#include "api/call.h"

bool parameter_number(struct call *call, const char *name, uint64_t least, uint64_t most,
                      uint64_t *out) must_use;
bool parameter_time(struct call *call, const char *name, int64_t *out) must_use;

/* One of `words`, which end in NULL; *out is its index. */
bool parameter_word(struct call *call, const char *name, const char *const *words, int *out) must_use;

/* A configured list. */
bool parameter_list(struct call *call, const char *name, bool *given, unsigned *out) must_use;

/* A range; a domain name means what is below it, too. */
bool parameter_range(struct call *call, const char *name, bool *given, struct range *out) must_use;

/* One address or domain name. */
bool parameter_address(struct call *call, const char *name, bool *given, struct range *out) must_use;

/* The same of a text that is no parameter: `name` is what errors call it. */
bool parameter_parse_address(struct call *call, const char *name, const char *text,
                             struct range *out) must_use;

#endif
