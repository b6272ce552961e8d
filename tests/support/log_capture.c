#include "support/log_capture.h"

#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static char logged[1 << 16];

void log_line(enum log_level level, const char *format, ...)
{
    va_list list;
    (void)level;
    pthread_mutex_lock(&lock);
    size_t used = strlen(logged);
    va_start(list, format);
    vsnprintf(logged + used, sizeof(logged) - used, format, list);
    va_end(list);
    pthread_cond_broadcast(&more);
    pthread_mutex_unlock(&lock);
}

void log_capture_clear(void)
{
    pthread_mutex_lock(&lock);
    *logged = '\0';
    pthread_mutex_unlock(&lock);
}

void log_capture_await(const char *text)
{
    struct timespec end;
    int failed = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 20;
    pthread_mutex_lock(&lock);
    while (strstr(logged, text) == NULL && failed == 0)
        failed = pthread_cond_timedwait(&more, &lock, &end);
    *logged = '\0';
    pthread_mutex_unlock(&lock);
    if (failed != 0)
        fail_msg("the log does not say '%s'", text);
}
