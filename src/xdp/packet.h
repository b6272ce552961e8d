/*
 * The headers around a DNS message: Ethernet, one VLAN tag (IEEE 802.1Q), IPv4 (RFC 791) or IPv6 (RFC 8200),
 * UDP (RFC 768). Reading those of a query, and turning them around for its reply.
 */
#ifndef XDP_PACKET_H
#define XDP_PACKET_H

#include "xdp/work.h"

enum {
    XDP_ETHER = 14, /* bytes of headers */
    XDP_VLAN = 4,
    XDP_IP4 = 20,
    XDP_IP6 = 40,
    XDP_UDP = 8,
    XDP_ETHERTYPE_IP4 = 0x0800,
    XDP_ETHERTYPE_IP6 = 0x86dd,
    XDP_ETHERTYPE_VLAN = 0x8100,
    XDP_PROTOCOL_UDP = 17,
    XDP_HOPS = 64,      /* of replies */
    XDP_SUM_CHUNK = 64, /* bytes that are summed without a branch */
};

static inline uint32_t xdp_get16(struct xdp_work *w, uint32_t at)
{
    return __builtin_bswap16(*(const xdp_unaligned16 *)xdp_frame(w, at));
}

static inline void xdp_put16(struct xdp_work *w, uint32_t at, uint32_t value)
{
    *(xdp_unaligned16 *)xdp_frame(w, at) = __builtin_bswap16((uint16_t)value);
}

static inline uint32_t xdp_raw32(struct xdp_work *w, uint32_t at)
{
    return *(const xdp_unaligned32 *)xdp_frame(w, at);
}

static inline void xdp_put_raw32(struct xdp_work *w, uint32_t at, uint32_t raw)
{
    *(xdp_unaligned32 *)xdp_frame(w, at) = raw;
}

/* ---- Checksums (RFC 1071), which do not depend on the byte order: sums of 32-bit words ---- */

/* Adds 16 bytes. */
static inline uint64_t xdp_sum16(uint64_t sum, const uint8_t *p)
{
    const xdp_unaligned32 *word = (const xdp_unaligned32 *)p;
    return sum + word[0] + word[1] + word[2] + word[3];
}

/* The complement of the sum, as it stands in a header. */
static inline uint32_t xdp_checksum(uint64_t sum)
{
    sum = (sum & 0xffffffff) + (sum >> 32);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return (uint32_t)~sum & 0xffff;
}

/* ---- A query ---- */

/* Whether a UDP reply to an IPv4 source with this first octet is possible: neither "this network", nor
 * multicast, broadcast. */
static inline bool xdp_sane_source4(const struct xdp_interface *at, uint32_t first)
{
    return first != 0 && first < 224 && (first != 127 || at->loopback);
}

/* Likewise IPv6: neither ::/8, which holds the loopback and mapped addresses, nor multicast. */
static inline bool xdp_sane_source6(const struct xdp_interface *at, const uint8_t *source)
{
    return (source[0] != 0 && source[0] != 0xff) || at->loopback;
}

/* Whether queries are sent to this address and port. */
static inline bool xdp_is_ours(const struct xdp_interface *at, uint64_t first, uint64_t second,
                               uint32_t port_be)
{
    for (uint32_t i = 0; i < XDP_ADDRESSES_MAX; i++) {
        if (i >= at->addresses_count)
            break;
        if (at->addresses[i].word[1] == second && at->addresses[i].word[0] == first &&
            at->addresses[i].port_be == port_be)
            return true;
    }
    return false;
}

static inline uint32_t xdp_read_udp(struct xdp_work *w, const struct xdp_interface *at, uint32_t l4,
                                    uint32_t bytes)
{
    uint32_t ports = xdp_raw32(w, l4), udp_bytes = xdp_get16(w, l4 + 4);
    uint64_t mapped = UINT64_C(0xffff) << 16 | (uint64_t)xdp_raw32(w, w->l3 + 16) << 32;
    uint64_t first = w->ipv6 ? xdp_frame64(w, w->l3 + 24) : 0;

    if (!xdp_is_ours(at, first, w->ipv6 ? xdp_frame64(w, w->l3 + 32) : mapped, ports >> 16))
        return XDP_NOT_DNS;
    if (udp_bytes < XDP_UDP || udp_bytes > bytes || (ports & 0xffff) == 0)
        return XDP_ODD_FRAME;
    w->dns = l4 + XDP_UDP;
    w->query_bytes = udp_bytes - XDP_UDP;
    w->end = l4 + udp_bytes;
    return 0;
}

