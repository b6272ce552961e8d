/*
 * The interfaces of the fast path: what the program knows of each, and whether it is there. A thread follows
 * the system's notifications (rtnetlink): addresses that come and go are known to the program at once, and an
 * interface that appears has the program at once, without a load. One that refused it, as another program is
 * there, is asked again every two seconds.
 *
 * Natively if the driver can and the interface permits it, else in the kernel's generic hook, else not at
 * all. The log says which, and why not the better; each of it once until it changes.
 */
#ifndef SERVE_HOOKS_H
#define SERVE_HOOKS_H

#include "config/config.h"
#include "net/listen_address.h"
#include "xdp/interfaces.h"

struct hooks;

/* Of an interface. */
struct hook_state {
    const char *name;
    enum xdp_mode mode;
    char reason[256]; /* why the program is not there, or not natively; empty: it is */
};

/* No interface has the program yet. Before chroot(). `config` and `listen`, what queries are sent to, must
 * outlive it. ERR_MEMORY, ERR_SYSTEM. */
enum err hooks_new(const struct config *config, const struct listen_address_list *listen, struct hooks **out,
                   struct error *error) must_use;

/* Begins to follow the system. ERR_SYSTEM, as xdp_rights_map; then there will be no fast path. `rights` must
 * outlive it. */
enum err hooks_start(struct hooks *hooks, struct xdp_rights *rights, struct error *error) must_use;

/* Takes the program off all interfaces, if the rights last, and frees. NULL: nothing. */
void hooks_free(struct hooks *hooks);

/* For the program; NULL: hooks_start has not succeeded. */
const struct xdp_interfaces *hooks_interfaces(const struct hooks *hooks);

/* Puts the program that the rights have loaded on all interfaces, from now on, instead of the one before. Any
 * thread, here and below. */
void hooks_use(struct hooks *hooks);

/* Takes it off all interfaces, or says why it was never there: `reason` is logged. */
void hooks_end_use(struct hooks *hooks, const char *reason);

/* The state of interface number `i`; false: there are fewer. Does not wait. */
bool hooks_inspect(struct hooks *hooks, size_t i, struct hook_state *out);

#endif
