#include "base/mailbox.h"

#include <stdbool.h>
#include <string.h>

char *mailbox_fold(char *out, const char *address)
{
    const char *at = strrchr(address, '@');
    bool tag = false;

    for (const char *p = address; *p != '\0'; p++) {
        tag = p < at && (tag || *p == '+');
        if (!tag)
            *out++ = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
    }
    *out = '\0';
    return out;
}
