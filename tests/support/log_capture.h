/* What the process logs, for tests: replaces log_line() of base/log.h in a program that uses this file. */
#ifndef SUPPORT_LOG_CAPTURE_H
#define SUPPORT_LOG_CAPTURE_H

void log_capture_clear(void);

/* Waits until the log has this text, and empties the log; the test fails after 20 seconds. */
void log_capture_await(const char *text);

#endif
