/* The entries that show the operator of a mail server whether a list works (RFC 5782 section 5). What no zone
 * should list is a canary (view/snapshot.h). */
#ifndef LOAD_RFC5782_ENTRIES_H
#define LOAD_RFC5782_ENTRIES_H

#include "view/view.h"

/* Logs each test entry that zone number `zone` lacks and *missing does not have; *missing is a bit set of
 * those that the zone lacked before, and is updated. A zone without data changes nothing. */
void rfc5782_log(const struct view *view, const struct zone_spec *spec, size_t zone, uint8_t *missing);

#endif
