/*
 * The process dnsbld-xdp, which has the rights of the fast path: forked by the server before it reads lists
 * and packets, and before it gives up its root directory. What it does is in rights.h.
 */
#ifndef XDP_PROCESS_H
#define XDP_PROCESS_H

#include "xdp/message.h"

#include <sys/types.h>

/* Does what the server asks for until the server ends or closes its end of `socket`, then ends the process,
 * and with it what is on interfaces. `names`: the interfaces of the configuration, at most
 * XDP_INTERFACES_MAX. Call in the child after fork(), with the capabilities of kernel.h and no other. Closes
 * all other descriptors but standard error, which `background` closes too. */
_Noreturn void xdp_process_run(const char *const *names, size_t count, int socket, bool background);

#endif
