#include "answer/client_address.h"

#include "dns/wire.h"
#include "trie/ip.h"

#include <netinet/in.h>

struct client_address client_address_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const void *)address;
        const uint8_t *octets = in6->sin6_addr.s6_addr;
        struct trie_key key = { wire_get64(octets), wire_get64(octets + 8) };
        if (ip6_is_mapped(key))
            return (struct client_address){ false, ip4_key(ip6_mapped_ip4(key)) };
        return (struct client_address){ true, key };
    }
    const struct sockaddr_in *in = (const void *)address;
    return (struct client_address){ false, ip4_key(ntohl(in->sin_addr.s_addr)) };
}

struct cookie_client client_address_octets(const struct client_address *client)
{
    struct cookie_client c = { .size = client->ipv6 ? 16 : 4 };

    wire_put64(wire_put64(c.address, client->key.hi), client->key.lo);
    return c;
}
