/*
 * Look-ups of names in the table, in the layout of view/name_record.h; here it is read word by word.
 */
#ifndef XDP_NAMES_H
#define XDP_NAMES_H

#include "dns/wire.h"
#include "view/name_record.h"
#include "xdp/work.h"

/* The hash of the name whose lowest label is at `offset` of the key, from that of the name above it. */
XDP_STEP uint64_t xdp_name_hash(struct xdp_work *w, uint64_t hash, uint32_t offset)
{
    if (w == 0)
        return 0;
    uint32_t bytes = (uint32_t)(xdp_name64(w, offset) & 0xff) + 1;
    for (uint32_t i = 0; i < WIRE_LABEL_MAX + 1; i += 8) {
        if (i >= bytes)
            break;
        hash = name_hash(hash, name_first_bytes(xdp_name64(w, offset + i), bytes - i));
    }
    return hash;
}

/* 1 if `entry` is `depth` labels deep and its label is the one at `offset` of the key. */
XDP_STEP uint32_t xdp_is_name(struct xdp_work *w, uint32_t entry, uint32_t depth, uint32_t offset)
{
    if (w == 0)
        return 0;
    uint64_t label = xdp_name64(w, offset);
    uint32_t at = xdp_layout_of(w)->names + entry * NAME_UNIT, bytes = (uint32_t)(label & 0xff) + NAME_HEAD;
    uint64_t differ = xdp_bytes(w, at) ^ (label << 8 | depth);

    differ &= ~(uint64_t)(NAME_INNER | (0xff & ~NAME_LABEL) << 8);
    for (uint32_t i = 0; i < WIRE_LABEL_MAX + NAME_HEAD; i += 8) {
        if (i != 0)
            differ = xdp_bytes(w, at + i) ^ xdp_name64(w, offset + i - 1);
        if (name_first_bytes(differ, bytes - i) != 0)
            return 0;
        if (bytes - i <= 8)
            break;
    }
    return 1;
}

/* Reads what the record of `entry` has beside its label: it is the name at hand. */
static inline void xdp_read_name(struct xdp_work *w, uint32_t entry)
{
    uint32_t at = xdp_layout_of(w)->names + entry * NAME_UNIT;
    uint32_t head = (uint32_t)xdp_bytes(w, at), length = head >> 8 & 0xff;
    uint64_t tail = xdp_bytes(w, at + NAME_HEAD + (length & NAME_LABEL));

    w->entry = entry;
    w->entry_end = head & NAME_INNER ? name_end_of(length, tail) : 0;
    w->entry_value = name_value_of(length, tail);
}

/* The entry directly below the name at hand whose lowest label is at `offset` of the key; 0: none. */
XDP_STEP uint32_t xdp_find_child(struct xdp_work *w, uint64_t hash, uint32_t depth, uint32_t offset)
{
    if (w == 0)
        return 0;
    uint32_t lines = xdp_layout_of(w)->name_slot_lines, at = name_line(hash, lines);
    uint32_t entries = xdp_layout_of(w)->name_entry_mask;
    for (uint32_t i = 0; i < XDP_NAME_LINES; i++) {
        const struct xdp_line *line = xdp_line(w, xdp_layout_of(w)->name_slots + at);
        if (line == 0)
            return 0;
        for (uint32_t j = 0; j < NAME_LINE_SLOTS; j++) {
            uint32_t number = ((uint32_t)hash + j) % NAME_LINE_SLOTS;
            uint32_t slot = (uint32_t)(line->w[number / 2] >> number % 2 * 32), entry = slot & entries;
            if (slot == 0)
                return 0;
            if (((slot ^ (uint32_t)hash) & ~entries) == 0 && entry > w->entry && entry < w->entry_end &&
                xdp_is_name(w, entry, depth, offset))
                return entry;
        }
        at = at + 1 < lines ? at + 1 : 0;
    }
    w->fault = 1; /* not seen; a hash that is seeded makes no such runs */
    return 0;
}

/* The verdicts of the name at hand: exact | below << 32. */
static inline uint64_t xdp_name_verdicts(struct xdp_work *w)
{
    return xdp_word(w, xdp_layout_of(w)->name_values + w->entry_value);
}

/* Looks up the key as a name, as names_lookup: w->verdict and w->entry, 0 if it is not in the table itself.
 */
XDP_STEP uint32_t xdp_find_name(struct xdp_work *w)
{
    if (w == 0)
        return XDP_FAULT;
    w->entry = w->verdict = 0;
    if (xdp_layout_of(w)->name_slot_lines == 0)
        return 0;
    uint64_t hash = xdp_layout_of(w)->names_seed;
    uint32_t left = w->key_labels;
    xdp_read_name(w, 0);
    for (uint32_t i = 0; i < XDP_LABELS; i++) {
        if (left == 0)
            break;
        left--;
        uint32_t offset = xdp_offset(w, left), child = 0;
        if (w->entry_end != 0) {
            hash = xdp_name_hash(w, hash, offset);
            child = xdp_find_child(w, hash, i + 1, offset);
        }
        if (child == 0) {
            w->entry = 0;
            w->verdict = (uint32_t)(xdp_name_verdicts(w) >> 32);
            return 0;
        }
        xdp_read_name(w, child);
    }
    w->verdict = (uint32_t)xdp_name_verdicts(w);
    return 0;
}

#endif
