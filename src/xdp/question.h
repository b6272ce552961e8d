/*
 * The DNS message of a query (RFC 1035 section 4.1, RFC 6891 section 6.1): dns/query.h's parser for plain
 * queries, one question and at most an OPT record without options. All others go up.
 */
#ifndef XDP_QUESTION_H
#define XDP_QUESTION_H

#include "dns/wire.h"
#include "xdp/packet.h"

enum {
    XDP_OPT = 11,  /* bytes of an OPT record without options */
    XDP_AHEAD = 5, /* lines of a node; the hosts node of one of 10 M random addresses has six */
};

/* Lower-cases eight octets. Length bytes are below 64 and stay as they are. */
static inline uint64_t xdp_lower(uint64_t w)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    uint64_t low7 = w & ~high;
    uint64_t from_a = low7 + (0x80 - 'A') * ones, past_z = low7 + (0x7f - 'Z') * ones;
    return w | ((from_a & ~past_z & ~w & high) >> 2);
}

/* The value of a label, given with its length in the lowest byte, that is a decimal octet without leading
 * zeros; 256: it is none. Its digits are computed side by side, as their number cannot be guessed. */
static inline uint32_t xdp_octet(uint64_t label)
{
    uint32_t bytes = label & 0xff, first = label >> 8 & 0xff, unused = ((3 - bytes) & 3) * 8; /* bits */
    uint32_t digits = ((uint32_t)(label >> 8) << unused & 0xffffff) - (0x303030u << unused & 0xffffff);
    uint32_t value = (digits & 0xff) * 100 + (digits >> 8 & 0xff) * 10 + (digits >> 16 & 0xff);
    uint32_t odd = ((digits + 0x767676) | digits) & 0xff808080; /* above 9; a borrow is in the top byte */
    odd |= (bytes - 1 > 2) | ((bytes > 1) & (first == '0')) | (value > 255);
    return odd != 0 ? 256 : value;
}

/* Asks for the lines of the node that the root entry at word `root` leads to. All come side by side, where a
 * look-up would wait for each, as it says where the next one is. Of an entry without a node it is any line.
 */
static inline void xdp_read_ahead(struct xdp_work *w, uint32_t root)
{
    const struct xdp_line *line = xdp_table_line(w, root / XDP_LINE);

    if (line == 0)
        return;
    uint32_t node = (uint32_t)(line->w[root % XDP_LINE] >> 32);
    for (unsigned i = 0; i < XDP_AHEAD; i++)
        xdp_touch(w, node + i * XDP_LINE);
}

/* Reads the octets that the name begins with, at most four: w->octets of them, w->ip4; w->name_bytes: the
 * bytes of their labels. They are in the first 16 bytes, which are kept in registers. What is known of an
 * address is asked for at once, so that it is there when the rest of the question has been read. */
XDP_STEP uint32_t xdp_read_octets(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    uint32_t from = w->dns + WIRE_HEADER;
    uint64_t low = xdp_frame64(w, from), high = xdp_frame64(w, from + 8);
    uint32_t ip4 = 0, at = 0, i;

    for (i = 0; i < 4; i++) {
        uint32_t octet = xdp_octet(low), bytes = (low & 3) + 1;
        if (octet > 255)
            break;
        ip4 |= octet << 8 * i;
        w->offsets[i] = (uint8_t)at;
        at += bytes;
        low = low >> 8 * bytes | high << (64 - 8 * bytes);
        high >>= 8 * bytes;
    }
    w->octets = i;
    w->ip4 = ip4;
    if (i == 4)
        xdp_read_ahead(w, xdp_layout_of(w)->root4 + (ip4 >> 16));
    w->name_bytes = at;
    return 0;
}

/* Finds the labels of the question's name; 0, or the outcome. */
XDP_STEP uint32_t xdp_split_name(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    uint32_t from = w->dns + WIRE_HEADER, at = w->name_bytes, label = w->octets;
    for (uint32_t i = 0; i < XDP_LABELS; i++) {
        uint32_t bytes = *xdp_frame(w, from + at);
        w->offsets[label & (XDP_LABELS - 1)] = (uint8_t)at;
        if (bytes == 0) {
            w->labels = label;
            w->name_bytes = at + 1;
            return 0;
        }
        at += bytes + 1;
        label++;
        if (bytes > WIRE_LABEL_MAX || at >= WIRE_NAME_MAX)
            break;
    }
    return XDP_NO_QUERY;
}

/* The eight bytes from byte `at` of the name on, in lower case. */
static inline uint64_t xdp_name_word(struct xdp_work *w, uint32_t at)
{
    return xdp_lower(xdp_frame64(w, w->dns + WIRE_HEADER + at));
}

/* Likewise the last `bytes` of the name, less than eight; then zeros. */
static inline uint64_t xdp_name_rest(struct xdp_work *w, uint32_t bytes)
{
    return xdp_name_word(w, w->name_bytes - bytes) & ((UINT64_C(1) << 8 * (bytes & 7)) - 1);
}

/* Copies the name in lower case to w->name, padded with zeros. */
XDP_STEP uint32_t xdp_lower_name(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    uint32_t words = w->name_bytes / 8;
    for (uint32_t i = 0; i < XDP_NAME / 8; i++) {
        if (i >= words)
            break;
        *(uint64_t *)(w->name + 8 * i) = xdp_name_word(w, 8 * i);
    }
    uint64_t *end = (uint64_t *)w->name + (words & (XDP_NAME / 8 - 1));
    end[0] = xdp_name_rest(w, w->name_bytes & 7);
    end[1] = 0;
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
    xdp_read_octets(w);
    outcome = xdp_split_name(w);
    if (outcome != 0)
        return outcome;
    end = dns + WIRE_HEADER + w->name_bytes + 4;
    if (end > w->end)
        return XDP_NO_QUERY;
    w->question_end = end;
    w->type = xdp_get16(w, end - 4);
    w->edns = w->edns_do = 0;
    uint32_t type_outcome = xdp_check_type(w, xdp_get16(w, end - 2));
    if (type_outcome == XDP_NO_QUERY)
        return XDP_NO_QUERY;
    if (xdp_raw32(w, dns + 6) != 0)
        return XDP_OPTIONS;
    uint32_t additional = xdp_get16(w, dns + 10);
    if (additional > 1 || (additional == 0 && end != w->end))
        return XDP_OPTIONS;
    if (additional == 1)
        outcome = xdp_read_opt(w, end);
    return outcome != 0 ? outcome : type_outcome; /* last: a query of these types is plain but for that */
}

#endif
