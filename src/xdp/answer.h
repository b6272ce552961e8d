/*
 * Answering: from a frame to its reply, or to the reason why the sockets answer. What is answered here is
 * what answer_batch() answers, byte for byte.
 */
#ifndef XDP_ANSWER_H
#define XDP_ANSWER_H

#include "trie/ip.h"
#include "xdp/find.h"
#include "xdp/hits.h"
#include "xdp/names.h"
#include "xdp/overlay_reply.h"
#include "xdp/question.h"
#include "xdp/rate.h"

/* ---- The key ---- */

/* Four labels of a nibble each as 16 bits; more: they are not. */
static inline uint32_t xdp_nibbles(uint64_t labels)
{
    const uint64_t ones = UINT64_C(0x0001000100010001);
    uint64_t c = labels >> 8 & 0xff * ones, letter = c >> 6 & ones;
    uint64_t value = (c & 0xf * ones) + 9 * letter, from_ten = (value + 6 * ones) >> 4 & ones;

    if ((labels & 0xff * ones) != ones || c != value + '0' * ones + ('a' - '0' - 10) * letter ||
        from_ten != letter || (value & 0x10 * ones) != 0)
        return 0x10000;
    return (uint32_t)(value | value >> 12 | value >> 24 | value >> 36) & 0xffff;
}

static inline bool xdp_parse6(struct xdp_work *w)
{
    uint64_t half[2] = { 0, 0 };

    for (uint32_t i = 0; i < 8; i++) {
        uint32_t nibbles = xdp_nibbles(xdp_name_word(w, 8 * i));
        if (nibbles > 0xffff)
            return false;
        half[i / 4] |= (uint64_t)nibbles << 16 * (i % 4);
    }
    w->address[0] = half[1];
    w->address[1] = half[0];
    return true;
}

/* What the key is. Four single digits are an address whose name can also begin an IPv6 address. Partial: the
 * name may begin an address, as those that resolvers ask with QNAME minimisation. */
XDP_STEP uint32_t xdp_parse_key(struct xdp_work *w)
{
    if (w == 0)
        return XDP_KEY_PARTIAL;
    uint32_t labels = w->key_labels;
    if (labels <= w->octets) {
        w->address[0] = (uint64_t)w->ip4 << 32;
        w->address[1] = 0;
        return labels == 4 ? XDP_KEY_IP4 : XDP_KEY_PARTIAL;
    }
    if (labels == 32 && xdp_offset(w, 32) == 64 && xdp_parse6(w))
        return XDP_KEY_IP6;
    return labels < 32 && xdp_offset(w, labels) == 2 * labels ? XDP_KEY_PARTIAL : XDP_KEY_NAME;
}

/* ---- The answer ---- */

/* The zone's answer to a verdict: enum xdp_answer, or the word index of a reply. */
static inline uint32_t xdp_answer_of(struct xdp_work *w, uint32_t answers, uint32_t verdict)
{
    if (verdict == 0)
        return XDP_UNLISTED;
    return xdp_u32(w, answers + xdp_u32(w, xdp_layout_of(w)->verdicts + verdict));
}

/* Whether an answer is no more than nothing: what is protected is not listed either. */
static inline bool xdp_is_unlisted(uint32_t answer)
{
    return answer == XDP_UNLISTED || answer == XDP_PROTECTED;
}

/* The answer to a match, with what the overlay has for its key in the trie of `family`. */
static inline uint32_t xdp_answer_address(struct xdp_work *w, uint32_t answer, uint32_t family,
                                          struct trie_key key)
{
    w->overlay.below = 0;
    if (w->overlay.flags & XDP_OVERLAY_HAS << family)
        answer = xdp_join(w, answer, xdp_overlay_find(w, family, key.hi, key.lo));
    return xdp_is_unlisted(answer) ? XDP_UNLISTED : answer;
}

/* That to the IPv4 address of a question, or to the one within an IPv6 address: then members listed by name
 * do not count. */
XDP_STEP uint32_t xdp_answer_ip4(struct xdp_work *w, uint32_t answers, uint32_t ip4, uint32_t within)
{
    struct trie_key key = ip4_key(ip4);

    if (w == 0)
        return XDP_COMPOSED;
    uint32_t answer = xdp_answer_of(w, answers, xdp_find_key(w, xdp_layout_of(w)->root4, key.hi, 0));
    if (within && answer > XDP_WRITTEN && xdp_word(w, answer) & XDP_BY_NAME)
        answer = XDP_COMPOSED;
    return xdp_answer_address(w, answer, RANGE_IP4, key);
}

