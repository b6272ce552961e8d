/*
 * The fast path beside answer_batch(), on the host and, where it may run, in the kernel. The first byte says
 * how the rest is framed, as a DNS message; or that it is a whole frame; and whether there is an overlay, and
 * at what time it is asked.
 */
#include "support/text_overlay.h"
#include "support/text_view.h"
#include "support/xdp_peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WHOLE_FRAME = XDP_PEER_WAYS, OVERLAID = 8, SECONDS_SHIFT = 4, NOW = 1795321198, SECONDS = 10 };

static const struct text_set sets[] = {
    { "zen", "ip4set",
      "$SOA 1h ns1.zen mail.zen 7 10m 5m 1d 1m\n$NS 1h ns1.zen ns2.zen\n192.0.2.1 :2:text $\n"
      "192.0.2.0/24 :3:\n192.0.2.1 :4:=raw\n!192.0.2.9\n8.8.8.8\n" },
    { "zen", "ip4trie", "10.0.0.0/8 :5:ten\n!10.9.0.0/16\n" },
    { "zen", "ip6trie", "2001:db8::/32 :7:six $\n!2001:db8:9::/48\n2002:a01:1::/48 :9:\n" },
    { "zen", "generic", "mx MX 10 mail.zen\nt A 192.0.2.53\n" },
    { "six", "ip6trie", "2001:db8::/32\n::ffff:7f00:2\n" },
    { "d", "dnset", ".bad.example :5:listed $\nexact.test\n*.wild.test :6:\n!no.wild.test\n1.2.0.192\n" },
    { "e.d", "dnset", "other.example :7:\n.bad.example :8:\n" },
    { "c", "combined", "$DATASET ip4set:a s\n192.0.2.1 :7:a\n$DATASET dnset:b @\nx.s :8:b\n" },
    { "", "never", "192.0.2.77\n.ok.bad.example\n" },
};

/* By set; the last one lists nothing. */
static const uint16_t lists[] = { 0, 1, 2, 3, 0, 4, 4, 5, VIEW_NO_LIST };

static const struct text_item items[] = {
    { "192.0.2.0/28", OVERLAY_DELIST, 1, NOW + 30, 0, NULL },
    { "192.0.2.1", OVERLAY_LIST, 2, NOW + 50, 4, NULL },
    { "192.0.2.0/24", OVERLAY_ALLOW, 1 << 2, 0, 0, NULL },
    { "8.8.8.8", OVERLAY_LIST, 3, NOW + 70, 2, NULL },
    { "10.1.0.0/16", OVERLAY_DELIST, 3, 0, 0, NULL },
    { "2001:db8::/33", OVERLAY_DELIST, 1 << 2 | 1, NOW + 60, 0, NULL },
    { "2002::/16", OVERLAY_LIST, 1 << 2, NOW + 60, 9, NULL },
    { ".bad.example", OVERLAY_DELIST, 1 << 4, NOW + 40, 0, NULL },
    { "www.bad.example", OVERLAY_LIST, 1 << 4, NOW + 50, 6, NULL },
    { ".new.example", OVERLAY_LIST, 1 << 4 | 1, NOW + 90, 7, NULL },
};

/* Without and with the overlay. */
static void make_peers(struct xdp_peer *peers[2])
{
    static const struct xdp_peer_rules rules = { .authority = true };
    struct view *view = text_view_build(sets, lists, ARRAY_SIZE(sets));
    struct xdp_overlay *memory = xdp_peer_overlay(TEXT_OVERLAY_MAX);

    xdp_peer_new(text_view_build(sets, lists, ARRAY_SIZE(sets)), &rules, &peers[0]);
    text_overlay_new_in(items, ARRAY_SIZE(items), xdp_overlay_memory(memory), &view->overlay);
    xdp_overlay_publish(memory, &view->overlay);
    xdp_peer_new_over(view, memory, &rules, &peers[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct xdp_peer *peers[2];
    uint8_t reply[XDP_FRAME];
    size_t bytes;

    if (peers[0] == NULL)
        make_peers(peers);
    if (size == 0)
        return 0;
    struct xdp_peer *peer = peers[(data[0] & OVERLAID) != 0];
    peer->now = NOW + SECONDS * (data[0] >> SECONDS_SHIFT);
    if (data[0] & WHOLE_FRAME)
        xdp_peer_run(peer, data + 1, size - 1, reply, &bytes);
    else
        xdp_peer_ask(peer, data[0] % XDP_PEER_WAYS, data + 1, size - 1);
    return 0;
}
