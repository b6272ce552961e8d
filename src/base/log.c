#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

static bool use_syslog;
static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO };

void log_to_syslog(int facility)
{
    openlog("dnsbld", LOG_PID | LOG_NDELAY, facility);
    use_syslog = true;
}

static void to_stderr(enum log_level level, const char *format, va_list args)
{
    char line[1024];
    int n = getenv("JOURNAL_STREAM") != NULL ? snprintf(line, sizeof(line), "<%d>dnsbld: ", priorities[level])
                                             : snprintf(line, sizeof(line), "dnsbld: ");
    vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
    fprintf(stderr, "%s\n", line); /* one write: lines of several threads do not mix */
}

void log_line(enum log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (use_syslog) {
        va_list copy;
        va_copy(copy, args);
        vsyslog(priorities[level], format, copy);
        va_end(copy);
    }
    to_stderr(level, format, args);
    va_end(args);
}
