/* The hit sample (answer/hit_sample.h): what is noted of an answer that has listed something. */
#ifndef XDP_HITS_H
#define XDP_HITS_H

#include "xdp/client.h"

static inline uint64_t xdp_first_bytes(uint64_t word, uint32_t n)
{
    return n < 8 ? word & ((UINT64_C(1) << 8 * n) - 1) : word;
}

/* Makes w->hit of the reply in w->frame, whose records begin at w->question_end. Returns the bytes of it that
 * count. */
XDP_STEP uint32_t xdp_note_hit(struct xdp_work *w, uint32_t weight)
{
    if (w == 0)
        return XDP_HIT_SHORT;
    struct xdp_hit *h = &w->hit;
    uint32_t at = w->question_end + 2 + WIRE_RECORD; /* all records are A records */

    xdp_read_client(w, true);
    h->client[0] = w->client[0];
    h->client[1] = w->client[1];
    h->address[0] = w->address[0];
    h->address[1] = w->address[1];
    h->code = __builtin_bswap32(xdp_raw32(w, at));
    h->zone = (uint16_t)w->zone_id;
    h->client_ipv6 = w->ipv6 != 0;
    h->ipv6 = w->kind == XDP_KEY_IP6;
    h->weight = (uint8_t)weight;
    h->name_bytes = 0;
    if (w->kind == XDP_KEY_IP4 || w->kind == XDP_KEY_IP6)
        return XDP_HIT_SHORT;
    uint32_t bytes = xdp_offset(w, w->key_labels);
    h->name_bytes = (uint16_t)(bytes + 1);
    for (uint32_t i = 0; i < XDP_NAME; i += 8)
        *(uint64_t *)(h->name + i) = i < bytes ? xdp_first_bytes(xdp_name64(w, i), bytes - i) : 0;
    return sizeof(*h);
}

#endif
