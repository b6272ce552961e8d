/* Listening sockets. Opened by the main thread at start, before root is dropped. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "base/error.h"
#include "net/address.h"

/* Fails when another server answers on `address`: sharing its port (SO_REUSEPORT) would silently take part of
 * its queries. Binds once without sharing, and closes again; so probe all addresses before any is opened. */
enum err socket_probe_udp(const struct address *address, struct error *error) must_use;

/* Opens `count` non-blocking UDP sockets bound to `address` that share its queries, into fds[]. On a wildcard
 * address packets carry the address they came to (see udp.h); an IPv6 socket takes IPv6 only. On failure
 * nothing stays open and `error` names the address. */
enum err socket_open_udp(const struct address *address, int *fds, size_t count, struct error *error) must_use;

#endif
