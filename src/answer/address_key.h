/*
 * What a name in front of a zone asks for: an IPv4 address (4.3.2.1), an IPv6 address (32 nibbles), a name,
 * or part of an address, as resolvers with QNAME minimisation do (RFC 5782 sections 2.1 and 2.4, RFC 9156).
 */
#ifndef ANSWER_ADDRESS_KEY_H
#define ANSWER_ADDRESS_KEY_H

#include "dns/query.h"
#include "trie/lookup.h"

/* One to four single digits can begin an IPv4 and an IPv6 address: then both are set. */
struct address_key {
    uint8_t bits4; /* 32: an address; 8, 16, 24: part of one; 0: neither */
    uint8_t bits6; /* 128: an address; 4 to 124: part of one; 0: neither */
    uint32_t ip4;  /* host byte order, the rest 0 */
    struct trie_key ip6;
};

/* Parses the first `labels` labels of the query's name. An octet with leading zeros makes it a name. Pure. */
struct address_key address_key_parse(const struct query *q, unsigned labels);

#endif
