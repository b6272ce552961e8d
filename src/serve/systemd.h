/*
 * The protocol of the service manager: passed sockets, readiness, reloads, the watchdog. It is stable and
 * documented in sd_listen_fds(3), sd_notify(3) and sd_watchdog_enabled(3).
 *
 * Implemented here, as libsystemd opens its socket by path at every call, which fails after chroot(), and
 * brings five more libraries into the process. Without a service manager all of this does nothing.
 */
#ifndef SERVE_SYSTEMD_H
#define SERVE_SYSTEMD_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define SYSTEMD_FIRST_FD 3 /* of the passed sockets */

/* The number of sockets passed to this process, from SYSTEMD_FIRST_FD on. */
size_t systemd_sockets(void);

/* Connects to the service manager. Main thread, before chroot(). */
void systemd_open(void);

/* Sends `NAME=value` lines. Any thread; does not block. */
void systemd_notify(const char *format, ...) printf_like(1, 2);

/* Announces a reload; "READY=1" ends it. */
void systemd_notify_reloading(void);

/* The interval of the watchdog, which expects "WATCHDOG=1" so often: microseconds; 0: there is none. */
uint64_t systemd_watchdog(void);

#endif
