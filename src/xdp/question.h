/*
 * The DNS message of a query (RFC 1035 section 4.1, RFC 6891 section 6.1): dns/query.h's parser for plain
 * queries, one question and at most an OPT record without options. All others go up.
 */
#ifndef XDP_QUESTION_H
#define XDP_QUESTION_H

#include "dns/wire.h"
#include "xdp/packet.h"

enum { XDP_OPT = 11 }; /* bytes of an OPT record without options */

/* Lower-cases eight octets. Length bytes are below 64 and stay as they are. */
static inline uint64_t xdp_lower(uint64_t w)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t low7 = w & ~high;
    uint64_t from_a = low7 + (0x80 - 'A') * ones, past_z = low7 + (0x7f - 'Z') * ones;
    return w | ((from_a & ~past_z & ~w & high) >> 2);
}

/* Finds the labels of the question's name; 0, or the outcome. */
XDP_STEP uint32_t xdp_split_name(struct xdp_work *w)
{
    uint32_t at = 0, from;

    if (w == 0)
        return XDP_FAULT;
    from = w->dns + WIRE_HEADER;
    for (uint32_t i = 0; i < XDP_LABELS; i++) {
        uint32_t bytes = *xdp_frame(w, from + at);
        w->offsets[i] = (uint8_t)at;
        if (bytes == 0) {
            w->labels = i;
            w->name_bytes = at + 1;
            return 0;
        }
        at += bytes + 1;
        if (bytes > WIRE_LABEL_MAX || at >= WIRE_NAME_MAX)
            break;
    }
    return XDP_NO_QUERY;
}

/* Copies the name in lower case, padded with zeros. */
XDP_STEP uint32_t xdp_lower_name(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    uint32_t from = w->dns + WIRE_HEADER, bytes = w->name_bytes;
    for (uint32_t i = 0; i < XDP_NAME; i += 8) {
        uint64_t word = xdp_lower(xdp_frame64(w, from + i));
        if (i + 8 > bytes) {
            unsigned rest = bytes - i < 8 ? (bytes - i) * 8 : 0; /* bits */
            *(uint64_t *)(w->name + i) = word & ((UINT64_C(1) << rest) - 1);
            *(uint64_t *)(w->name + i + 8) = 0;
            return 0;
        }
        *(uint64_t *)(w->name + i) = word;
    }
    return 0;
}

/* Reads the OPT record at `at`, which is all that follows the question; 0, or the outcome. */
static inline uint32_t xdp_read_opt(struct xdp_work *w, uint32_t at)
{
    const uint8_t *opt = xdp_frame(w, at);

    if (at + XDP_OPT != w->end || opt[0] != 0 || xdp_get16(w, at + 1) != TYPE_OPT || opt[6] != 0 ||
        xdp_get16(w, at + 9) != 0)
        return XDP_OPTIONS;
    w->edns = 1;
    w->edns_do = opt[7] & 0x80; /* the client's size does not count: see XDP_GROWTH_MAX */
    return 0;
}

/* What answer_query would not look up, or in other ways. */
static inline uint32_t xdp_check_type(struct xdp_work *w, uint32_t class)
{
    uint32_t type = w->type;

    if (class != CLASS_IN || (type >= TYPE_TSIG && type <= TYPE_MAILA))
        return XDP_NO_QUERY;
    return type == TYPE_TXT || type == TYPE_ANY ? XDP_TYPE : 0;
}

/* Parses the message; 0, or the outcome. */
static inline uint32_t xdp_parse_question(struct xdp_work *w)
{
    uint32_t dns = w->dns, outcome, end;

    if (dns + WIRE_HEADER > w->end || xdp_get16(w, dns + 2) & (FLAG_QR | FLAG_OPCODE | FLAG_AA | FLAG_TC) ||
        xdp_get16(w, dns + 4) != 1)
        return XDP_NO_QUERY;
    outcome = xdp_split_name(w);
    if (outcome != 0)
        return outcome;
    end = dns + WIRE_HEADER + w->name_bytes + 4;
    if (end > w->end)
        return XDP_NO_QUERY;
    w->question_end = end;
    w->type = xdp_get16(w, end - 4);
    w->edns = w->edns_do = 0;
    outcome = xdp_check_type(w, xdp_get16(w, end - 2));
    if (outcome != 0)
        return outcome;
    if (xdp_raw32(w, dns + 6) != 0)
        return XDP_OPTIONS;
    uint32_t additional = xdp_get16(w, dns + 10);
    if (additional > 1 || (additional == 0 && end != w->end))
        return XDP_OPTIONS;
    if (additional == 1)
        outcome = xdp_read_opt(w, end);
    return outcome != 0 ? outcome : xdp_lower_name(w);
}

#endif
