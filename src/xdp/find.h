/*
 * Look-ups in the table: addresses in the tries, and zones. The layouts are those of trie/lookup.h and
 * trie/hosts.h; here they are read line by line.
 */
#ifndef XDP_FIND_H
#define XDP_FIND_H

#include "dns/wire.h"
#include "trie/lookup.h"
#include "xdp/question.h"

/* ---- Addresses ---- */

/* How many of the numbers `first` to `end` - 1 of a line are at most `x`. Four at a time, each in its half of
 * a 32-bit lane, without a branch: to a processor that guesses, a search in random data is all wrong guesses,
 * and to the verifier a state for each. */
static inline uint32_t xdp_at_most(const struct xdp_line *line, uint32_t first, uint32_t end, uint32_t x)
{
    const uint64_t half = UINT64_C(0x0000ffff0000ffff), above = UINT64_C(0x0001000000010000);
    uint64_t most = x * UINT64_C(0x100000001) | above, found = 0;

    for (unsigned i = 0; i < TRIE_LINE; i++) {
        uint64_t even = (most - (line->w[i] & half)) & above,
                 odd = (most - (line->w[i] >> 16 & half)) & above;
        uint64_t four = even >> 16 | odd >> 15;
        found |= ((four | four >> 30) & 0xf) << 4 * i;
    }
    return trie_popcount(found >> first & ((UINT64_C(1) << (end - first)) - 1));
}

/* Of the hosts node at `index`, the line that `suffix` is in if it is a host's: trie_hosts_line. */
static inline unsigned xdp_hosts_line(struct xdp_work *w, const struct xdp_line *head, uint32_t index,
                                      unsigned fences, unsigned suffix)
{
    enum { FIRST = 4 * TRIE_HOSTS_HEAD };
    unsigned most = TRIE_HOSTS_LINE - FIRST, in_line = fences < most ? fences : most;
    unsigned line = xdp_at_most(head, FIRST, FIRST + in_line, suffix);

    for (unsigned i = 1; i <= TRIE_HOSTS_MAX / TRIE_HOSTS_LINE / TRIE_HOSTS_LINE; i++) {
        if (line < most || fences <= most)
            break; /* the next fence is higher, or there is none */
        const struct xdp_line *at = xdp_line(w, index / TRIE_LINE + i);
        if (at == 0)
            break;
        in_line = fences - most < TRIE_HOSTS_LINE ? fences - most : TRIE_HOSTS_LINE;
        line += xdp_at_most(at, 0, in_line, suffix);
        most += TRIE_HOSTS_LINE;
    }
    return line;
}

/* The entry of the key that goes on with `suffix`, 16 bits, in the hosts node at `index`: a leaf, if it is a
 * host's. */
XDP_STEP uint64_t xdp_find_host(struct xdp_work *w, uint32_t index, uint32_t suffix)
{
    if (w == 0)
        return 0;
    const struct xdp_line *line = xdp_line(w, index / TRIE_LINE);
    if (line == 0)
        return 0;
    unsigned at = index % TRIE_LINE;
    uint64_t other = line->w[at], head = line->w[(at + 1) % TRIE_LINE];
    unsigned count = (unsigned)head & 0xffff, lines = trie_hosts_lines(count), number = 0;
    unsigned first = (at + TRIE_HOSTS_HEAD) * 4, end = first + count;
    if (lines != 0) {
        number = xdp_hosts_line(w, line, index, lines - 1, suffix) * TRIE_HOSTS_LINE;
        line = xdp_line(w, (index + trie_hosts_head(count)) / TRIE_LINE + number / TRIE_HOSTS_LINE);
        first = 0;
        end = count - number < TRIE_HOSTS_LINE ? count - number : TRIE_HOSTS_LINE;
        if (line == 0)
            return 0;
    }
    unsigned before = first + xdp_at_most(line, first, end, suffix);
    if (before == first || trie_hosts_short(line->w, (before - 1) & (TRIE_HOSTS_LINE - 1)) != suffix)
        return other;
    if (!(head & TRIE_HOSTS_INDEXED))
        return head >> 32 << 32;
    number += before - 1 - first;
    unsigned value =
        (unsigned)(xdp_word(w, index + trie_hosts_numbers(count) + number / 8) >> number % 8 * 8);
    value &= 0xff;
    return trie_leaf(xdp_u32(w, (index + trie_hosts_values(count)) * 2 + value));
}

/* The entry of octet `p` in the node at `index`, the first five words of which are in a line. */
static inline uint64_t xdp_node_entry(struct xdp_work *w, uint32_t index, unsigned p)
{
    const struct xdp_line *line = xdp_line(w, index / XDP_LINE);
    if (line == 0)
        return 0;
    uint64_t head = line->w[index % XDP_LINE];
    int slot = trie_node_slot(head, line->w[(index + 1 + (p >> 6)) % XDP_LINE], p);

    if (slot < 0)
        return head >> 32 << 32;
    if (head & TRIE_HALF)
        return trie_leaf(xdp_u32(w, (index + TRIE_NODE_HEAD) * 2 + (unsigned)slot));
    return xdp_word(w, index + TRIE_NODE_HEAD + (unsigned)slot);
}

