#include "http/convert.h"

#include "base/clock.h"
#include "list/duration.h"

#include <string.h>
#include <time.h>

bool convert_time(const char *text, int64_t *out)
{
    struct tm tm = { 0 };
    char again[CLOCK_TEXT];
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
    if (end == NULL || *end != '\0')
        return false;
    int64_t time = timegm(&tm);
    /* strptime and timegm accept blanks and 30 February, which are formatted differently. */
    if (time < 0 || !clock_format(time, again) || strcmp(again, text) != 0)
        return false;
    *out = time;
    return true;
}

bool convert_duration(const char *text, int64_t *seconds)
{
    uint32_t n;
    if (!duration_parse(text, &n) || n == 0)
        return false;
    *seconds = n;
    return true;
}