XDP_STEP uint32_t xdp_answer_ip6(struct xdp_work *w, uint32_t answers, uint32_t has4)
{
    uint32_t within = XDP_UNLISTED, answer;

    if (w == 0)
        return XDP_COMPOSED;
    struct trie_key key = { w->address[0], w->address[1] };
    bool mapped = ip6_is_mapped(key);
    if (ip6_is_6to4(key))
        within = xdp_answer_ip4(w, answers, ip6_6to4_ip4(key), 1);
    else if (mapped && (has4 || w->overlay.flags & XDP_OVERLAY_HAS << RANGE_IP4))
        within = xdp_answer_ip4(w, answers, ip6_mapped_ip4(key), 1);
    if (mapped && has4)
        return within;
    answer = xdp_answer_of(w, answers, xdp_find_key(w, xdp_layout_of(w)->root6, key.hi, key.lo));
    answer = xdp_answer_address(w, answer, RANGE_IP6, key);
    return answer == XDP_UNLISTED ? within : within == XDP_UNLISTED ? answer : XDP_COMPOSED;
}

static inline uint32_t xdp_answer_name(struct xdp_work *w, uint32_t answers, bool has_names)
{
    uint32_t answer = xdp_answer_of(w, answers, w->verdict);

    if (w->overlay.flags & XDP_OVERLAY_HAS << RANGE_NAME) {
        answer = xdp_join(w, answer, xdp_find_overlay_name(w));
        if (w->overlay.decides && !has_names && xdp_layout_of(w)->has_never)
            w->overlay.pass_up = 1; /* the name was not looked up: it may be protected */
    }
    return xdp_is_unlisted(answer) ? XDP_UNLISTED : answer;
}

/* For a name that is not listed: whether it is certain that no name below it is. `answers` as above. */
static inline bool xdp_is_certain(struct xdp_work *w, uint32_t kind, uint32_t answers)
{
    bool decided = kind == XDP_KEY_NAME && w->overlay.decides;
    uint32_t below = 0; /* verdict of the names below */

    if (kind == XDP_KEY_PARTIAL || (kind == XDP_KEY_IP4 && xdp_offset(w, 4) == 8))
        return false;
    if (w->entry != 0)
        below = (uint32_t)(xdp_name_verdicts(w) >> 32);
    else if (decided)
        below = w->verdict; /* that of the name, which may be hidden, holds for them too */
    return !(decided && w->overlay.listed_below) && (w->entry == 0 || w->entry_end == 0) &&
           xdp_is_unlisted(xdp_answer_of(w, answers, below)) && !xdp_overlay_lists_below(w);
}

/* Copies words of the table, from word `from` on, to the frame. */
XDP_STEP uint32_t xdp_put_records(struct xdp_work *w, uint32_t from, uint32_t words, uint32_t at)
{
    if (w == 0)
        return 0;
    for (uint32_t i = 0; i <= XDP_GROWTH_MAX / 8; i++) { /* of a longer reply the rest is not needed */
        if (i >= words)
            break;
        xdp_put_frame64(w, at + 8 * i, xdp_word(w, from + i));
    }
    return 0;
}

/* Writes the SOA record of a negative answer. Its owner is the apex. */
static inline void xdp_put_negative(struct xdp_work *w, const struct xdp_line *zone)
{
    uint32_t at = w->question_end, bytes = (uint32_t)(zone->w[0] >> 48), soa = (uint32_t)(zone->w[1] >> 32);

    xdp_put16(w, at, WIRE_POINTER | (WIRE_HEADER + xdp_offset(w, w->key_labels)));
    xdp_put_records(w, soa, (bytes + 7) / 8, at + 2);
    uint32_t ttl = __builtin_bswap32(xdp_raw32(w, at + 6));
    xdp_put_raw32(w, at + 6, __builtin_bswap32(xdp_limit_ttl(w, ttl)));
    w->end = at + 2 + bytes;
    w->authority = 1;
}

