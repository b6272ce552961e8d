#include "base/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct human_text human_count(uint64_t n)
{
    char digits[24];
    struct human_text out = { "" };
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);
    char *p = out.text;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            *p++ = ',';
        *p++ = digits[i];
    }
    return out;
}

struct human_text human_number(uint64_t n, const char *one, const char *many)
{
    struct human_text out;
    snprintf(out.text, sizeof(out.text), "%.32s %s", human_count(n).text, n == 1 ? one : many);
    return out;
}

struct human_text human_bytes(uint64_t n)
{
    struct human_text out;
    if (n < 1000)
        return human_number(n, "byte", "bytes");
    if (n < 1000000)
        snprintf(out.text, sizeof(out.text), "%.1f kB", (double)n / 1e3);
    else if (n < 1000000000)
        snprintf(out.text, sizeof(out.text), "%.1f MB", (double)n / 1e6);
    else
        snprintf(out.text, sizeof(out.text), "%.2f GB", (double)n / 1e9);
    return out;
}
