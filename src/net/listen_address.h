/* Addresses to listen on, as rbldnsd writes them: `addr[/port]`. */
#ifndef NET_LISTEN_ADDRESS_H
#define NET_LISTEN_ADDRESS_H

#include "base/error.h"
#include "net/socket.h"

#include <stddef.h>

#define LISTEN_ADDRESS_MAX 20 /* addresses that one server listens on at most */

struct listen_address_list {
    struct socket_address address[LISTEN_ADDRESS_MAX];
    size_t count;
};

/* Parses an address or a host name (all its addresses), then perhaps a slash and a port's number or name (53
 * without), and adds the result to `list`, unless it is there. `family`: AF_UNSPEC, or AF_INET or AF_INET6 to
 * ignore the other. May ask the resolver and so block. On failure `list` is untouched and `error` names
 * `text`.
 */
enum err listen_address_resolve(const char *text, int family, struct listen_address_list *list,
                                struct error *error) must_use;

/* Sets v6_only of each `::` in the list if IPv4 has an address of the same port, in the list or among the
 * `count` addresses `others`: the two could not be bound beside each other. A `::` alone serves both
 * families, as rbldnsd has it. */
void listen_address_split(struct listen_address_list *list, const struct socket_address *others,
                          size_t count);

#endif
