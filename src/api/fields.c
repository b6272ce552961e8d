#include "api/fields.h"

#include "http/convert.h"
#include "http/string_list.h"

#include <stdio.h>
#include <string.h>

#define LINE_SIZE 256 /* texts with more room may have several lines */

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

bool field_text(struct call *call, const json_t *object, const char *field, bool required, char *out,
                size_t size)
{
    const json_t *value = json_object_get(object, field);
    const char *text = json_string_value(value);
    size_t length = 0;
    if (value == NULL || json_is_null(value))
        return !required || fail_missing(call, field);
    if (text == NULL)
        return fail_type(call, field, "a text");
    if (required && *text == '\0')
        return fail_missing(call, field);
    for (const char *c = text; *c != '\0'; c++) {
        if (is_control((const unsigned char *)c, size > LINE_SIZE))
            return call_fail(call, 400, "bad_text", field, "%s must not have control characters.", field);
        length += *c != '\r';
    }
    if (length >= size) {
        char max[32];
        snprintf(max, sizeof(max), "%zu bytes", size - 1);
        return http_fail_allowed(call->request, 400, "too_long", field, max,
                                 "%s has %zu bytes; at most %zu are allowed.", field, length, size - 1);
    }
    for (; *text != '\0'; text++)
        if (*text != '\r')
            *out++ = *text;
    *out = '\0';
    return true;
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