static inline uint32_t xdp_read_ip4(struct xdp_work *w, const struct xdp_interface *at)
{
    const uint32_t fragments_be = 0xff3f; /* MF and the offset */
    const xdp_unaligned32 *ip = (const xdp_unaligned32 *)xdp_frame(w, w->l3);
    uint32_t start = ip[0], bytes = __builtin_bswap16((uint16_t)(start >> 16)), fragment = ip[1], ttl = ip[2],
             source = ip[3], destination = ip[4];
    uint64_t sum = (uint64_t)start + fragment + ttl + source + destination;

    if ((ttl >> 8 & 0xff) != XDP_PROTOCOL_UDP)
        return XDP_NOT_DNS;
    if ((start & 0xff) != 0x45 || fragment >> 16 & fragments_be || bytes < XDP_IP4 + XDP_UDP ||
        w->l3 + bytes > w->length || xdp_checksum(sum) != 0 || !xdp_sane_source4(at, source & 0xff))
        return XDP_ODD_FRAME;
    if (source == destination && !at->loopback)
        return XDP_ODD_FRAME; /* from our own address */
    w->ipv6 = 0;
    return xdp_read_udp(w, at, w->l3 + XDP_IP4, bytes - XDP_IP4);
}

static inline uint32_t xdp_read_ip6(struct xdp_work *w, const struct xdp_interface *at)
{
    const uint8_t *ip = xdp_frame(w, w->l3);
    uint32_t bytes = xdp_get16(w, w->l3 + 4);

    if (ip[6] != XDP_PROTOCOL_UDP)
        return XDP_NOT_DNS;
    if (ip[0] >> 4 != 6 || w->l3 + XDP_IP6 + bytes > w->length || !xdp_sane_source6(at, ip + 8) ||
        xdp_get16(w, w->l3 + XDP_IP6 + 6) == 0) /* RFC 8200 section 8.1: the checksum is there */
        return XDP_ODD_FRAME;
    if (xdp_frame64(w, w->l3 + 8) == xdp_frame64(w, w->l3 + 24) &&
        xdp_frame64(w, w->l3 + 16) == xdp_frame64(w, w->l3 + 32) && !at->loopback)
        return XDP_ODD_FRAME;
    w->ipv6 = 1;
    return xdp_read_udp(w, at, w->l3 + XDP_IP6, bytes);
}

/* Whether the frame is sent to the interface. */
static inline bool xdp_is_to(struct xdp_work *w, const struct xdp_interface *at)
{
    uint64_t to = xdp_frame64(w, 0);
    uint32_t different = 0;

    for (unsigned i = 0; i < 6; i++)
        different |= (uint32_t)(to >> 8 * i & 0xff) ^ at->mac[i];
    return different == 0;
}

/* Reads the headers of the frame; 0, or the outcome. */
XDP_STEP uint32_t xdp_read_headers(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    const struct xdp_interface *at = xdp_find_interface(w);
    if (at == 0)
        return XDP_OFF;
    uint32_t type = xdp_get16(w, 12);
    if (!xdp_is_to(w, at))
        return XDP_NOT_DNS;
    w->l3 = XDP_ETHER;
    if (type == XDP_ETHERTYPE_VLAN) {
        type = xdp_get16(w, XDP_ETHER + 2);
        w->l3 += XDP_VLAN;
    }
    if (type == XDP_ETHERTYPE_IP4 && w->length >= w->l3 + XDP_IP4 + XDP_UDP)
        return xdp_read_ip4(w, at);
    if (type == XDP_ETHERTYPE_IP6 && w->length >= w->l3 + XDP_IP6 + XDP_UDP)
        return xdp_read_ip6(w, at);
    return XDP_NOT_DNS;
}

/* ---- Its reply ---- */