static inline void xdp_put_opt(struct xdp_work *w)
{
    uint32_t at = w->end;

    xdp_put16(w, at, 0); /* the root, and the upper octet of the type */
    *xdp_frame(w, at + 2) = TYPE_OPT;
    xdp_put16(w, at + 3, xdp_layout_of(w)->edns_limit);
    xdp_put_raw32(w, at + 5, 0);
    *xdp_frame(w, at + 7) = (uint8_t)w->edns_do;
    xdp_put16(w, at + 9, 0);
    w->end = at + XDP_OPT;
}

/* Completes the reply, whose records are written. `flags`: of its header, with the rcode. */
static inline void xdp_end_reply(struct xdp_work *w, uint32_t flags)
{
    uint32_t dns = w->dns;

    xdp_put16(w, dns + 2, FLAG_QR | (xdp_get16(w, dns + 2) & FLAG_RD) | flags);
    xdp_put16(w, dns + 6, w->answers);
    xdp_put16(w, dns + 8, w->authority);
    xdp_put16(w, dns + 10, w->additional + w->edns);
    if (w->edns)
        xdp_put_opt(w);
    xdp_turn_headers(w);
}

/* -A: writes the zone's name servers and their addresses; all of each, as put_authority and put_glue. */
static inline void xdp_put_authority(struct xdp_work *w)
{
    const struct xdp_line *servers = xdp_line(w, w->zone + XDP_ZONE_SERVERS);

    if (servers == 0)
        return;
    uint32_t word = (uint32_t)servers->w[0], glue = (uint32_t)(servers->w[0] >> 32);
    uint32_t count = (uint32_t)servers->w[1] & 0xffff, glue_bytes = (uint32_t)(servers->w[1] >> 32) & 0xffff;

    if (count > XDP_NS_MAX)
        w->end += XDP_GROWTH_MAX + 1;
    for (uint32_t i = 0; i < XDP_NS_MAX; i++) {
        if (i >= count)
            break;
        uint32_t bytes = (uint32_t)xdp_word(w, word) & 0xffff;
        xdp_put16(w, w->end, WIRE_POINTER | (WIRE_HEADER + xdp_offset(w, w->key_labels)));
        xdp_put_records(w, word + 1, (bytes + 7) / 8, w->end + 2);
        word += 1 + (bytes + 7) / 8;
        w->end += 2 + bytes;
    }
    xdp_put_records(w, glue, (glue_bytes + 7) / 8, w->end);
    w->end += glue_bytes;
    w->authority = count;
    w->additional = (uint32_t)servers->w[1] >> 16;
}

/* Writes the records of the reply to what `answer` lists, or to nothing; the outcome. */
static inline uint32_t xdp_put_answer(struct xdp_work *w, const struct xdp_line *zone, uint32_t answer)
{
    if (answer == XDP_UNLISTED || w->type != TYPE_A) {
        w->answers = 0;
        xdp_put_negative(w, zone);
        return answer == XDP_UNLISTED ? XDP_NXDOMAIN : XDP_NODATA;
    }
    if (answer != XDP_WRITTEN) {
        w->answers = (uint32_t)xdp_word(w, answer) & XDP_REPLY_COUNT;
        xdp_put_records(w, answer + 1, XDP_A / 8 * w->answers, w->question_end);
        w->overlay.ttl = __builtin_bswap32(xdp_raw32(w, w->question_end + 6));
    }
    if (answer == XDP_WRITTEN || w->overlay.until != XDP_NO_END)
        xdp_put_ttl(w, xdp_limit_ttl(w, w->overlay.ttl));
    w->end = w->question_end + XDP_A * w->answers;
    if (xdp_layout_of(w)->authority)
        xdp_put_authority(w);
    return XDP_LISTED;
}

/* Writes the reply; the outcome. It needs no more than 512 bytes, which every client takes: the longest query
 * has 12 + 255 + 4 + XDP_OPT. */
XDP_STEP uint32_t xdp_reply(struct xdp_work *w, uint32_t answer, uint32_t kind)
{
    if (w == 0)
        return XDP_FAULT;
    const struct xdp_line *zone = xdp_line(w, w->zone);
    if (zone == 0)
        return XDP_FAULT;
    if (answer == XDP_UNLISTED && !xdp_is_certain(w, kind, (uint32_t)zone->w[1]))
        return XDP_PARTIAL;
    w->authority = w->additional = 0;
    uint32_t outcome = xdp_put_answer(w, zone, answer);
    if (w->end - w->question_end > XDP_GROWTH_MAX)
        return XDP_TOO_LONG;
    xdp_end_reply(w, FLAG_AA | (outcome == XDP_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_NOERROR));
    return outcome;
}

