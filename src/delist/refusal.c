#include "delist/refusal.h"

#include <stdarg.h>
#include <stdio.h>

bool refusal_set(struct refusal *refusal, enum refusal_kind kind, const char *code, const char *field,
                 const char *format, ...)
{
    va_list args;

    *refusal = (struct refusal){ .kind = kind };
    snprintf(refusal->code, sizeof(refusal->code), "%s", code);
    snprintf(refusal->field, sizeof(refusal->field), "%s", field != NULL ? field : "");
    va_start(args, format);
    vsnprintf(refusal->message, sizeof(refusal->message), format, args);
    va_end(args);
    return false;
}

bool refusal_allow(struct refusal *refusal, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(refusal->allowed, sizeof(refusal->allowed), format, args);
    va_end(args);
    return false;
}
