/*
 * The interfaces that the program knows, in a map of its own that outlives programs: an address of a machine
 * comes and goes while the lists stay. A packet meets what was known of its interface before a change or
 * after it, never half of it.
 *
 * One thread changes them.
 */
#ifndef XDP_INTERFACES_H
#define XDP_INTERFACES_H

#include "xdp/rights.h"

struct xdp_interfaces;

/* No interface is known yet. `rights` NULL: this process has them. ERR_SYSTEM. */
enum err xdp_interfaces_new(struct xdp_rights *rights, struct xdp_interfaces **out,
                            struct error *error) must_use;

/* NULL: nothing. */
void xdp_interfaces_free(struct xdp_interfaces *interfaces);

/* The map's descriptor, owned by `interfaces`. */
int xdp_interfaces_map(const struct xdp_interfaces *interfaces);

/* Puts *new in the place of what is known of interface number new->number; an index of 0: nothing is. When
 * it returns, no packet meets the old any more. 10 ms. */
void xdp_interfaces_put(struct xdp_interfaces *interfaces, const struct xdp_interface *new);

/* Likewise in `slots`, of which one must be free; packets may meet the old still. Pure. */
void xdp_interface_put(struct xdp_interface slots[XDP_INTERFACE_SLOTS], const struct xdp_interface *new);

#endif
