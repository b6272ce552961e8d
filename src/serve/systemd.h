/*
 * What the service manager gives and wants to hear: sockets, readiness, reloads, the watchdog (sd_listen_fds,
 * sd_notify and sd_watchdog_enabled(3) describe the protocol, which is stable).
 *
 * Spoken here directly and not by libsystemd, whose every call finds its socket anew by a path that another
 * root directory does not have, and which would bring five more libraries into the process. Without a service
 * manager all of this does nothing.
 */
#ifndef SERVE_SYSTEMD_H
#define SERVE_SYSTEMD_H

#include "base/attr.h"

#include <stddef.h>
#include <stdint.h>

#define SYSTEMD_FIRST_FD 3 /* of the sockets that are passed */

/* How many sockets are passed to this process, from SYSTEMD_FIRST_FD on. */
size_t systemd_sockets(void);

/* Connects to the service manager. Main thread, before the root directory changes. */
void systemd_open(void);

/* Tells the service manager `NAME=value` lines. Any thread; does not block. */
void systemd_notify(const char *format, ...) printf_like(1, 2);

/* Tells that a reload begins; "READY=1" ends it. */
void systemd_notify_reloading(void);

/* Microseconds within which the watchdog wants "WATCHDOG=1"; 0: there is none. */
uint64_t systemd_watchdog(void);

#endif
