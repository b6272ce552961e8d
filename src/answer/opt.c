#include "answer/opt.h"

#include <string.h>

static size_t nsid_size(const struct answer_context *c, const struct plan *p)
{
    return p->query.nsid && c->identity != NULL ? strnlen(c->identity, ANSWER_NSID_MAX) : 0;
}

size_t opt_options_size(const struct answer_context *c, const struct plan *p)
{
    size_t nsid = nsid_size(c, p);

    return (nsid != 0 ? EDNS_OPTION + nsid : 0) + (plan_uses_cookies(p, c) ? EDNS_OPTION + COOKIE_SIZE : 0);
}

static uint8_t *put_option(uint8_t *o, unsigned code, const void *data, size_t size)
{
    return mempcpy(wire_put16(wire_put16(o, code), (unsigned)size), data, size);
}

/* The client's cookie, followed by a new server cookie (RFC 9018 section 4.3). */
static uint8_t *put_cookie(uint8_t *o, const struct policy *policy, const struct plan *p)
{
    uint8_t cookie[COOKIE_SIZE];
    struct cookie_client client = client_address_octets(&p->client);

    memcpy(cookie, p->query.cookie, EDNS_COOKIE_CLIENT);
    cookie_make(&policy->cookies, &client, p->now, cookie);
    return put_option(o, EDNS_COOKIE, cookie, sizeof(cookie));
}

hot void opt_write(struct reply *r, const struct answer_context *c, const struct plan *p, unsigned rcode)
{
    const struct query *q = &p->query;
    uint8_t *o = r->at;

    /* RFC 6891 section 6.1.2; the DO bit is copied (RFC 3225 section 3). */
    *o++ = 0;
    o = wire_put16(o, TYPE_OPT);
    o = wire_put16(o, c->edns_limit);
    o = wire_put32(o, (uint32_t)rcode >> 4 << 24 | (q->edns_do ? 0x8000u : 0));
    if (likely(!q->nsid && q->cookie_len == 0)) {
        r->at = wire_put16(o, 0);
        return;
    }
    size_t nsid = nsid_size(c, p);
    o = wire_put16(o, (unsigned)opt_options_size(c, p));
    if (nsid != 0)
        o = put_option(o, EDNS_NSID, c->identity, nsid);
    if (plan_uses_cookies(p, c))
        o = put_cookie(o, c->policy, p);
    r->at = o;
}
