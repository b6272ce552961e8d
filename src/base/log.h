/*
 * The log: one line an event, to standard error, and to syslog if wanted. Never called on the hot path.
 *
 * Lines read "dnsbld: what happened"; on standard error under systemd they carry its <priority> prefix.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/attr.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO };

/* From now on the log goes to syslog too, under `facility` (a LOG_* number). Connects at once: call before
 * chroot(). Main thread, before it starts others. */
void log_to_syslog(int facility);

/* Writes one line, of at most 1023 bytes on standard error. Any thread; may block on the terminal or syslog.
 */
void log_line(enum log_level level, const char *format, ...) printf_like(2, 3);

#define log_error(...)   log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)  log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)    log_line(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
