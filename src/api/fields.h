/*
 * The fields of bodies, read with their types. Each function returns false when it has failed the call, with
 * a 400 that names the field; what is not there leaves *out as it is.
 */
#ifndef API_FIELDS_H
#define API_FIELDS_H

#include "api/call.h"

/* Whether the object has no other fields than those in `known`, which ends in NULL. */
bool field_check_known(struct call *call, const json_t *object, const char *const *known) must_use;

/* A text: UTF-8, no control characters but newline and tab in those with room for more than 255 bytes (where
 * CRLF becomes a newline), at most `size` - 1 bytes; null is as if it were not there. */
bool field_text(struct call *call, const json_t *object, const char *field, bool required, char *out,
                size_t size) must_use;

bool field_bool(struct call *call, const json_t *object, const char *field, bool *out) must_use;

/* A range, which is required; `subdomains`: a domain name means what is below it, too. */
bool field_range(struct call *call, const json_t *object, const char *field, bool subdomains,
                 struct range *out) must_use;

/* An array of names of lists. */
bool field_lists(struct call *call, const json_t *object, const char *field, bool *given,
                 struct list_mask *out) must_use;

/* `expires_in` (seconds or 90s 15m 12h 7d) or `expires_at` (RFC 3339, Z), null for never; both: 400. */
bool field_expiry(struct call *call, const json_t *object, struct expiry *out, bool *given) must_use;

#endif
