#include "page/period.h"

#include <inttypes.h>
#include <stdio.h>

void period_format(enum language language, int64_t seconds, char out[PERIOD_TEXT])
{
    static const struct {
        int64_t seconds, most; /* of one; how many are told in this unit */
        enum word one, many;
    } units[] = { { 60, 90, WORD_MINUTE, WORD_MINUTES },
                  { 3600, 36, WORD_HOUR, WORD_HOURS },
                  { 86400, INT64_MAX, WORD_DAY, WORD_DAYS } };
    int64_t count = 0;
    size_t unit = 0;
    for (;; unit++) {
        count = seconds / units[unit].seconds + (seconds % units[unit].seconds > 0);
        if (count <= units[unit].most)
            break;
    }
    char number[24];
    count = count > 1 ? count : 1;
    snprintf(number, sizeof(number), "%" PRId64, count);
    words_format(language, count == 1 ? units[unit].one : units[unit].many,
                 (const char *const[WORDS_ARGUMENTS]){ number }, out);
}
