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
    XDP_HOPS = 64, /* of replies */
};

static inline uint32_t xdp_get16(struct xdp_work *w, uint32_t at)
{
    const uint8_t *p = xdp_frame(w, at);
    return (uint32_t)p[0] << 8 | p[1];
}

static inline void xdp_put16(struct xdp_work *w, uint32_t at, uint32_t value)
{
    uint8_t *p = xdp_frame(w, at);
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
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

static inline uint32_t xdp_ip4_checksum(struct xdp_work *w)
{
    return xdp_checksum(xdp_sum16(xdp_raw32(w, w->l3 + 16), xdp_frame(w, w->l3)));
}

/* ---- A query ---- */

/* Whether a UDP reply to this IPv4 source is possible: neither "this network", nor multicast, broadcast. */
static inline bool xdp_sane_source4(const struct xdp_interface *at, const uint8_t *source)
{
    return source[0] != 0 && source[0] < 224 && (source[0] != 127 || at->loopback);
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
    uint32_t udp_bytes = xdp_get16(w, l4 + 4);
    uint64_t mapped = UINT64_C(0xffff) << 16 | (uint64_t)xdp_raw32(w, w->l3 + 16) << 32;
    uint64_t first = w->ipv6 ? xdp_frame64(w, w->l3 + 24) : 0;

    if (!xdp_is_ours(at, first, w->ipv6 ? xdp_frame64(w, w->l3 + 32) : mapped,
                     *(const uint16_t *)xdp_frame(w, l4 + 2)))
        return XDP_NOT_DNS;
    if (udp_bytes < XDP_UDP || udp_bytes > bytes || xdp_get16(w, l4) == 0)
        return XDP_ODD_FRAME;
    w->dns = l4 + XDP_UDP;
    w->query_bytes = udp_bytes - XDP_UDP;
    w->end = l4 + udp_bytes;
    return 0;
}

static inline uint32_t xdp_read_ip4(struct xdp_work *w, const struct xdp_interface *at)
{
    enum { MORE_FRAGMENTS_OR_OFFSET = 0x3fff };
    const uint8_t *ip = xdp_frame(w, w->l3);
    uint32_t bytes = xdp_get16(w, w->l3 + 2);

    if (ip[9] != XDP_PROTOCOL_UDP)
        return XDP_NOT_DNS;
    if (ip[0] != 0x45 || xdp_get16(w, w->l3 + 6) & MORE_FRAGMENTS_OR_OFFSET || bytes < XDP_IP4 + XDP_UDP ||
        w->l3 + bytes > w->length || xdp_ip4_checksum(w) != 0 || !xdp_sane_source4(at, ip + 12))
        return XDP_ODD_FRAME;
    if (xdp_raw32(w, w->l3 + 12) == xdp_raw32(w, w->l3 + 16) && !at->loopback)
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

/* Reads the headers of the frame; 0, or the outcome. */
XDP_STEP uint32_t xdp_read_headers(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    const struct xdp_interface *at = xdp_find_interface(w);
    if (at == 0)
        return XDP_OFF;
    uint32_t type = xdp_get16(w, 12);
    const uint8_t *to = w->frame;
    for (unsigned i = 0; i < 6; i++)
        if (to[i] != at->mac[i])
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

/* Exchanges the six octets at `a` and `b`. */
static inline void xdp_swap_macs(struct xdp_work *w)
{
    uint32_t to = xdp_raw32(w, 0), from = xdp_raw32(w, 6), to_end = xdp_get16(w, 4);

    xdp_put16(w, 4, xdp_get16(w, 10));
    xdp_put_raw32(w, 0, from);
    xdp_put_raw32(w, 6, to);
    xdp_put16(w, 10, to_end);
}

static inline void xdp_turn_ip4(struct xdp_work *w)
{
    uint32_t from = xdp_raw32(w, w->l3 + 12), to = xdp_raw32(w, w->l3 + 16);

    xdp_put16(w, w->l3, 0x4500);
    xdp_put16(w, w->l3 + 2, w->end - w->l3);
    xdp_put_raw32(w, w->l3 + 4, 0);
    xdp_put16(w, w->l3 + 6,
              0x4000); /* not to be fragmented: then the identification does not count (RFC 6864) */
    xdp_put16(w, w->l3 + 8, XDP_HOPS << 8 | XDP_PROTOCOL_UDP);
    xdp_put16(w, w->l3 + 10, 0);
    xdp_put_raw32(w, w->l3 + 12, to);
    xdp_put_raw32(w, w->l3 + 16, from);
    uint32_t sum = xdp_ip4_checksum(w);
    *(uint16_t *)xdp_frame(w, w->l3 + 10) = (uint16_t)sum;
}

static inline void xdp_turn_ip6(struct xdp_work *w)
{
    uint64_t from0 = xdp_frame64(w, w->l3 + 8), from1 = xdp_frame64(w, w->l3 + 16);

    xdp_put16(w, w->l3, 0x6000);
    xdp_put16(w, w->l3 + 2, 0);
    xdp_put16(w, w->l3 + 4, w->end - w->l3 - XDP_IP6);
    xdp_put16(w, w->l3 + 6, XDP_PROTOCOL_UDP << 8 | XDP_HOPS);
    xdp_put_frame64(w, w->l3 + 8, xdp_frame64(w, w->l3 + 24));
    xdp_put_frame64(w, w->l3 + 16, xdp_frame64(w, w->l3 + 32));
    xdp_put_frame64(w, w->l3 + 24, from0);
    xdp_put_frame64(w, w->l3 + 32, from1);
}

/* The checksum of the UDP datagram; 16 bytes after its end are zeros. */
static inline uint32_t xdp_udp_checksum(struct xdp_work *w, uint32_t l4)
{
    uint32_t bytes = w->end - l4;
    uint64_t sum = (uint64_t)(bytes >> 8 | (bytes & 0xff) << 8) + (XDP_PROTOCOL_UDP << 8); /* pseudo-header */
    const uint8_t *addresses = xdp_frame(w, w->l3 + (w->ipv6 ? 8 : 12)), *udp = xdp_frame(w, l4);

    if (w->ipv6)
        sum = xdp_sum16(xdp_sum16(sum, addresses), addresses + 16);
    else
        sum += (uint64_t)((const xdp_unaligned32 *)addresses)[0] + ((const xdp_unaligned32 *)addresses)[1];
    for (uint32_t i = 0; i < XDP_FRAME_PAD; i += 16) {
        if (i >= bytes)
            break;
        sum = xdp_sum16(sum, udp + i);
    }
    uint32_t checksum = xdp_checksum(sum);
    return checksum != 0 ? checksum : 0xffff;
}

/* Turns the headers around for the reply, which ends at w->end. */
XDP_STEP uint32_t xdp_turn_headers(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    uint32_t l4 = w->dns - XDP_UDP, from = xdp_get16(w, l4);
    xdp_swap_macs(w);
    if (w->ipv6)
        xdp_turn_ip6(w);
    else
        xdp_turn_ip4(w);
    xdp_put16(w, l4, xdp_get16(w, l4 + 2));
    xdp_put16(w, l4 + 2, from);
    xdp_put16(w, l4 + 4, w->end - l4);
    xdp_put16(w, l4 + 6, 0);
    xdp_put_frame64(w, w->end, 0);
    xdp_put_frame64(w, w->end + 8, 0);
    uint32_t sum = xdp_udp_checksum(w, l4);
    *(uint16_t *)xdp_frame(w, l4 + 6) = (uint16_t)sum;
    return 0;
}

#endif
