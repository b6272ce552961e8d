/*
 * Where a request comes from: its peer's address, or what proxies that are trusted say of it in
 * X-Forwarded-For or (if there is none) Forwarded (RFC 7239): the rightmost address that is no such proxy.
 */
#ifndef HTTP_CLIENT_ADDR_H
#define HTTP_CLIENT_ADDR_H

#include "answer/prefixes.h"

/* An address as proxies write it: with a port or without, IPv6 perhaps in brackets. */
bool client_addr_parse(const char *text, size_t length, struct client *out);

/* Goes through a header from the right; *client is the last address that could be read. False: there was one
 * that could not, before any that is not trusted. `standard`: it is Forwarded. */
bool client_addr_forwarded(const char *header, bool standard, const struct prefixes *trusted,
                           struct client *client);

/* Fills in the exchange's client, forwarded, call.client and call.loopback. */
struct http_request;
void client_addr_find(struct http_request *x);

#endif
