/* Addresses to listen on, as rbldnsd writes them: `addr[/port]`. */
#ifndef NET_LISTEN_ADDRESS_H
#define NET_LISTEN_ADDRESS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#include <netinet/in.h>

#define LISTEN_ADDRESS_MAX  20 /* most addresses that one server listens on */
#define LISTEN_ADDRESS_TEXT 80 /* bytes that a printed address needs */

struct listen_address {
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t length;
};

struct listen_address_list {
    struct listen_address address[LISTEN_ADDRESS_MAX];
    size_t count;
};

/* Adds what `text` means to `list`: an address or a host name (all its addresses), then perhaps a slash and a
 * port's number or name; 53 without. `family` (AF_UNSPEC, AF_INET, AF_INET6) limits what counts; an address
 * that is there already is not added again. May ask the resolver and so block. On failure `error` names
 * `text`. */
enum err listen_address_resolve(const char *text, int family, struct listen_address_list *list,
                                struct error *error) must_use;

/* True when `address` stands for every address of the host (0.0.0.0 or ::). */
bool listen_address_is_wildcard(const struct listen_address *address);

/* Writes `address` as `addr/port`. */
void listen_address_format(const struct listen_address *address, char text[LISTEN_ADDRESS_TEXT]);

#endif
