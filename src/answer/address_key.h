/*
 * What the labels in front of a zone ask for: an IPv4 address (4.3.2.1), an IPv6 address (32 nibbles), a
 * name, or part of an address, as resolvers with QNAME minimisation do (RFC 5782 sections 2.1 and 2.4, RFC
 * 9156). Pure, any thread.
 */
#ifndef ANSWER_ADDRESS_KEY_H
#define ANSWER_ADDRESS_KEY_H

#include "base/attr.h"
#include "dns/query.h"
#include "trie/key.h"

/* One to four single digits can begin an IPv4 and an IPv6 address: then both are set. */
struct address_key {
    uint8_t bits4;       /* 32: an address; 8, 16, 24: part of one; 0: neither */
    uint8_t bits6;       /* 128: an address; 4 to 124: part of one; 0: neither */
    uint32_t ip4;        /* if bits4; host byte order, the rest 0 */
    struct trie_key ip6; /* if bits6 */
};

/* Parses the first `labels` labels of the question's name. An octet with leading zeros makes it a name. Some
 * 5 ns for an address. */
void address_key_parse(struct address_key *key, const struct query *q, unsigned labels) hot;

/* Parses four labels of a name, given where they are in it, if they are an IPv4 address. An empty label is no
 * octet: `name` need not be well-formed, but 4 bytes from each offset on are readable. */
bool address_key_parse_ip4(const uint8_t *name, const uint8_t *offsets, uint32_t *address) hot;

#endif
