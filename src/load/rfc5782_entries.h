/*
 * The entries by which a mail server's operator tells a list that works from one that does not (RFC 5782
 * section 5).
 */
#ifndef LOAD_RFC5782_ENTRIES_H
#define LOAD_RFC5782_ENTRIES_H

#include "view/view.h"

enum rfc5782_entry {
    RFC5782_IP4 = 1,  /* 127.0.0.2, in a zone that lists IPv4 addresses */
    RFC5782_IP6 = 2,  /* ::ffff:7f00:2, in a zone that lists IPv6 addresses only */
    RFC5782_NAME = 4, /* TEST, in a zone that lists domains */
};

/* The test points that the zone should list and does not: bits of enum rfc5782_entry. What no list should
 * list is a canary (view/snapshot.h). Pure. */
unsigned rfc5782_missing(const struct snapshot *snapshot, const struct zone *zone);

/* Logs which test points of zone number `number` are missing and were not in `known`, which then holds them.
 */
void rfc5782_log(const struct view *view, const struct zone_spec *spec, size_t number, uint8_t *known);

#endif
