/*
 * The fields of a body, checked and converted. Each function returns false when the call has failed, with a
 * 400 that names the field. A field that is missing leaves *out untouched.
 */
#ifndef API_FIELDS_H
#define API_FIELDS_H

#include "api/call.h"

/* Checks that the object has no other fields than `known`, as "a, b". */
bool field_check_known(struct call *call, const json_t *object, const char *known) must_use;

/* A text of people, without control characters; `size` is UTF8_SIZE(n): at most n characters. If n is more
 * than 255 the text may have newlines, CRLF that becomes a newline, and tabs. null counts as missing. */
bool field_text(struct call *call, const json_t *object, const char *field, bool required, char *out,
                size_t size) must_use;

/* A text of one line that a protocol limits: at most `size` - 1 bytes. */
bool field_bytes(struct call *call, const json_t *object, const char *field, bool required, char *out,
                 size_t size) must_use;

/* true or false; of a form the text says it. */
bool field_bool(struct call *call, const json_t *object, const char *field, bool *out) must_use;

/* A range, which is required. `subdomains`: a domain name includes its subdomains. */
bool field_range(struct call *call, const json_t *object, const char *field, bool subdomains,
                 struct range *out) must_use;

/* An array of names of configured lists. *given: it was there. */
bool field_lists(struct call *call, const json_t *object, const char *field, bool *given,
                 struct list_mask *out) must_use;

/* `expires_in` (seconds, or 90s 15m 12h 7d 2w) or `expires_at` (RFC 3339, Z), not both; null: never. *given:
 * one was there. */
bool field_expiry(struct call *call, const json_t *object, struct expiry *out, bool *given) must_use;

#endif
