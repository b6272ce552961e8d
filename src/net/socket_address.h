/* The address of a socket or of its peer, IPv4 or IPv6. Pure functions. */
#ifndef NET_SOCKET_ADDRESS_H
#define NET_SOCKET_ADDRESS_H

#include <stdbool.h>

#include <netinet/in.h>

#define SOCKET_ADDRESS_TEXT 80 /* bytes that a formatted address needs */

struct socket_address {
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t length;
};

/* True when `address` stands for every address of the host (0.0.0.0 or ::). */
bool socket_address_is_wildcard(const struct socket_address *address);

/* Writes `address` as `addr/port`. */
void socket_address_format(const struct socket_address *address, char text[SOCKET_ADDRESS_TEXT]);

#endif
