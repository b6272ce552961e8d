/*
 * Where a request comes from: its peer's address, or what trusted proxies say in X-Forwarded-For or, without
 * one, in Forwarded (RFC 7239): the rightmost address that is not a trusted proxy's.
 */
#ifndef HTTP_CLIENT_ADDR_H
#define HTTP_CLIENT_ADDR_H

#include "answer/prefixes.h"

struct http_request;

/* Of a request. */
struct request_client {
    bool has_address; /* false on a unix socket */
    struct client_address address;
    char text[64];  /* the address, "unix" without one; complete, as actor.client: privacy_client() before it
                       is kept */
    bool forwarded; /* a proxy passed the request on */
    bool loopback;  /* from this machine, and not forwarded */
};

/* An address as proxies write it: with or without a port, IPv6 perhaps in brackets. */
bool client_addr_parse(const char *text, size_t length, struct client_address *out);

/* Reads a header from the right up to the first address that is not trusted; *client is the last address
 * read. False: an element before that is not an address. `standard`: the header is Forwarded. */
bool client_addr_forwarded(const char *header, bool standard, const struct prefixes *trusted,
                           struct client_address *client);

/* Fills in the request's client. */
void client_addr_find(struct http_request *request);

#endif
