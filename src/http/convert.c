#include "http/call.h"

#include "base/clock.h"
#include "list/times.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

json_t *json_time(int64_t time)
{
    char text[CLOCK_TEXT];

    return time != 0 && time != DELIST_FOR_EVER && clock_format(time, text) ? json_string(text) : json_null();
}

/* Reads `digits` digits at *text and what must follow them, and passes both. */
static bool number_from_text(const char **text, unsigned digits, char end, int *out)
{
    int n = 0;

    for (; digits > 0; digits--, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        n = n * 10 + (**text - '0');
    }
    *out = n;
    return *(*text)++ == end;
}

bool time_from_text(const char *text, int64_t *out)
{
    struct tm tm = { 0 };
    int year, month;

    if (!number_from_text(&text, 4, '-', &year) || !number_from_text(&text, 2, '-', &month) ||
        !number_from_text(&text, 2, 'T', &tm.tm_mday) || !number_from_text(&text, 2, ':', &tm.tm_hour) ||
        !number_from_text(&text, 2, ':', &tm.tm_min) || !number_from_text(&text, 2, 'Z', &tm.tm_sec) ||
        *text != '\0')
        return false;
    if (year < 1970 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
        return false;
    struct tm given = tm;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    int64_t time = timegm(&tm);
    /* timegm carries the 30th of February into March; such a day is an error. */
    if (tm.tm_year != year - 1900 || tm.tm_mon != month - 1 || tm.tm_mday != given.tm_mday)
        return false;
    *out = time;
    return true;
}

bool duration_from_text(const char *text, int64_t *seconds)
{
    uint32_t n;
    const char *end = times_parse_duration(text, &n);

    if (end == NULL || *end != '\0' || n == 0)
        return false;
    *seconds = n;
    return true;
}

json_t *json_range(const struct range *range)
{
    char text[RANGE_TEXT];

    range_format(range, text);
    return json_string(text);
}

json_t *json_lists(const struct backend *backend, const struct list_mask *lists)
{
    json_t *names = json_array();

    for (unsigned i = 0; i < LISTS_MAX; i++) {
        const char *name = list_mask_has(lists, i) ? store_list_name(delist_store(backend->delist), i) : NULL;
        if (name != NULL)
            json_array_append_new(names, json_string(name));
    }
    return names;
}
