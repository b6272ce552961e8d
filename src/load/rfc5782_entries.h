/* The entries that show the operator of a mail server whether a list works (RFC 5782 section 5). */
#ifndef LOAD_RFC5782_ENTRIES_H
#define LOAD_RFC5782_ENTRIES_H

#include "view/view.h"

enum rfc5782_entry {
    RFC5782_IP4 = 1,  /* 127.0.0.2, in a zone that lists IPv4 addresses */
    RFC5782_IP6 = 2,  /* ::ffff:7f00:2, in a zone that lists IPv6 addresses only */
    RFC5782_NAME = 4, /* TEST, in a zone that lists domains */
};

/* Bits of enum rfc5782_entry: what the zone should list and does not. What no zone should list is a canary
 * (view/snapshot.h). Pure. */
unsigned rfc5782_missing(const struct snapshot *snapshot, const struct zone *zone);

/* Logs the entries that zone number `zone` has come to miss: those not in *missing, which then has them all.
 * A zone without data keeps *missing. */
void rfc5782_log(const struct view *view, const struct zone_spec *spec, size_t zone, uint8_t *missing);

#endif
