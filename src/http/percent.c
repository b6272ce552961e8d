#include "http/percent.h"

#include "base/field_line.h"

bool percent_decode(char *text, bool form)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        *to = form && *from == '+' ? ' ' : *from;
        if (*from == '%') {
            int high = field_line_hex_digit(from[1]), low = high >= 0 ? field_line_hex_digit(from[2]) : -1;
            if (low < 0 || high + low == 0)
                return false;
            *to = (char)(high << 4 | low);
            from += 2;
        }
        to++;
    }
    *to = '\0';
    return true;
}
