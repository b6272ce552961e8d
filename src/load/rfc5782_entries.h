/* The entries that show the operator of a mail server whether a list works (RFC 5782 section 5). What no zone
 * should list is a canary (view/snapshot.h). */
#ifndef LOAD_RFC5782_ENTRIES_H
#define LOAD_RFC5782_ENTRIES_H

#include "view/view.h"

/* Logs the entries that zone number `zone` has come to miss: those whose bits are not in *missing, which then
 * has them all. A zone without data keeps *missing. */
void rfc5782_log(const struct view *view, const struct zone_spec *spec, size_t zone, uint8_t *missing);

#endif
