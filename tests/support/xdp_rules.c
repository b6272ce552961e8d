#include "support/xdp_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

const struct text_set xdp_rules_sets[XDP_RULES_SETS] = {
    { "bl.test", "ip4set", "$SOA 1h ns1.bl mail.bl 7 10m 5m 1d 2m\n192.0.2.1 :2:text $\n192.0.2.2 :3:\n" },
    { "bl.test", "ip6trie", "2001:db8::/32 :4:\n" },
    { "dbl.test", "dnset", ".bad.example :5:\n" },
};

struct xdp_peer *xdp_rules_begin(const struct text_set *sets, size_t count,
                                 const struct xdp_peer_rules *rules)
{
    struct xdp_peer *p;

    xdp_peer_client("198.51.100.7", "2001:db8:100::7");
    xdp_peer_new(text_view_build(sets, NULL, count), rules, &p);
    if (p->path == NULL)
        print_message("on the host alone: %s\n", p->why_not.text);
    return p;
}

void xdp_rules_end(struct xdp_peer *p)
{
    struct view *view = (struct view *)p->view;

    xdp_peer_free(p);
    view_free(view);
}