/* Looks the key up and answers; the outcome. */
static inline uint32_t xdp_look_up(struct xdp_work *w)
{
    const struct xdp_line *zone = xdp_line(w, w->zone);
    uint32_t kind = xdp_parse_key(w), answer;

    if (zone == 0)
        return XDP_FAULT;
    w->zone_id = (uint32_t)zone->w[2];
    xdp_open_overlay(w);
    uint32_t flags = (uint32_t)zone->w[0], answers = (uint32_t)zone->w[1];
    bool has4 = flags >> 16 & 0xff, has_names = flags >> 24;
    w->kind = kind;
    if ((int64_t)zone->w[3] != XDP_NO_END && xdp_now(w) >= (int64_t)zone->w[3])
        return XDP_ZONE;
    if (has_names || w->overlay.flags & XDP_OVERLAY_HAS << RANGE_NAME)
        xdp_lower_name(w);
    if (has_names)
        xdp_find_name(w);
    else
        w->entry = w->verdict = 0;
    if (kind == XDP_KEY_IP4)
        answer = xdp_answer_ip4(w, answers, (uint32_t)(w->address[0] >> 32), 0);
    else if (kind == XDP_KEY_IP6)
        answer = xdp_answer_ip6(w, answers, has4);
    else
        answer = xdp_answer_name(w, answers, has_names);
    if (w->overlay.pass_up)
        return XDP_OVERLAY;
    return answer == XDP_COMPOSED ? XDP_NOT_READY : xdp_reply(w, answer, kind);
}

/* Writes an empty reply, which tells a real client beyond the rate limit to ask over TCP: PLAN_SLIP. */
XDP_STEP uint32_t xdp_put_slip(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    w->answers = w->authority = w->additional = 0;
    w->end = w->question_end;
    xdp_end_reply(w, FLAG_TC);
    return XDP_SLIPPED;
}

/* What the operator's rules for clients make of a query whose question was parsed with this outcome: XDP_ACL,
 * XDP_DROPPED, XDP_SLIPPED; 0: they leave it alone. In the order of plan_query in answer/answer.c. */
static inline uint32_t xdp_apply_rules(struct xdp_work *w, uint32_t outcome)
{
    bool limited = xdp_layout_of(w)->rate.limit != 0, has_acls = xdp_layout_of(w)->acls_count != 0;

    if (!limited && !has_acls)
        return 0;
    xdp_read_client(w, false);
    if (has_acls && xdp_has_rule(w))
        return XDP_ACL;
    if (!limited || (outcome != 0 && outcome != XDP_TYPE))
        return 0;
    w->action = xdp_count_reply(w);
    if (w->action == RATE_PASS || xdp_layout_of(w)->rate.dry_run)
        return 0;
    return w->action == RATE_DROP ? XDP_DROPPED : xdp_put_slip(w);
}

/* Finds the zone and answers; the outcome. */
static inline uint32_t xdp_answer_zone(struct xdp_work *w)
{
    xdp_find_zone(w);
    if (w->zone == 0)
        return XDP_NO_ZONE;
    if (w->key_labels == 0)
        return XDP_APEX;
    const struct xdp_line *zone = xdp_line(w, w->zone);
    if (zone == 0 || zone->w[0] >> 8 & 0xff)
        return XDP_ZONE;
    if ((xdp_layout_of(w)->resolvers.count[0] | xdp_layout_of(w)->resolvers.count[1]) != 0) {
        xdp_read_client(w, false);
        if (xdp_is_one_of(w, &xdp_layout_of(w)->resolvers))
            return XDP_RESOLVER;
    }
    return xdp_look_up(w);
}

/* Answers the frame of w->length bytes in w->frame. xdp_is_sent(): the reply is there, up to w->end. Others:
 * the reason why the frame goes up, or ends here. */
static inline uint32_t xdp_answer(struct xdp_work *w)
{
    w->fault = 0;
    w->overlay.now = 0;
    uint32_t outcome = xdp_read_headers(w);
    if (outcome != 0)
        return outcome;
    outcome = xdp_parse_question(w);
    uint32_t rules = xdp_apply_rules(w, outcome);
    if (rules != 0 || outcome != 0)
        return rules != 0 ? rules : outcome;
    outcome = xdp_answer_zone(w);
    return w->fault != 0 ? w->fault : outcome;
}

#endif
