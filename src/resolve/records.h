/*
 * What an answer from DNS says: records of the name that was asked for, or of the name to which its CNAMEs
 * lead. The answer may be anybody's; ldns has parsed it. Pure functions.
 */
#ifndef RESOLVE_RECORDS_H
#define RESOLVE_RECORDS_H

#include "delist/proof.h"

#include <ldns/ldns.h>

#define RECORDS_NAMES 4 /* PTR records of one address that count */

/* Whether there is a TXT record whose strings, joined, are `text`. */
bool records_have_text(const ldns_pkt *answer, const ldns_rdf *name, const char *text);

/* Whether there is an A or AAAA record of the address. */
bool records_have_address(const ldns_pkt *answer, const ldns_rdf *name, const struct range *address);

/* The names of PTR records that are names of hosts (proof_is_host), each once. Returns how many. */
size_t records_names(const ldns_pkt *answer, const ldns_rdf *name, char out[RECORDS_NAMES][STORE_EMAIL]);

#endif
