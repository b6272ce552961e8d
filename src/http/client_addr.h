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
    bool proxied;   /* by a trusted proxy */
    bool known;     /* the address is that of who asks, not of a proxy */
    bool loopback;  /* from this machine, and not forwarded */
};

/* An address as proxies write it: with or without a port, IPv6 perhaps in brackets. */
bool client_addr_parse(const char *text, size_t length, struct client_address *out);

/* The addresses in a header to which proxies append. */
struct client_addr_hops {
    const struct prefixes *trusted;
    bool standard; /* the header is Forwarded */
    bool known;    /* `client` is */
    struct client_address client;
};

/* Reads the next header of the name; several are one list (RFC 9110 section 5.3), of any length. `client` is
 * then the rightmost address that is not trusted, as far as all elements from there on are addresses:
 * otherwise the first address after the last other element. Not known: that is the last element. */
void client_addr_read(struct client_addr_hops *hops, const char *header);

/* Fills in the request's client. */
void client_addr_find(struct http_request *request);

#endif
