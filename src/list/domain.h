/*
 * Domain names as entries of a set.
 *
 * A name that has the shape of an address in a query ("4.3.2.1" for 1.2.3.4, 32 hex digits for IPv6) becomes
 * an address entry too, and one with everything below it a prefix ("*.3.2.1" for 1.2.3.0/24), so that queries
 * for addresses need not look among names.
 */
#ifndef LIST_DOMAIN_H
#define LIST_DOMAIN_H

#include "dns/name.h"
#include "list/list_reader.h"

/* A name as struct entry_name's pool holds it. */
struct domain {
    uint8_t bytes[NAME_MAX_WIRE]; /* a length byte, then the labels from the top down */
    unsigned labels;
};

/* Turns `length` bytes of wire form round. */
void domain_reverse(const uint8_t *wire, size_t length, struct domain *out);

/* Adds `entry`, whose `name` is still open, for `name`. */
enum err domain_add(struct list_reader *r, const struct domain *name, struct entry_name entry) must_use;

#endif
