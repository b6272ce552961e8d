/*
 * A view made in memory from texts, queries put together by hand, and what became of them as one line of
 * text, so that tests are tables. For the unit tests and the fuzzer of answer/.
 */
#ifndef SUPPORT_QUERY_H
#define SUPPORT_QUERY_H

#include "answer/answer.h"
#include "dns/name.h"
#include "list/set.h"
#include "view/snapshot_build.h"

#include <arpa/inet.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A zone's set; sets of one zone follow each other. An empty zone name: an acl for all zones, or a set of
 * type never. */
struct text_set {
    const char *zone, *type, *text;
};

static inline void answering_must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static inline void answering_report(void *context, const char *file, unsigned long line, bool bad,
                                    const char *reason)
{
    (void)context;
    (void)file;
    fprintf(stderr, "line %lu: %s\n", line, reason);
    answering_must(!bad, "a set of a test has a bad line");
}

static inline struct set_data *answering_load(const struct text_set *s)
{
    char path[64], *paths[] = { path };
    struct set_spec spec = { (char *)s->type, paths, 1 };
    struct load_options options = { .default_ttl = 2100, .now = 1795321198, .report = answering_report };
    struct set_data *data = NULL;
    struct error error = { .text = "" };
    int fd = memfd_create("set", 0);

    answering_must(fd >= 0 && write(fd, s->text, strlen(s->text)) == (ssize_t)strlen(s->text), "memfd");
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    enum err err = set_load(&spec, &options, &data, &error);
    close(fd);
    answering_must(err == OK, error.text);
    return data;
}

/* The view over some sets, with the list number of each; view_free gives it back. */
static inline struct view *answering_view_of(const struct text_set *sets, const uint16_t *lists, size_t count)
{
    struct set_data *data[32] = { NULL };
    struct zone_spec zones[32] = { { .name = NULL } };
    uint16_t numbers[32], acls[32], zone_acls[32][4];
    size_t zones_count = 0, acls_count = 0;
    const uint16_t *never = NULL;
    struct error error = { .text = "" };
    struct snapshot *snapshot;
    struct view *view;

    answering_must(count <= ARRAY_SIZE(data), "too many sets");
    for (uint16_t i = 0; i < count; i++) {
        bool acl = strcmp(sets[i].type, "acl") == 0;
        data[i] = answering_load(&sets[i]);
        numbers[i] = i;
        if (strcmp(sets[i].type, "never") == 0) {
            never = &numbers[i];
            continue;
        }
        if (sets[i].zone[0] == '\0') {
            acls[acls_count++] = i;
            continue;
        }
        struct zone_spec *z = zones_count > 0 ? &zones[zones_count - 1] : NULL;
        if (z == NULL || strcmp(z->name, sets[i].zone) != 0) {
            z = &zones[zones_count++];
            z->name = sets[i].zone;
            z->sets = &numbers[i];
            z->acls = zone_acls[i];
            answering_must(name_from_text(z->name, z->wire, &z->wire_len, &error) == OK, error.text);
        }
        if (acl)
            z->acls[z->acls_count++] = i;
        else
            z->sets_count++;
    }
    answering_must(snapshot_build(NULL, data, count, &snapshot, &error) == OK, error.text);
    for (size_t i = 0; i < count; i++)
        set_free(data[i]);
    struct view_spec spec = { .zones = zones,
                              .zones_count = zones_count,
                              .acls = acls,
                              .acls_count = acls_count,
                              .set_lists = lists,
                              .never = never };
    answering_must(view_build(snapshot, &spec, &view, &error) == OK, error.text);
    return view;
}

/* The same; no set has a list. */
static inline struct view *answering_view(const struct text_set *sets, size_t count)
{
    return answering_view_of(sets, NULL, count);
}

/* ---- Queries ---- */

/* Writes a query, with the OPT record's data of `options` (NULL: no OPT), and returns its length. */
static inline size_t answering_query(uint8_t *packet, const char *name, unsigned type, unsigned class,
                                     const void *options, size_t options_size)
{
    uint16_t length;
    struct error error = { .text = "" };

    memset(packet, 0, WIRE_HEADER);
    wire_put16(packet, 0x1234);
    wire_put16(packet + 4, 1);
    wire_put16(packet + 10, options != NULL);
    answering_must(name_from_text(name, packet + WIRE_HEADER, &length, &error) == OK, error.text);
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

static inline struct sockaddr_storage answering_client(const char *text)
{
    struct sockaddr_storage s = { .ss_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET };
    void *to = s.ss_family == AF_INET6 ? (void *)&((struct sockaddr_in6 *)&s)->sin6_addr
                                       : (void *)&((struct sockaddr_in *)&s)->sin_addr;

    answering_must(inet_pton(s.ss_family, text, to) == 1, text);
    return s;
}

/* ---- Replies ---- */

/* The reply as "RCODE [tc] [TYPE data]... [soa] [nsid data] [cookie]"; "nothing" when there is none. As ldns,
 * which is no part of what is tested, reads it. */
static inline void answering_say(const uint8_t *packet, size_t size, char *text, size_t room)
{
    ldns_pkt *reply = NULL;
    char *out = text, *end = text + room;

    if (size == 0) {
        snprintf(text, room, "nothing");
        return;
    }
    answering_must(ldns_wire2pkt(&reply, packet, size) == LDNS_STATUS_OK, "ldns cannot read the reply");
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

/* Has one query answered and says what came of it. */
struct asked {
    struct answer_context *context;
    const struct view *view;
    int64_t now;
    bool tcp;
    const char *client;
    char text[4096];
    uint8_t packet[65535]; /* the reply */
    size_t size;
};

static inline const char *answering_ask(struct asked *a, const char *name, unsigned type, const void *options,
                                        size_t options_size)
{
    struct sockaddr_storage client = answering_client(a->client != NULL ? a->client : "192.0.2.99");
    struct answer_query q = { .packet = a->packet,
                              .capacity = a->tcp ? sizeof(a->packet) : ANSWER_UDP_MAX,
                              .tcp = a->tcp,
                              .client = (const struct sockaddr *)&client };

    unsigned class = strchr(name, '=') != NULL ? CLASS_CH : CLASS_IN; /* "=name" */
    q.length =
        (uint32_t)answering_query(a->packet, name + (class == CLASS_CH), type, class, options, options_size);
    answer_batch(a->context, a->view, a->now, &q, 1);
    a->size = q.length;
    answering_say(a->packet, q.length, a->text, sizeof(a->text));
    return a->text;
}

#endif
