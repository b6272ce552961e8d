#include "support/xdp_frame.h"

#include "dns/wire.h"
#include "support/dns_client.h"
#include "support/must.h"
#include "support/xdp_peer.h"

#include <string.h>

#include <arpa/inet.h>

static const uint8_t server_mac[6] = { 2, 0, 0, 0, 0, 1 }, client_mac[6] = { 2, 0, 0, 0, 0, 2 };
static const uint8_t server_ip4[4] = { 192, 0, 2, 53 };
static const uint8_t server_ip6[16] = { 0x20, 1, 0xd, 0xb8, [15] = 0x53 };
static uint8_t client_ip4[4] = { 198, 51, 100, 7 };
static uint8_t client_ip6[16] = { 0x20, 1, 0xd, 0xb8, 1, [15] = 7 };

void xdp_peer_client(const char *ip4, const char *ip6)
{
    must(inet_pton(AF_INET, ip4, client_ip4) == 1 && inet_pton(AF_INET6, ip6, client_ip6) == 1, "addresses");
}

static uint32_t add_sum(uint32_t sum, const uint8_t *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
    return sum;
}

static uint8_t *put_sum(uint8_t *p, uint32_t sum, bool udp)
{
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return wire_put16(p, udp && sum == 0xffff ? 0xffff : ~sum & 0xffff);
}

static uint8_t *put_ip(uint8_t *p, bool ipv6, bool query, size_t udp_bytes)
{
    if (ipv6) {
        p = wire_put32(p, query ? 0x60012345 : 0x60000000);
        p = wire_put16(p, (unsigned)udp_bytes);
        *p++ = 17;
        *p++ = query ? 57 : 64;
        p = mempcpy(p, query ? client_ip6 : server_ip6, 16);
        return mempcpy(p, query ? server_ip6 : client_ip6, 16);
    }
    uint8_t *ip = p;
    p = wire_put32(p, 0x45000000 | (uint32_t)(20 + udp_bytes));
    p = wire_put32(p, query ? 0xabcd0000 : 0x00004000);
    p = wire_put32(p, query ? 0x39110000 : 0x40110000);
    p = mempcpy(p, query ? client_ip4 : server_ip4, 4);
    p = mempcpy(p, query ? server_ip4 : client_ip4, 4);
    put_sum(ip + 10, add_sum(0, ip, 20), false);
    return p;
}

size_t xdp_peer_frame(uint8_t *frame, unsigned way, bool query, const uint8_t *message, size_t size)
{
    bool ipv6 = way & XDP_PEER_IPV6;
    uint8_t *p = mempcpy(frame, query ? server_mac : client_mac, 6);

    p = mempcpy(p, query ? client_mac : server_mac, 6);
    if (way & XDP_PEER_VLAN)
        p = wire_put32(p, 0x81000064);
    p = wire_put16(p, ipv6 ? 0x86dd : 0x0800);
    p = put_ip(p, ipv6, query, 8 + size);
    uint8_t *udp = p;
    p = wire_put16(p, query ? XDP_PEER_CLIENT_PORT : XDP_PEER_PORT);
    p = wire_put16(p, query ? XDP_PEER_PORT : XDP_PEER_CLIENT_PORT);
    p = wire_put16(p, (unsigned)(8 + size));
    p = wire_put16(p, 0);
    p = mempcpy(p, message, size);
    size_t addresses = ipv6 ? 32 : 8;
    uint32_t sum = add_sum(17 + 8 + (uint32_t)size, udp - addresses, addresses + 8 + size);
    put_sum(udp + 6, sum, true);
    return (size_t)(p - frame);
}

struct sockaddr_storage xdp_frame_client(bool ipv6)
{
    char text[INET6_ADDRSTRLEN];

    inet_ntop(ipv6 ? AF_INET6 : AF_INET, ipv6 ? client_ip6 : client_ip4, text, sizeof(text));
    return dns_client_address(text);
}

void xdp_frame_interface(struct xdp_interface *interface)
{
    struct xdp_address *address = interface->addresses;

    *interface = (struct xdp_interface){ .index = XDP_FRAME_LOOPBACK, .addresses_count = 2 };
    memset((uint8_t *)address[0].word + 10, 0xff, 2);
    memcpy((uint8_t *)address[0].word + 12, server_ip4, 4);
    memcpy(address[1].word, server_ip6, 16);
    address[0].port_be = address[1].port_be = __builtin_bswap16(XDP_PEER_PORT);
    memcpy(interface->mac, server_mac, 6);
}
