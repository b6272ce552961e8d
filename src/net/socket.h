/* Listening sockets. Opened by the main thread at start, before root is dropped. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include "base/error.h"
#include "net/address.h"

/* Opens `count` non-blocking UDP sockets bound to `address` that share its queries (SO_REUSEPORT), into
 * fds[]. First binds once without sharing, so that another server on the port is an error and not a silent
 * rival. On a wildcard address packets carry the address they came to (see udp.h); an IPv6 socket takes IPv6
 * only. On failure nothing stays open and `error` names the address. */
enum err socket_open_udp(const struct address *address, int *fds, size_t count, struct error *error) must_use;

#endif
