/* Listening sockets. Opened by the main thread at start, before root is dropped. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "base/error.h"
#include "net/listen_address.h"

/* Fails when another server answers on `address`: sharing its port (SO_REUSEPORT) would silently take part of
 * its queries. Binds once without sharing, and closes again; so probe all addresses before any is opened.
 * `type` is SOCK_DGRAM for UDP or SOCK_STREAM for TCP, here and below. */
enum err socket_probe(const struct listen_address *address, int type, struct error *error) must_use;

/* Opens `count` non-blocking sockets bound to `address` that share its queries or, listening, its
 * connections, into fds[]. On a wildcard address packets carry the address they came to (see udp.h); an IPv6
 * socket takes IPv6 only. On failure nothing stays open and `error` names the address. */
enum err socket_open(const struct listen_address *address, int type, int *fds, size_t count,
                     struct error *error) must_use;

/* Makes `fd`, a socket that something else opened and bound, what socket_open would have made, as far as that
 * goes afterwards, and gives its type. Fails when it is no UDP socket and no listening TCP socket of IPv4 or
 * IPv6. */
enum err socket_adopt(int fd, int *type, struct error *error) must_use;

#endif
