/* Socket addresses; and listening sockets, opened by the main thread at start, before root is dropped. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>

#define SOCKET_ADDRESS_TEXT 80 /* bytes that a formatted address needs */

/* The address of a socket or of its peer, IPv4 or IPv6. */
struct socket_address {
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t length;
    bool v6_only; /* a socket on it, `::`, is not to serve IPv4 clients too */
};

/* True when `address` stands for every address of the host (0.0.0.0 or ::). */
bool socket_address_is_wildcard(const struct socket_address *address);

/* Writes `address` as `addr/port`. */
void socket_address_format(const struct socket_address *address, char text[SOCKET_ADDRESS_TEXT]);

/* Fails when another server answers on `address`: with SO_REUSEPORT, the two would silently share its
 * queries. Binds without sharing and closes the socket; so probe all addresses before any is opened. `type`
 * is SOCK_DGRAM for UDP or SOCK_STREAM for TCP, here and below. */
enum err socket_probe(const struct socket_address *address, int type, struct error *error) must_use;

/* Opens `count` non-blocking sockets bound to `address` into fds[]. They share its queries or, listening, its
 * connections. On a wildcard address packets carry their destination address (see udp.h); `::` serves
 * IPv4 clients too, unless it is v6_only. On failure nothing stays open and `error` names the address. */
enum err socket_open(const struct socket_address *address, int type, int *fds, size_t count,
                     struct error *error) must_use;

/* Gives `fd`, a socket that systemd opened and bound, the options that socket_open sets, except those that
 * only work before bind(), and returns its type and address. Fails unless it is a UDP or a listening TCP
 * socket of IPv4 or IPv6.
 */
enum err socket_adopt(int fd, int *type, struct socket_address *address, struct error *error) must_use;

/* The address that `fd` is bound to; false: it is no socket. Any thread. */
bool socket_get_address(int fd, struct socket_address *address) must_use;

/* The packets that the system has dropped at a UDP socket: its receive buffer was full, or the checksum
 * wrong. Modulo 2^32; 0 when the system does not say. Any thread. */
uint32_t socket_dropped(int fd);

#endif
