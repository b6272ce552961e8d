/*
 * What the system says of an interface of the fast path: its index, MAC and addresses, and in which modes the
 * program may run there.
 *
 * A network card that takes VLAN tags off hides them from a program in its driver, whose reply would leave
 * without one. In the generic mode the tag stays beside the packet, and is put back on the reply, by a card
 * that can.
 */
#ifndef SERVE_INTERFACE_FACTS_H
#define SERVE_INTERFACE_FACTS_H

#include "net/listen_address.h"
#include "xdp/kernel.h"

struct interface_facts {
    struct xdp_interface known; /* without its number; an index of 0: there is no such interface */
    unsigned modes;             /* permitted, of enum xdp_mode */
    char why_not[128];          /* why not all of them are; says what to do */
};

/* Asks the system about the interface `name`. Queries are sent to the addresses of the host, on whatever
 * interface, that are among `listen`; those beyond XDP_ADDRESSES_MAX are left to the sockets, as are those of
 * VLAN interfaces, whose tags may have been taken off. ERR_SYSTEM. Any thread. 0.1 ms. */
enum err interface_facts_find(const char *name, const struct listen_address_list *listen,
                              struct interface_facts *out, struct error *error) must_use;

/* Adds an address of the host, with each port that `listen` has for it. On other interfaces than the loopback
 * one nobody is answered at its addresses. Pure. */
void interface_facts_add(struct xdp_interface *to, const struct listen_address_list *listen,
                         const struct sockaddr *address);

#endif
