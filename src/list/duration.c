#include "list/duration.h"

#include "list/scan.h"

#include <string.h>
#include <time.h>

bool duration_parse(const char *text, uint32_t *seconds)
{
    static const char letters[] = "smhdw";
    static const uint32_t units[] = { 1, 60, 3600, 86400, 7 * 86400 };
    uint32_t n;
    uint64_t unit = 1;
    const char *p = scan_number(text, UINT32_MAX, &n), *letter;
    if (p != NULL && (letter = strchr(letters, *p | 0x20)) != NULL) {
        unit = units[letter - letters];
        p++;
    }
    if (p == NULL || *p != '\0' || n * unit > UINT32_MAX)
        return false;
    *seconds = (uint32_t)(n * unit);
    return true;
}

bool duration_parse_stamp(const char *text, int64_t *unix_time)
{
    enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, FIELDS };
    int fields[FIELDS] = { 0 };
    unsigned given = 0;
    const char *p = text;
    while (given < FIELDS && scan_is_digit(*p)) {
        for (unsigned digits = given == YEAR ? 4 : 2; digits > 0 && scan_is_digit(*p); digits--)
            fields[given] = fields[given] * 10 + (*p++ - '0');
        given++;
        if (*p == ':' || *p == '-')
            p++;
    }
    if (*p != '\0' || given <= DAY || fields[YEAR] < 1970 || fields[HOUR] > 23 || fields[MINUTE] > 59 ||
        fields[SECOND] > 59)
        return false;
    struct tm tm = { .tm_year = fields[YEAR] - 1900,
                     .tm_mon = fields[MONTH] - 1,
                     .tm_mday = fields[DAY],
                     .tm_hour = fields[HOUR],
                     .tm_min = fields[MINUTE],
                     .tm_sec = fields[SECOND] };
    int64_t t = timegm(&tm);
    /* timegm turns 30 February into 2 March; such a day is an error. */
    if (tm.tm_mon != fields[MONTH] - 1 || tm.tm_mday != fields[DAY])
        return false;
    *unix_time = t;
    return true;
}
