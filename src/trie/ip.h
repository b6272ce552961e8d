/*
 * IP addresses as keys, and the IPv4 addresses within IPv6 ones: the one place that knows these formats.
 * Callers decide what follows: a range treats a mapped address as IPv4; a query reads the IPv4 data for a
 * mapped address and the data of both families for a 6to4 one.
 *
 * Pure; any thread, a few ns.
 */
#ifndef TRIE_IP_H
#define TRIE_IP_H

#include "trie/key.h"

enum { IP6_MAPPED_BITS = 96, IP6_6TO4_BITS = 16 }; /* of their prefixes */

static inline struct trie_key ip4_key(uint32_t address)
{
    return (struct trie_key){ (uint64_t)address << 32, 0 };
}

static inline uint32_t ip4_address(struct trie_key key)
{
    return (uint32_t)(key.hi >> 32);
}

/* ---- IPv4-mapped addresses: ::ffff:0:0/96 (RFC 4291 section 2.5.5.2) ---- */

static inline struct trie_key ip6_mapped(uint32_t ip4)
{
    return (struct trie_key){ 0, UINT64_C(0xffff) << 32 | ip4 };
}

static inline bool ip6_is_mapped(struct trie_key key)
{
    return key.hi == 0 && key.lo >> 32 == 0xffff;
}

/* The IPv4 address within a mapped one. */
static inline uint32_t ip6_mapped_ip4(struct trie_key key)
{
    return (uint32_t)key.lo;
}

/* ---- 6to4 addresses: 2002::/16, then the IPv4 address (RFC 3056 section 2) ---- */

static inline struct trie_key ip6_6to4(uint32_t ip4)
{
    return (struct trie_key){ UINT64_C(0x2002) << 48 | (uint64_t)ip4 << 16, 0 };
}

static inline bool ip6_is_6to4(struct trie_key key)
{
    return key.hi >> 48 == 0x2002;
}

/* The IPv4 address within a 6to4 one. */
static inline uint32_t ip6_6to4_ip4(struct trie_key key)
{
    return (uint32_t)(key.hi >> 16);
}

#endif
