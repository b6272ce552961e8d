/*
 * Look-ups of names in the table, in the layout of view/names.h; here it is read word by word.
 */
#ifndef XDP_NAMES_H
#define XDP_NAMES_H

#include "dns/wire.h"
#include "xdp/work.h"

/* Both halves of the product, joined: hash_fold, without 128 bits. */
static inline uint64_t xdp_fold(uint64_t a, uint64_t b)
{
    uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    uint64_t low = a0 * b0, mid = a1 * b0 + (low >> 32), mid2 = a0 * b1 + (uint32_t)mid;
    uint64_t high = a1 * b1 + (mid >> 32) + (mid2 >> 32);
    return high ^ (mid2 << 32 | (uint32_t)low);
}

static inline uint64_t xdp_first_bytes(uint64_t word, uint32_t n)
{
    return n < 8 ? word & ((UINT64_C(1) << 8 * n) - 1) : word;
}

/* The hash of the label at `offset` of the name, below `parent`: label_hash of view/names.c. */
XDP_STEP uint64_t xdp_label_hash(struct xdp_work *w, uint32_t parent, uint32_t offset, uint32_t bytes)
{
    if (w == 0)
        return 0;
    uint64_t hash = xdp_layout_of(w)->names_seed ^ parent * UINT64_C(0x9e3779b97f4a7c15);

    for (uint32_t i = 0; i < WIRE_LABEL_MAX + 1; i += 8) {
        if (i >= bytes)
            break;
        hash = xdp_fold(hash ^ xdp_first_bytes(xdp_name64(w, offset + i), bytes - i),
                        UINT64_C(0xa0761d6478bd642f));
    }
    return xdp_fold(hash, UINT64_C(0xe7037ed1a0b428db));
}

/* 1 if `entry` is that of the label at `offset` of the name, of `bytes` with its length, below `parent`. */
XDP_STEP uint32_t xdp_is_child(struct xdp_work *w, uint32_t entry, uint32_t parent, uint32_t offset,
                               uint32_t bytes)
{
    if (w == 0)
        return 0;
    uint32_t index = xdp_layout_of(w)->entries + 3 * entry;
    if (xdp_u32(w, index) != parent)
        return 0;
    uint32_t at = xdp_layout_of(w)->labels + xdp_u32(w, index + 1);
    for (uint32_t i = 0; i < WIRE_LABEL_MAX + 1; i += 8) {
        if (i >= bytes)
            break;
        if (xdp_first_bytes(xdp_bytes(w, at + i) ^ xdp_name64(w, offset + i), bytes - i) != 0)
            return 0;
    }
    return 1;
}

/* The entry below `parent` of the label at `offset` of the name; 0: none. */
XDP_STEP uint32_t xdp_find_child(struct xdp_work *w, uint32_t parent, uint32_t offset)
{
    if (w == 0)
        return 0;
    uint32_t bytes = (uint32_t)(xdp_name64(w, offset) & 0xff) + 1;
    uint64_t hash = xdp_label_hash(w, parent, offset, bytes);
    uint32_t entries = (1u << (xdp_layout_of(w)->entry_bits & 31)) - 1,
             tag = (uint32_t)(hash >> 32) & ~entries;
    for (uint32_t i = 0; i < XDP_NAME_PROBES; i++) {
        uint32_t at = ((uint32_t)hash + i) & xdp_layout_of(w)->slots_mask;
        uint32_t slot = xdp_u32(w, xdp_layout_of(w)->slots + at);
        if (slot == 0)
            return 0;
        if ((slot & ~entries) == tag && xdp_is_child(w, slot & entries, parent, offset, bytes))
            return slot & entries;
    }
    w->fault = 1; /* not seen; a hash that is seeded makes no such runs */
    return 0;
}

/* The verdicts of an entry: exact | below << 32. */
static inline uint64_t xdp_name_value(struct xdp_work *w, uint32_t entry)
{
    return xdp_word(w, xdp_layout_of(w)->values + xdp_u32(w, xdp_layout_of(w)->entries + 3 * entry + 2));
}

/* Looks up the key as a name, as names_lookup: w->verdict and w->entry, 0 if it is not in the table itself.
 */
XDP_STEP uint32_t xdp_find_name(struct xdp_work *w)
{
    uint32_t entry = 0;

    if (w == 0)
        return XDP_FAULT;
    w->entry = w->verdict = 0;
    if (xdp_layout_of(w)->entries_count == 0)
        return 0;
    uint32_t left = w->key_labels;
    for (uint32_t i = 0; i < XDP_LABELS; i++) {
        if (left == 0)
            break;
        left--;
        uint32_t child = xdp_find_child(w, entry, xdp_offset(w, left));
        if (child == 0) {
            w->verdict = (uint32_t)(xdp_name_value(w, entry) >> 32);
            return 0;
        }
        entry = child;
    }
    w->verdict = (uint32_t)xdp_name_value(w, entry);
    w->entry = entry;
    return 0;
}

/* Whether the table has names below `entry`. */
static inline bool xdp_has_below(struct xdp_work *w, uint32_t entry)
{
    return entry + 1 < xdp_layout_of(w)->entries_count &&
           xdp_u32(w, xdp_layout_of(w)->entries + 3 * (entry + 1)) >= entry;
}

#endif
