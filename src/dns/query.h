/*
 * Parsing a query (RFC 1035 section 4.1, RFC 6891 section 6.1, RFC 7873 section 4).
 *
 * Input is hostile: nothing is read beyond its length, a compressed name in the question is malformed, and
 * every loop is bounded by the packet.
 */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include "base/attr.h"
#include "dns/name.h"
#include "dns/wire.h"

#include <stdbool.h>
#include <stddef.h>

enum query_outcome {
    QUERY_OK,
    QUERY_DROP,    /* no header, or a response: answering could start a loop */
    QUERY_FORMERR, /* only the header is well-formed: `flags` is valid, `question_end` is WIRE_HEADER */
};

struct query {
    uint16_t flags; /* the header's second word */
    uint16_t type, class;
    uint16_t question_end; /* offset of what follows the question */
    uint16_t name_len;
    uint16_t edns_size; /* the client's UDP size, at least 512 */
    uint8_t labels;     /* of the name, without the root */
    uint8_t edns_version;
    bool edns; /* there is an OPT record */
    bool edns_do;
    bool nsid;                       /* the client wants the server's identity (RFC 5001) */
    uint8_t cookie_len;              /* bytes of `cookie`, 0 if there is none */
    uint8_t cookie[EDNS_COOKIE_MAX]; /* EDNS_COOKIE_CLIENT bytes of the client's, then the server's if any */
    uint8_t offsets[WIRE_LABELS_MAX + 1]; /* of label i's length byte in `name` */
    uint8_t name[WIRE_NAME_MAX + 9]; /* wire form in lower case, with the root label; room for whole words */
};

/* Parses `packet` into `q`. Pure; some 20 ns. */
hot enum query_outcome query_parse(const uint8_t *packet, size_t length, struct query *q);

/* ---- For other parsers of plain queries ---- */

#define QUERY_ONE_QUESTION (UINT64_C(1) << 48) /* the header's counts, as one number: one question alone */

enum { QUERY_PLAIN_OPT = 1 + WIRE_RECORD }; /* bytes of an OPT record without options */

/* Whether this is an OPT record without options. */
static inline bool query_is_plain_opt(const uint8_t *opt)
{
    return opt[0] == 0 && wire_get16(opt + 1) == TYPE_OPT && wire_get16(opt + 9) == 0;
}

/* Reads the fixed part of an OPT record, from its type on. */
static inline void query_read_opt(struct query *q, const uint8_t *record)
{
    uint16_t size = wire_get16(record + 2);

    q->edns = true;
    q->edns_size = size < 512 ? 512 : size;
    q->edns_version = record[5];
    q->edns_do = record[6] & 0x80;
}

/* As of a query without EDNS. */
static inline void query_no_opt(struct query *q)
{
    q->edns = q->edns_do = q->nsid = false;
    q->cookie_len = 0;
    q->edns_size = 512;
    q->edns_version = 0;
}

/* The first `count` labels of the question's name, at most q->labels. */
static inline struct labels query_labels(const struct query *q, unsigned count)
{
    return (struct labels){ q->name, q->offsets, count };
}

#endif
