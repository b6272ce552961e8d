/*
 * The most common query, parsed at once: for the A record of an IPv4 address in front of a zone that is
 * already known, from the queries before it. Pure, any thread.
 */
#ifndef ANSWER_IP4_QUERY_H
#define ANSWER_IP4_QUERY_H

#include "dns/query.h"
#include "view/zone.h"

/* Parses the packet if it is exactly that: one question, of class IN, the zone's name in lower case, and at
 * most an OPT record of version 0 without options. Then `q` is as query_parse() makes it, but for the name
 * and the offsets of the zone's labels, which are missing. False: query_parse() is due. Some 10 ns. */
bool ip4_query_parse(const uint8_t *packet, size_t length, const struct zone *zone, struct query *q,
                     uint32_t *address) hot;

#endif
