#include "support/dns_client.h"

#include "dns/name.h"
#include "support/must.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <ldns/ldns.h>

size_t dns_client_query(uint8_t *packet, const char *name, unsigned type, unsigned class, const void *options,
                        size_t options_size)
{
    uint16_t length;
    struct error error = { .text = "" };

    memset(packet, 0, WIRE_HEADER);
    wire_put16(packet, 0x1234);
    wire_put16(packet + 4, 1);
    wire_put16(packet + 10, options != NULL);
    must(name_from_text(name, packet + WIRE_HEADER, &length, &error) == OK, error.text);
    uint8_t *p = wire_put16(wire_put16(packet + WIRE_HEADER + length, type), class);
    if (options != NULL) {
        *p++ = 0;
        p = wire_put32(wire_put16(wire_put16(p, TYPE_OPT), 1232), 0);
        p = wire_put16(p, (unsigned)options_size);
        memcpy(p, options, options_size);
        p += options_size;
    }
    return (size_t)(p - packet);
}

struct sockaddr_storage dns_client_address(const char *text)
{
    struct sockaddr_storage s = { .ss_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET };
    void *to = s.ss_family == AF_INET6 ? (void *)&((struct sockaddr_in6 *)&s)->sin6_addr
                                       : (void *)&((struct sockaddr_in *)&s)->sin_addr;

    must(inet_pton(s.ss_family, text, to) == 1, text);
    return s;
}

void dns_client_print_reply(const uint8_t *packet, size_t size, char *text, size_t room)
{
    ldns_pkt *reply = NULL;
    char *out = text, *end = text + room;

    if (size == 0) {
        snprintf(text, room, "nothing");
        return;
    }
    must(ldns_wire2pkt(&reply, packet, size) == LDNS_STATUS_OK, "ldns cannot read the reply");
    unsigned rcode = (unsigned)ldns_pkt_get_rcode(reply) | (unsigned)ldns_pkt_edns_extended_rcode(reply) << 4;
    ldns_lookup_table *known = ldns_lookup_by_id(ldns_rcodes, (int)rcode);
    out += rcode == RCODE_BADCOOKIE ? snprintf(out, room, "BADCOOKIE")
           : rcode == RCODE_BADVERS ? snprintf(out, room, "BADVERS")
                                    : snprintf(out, room, "%s", known != NULL ? known->name : "?");
    if (ldns_pkt_tc(reply))
        out += snprintf(out, (size_t)(end - out), " tc");
    ldns_rr_list *answer = ldns_pkt_answer(reply);
    for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
        ldns_rr *rr = ldns_rr_list_rr(answer, i);
        char *type = ldns_rr_type2str(ldns_rr_get_type(rr)), *data = ldns_rdf2str(ldns_rr_rdf(rr, 0));
        out += snprintf(out, (size_t)(end - out), " %s %s", type, data);
        free(type);
        free(data);
    }
    if (ldns_rr_list_rr_count(ldns_pkt_authority(reply)) == 1)
        out += snprintf(out, (size_t)(end - out), " soa");
    const ldns_rdf *edns = ldns_pkt_edns_data(reply);
    const uint8_t *option = edns != NULL ? ldns_rdf_data(edns) : NULL;
    for (size_t at = 0, most = edns != NULL ? ldns_rdf_size(edns) : 0; at < most;
         at += EDNS_OPTION + wire_get16(option + at + 2)) {
        int length = wire_get16(option + at + 2);
        if (wire_get16(option + at) == EDNS_NSID)
            out += snprintf(out, (size_t)(end - out), " nsid %.*s", length, (const char *)option + at + 4);
        else
            out += snprintf(out, (size_t)(end - out), " cookie");
    }
    ldns_pkt_free(reply);
}

const char *dns_client_ask(struct dns_client *a, const char *name, unsigned type, const void *options,
                           size_t options_size)
{
    struct sockaddr_storage client = dns_client_address(a->client != NULL ? a->client : "192.0.2.99");
    struct answer_query q = { .packet = a->packet,
                              .capacity = a->tcp ? sizeof(a->packet) : ANSWER_UDP_MAX,
                              .tcp = a->tcp,
                              .client = (const struct sockaddr *)&client };

    unsigned class = strchr(name, '=') != NULL ? CLASS_CH : CLASS_IN; /* "=name" */
    q.length =
        (uint32_t)dns_client_query(a->packet, name + (class == CLASS_CH), type, class, options, options_size);
    answer_batch(a->context, a->view, a->now, &q, 1);
    a->size = q.length;
    dns_client_print_reply(a->packet, q.length, a->text, sizeof(a->text));
    return a->text;
}
