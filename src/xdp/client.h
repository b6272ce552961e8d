/* Who asks: the client's address, and whether the operator has a rule for it, which the sockets apply. */
#ifndef XDP_CLIENT_H
#define XDP_CLIENT_H

#include "trie/ip.h"
#include "xdp/find.h"
#include "xdp/packet.h"

/* Reads the client's address: from the source of a query, or the destination of its reply. */
static inline void xdp_read_client(struct xdp_work *w, bool reply)
{
    if (w->ipv6) {
        uint32_t at = w->l3 + (reply ? 24 : 8);
        w->client[0] = __builtin_bswap64(xdp_frame64(w, at));
        w->client[1] = __builtin_bswap64(xdp_frame64(w, at + 8));
    } else {
        w->client[0] = ip4_key(__builtin_bswap32(xdp_raw32(w, w->l3 + (reply ? 16 : 12)))).hi;
        w->client[1] = 0;
    }
}

/* 1 if the client is in one of `count` ranges from word `at` on: prefixes_contain. */
XDP_STEP uint32_t xdp_is_within(struct xdp_work *w, uint32_t at, uint32_t count)
{
    uint32_t from = 0, to = count;

    if (w == 0)
        return 0;
    for (uint32_t i = 0; i < 32; i++) {
        if (from >= to)
            break;
        uint32_t middle = from + (to - from) / 2, word = at + 4 * middle;
        struct trie_key first = { xdp_word(w, word), xdp_word(w, word + 1) };
        struct trie_key last = { xdp_word(w, word + 2), xdp_word(w, word + 3) };
        struct trie_key client = { w->client[0], w->client[1] };
        if (trie_key_less(client, first))
            to = middle;
        else if (trie_key_less(last, client))
            from = middle + 1;
        else
            return 1;
    }
    return 0;
}

static inline bool xdp_is_one_of(struct xdp_work *w, const volatile struct xdp_clients *c)
{
    return w->ipv6 ? c->count[1] != 0 && xdp_is_within(w, c->at[1], c->count[1])
                   : c->count[0] != 0 && xdp_is_within(w, c->at[0], c->count[0]);
}

/* Whether an access list for all zones has a rule for the client. */
static inline bool xdp_has_rule(struct xdp_work *w)
{
    if (xdp_layout_of(w)->acls_count > XDP_ACLS_MAX)
        return true;
    for (uint32_t i = 0; i < XDP_ACLS_MAX; i++) {
        if (i >= xdp_layout_of(w)->acls_count)
            break;
        if (xdp_find_key(w, xdp_layout_of(w)->acls[i][w->ipv6 != 0], w->client[0], w->client[1]) != 0)
            return true;
    }
    return false;
}

#endif
