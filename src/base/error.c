#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

enum err error_set(struct error *e, enum err code, const char *format, ...)
{
    if (e != NULL) {
        va_list args;
        va_start(args, format);
        e->code = code;
        vsnprintf(e->text, sizeof(e->text), format, args);
        va_end(args);
    }
    return code;
}