/* Exchanges the addresses of the frame. */
static inline void xdp_swap_macs(struct xdp_work *w)
{
    uint64_t to = xdp_frame64(w, 0), from = xdp_frame64(w, 6); /* with two octets that do not count */

    xdp_put_frame64(w, 0, (from & 0xffffffffffff) | to << 48);
    xdp_put_raw32(w, 8, (uint32_t)(to >> 16));
}

/* The IP header of a reply; returns the sum of its addresses. It is not to be fragmented, as then the
 * identification does not count (RFC 6864). */
static inline uint64_t xdp_turn_ip4(struct xdp_work *w)
{
    const uint32_t flags = 0x00400000, ttl = XDP_PROTOCOL_UDP << 8 | XDP_HOPS;
    xdp_unaligned32 *ip = (xdp_unaligned32 *)xdp_frame(w, w->l3);
    uint32_t start = 0x45 | (uint32_t)__builtin_bswap16((uint16_t)(w->end - w->l3)) << 16;
    uint32_t from = ip[4], to = ip[3];
    uint64_t addresses = (uint64_t)from + to;

    ip[0] = start;
    ip[1] = flags;
    ip[2] = ttl | xdp_checksum(addresses + start + flags + ttl) << 16;
    ip[3] = from;
    ip[4] = to;
    return addresses;
}

static inline uint64_t xdp_turn_ip6(struct xdp_work *w)
{
    xdp_unaligned32 *ip = (xdp_unaligned32 *)xdp_frame(w, w->l3);
    xdp_unaligned64 *addresses = (xdp_unaligned64 *)(ip + 2);
    uint32_t bytes_be = __builtin_bswap16((uint16_t)(w->end - w->l3 - XDP_IP6));
    uint64_t from0 = addresses[0], from1 = addresses[1], to0 = addresses[2], to1 = addresses[3];

    ip[0] = 0x60;
    ip[1] = bytes_be | XDP_PROTOCOL_UDP << 16 | (uint32_t)XDP_HOPS << 24;
    addresses[0] = to0;
    addresses[1] = to1;
    addresses[2] = from0;
    addresses[3] = from1;
    return (from0 >> 32) + (uint32_t)from0 + (from1 >> 32) + (uint32_t)from1 + (to0 >> 32) + (uint32_t)to0 +
           (to1 >> 32) + (uint32_t)to1;
}

/* The sum of the DNS message. */
static inline uint64_t xdp_sum_message(struct xdp_work *w, uint64_t sum)
{
    const uint8_t *dns = xdp_frame(w, w->dns);
    uint32_t bytes = w->end - w->dns;

    for (unsigned i = 0; i < XDP_SUM_CHUNK; i += 8) /* what is beyond the end does not count */
        xdp_put_frame64(w, w->end + i, 0);
    for (uint32_t i = 0; i < XDP_FRAME_PAD; i += XDP_SUM_CHUNK) {
        if (i >= bytes)
            break;
        for (unsigned j = 0; j < XDP_SUM_CHUNK; j += 16)
            sum = xdp_sum16(sum, dns + i + j);
    }
    return sum;
}

/* The header of the datagram; `sum`: of the IP addresses. */
static inline void xdp_turn_udp(struct xdp_work *w, uint64_t sum)
{
    xdp_unaligned32 *udp = (xdp_unaligned32 *)xdp_frame(w, w->dns - XDP_UDP);
    uint32_t ports = udp[0] >> 16 | udp[0] << 16, bytes = w->end - w->dns + XDP_UDP;
    uint32_t bytes_be = __builtin_bswap16((uint16_t)bytes);

    sum += (uint64_t)ports + bytes_be;
    sum += bytes_be + (XDP_PROTOCOL_UDP << 8); /* the rest of the pseudo-header */
    uint32_t checksum = xdp_checksum(xdp_sum_message(w, sum));
    udp[0] = ports;
    udp[1] = bytes_be | (checksum != 0 ? checksum : 0xffff) << 16;
}

/* Turns the headers around for the reply, which ends at w->end. */
XDP_STEP uint32_t xdp_turn_headers(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    xdp_swap_macs(w);
    xdp_turn_udp(w, w->ipv6 ? xdp_turn_ip6(w) : xdp_turn_ip4(w));
    return 0;
}

#endif
