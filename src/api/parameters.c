#include "api/parameters.h"

#include "http/convert.h"
#include "http/string_list.h"

#include <inttypes.h>
#include <string.h>

/* Digits only: strtoull() would accept "-1" and " 1", too. */
static bool parse_number(const char *text, uint64_t *out)
{
    uint64_t n = 0;
    if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
        return false;
    for (; *text != '\0'; text++)
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, (uint64_t)(*text - '0'), &n))
            return false;
    *out = n;
    return true;
}

bool parameter_number(struct call *call, const char *name, uint64_t min, uint64_t max, uint64_t *out)
{
    const char *text = http_parameter(call->request, name);
    uint64_t n;
    if (text == NULL)
        return true;
    if (!parse_number(text, &n) || n < min || n > max)
        return call_fail(call, 400, "bad_parameter", name,
                         "%s must be a number from %" PRIu64 " to %" PRIu64 ".", name, min, max);
    *out = n;
    return true;
}

bool parameter_time(struct call *call, const char *name, int64_t *out)
{
    const char *text = http_parameter(call->request, name);
    return text == NULL || convert_time(text, out) ||
           call_fail(call, 400, "bad_parameter", name, "%s must be a time as 2027-01-31T12:00:00Z.", name);
}

bool parameter_word(struct call *call, const char *name, const char *words, int *out)
{
    const char *text = http_parameter(call->request, name);
    if (text == NULL)
        return true;
    int index = string_list_find(words, text);
    if (index < 0)
        return call_fail(call, 400, "bad_parameter", name, "%s must be one of %s.", name, words);
    *out = index;
    return true;
}

bool parameter_list(struct call *call, const char *name, bool *given, unsigned *out)
{
    const char *text = http_parameter(call->request, name);
    *given = text != NULL;
    return text == NULL || call_find_list(call, name, text, out);
}

bool parameter_range(struct call *call, const char *name, bool *given, struct range *out)
{
    const char *text = http_parameter(call->request, name);
    *given = text != NULL;
    return text == NULL || call_parse_range(call, name, text, true, out);
}

bool parameter_address(struct call *call, const char *name, bool *given, struct range *out)
{
    const char *text = http_parameter(call->request, name);
    *given = text != NULL;
    return text == NULL || parameter_parse_address(call, name, text, out);
}

bool parameter_parse_address(struct call *call, const char *name, const char *text, struct range *out)
{
    if (!call_parse_range(call, name, text, false, out))
        return false;
    return range_size(out) == 1 || call_fail(call, 400, "not_single", name,
                                             "This is a range: ask for one address or domain name; "
                                             "GET /v1/delistings?within= finds what lies in a range.");
}
