/*
 * The addresses that a load covers, as a union: what two sets, sections or entries list counts once.
 *
 * Special-purpose space (RFC 6890: private, documentation, reserved...) does not count: no mail comes from
 * there, and lists name much or little of it as they like.
 */
#ifndef VIEW_COVERED_H
#define VIEW_COVERED_H

#include "base/error.h"
#include "view/snapshot.h"

/* A set in a snapshot, and the list it is part of. */
struct covered_set {
    const struct snapshot *snapshot; /* NULL: nothing is covered */
    uint16_t set;
    const uint16_t *lists; /* by set: sets of equal numbers are one list; NULL: each set is a list */
};

/* Numbers of IPv4 addresses, or of /64s of IPv6. */
struct covered {
    uint64_t all; /* that the set lists */
    /* That its list covers now and did not before; and those of them that this set lists. */
    uint64_t gained, own_gained;
};

/* Compares one family of `new` with `old`, in the /16s in which the new list has something. Walks both tries:
 * some 15 ns a run of either. ERR_MEMORY. Any thread that may read both. */
enum err covered_count(const struct covered_set *old, const struct covered_set *new, bool ipv6,
                       struct covered *out) must_use;

#endif
