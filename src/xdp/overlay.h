/*
 * Look-ups in the overlay, as of overlay/overlay.c: which version of it, at what time, and the values that
 * its tries have for addresses and names. Its parts are read where they are (data.h).
 */
#ifndef XDP_OVERLAY_H
#define XDP_OVERLAY_H

#include "overlay/overlay_layout.h"
#include "trie/lookup.h"
#include "xdp/work.h"

enum { XDP_NAMES_ABOVE = 8 }; /* that are looked up */
#define XDP_NO_END INT64_MAX

/* ---- The version and the time ---- */

/* Notes which version of the overlay answers. */
static inline void xdp_open_overlay(struct xdp_work *w)
{
    struct xdp_overlay_work *o = &w->overlay;
    const struct xdp_overlay_state *s = xdp_overlay_state(w);

    o->flags = o->pass_up = o->decides = o->listed_below = 0;
    o->until = XDP_NO_END;
    if (s == 0)
        return;
    uint64_t head = *(const volatile uint64_t *)&s->head;
    o->flags = (uint32_t)head;
    if (o->flags == 0)
        return;
    const volatile struct xdp_overlay_version *v = &s->version[head >> 32 & 1];
    o->root[0] = v->root[0];
    o->root[1] = v->root[1];
    o->root[2] = v->root[2];
    o->subdomains_most = v->subdomains_most;
    o->pass_up =
        *(const volatile uint64_t *)&s->head != head; /* a new version may be written over this one */
}

/* Unix time in seconds, as the workers have it, the same for all that is done with a frame; the latest of all
 * if it is not known. */
static inline int64_t xdp_now(struct xdp_work *w)
{
    const struct xdp_overlay_state *s = xdp_overlay_state(w);

    if (w->overlay.now != 0)
        return w->overlay.now;
    w->overlay.now = XDP_NO_END;
    if (s == 0 || s->clock_ns == 0)
        return XDP_NO_END;
    uint64_t now = (xdp_monotonic_ns(w) + (uint64_t)s->clock_ns) / 1000000000, least = (uint64_t)s->least;
    w->overlay.now = (int64_t)(now > least ? now : least);
    return w->overlay.now;
}

/* ---- Reading ---- */

/* Word `index` of a part. Where there is none, the sockets answer. */
static inline uint64_t xdp_overlay_word(struct xdp_work *w, uint32_t part, uint64_t index)
{
    uint32_t line = xdp_layout_of(w)->overlay_lines[part] + (uint32_t)(index / XDP_LINE);
    const struct xdp_line *l = xdp_overlay_line(w, line);

    if (l != 0)
        return l->w[index % XDP_LINE];
    w->overlay.pass_up = 1;
    return 0;
}

static inline uint64_t xdp_trie_word(struct xdp_work *w, uint32_t index)
{
    return xdp_overlay_word(w, OVERLAY_TRIES, index);
}

/* The entry of octet `p` in the node at `index`. */
static inline uint64_t xdp_overlay_entry(struct xdp_work *w, uint32_t index, unsigned p)
{
    uint64_t head = xdp_trie_word(w, index);
    int slot = trie_node_slot(head, xdp_trie_word(w, index + 1 + (p >> 6)), p);

    if (slot < 0)
        return head >> 32 << 32;
    if (head & TRIE_HALF)
        return xdp_trie_word(w, index + TRIE_NODE_HEAD + (unsigned)slot / 2) >> slot % 2 * 32 << 32;
    return xdp_trie_word(w, index + TRIE_NODE_HEAD + (unsigned)slot);
}

/* The value of a key in the trie of a family: trie_lookup of a split trie, which has no folds and no hosts.
 */
XDP_STEP uint32_t xdp_overlay_find(struct xdp_work *w, uint32_t family, uint64_t hi, uint64_t lo)
{
    struct trie_key key = trie_key_shift((struct trie_key){ hi, lo }, TRIE_ROOT_BITS);

    if (w == 0 || family > 2)
        return 0;
    uint32_t page = (uint32_t)xdp_trie_word(w, w->overlay.root[family] + (uint32_t)(hi >> 56));
    uint64_t entry = xdp_trie_word(w, page + (uint32_t)(hi >> 48 & 0xff));
    for (unsigned depth = 0; depth < TRIE_DEPTH_MAX; depth++) {
        uint32_t index = (uint32_t)(entry >> 32);
        if (trie_is_leaf(entry))
            return index;
        if ((entry & TRIE_TAG) == TRIE_NODE) {
            entry = xdp_overlay_entry(w, index, (unsigned)(key.hi >> 56));
            key = trie_key_shift(key, 8);
            continue;
        }
        uint64_t head = xdp_trie_word(w, index);
        unsigned bits = (unsigned)(head & 7) * 8;
        if ((key.hi ^ xdp_trie_word(w, index + 1)) >> (64 - bits) != 0)
            return (uint32_t)(head >> 32);
        entry = xdp_trie_word(w, index + 2);
        key = trie_key_shift(key, bits);
    }
    w->overlay.pass_up = 1;
    return 0;
}

