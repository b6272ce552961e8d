/*
 * What an item is about: addresses first..last of one family, or a domain name.
 *
 * Canonical texts, also those of the API: `192.0.2.1` (never /32), `192.0.2.0/24` (also if it was written as
 * a-b), `192.0.2.1-192.0.2.9`, likewise for IPv6 in the form of RFC 5952, and a domain name in lower-case
 * A-labels (RFC 5891) without a dot at the end. IPv4-mapped IPv6 addresses are IPv4 addresses.
 *
 * Pure functions, any thread.
 */
#ifndef OVERLAY_RANGE_H
#define OVERLAY_RANGE_H

#include "base/error.h"
#include "dns/name.h"
#include "overlay/overlay_layout.h"
#include "trie/lookup.h"

#include <stdbool.h>

/* Keys as in the tries: IPv4 address a is { a << 32, 0 }. In `last` all bits after the address are set: as
 * the last address 192.0.2.255 is { 0xc00002ffffffffff, ~0 }. */
struct range {
    enum range_family family;
    struct trie_key first, last;     /* of addresses; both included */
    bool subdomains;                 /* of a name: with all names below it */
    uint16_t name_len;               /* of a name */
    uint8_t name[WIRE_NAME_MAX + 1]; /* lower-case wire form with the root label; at least two labels */
};

#define RANGE_TEXT 1100 /* bytes of any range as text, with the terminating zero: more than NAME_MAX_TEXT */

/* Parses a range. ERR_SYNTAX: `error` is one sentence for the user; for a CIDR with host bits set it names
 * the CIDR without them. A single label is not a domain. */
enum err range_parse(const char *text, bool subdomains, struct range *out, struct error *error) must_use;

/* Writes the canonical text; returns its length. */
size_t range_format(const struct range *range, char text[RANGE_TEXT]);

/* Writes one address, left-aligned as in a range; returns its length. */
size_t range_format_address(enum range_family family, struct trie_key key, char text[RANGE_TEXT]);

/* The bits of an address: 32, or 128 also for a name, which has none. */
static inline unsigned range_address_bits(enum range_family family)
{
    return family == RANGE_IP4 ? 32 : 128;
}

/* The number of addresses; UINT64_MAX also for more, 1 for a name. */
uint64_t range_size(const struct range *range);

/* Whether the range has at most as many addresses as a /`bits`; true for a name. */
bool range_fits(const struct range *range, unsigned bits);

/* The range of one address; of a range's first address, or of a name without the names below it. */
struct range range_of_address(enum range_family family, struct trie_key address);
struct range range_head(const struct range *range);

/* Whether the range is one address, or a name. */
bool range_is_single(const struct range *range);

/* Whether all of `inner` is in `outer`; whether both are the same. */
bool range_contains(const struct range *outer, const struct range *inner);
bool range_equals(const struct range *a, const struct range *b);

/* The CIDRs that make up an address range, as few as possible, ascending. */
struct range_cursor {
    struct trie_key at;
    bool done;
};
void range_open(struct range_cursor *cursor, const struct range *range);
/* Pops the next CIDR: the first *bits bits of *prefix; false at the end. */
bool range_next(struct range_cursor *cursor, const struct range *range, struct trie_key *prefix,
                unsigned *bits);

/* The name's labels in wire form, the top one first: so a name sorts directly before all names below it.
 * Returns the length. */
size_t range_reversed_name(const struct range *range, uint8_t out[WIRE_NAME_MAX]);

#endif
