/* The IP address of a client, as the access lists, the rate limit, the cookies and HTTP's limits know it. */
#ifndef ANSWER_CLIENT_ADDRESS_H
#define ANSWER_CLIENT_ADDRESS_H

#include "dns/cookie.h"
#include "trie/key.h"

#include <stdbool.h>
#include <sys/socket.h>

/* An IPv4 client on an IPv6 socket is an IPv4 client. */
struct client_address {
    bool ipv6;
    struct trie_key key;
};

/* Of an AF_INET or AF_INET6 address. */
struct client_address client_address_of(const struct sockaddr *address);

/* The octets that a server cookie signs. */
struct cookie_client client_address_octets(const struct client_address *client);

#endif
