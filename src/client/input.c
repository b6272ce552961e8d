#include "client/input.h"

#include "client/safe_text.h"
#include "list/duration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum err parse_duration(const char *text, json_t **out, struct error *error)
{
    uint32_t seconds;
    if (!duration_parse(text, &seconds) || seconds == 0)
        return error_set(error, ERR_SYNTAX, "'%s' is not a valid time, such as 90s, 15m, 12h or 7d", text);
    *out = json_integer(seconds);
    return OK;
}

static enum err parse_time(const char *text, json_t **out, struct error *error)
{
    static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%MZ", "%Y-%m-%dT%H:%M:%SZ",
                                         "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S" };
    for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
        struct tm tm = { .tm_mday = 0 };
        char canonical[32];
        const char *end = strptime(text, forms[i], &tm);
        int day = tm.tm_mday;
        if (end == NULL || *end != '\0' || timegm(&tm) < 0 || tm.tm_mday != day)
            continue;
        strftime(canonical, sizeof(canonical), "%Y-%m-%dT%H:%M:%SZ", &tm);
        *out = json_string(canonical);
        return OK;
    }
    return error_set(error, ERR_SYNTAX,
                     "'%s' is not a valid time in UTC, such as 2030-12-31 or 2030-12-31T18:00Z", text);
}

static enum err parse_count(const char *text, json_t **out, struct error *error)
{
    char *end;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || n < 0 || errno != 0)
        return error_set(error, ERR_SYNTAX, "'%s' is not a valid number", text);
    *out = json_integer(n);
    return OK;
}

static enum err parse_lists(const char *text, json_t **out, struct error *error)
{
    json_t *lists = client_not_null(json_array());
    for (const char *p = text; p != NULL;) {
        size_t length = strcspn(p, ",");
        json_t *name = json_stringn(p, length);
        if (length == 0 || name == NULL) {
            json_decref(name);
            json_decref(lists);
            return error_set(error, ERR_SYNTAX, "'%s' is not a valid list of names, such as xbl,pbl", text);
        }
        json_array_append_new(lists, name);
        p = p[length] == ',' ? p + length + 1 : NULL;
    }
    *out = lists;
    return OK;
}

enum err input_parse_range(enum input_kind kind, const char *text, struct range *out, struct error *error)
{
    struct range range;
    enum err err = range_parse(text, false, &range, error);
    if (err == OK && kind == INPUT_ADDRESS && range_size(&range) != 1)
        err = error_set(error, ERR_SYNTAX, "'%s': expected an address or a domain, not a range", text);
    if (err == OK)
        *out = range;
    return err;
}

static enum err parse_range(enum input_kind kind, const char *text, json_t **out, struct error *error)
{
    struct range range;
    char canonical[RANGE_TEXT];
    enum err err = input_parse_range(kind, text, &range, error);
    if (err == OK) {
        range_format(&range, canonical);
        *out = client_not_null(json_string(canonical));
    }
    return err;
}

enum err input_parse(enum input_kind kind, const char *text, json_t **out, struct error *error)
{
    switch (kind) {
    case INPUT_LISTS:
        return parse_lists(text, out, error);
    case INPUT_DURATION:
        return parse_duration(text, out, error);
    case INPUT_TIME:
        return parse_time(text, out, error);
    case INPUT_COUNT:
        return parse_count(text, out, error);
    case INPUT_RANGE:
    case INPUT_ADDRESS:
        return parse_range(kind, text, out, error);
    case INPUT_TRUE:
    case INPUT_FALSE:
        *out = json_boolean(kind == INPUT_TRUE);
        return OK;
    case INPUT_NULL:
        *out = json_null();
        return OK;
    default:
        if (kind == INPUT_PLAIN && *text == '\0')
            return error_set(error, ERR_SYNTAX, "an argument is empty");
        *out = json_string(text);
        return *out != NULL ? OK : error_set(error, ERR_SYNTAX, "the text is not valid UTF-8");
    }
}
