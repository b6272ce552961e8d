/*
 * The fast path beside answer_batch(), on the host and, where it may run, in the kernel. The first byte says
 * how the rest is framed, as a DNS message; or that it is a whole frame.
 */
#include "support/text_view.h"
#include "support/xdp_peer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WHOLE_FRAME = XDP_PEER_WAYS };

static const struct text_set sets[] = {
    { "zen", "ip4set",
      "$SOA 1h ns1.zen mail.zen 7 10m 5m 1d 1m\n192.0.2.1 :2:text $\n192.0.2.0/24 :3:\n192.0.2.1 :4:=raw\n"
      "!192.0.2.9\n8.8.8.8\n" },
    { "zen", "ip4trie", "10.0.0.0/8 :5:ten\n!10.9.0.0/16\n" },
    { "zen", "ip6trie", "2001:db8::/32 :7:six $\n!2001:db8:9::/48\n2002:a01:1::/48 :9:\n" },
    { "zen", "generic", "mx MX 10 mail.zen\nt A 192.0.2.53\n" },
    { "six", "ip6trie", "2001:db8::/32\n::ffff:7f00:2\n" },
    { "d", "dnset", ".bad.example :5:listed $\nexact.test\n*.wild.test :6:\n!no.wild.test\n1.2.0.192\n" },
    { "e.d", "dnset", "other.example :7:\n.bad.example :8:\n" },
    { "c", "combined", "$DATASET ip4set:a s\n192.0.2.1 :7:a\n$DATASET dnset:b @\nx.s :8:b\n" },
    { "", "never", "192.0.2.77\n.ok.bad.example\n" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct xdp_peer *peer;
    uint8_t reply[XDP_FRAME];
    size_t bytes;

    if (peer == NULL)
        xdp_peer_new(text_view_build(sets, NULL, ARRAY_SIZE(sets)), &peer);
    if (size == 0)
        return 0;
    if (data[0] & WHOLE_FRAME)
        xdp_peer_run(peer, data + 1, size - 1, reply, &bytes);
    else
        xdp_peer_ask(peer, data[0] % XDP_PEER_WAYS, data + 1, size - 1);
    return 0;
}
