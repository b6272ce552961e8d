/*
 * Where a browser's request comes from. Pages of other sites can have a browser send requests to this server,
 * which it may reach where they cannot; programs send none of these headers.
 */
#include "http/request.h"
#include "http/server_private.h"

#include <string.h>

#include <strings.h>

/* A host and perhaps its port, as in Host, of `length` bytes. */
struct host {
    const char *text;
    size_t length;
};

/* Without the port that the scheme has anyway. */
static struct host strip_port(const char *text, size_t length, const char *port)
{
    size_t n = strlen(port);
    if (length > n && memcmp(text + length - n, port, n) == 0)
        length -= n;
    return (struct host){ text, length };
}

/* Whether one of the hosts in the header, separated by commas, is that of the origin. */
static bool names_host(const char *header, const struct host *origin, const char *port)
{
    while (header != NULL && *header != '\0') {
        header += strspn(header, ", \t");
        size_t length = strcspn(header, ", \t");
        struct host host = strip_port(header, length, port);
        if (length > 0 && host.length == origin->length &&
            strncasecmp(host.text, origin->text, host.length) == 0)
            return true;
        header += length;
    }
    return false;
}

/* Whether the origin (RFC 6454 section 6.2) is this server, as the client calls it. The scheme does not
 * count: a proxy may have ended TLS. */
static bool is_own(const struct http_request *r, const char *origin)
{
    static const char *const schemes[][2] = { { "http://", ":80" }, { "https://", ":443" } };
    for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
        const char *port = schemes[i][1];
        size_t length = strlen(schemes[i][0]);
        if (strncmp(origin, schemes[i][0], length) != 0)
            continue;
        struct host host = strip_port(origin + length, strlen(origin + length), port);
        return names_host(http_header(r, "Host"), &host, port) ||
               (r->client.proxied && names_host(http_header(r, "X-Forwarded-Host"), &host, port));
    }
    return false; /* null, or a scheme of something else */
}

bool origin_check(struct http_request *r)
{
    const char *site = http_header(r, "Sec-Fetch-Site"), *origin = http_header(r, "Origin");
    if (r->route->method == METHOD_GET)
        return true;
    /* Where a browser sends Sec-Fetch-Site, it knows better what the server is called. */
    if (site != NULL ? strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0
                     : origin == NULL || is_own(r, origin))
        return true;
    return http_fail(
        r, 403, "foreign_origin", NULL,
        "A page of another site may not do this: only this server's own pages, and programs. If this "
        "is its own page, a proxy must pass on Host, with its port.");
}

bool origin_has_local_host(const struct http_request *r)
{
    const char *host = http_header(r, "Host");
    struct client_address address;
    if (host == NULL || !r->client.has_address)
        return true;
    size_t name = strcspn(host, ":");
    return client_addr_parse(host, strlen(host), &address) ||
           (name == strlen("localhost") && strncasecmp(host, "localhost", name) == 0);
}
