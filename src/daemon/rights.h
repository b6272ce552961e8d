/* The start of the process that has the rights of the fast path (xdp/rights.h). */
#ifndef DAEMON_RIGHTS_H
#define DAEMON_RIGHTS_H

#include "config/config.h"
#include "daemon/privileges.h"
#include "xdp/rights.h"

/* Forks it: as `identity`, with what this process has of the capabilities that the fast path needs, and
 * outside the new root directory, which the server enters later. Call once the server has its last process
 * id, and before other threads, stores and lists. Main thread. */
enum err rights_start(const struct config *config, const struct identity *identity, struct xdp_rights **out,
                      struct error *error) must_use;

#endif
