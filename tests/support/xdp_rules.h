/* The fast path with the operator's rules, over three sets: what the tests of rules begin with. */
#ifndef SUPPORT_XDP_RULES_H
#define SUPPORT_XDP_RULES_H

#include "support/text_view.h"
#include "support/xdp_peer.h"

enum { XDP_RULES_SETS = 3 };

/* bl.test has 192.0.2.1 (127.0.0.2), 192.0.2.2 (127.0.0.3) and 2001:db8::/32 (127.0.0.4), dbl.test has
 * .bad.example (127.0.0.5). */
extern const struct text_set xdp_rules_sets[XDP_RULES_SETS];

/* A peer for these rules over these sets, on its own; says if it is without a kernel. */
struct xdp_peer *xdp_rules_begin(const struct text_set *sets, size_t count,
                                 const struct xdp_peer_rules *rules);

/* Asks without EDNS. */
static inline enum xdp_outcome xdp_rules_ask(struct xdp_peer *peer, unsigned way, const char *name,
                                             unsigned type)
{
    return xdp_peer_query(peer, way, name, type, false);
}

/* Frees it and its view. */
void xdp_rules_end(struct xdp_peer *peer);

#endif
