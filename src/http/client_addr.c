#include "http/client_addr.h"

#include "http/mhd_daemon.h"
#include "http/request.h"
#include "http/server_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

/* A request with one of these headers was passed on by a proxy. */
static const char *const proxy_headers[] = {
    "Forwarded",         "X-Forwarded-For",     "X-Forwarded-Host",
    "X-Forwarded-Proto", "X-Forwarded-Port",    "X-Forwarded-Server",
    "X-Forwarded",       "Forwarded-For",       "X-Real-IP",
    "X-Client-IP",       "X-Cluster-Client-IP", "X-Original-Forwarded-For",
    "CF-Connecting-IP",  "True-Client-IP",      "Via"
};

bool client_addr_parse(const char *text, size_t length, struct client_address *out)
{
    char host[INET6_ADDRSTRLEN];
    struct sockaddr_in v4 = { .sin_family = AF_INET };
    struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
    const char *end = memchr(text, ']', length);
    if (length > 0 && *text == '[' && end != NULL) { /* [address] or [address]:port */
        length = (size_t)(end - ++text);
    } else { /* address, or IPv4 address:port */
        const char *colon = memchr(text, ':', length);
        if (colon != NULL && memchr(colon + 1, ':', length - (size_t)(colon + 1 - text)) == NULL)
            length = (size_t)(colon - text);
    }
    if (length == 0 || length >= sizeof(host))
        return false;
    memcpy(host, text, length);
    host[length] = '\0';
    if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
        *out = client_address_of((const void *)&v4);
    else if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
        *out = client_address_of((const void *)&v6);
    else
        return false;
    return true;
}

/* The address in an element of Forwarded, `for=` among other things (RFC 7239 section 4), or in one of
 * X-Forwarded-For, all of it. */
static bool parse_element(const char *text, size_t length, bool standard, struct client_address *out)
{
    const char *end = text + length;
    while (standard && text < end) {
        text += strspn(text, " \t;");
        if (end - text > 4 && strncasecmp(text, "for=", 4) == 0) {
            text += 4;
            length = strcspn(text, ";, \t");
            if (*text == '"' && length >= 2 && text[length - 1] == '"') {
                text++;
                length -= 2;
            }
            return client_addr_parse(text, length, out);
        }
        text += strcspn(text, ";,");
    }
    text += strspn(text, " \t");
    while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return !standard && client_addr_parse(text, (size_t)(end > text ? end - text : 0), out);
}

void client_addr_read(struct client_addr_hops *hops, const char *header)
{
    for (bool more = true; more;) {
        size_t length = strcspn(header, ",");
        struct client_address hop;
        more = header[length] == ',';
        if (!parse_element(header, length, hops->standard, &hop)) {
            hops->known = false; /* no proxy vouches for what stands left of it */
        } else if (!hops->known || !prefixes_contain(hops->trusted, &hop)) {
            hops->known = true;
            hops->client = hop;
        }
        header += length + more;
    }
}

struct header_hops {
    const char *name;
    bool any; /* there is such a header */
    struct client_addr_hops hops;
};

static enum MHD_Result read_header(void *context, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct header_hops *h = context;
    (void)kind;
    if (value != NULL && strcasecmp(key, h->name) == 0) {
        client_addr_read(&h->hops, value);
        h->any = true;
    }
    return MHD_YES;
}

/* Replaces a trusted proxy's address by the one that the proxy names. False: it names none. */
static bool resolve_forwarded(struct http_request *r, struct client_address *client)
{
    static const char *const names[] = { "X-Forwarded-For", "Forwarded" };
    bool any = false, known = false;
    for (size_t i = 0; i < ARRAY_SIZE(names) && !any; i++) {
        struct header_hops h = { .name = names[i],
                                 .hops = { .trusted = &r->server->proxies, .standard = i == 1 } };
        MHD_get_connection_values(r->mhd, MHD_HEADER_KIND, read_header, &h);
        any = h.any;
        known = h.hops.known;
        if (known)
            *client = h.hops.client;
    }
    return known;
}

static bool is_loopback(const struct client_address *client)
{
    return client->ipv6 ? client->key.hi == 0 && client->key.lo == 1 : client->key.hi >> 56 == 127;
}

void client_addr_find(struct http_request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct request_client *c = &r->client;
    char text[RANGE_TEXT];
    for (size_t i = 0; i < ARRAY_SIZE(proxy_headers); i++)
        c->forwarded |= http_header(r, proxy_headers[i]) != NULL;
    c->has_address = !r->daemon->listener->unix_socket && info != NULL && info->client_addr != NULL;
    if (!c->has_address) {
        snprintf(c->text, sizeof(c->text), "unix");
        c->loopback = !c->forwarded;
        return;
    }
    c->address = client_address_of(info->client_addr);
    c->loopback = !c->forwarded && is_loopback(&c->address);
    c->proxied = prefixes_contain(&r->server->proxies, &c->address);
    c->known = (c->proxied && resolve_forwarded(r, &c->address)) || !c->forwarded;
    range_format_address(c->address.ipv6 ? RANGE_IP6 : RANGE_IP4, c->address.key, text);
    snprintf(c->text, sizeof(c->text), "%.63s", text);
}
