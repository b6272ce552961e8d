#include "api/fields.h"

#include "base/utf8.h"
#include "http/convert.h"
#include "http/string_list.h"

#include <stdio.h>
#include <string.h>

#define LINE_CHARACTERS 255 /* longer texts may have several lines */

bool field_check_known(struct call *call, const json_t *object, const char *known)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (string_list_find(known, key) < 0)
            return http_fail_allowed(call->request, 400, "unknown_field", key, known,
                                     "There is no such field here.");
    }
    return true;
}

static bool fail_missing(struct call *call, const char *field)
{
    return call_fail(call, 400, "missing_field", field, "%s must be given.", field);
}

static bool fail_type(struct call *call, const char *field, const char *expected)
{
    return http_fail_allowed(call->request, 400, "bad_type", field, expected, "%s must be %s.", field,
                             expected);
}

/* Control characters: C0, DEL, and C1 in UTF-8, except newlines and tabs in texts of several `lines`. */
static bool is_control(const unsigned char *c, bool lines)
{
    if (lines && (*c == '\n' || *c == '\t' || (*c == '\r' && c[1] == '\n')))
        return false;
    return *c < ' ' || *c == 0x7f || (*c == 0xc2 && c[1] < 0xa0);
}

static bool fail_long(struct call *call, const char *field, size_t length, size_t most, const char *unit)
{
    char max[48];
    snprintf(max, sizeof(max), "%zu %s", most, unit);
    return http_fail_allowed(call->request, 400, "too_long", field, max,
                             "%s has %zu %s; at most %zu are allowed.", field, length, unit, most);
}

/* Whether a text has no control characters and fits in `size` bytes, or in `most` characters if that is not
 * 0, without the CR of its CRLFs. */
static bool check_text(struct call *call, const char *field, const char *text, size_t most, size_t size)
{
    size_t bytes = strlen(text), returns = 0, characters = 0;
    for (const char *c = text; *c != '\0'; c++) {
        if (is_control((const unsigned char *)c, most > LINE_CHARACTERS))
            return call_fail(call, 400, "bad_text", field, "%s must not have control characters.", field);
        returns += *c == '\r';
    }
    (void)!utf8_length(text, bytes, &characters); /* the body was UTF-8 */
    if (most != 0 && characters - returns > most)
        return fail_long(call, field, characters - returns, most, "characters");
    return bytes - returns < size || fail_long(call, field, bytes - returns, size - 1, "bytes");
}

/* Reads a text of at most `most` characters, if not 0, and `size` - 1 bytes. */
static bool read_text(struct call *call, const json_t *object, const char *field, bool required, size_t most,
                      char *out, size_t size)
{
    const json_t *value = json_object_get(object, field);
    const char *text = json_string_value(value);
    if (value == NULL || json_is_null(value))
        return !required || fail_missing(call, field);
    if (text == NULL)
        return fail_type(call, field, "a text");
    if (required && *text == '\0')
        return fail_missing(call, field);
    if (!check_text(call, field, text, most, size))
        return false;
    for (; *text != '\0'; text++)
        if (*text != '\r')
            *out++ = *text;
    *out = '\0';
    return true;
}

bool field_text(struct call *call, const json_t *object, const char *field, bool required, char *out,
                size_t size)
{
    return read_text(call, object, field, required, (size - 1) / 4, out, size);
}

bool field_bytes(struct call *call, const json_t *object, const char *field, bool required, char *out,
                 size_t size)
{
    return read_text(call, object, field, required, 0, out, size);
}

bool field_bool(struct call *call, const json_t *object, const char *field, bool *out)
{
    const json_t *value = json_object_get(object, field);
    const char *text = call->request->body.form ? json_string_value(value) : NULL;
    bool yes = text != NULL ? strcmp(text, "true") == 0 : json_is_true(value);
    bool no = text != NULL ? strcmp(text, "false") == 0 : json_is_false(value);
    if (value == NULL)
        return true;
    if (!yes && !no)
        return fail_type(call, field, "true or false");
    *out = yes;
    return true;
}

bool field_range(struct call *call, const json_t *object, const char *field, bool subdomains,
                 struct range *out)
{
    const json_t *value = json_object_get(object, field);
    if (value == NULL)
        return fail_missing(call, field);
    if (!json_is_string(value))
        return fail_type(call, field, "a text: an address, a CIDR, a-b or a domain name");
    return call_parse_range(call, field, json_string_value(value), subdomains, out);
}

bool field_lists(struct call *call, const json_t *object, const char *field, bool *given,
                 struct list_mask *out)
{
    const json_t *value = json_object_get(object, field);
    struct list_mask lists = { { 0 } };
    unsigned number;
    if (value == NULL)
        return true;
    if (!json_is_array(value))
        return fail_type(call, field, "an array of names of lists");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        if (name == NULL)
            return fail_type(call, field, "an array of names of lists");
        if (!call_find_list(call, field, name, &number))
            return false;
        list_mask_add(&lists, number);
    }
    if (json_array_size(value) == 0)
        return call_fail(call, 400, "no_lists", field, "%s is empty; leave it out for all lists.", field);
    *given = true;
    *out = lists;
    return true;
}

static bool parse_expires_in(struct call *call, const json_t *value, struct expiry *out)
{
    int64_t seconds = 0;
    bool valid = json_is_string(value) ? convert_duration(json_string_value(value), &seconds)
                                       : json_is_integer(value) && (seconds = json_integer_value(value)) > 0;
    if (!valid || seconds > UINT32_MAX)
        return http_fail_allowed(
            call->request, 400, "bad_duration", "expires_in", "seconds, or as 90s, 15m, 12h, 7d, 2w",
            "expires_in must be a duration of at least a second and less than 130 years.");
    *out = (struct expiry){ EXPIRY_IN, seconds };
    return true;
}

static bool parse_expires_at(struct call *call, const json_t *value, struct expiry *out)
{
    int64_t time;
    if (!json_is_string(value) || !convert_time(json_string_value(value), &time))
        return http_fail_allowed(call->request, 400, "bad_time", "expires_at", "as 2027-01-31T12:00:00Z",
                                 "expires_at must be a time of RFC 3339 in UTC, in whole seconds.");
    *out = (struct expiry){ EXPIRY_AT, time };
    return true;
}

bool field_expiry(struct call *call, const json_t *object, struct expiry *out, bool *given)
{
    const json_t *in = json_object_get(object, "expires_in"), *at = json_object_get(object, "expires_at");
    if (in == NULL && at == NULL)
        return true;
    if (in != NULL && at != NULL)
        return call_fail(call, 400, "two_expiries", "expires_at", "Give expires_in or expires_at, not both.");
    if (json_is_null(in != NULL ? in : at))
        *out = (struct expiry){ EXPIRY_NEVER, 0 };
    else if (in != NULL ? !parse_expires_in(call, in, out) : !parse_expires_at(call, at, out))
        return false;
    *given = true;
    return true;
}
