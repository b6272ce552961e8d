/* Queries put together by hand, and their replies as one line of text, so that tests are tables. */
#ifndef SUPPORT_DNS_CLIENT_H
#define SUPPORT_DNS_CLIENT_H

#include "answer/answer.h"

#include <sys/socket.h>

/* Writes a query, with an OPT record that has these options (NULL: without OPT), and returns its length. */
size_t dns_client_query(uint8_t *packet, const char *name, unsigned type, unsigned class, const void *options,
                        size_t options_size);

/* The socket address of an IP address. */
struct sockaddr_storage dns_client_address(const char *text);

/* Writes a reply as "RCODE [tc] [TYPE data]... [soa] [nsid data] [cookie]"; "nothing" when there is none.
 * ldns parses it, so that the code under test does not check itself. */
void dns_client_print_reply(const uint8_t *packet, size_t size, char *text, size_t room);

/* Who asks, and what the last reply was. */
struct dns_client {
    struct answer_context *context;
    const struct view *view;
    int64_t now;
    bool tcp;
    const char *client;    /* the address; NULL: 192.0.2.99 */
    char text[4096];       /* the reply as text */
    uint8_t packet[65535]; /* the reply */
    size_t size;
};

/* Has one query answered; returns its reply as text. A name that begins with `=` is asked in class CH. */
const char *dns_client_ask(struct dns_client *a, const char *name, unsigned type, const void *options,
                           size_t options_size);

#endif