/* ---- Names ---- */

struct xdp_siphash {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t xdp_rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void xdp_siphash_round(struct xdp_siphash *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = xdp_rotate(s->v1, 13) ^ s->v0;
    s->v3 = xdp_rotate(s->v3, 16) ^ s->v2;
    s->v0 = xdp_rotate(s->v0, 32) + s->v3;
    s->v2 += s->v1;
    s->v3 = xdp_rotate(s->v3, 21) ^ s->v0;
    s->v1 = xdp_rotate(s->v1, 17) ^ s->v2;
    s->v2 = xdp_rotate(s->v2, 32);
}

static inline void xdp_siphash_add(struct xdp_siphash *s, uint64_t word)
{
    s->v3 ^= word;
    xdp_siphash_round(s);
    xdp_siphash_round(s);
    s->v0 ^= word;
}

/* siphash() of the name in front of the zone, from label `from` on, with key number `half`: half of
 * overlay_name_key. */
XDP_STEP uint64_t xdp_overlay_hash(struct xdp_work *w, uint32_t from, uint32_t half)
{
    if (w == 0)
        return 0;
    const struct xdp_overlay_state *state = xdp_overlay_state(w);
    if (state == 0)
        return 0;
    uint64_t k0 = state->key[half * 2 & 3], k1 = state->key[(half * 2 + 1) & 3];
    struct xdp_siphash s = { k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                             k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573) };
    uint32_t at = xdp_offset(w, from), size = xdp_offset(w, w->key_labels) - at, rest = size & 7;
    for (uint32_t i = 0; i < XDP_NAME; i += 8) {
        if (i + 8 > size)
            break;
        xdp_siphash_add(&s, xdp_name64(w, at + i));
    }
    uint64_t last = xdp_name64(w, at + (size & ~7u)) & ((UINT64_C(1) << rest * 8) - 1);
    xdp_siphash_add(&s, (uint64_t)size << 56 | last);
    s.v2 ^= 0xff;
    for (unsigned i = 0; i < 4; i++)
        xdp_siphash_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* The value of the name that label `from` begins. Another name with the same 128 bits of the hash is taken
 * for it: the key is secret. */
static inline uint32_t xdp_name_overlay(struct xdp_work *w, uint32_t from)
{
    return xdp_overlay_find(w, RANGE_NAME, xdp_overlay_hash(w, from, 0), xdp_overlay_hash(w, from, 1));
}

/* The value of the question's name; with o->below, of the one name above it that has items. */
XDP_STEP uint32_t xdp_find_overlay_name(struct xdp_work *w)
{
    if (w == 0)
        return 0;
    struct xdp_overlay_work *o = &w->overlay;
    o->below = 0;
    uint32_t value = xdp_name_overlay(w, 0), labels = w->key_labels, most = o->subdomains_most;
    if (!(o->flags & XDP_OVERLAY_SUBDOMAINS))
        return value;
    uint32_t from = labels > most ? labels - most : 1;
    if (from + XDP_NAMES_ABOVE < labels)
        o->pass_up = 1;
    for (uint32_t i = 0; i < XDP_NAMES_ABOVE; i++) {
        if (from + i >= labels)
            break;
        uint32_t above = xdp_name_overlay(w, from + i);
        if (above == 0)
            continue;
        o->pass_up |= value != 0;
        o->below = 1;
        value = above;
    }
    return value;
}

/* Whether a name below the question's may have been listed: overlay_lists_below_name. */
static inline bool xdp_overlay_lists_below(struct xdp_work *w)
{
    const struct xdp_overlay_state *s = xdp_overlay_state(w);
    const uint32_t names = XDP_OVERLAY_HAS << RANGE_NAME | XDP_OVERLAY_LISTS;

    if (s == 0 || (w->overlay.flags & names) != names)
        return false;
    uint32_t place = (uint32_t)(xdp_overlay_hash(w, 0, 0) >> 48);
    return s->listed[place / 64 & 1023] >> place % 64 & 1;
}

#endif