/* The value of a key: trie_lookup. `root`: word index. */
XDP_STEP uint32_t xdp_find_key(struct xdp_work *w, uint32_t root, uint64_t hi, uint64_t lo)
{
    struct trie_key key = trie_key_shift((struct trie_key){ hi, lo }, TRIE_ROOT_BITS);

    if (w == 0)
        return 0;
    uint64_t entry = xdp_word(w, root + (uint32_t)(hi >> 48));
    for (unsigned depth = 0; depth < TRIE_DEPTH_MAX; depth++) {
        uint32_t index = (uint32_t)(entry >> 32);
        unsigned octet = (unsigned)(key.hi >> 56);
        if (trie_is_leaf(entry))
            return index;
        if ((entry & TRIE_TAG) == TRIE_FOLD) {
            uint64_t pair = xdp_word(w, xdp_layout_of(w)->pairs + trie_fold_pair(entry));
            return (uint32_t)(trie_fold_has(entry, octet) ? pair : pair >> 32);
        }
        if ((entry & TRIE_TAG) == TRIE_NODE) {
            entry = xdp_node_entry(w, index, octet);
            key = trie_key_shift(key, 8);
            continue;
        }
        if (trie_is_hosts(entry)) {
            entry = xdp_find_host(w, index, (uint32_t)(key.hi >> 48));
            continue;
        }
        uint64_t head = xdp_word(w, index);
        unsigned bits = (unsigned)(head & 7) * 8;
        if ((key.hi ^ xdp_word(w, index + 1)) >> (64 - bits) != 0)
            return (uint32_t)(head >> 32);
        entry = xdp_word(w, index + 2);
        key = trie_key_shift(key, bits);
    }
    w->fault = XDP_FAULT;
    return 0;
}

/* ---- Zones ---- */

/* Whether the name of the zone at line `line` is the question's from byte `offset` on, of w->zone_bytes. */
static inline bool xdp_is_zone(struct xdp_work *w, uint32_t line, uint32_t offset)
{
    uint32_t word = (line + 1) * XDP_LINE, bytes = w->zone_bytes, words = bytes / 8;

    for (uint32_t i = 0; i < XDP_NAME / 8; i++) {
        if (i >= words)
            break;
        if (xdp_word(w, word + i) != xdp_name_word(w, offset + 8 * i))
            return false;
    }
    return xdp_word(w, word + words) == xdp_name_rest(w, bytes & 7);
}

/* The line index of the zone whose name is the question's from byte `offset` on; 0: none. */
XDP_STEP uint32_t xdp_find_zone_at(struct xdp_work *w, uint32_t offset)
{
    uint64_t hash = 0;

    if (w == 0)
        return 0;
    uint32_t bytes = w->name_bytes - offset, words = bytes / 8;
    for (uint32_t i = 0; i < XDP_NAME / 8; i++) {
        if (i >= words)
            break;
        hash = xdp_zone_hash(hash, xdp_name_word(w, offset + 8 * i));
    }
    if (bytes & 7)
        hash = xdp_zone_hash(hash, xdp_name_rest(w, bytes & 7));
    w->zone_bytes = bytes; /* not in a register: to the verifier all lengths are one state from here */
    for (uint32_t i = 0; i < XDP_ZONE_PROBES; i++) {
        uint32_t slot = ((uint32_t)hash + i) & xdp_layout_of(w)->zone_slots_mask;
        uint32_t number = xdp_u32(w, xdp_layout_of(w)->zone_slots + slot);
        if (number == 0)
            return 0;
        uint32_t line = xdp_layout_of(w)->zones + (number - 1) * XDP_ZONE_LINES;
        const struct xdp_line *zone = xdp_line(w, line);
        if (zone != 0 && (uint32_t)(zone->w[0] >> 32 & 0xffff) == w->zone_bytes &&
            xdp_is_zone(w, line, offset))
            return line;
    }
    return 0;
}

/* Finds the zone with the longest name that the question's ends in: w->zone; 0: none. */
static inline void xdp_find_zone(struct xdp_work *w)
{
    w->zone = 0;
    for (uint32_t i = 0; i < XDP_LABELS; i++) {
        if (i >= xdp_layout_of(w)->depths_count)
            break;
        uint32_t depth = xdp_layout_of(w)->depths[i];
        if (depth > w->labels)
            continue;
        w->zone = xdp_find_zone_at(w, xdp_offset(w, w->labels - depth));
        w->key_labels = w->labels - depth;
        if (w->zone != 0)
            break;
    }
}

#endif
