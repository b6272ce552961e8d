#include "net/socket_address.h"

#include <stdio.h>

#include <arpa/inet.h>

bool socket_address_is_wildcard(const struct socket_address *address)
{
    return address->sa.sa_family == AF_INET ? address->v4.sin_addr.s_addr == htonl(INADDR_ANY)
                                            : IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

void socket_address_format(const struct socket_address *address, char text[SOCKET_ADDRESS_TEXT])
{
    char host[INET6_ADDRSTRLEN] = "?";
    bool v4 = address->sa.sa_family == AF_INET;
    inet_ntop(address->sa.sa_family, v4 ? (const void *)&address->v4.sin_addr : &address->v6.sin6_addr, host,
              sizeof(host));
    snprintf(text, SOCKET_ADDRESS_TEXT, "%s/%u", host,
             ntohs(v4 ? address->v4.sin_port : address->v6.sin6_port));
}
