/*
 * Look-ups of names in the table, in the layout of view/name_record.h; here it is read word by word.
 */
#ifndef XDP_NAMES_H
#define XDP_NAMES_H

#include "dns/wire.h"
#include "view/name_record.h"
#include "xdp/work.h"

enum { XDP_FOUND = 1 << 16 };

/* The hash of the name whose lowest label is at `offset` of the key, from that of the name above it. */
XDP_STEP uint64_t xdp_name_hash(struct xdp_work *w, uint64_t hash, uint32_t offset)
{
    if (w == 0)
        return 0;
    uint32_t left = (uint32_t)(xdp_name64(w, offset) & 0xff) + 1;
    for (uint32_t i = 0; i < WIRE_LABEL_MAX + 1; i += 8) {
        uint64_t word = xdp_name64(w, offset + i);
        if (left <= 8)
            return name_hash(hash, name_last_word(word, left));
        hash = name_hash(hash, word);
        left -= 8;
    }
    return hash; /* never: there is no longer label */
}

/* If `entry` is `depth` labels deep and its label is the one at `offset` of the key: its first two bytes, and
 * XDP_FOUND. Else 0. */
XDP_STEP uint32_t xdp_is_name(struct xdp_work *w, uint32_t entry, uint32_t depth, uint32_t offset)
{
    if (w == 0)
        return 0;
    uint64_t label = xdp_name64(w, offset);
    uint32_t at = xdp_layout_of(w)->names + entry * NAME_UNIT, index = at / 8, shift = at % 8 * 8;
    uint32_t left = (uint32_t)(label & 0xff) + NAME_HEAD, head = 0;
    uint64_t low = xdp_word(w, index);
    for (uint32_t i = 0; i < WIRE_LABEL_MAX + NAME_HEAD; i += 8) {
        uint64_t high = xdp_word(w, ++index), word = low >> shift | high << 1 << (63 - shift), differ;
        if (i == 0) {
            head = (uint32_t)word & 0xffff;
            differ = name_head_differs(word, label, depth);
        } else {
            differ = word ^ xdp_name64(w, offset + i - 1);
        }
        if (left <= 8)
            return name_last_word(differ, left) == 0 ? head | XDP_FOUND : 0;
        if (differ != 0)
            return 0;
        low = high;
        left -= 8;
    }
    return 0;
}

/* Makes `entry` the name at hand; `head`: the first two bytes of its record. Returns 1. */
XDP_STEP uint32_t xdp_enter(struct xdp_work *w, uint32_t entry, uint32_t head)
{
    if (w == 0)
        return 0;
    uint32_t length = head >> 8 & 0xff;
    uint64_t tail =
        xdp_bytes(w, xdp_layout_of(w)->names + entry * NAME_UNIT + NAME_HEAD + (length & NAME_LABEL));

    w->entry = entry;
    w->entry_end = head & NAME_INNER ? name_end_of(length, tail) : 0;
    w->entry_value = name_value_of(length, tail);
    return 1;
}

/* Goes from the name at hand to the one directly below it whose lowest label is at `offset` of the key; 0:
 * there is none. */
XDP_STEP uint32_t xdp_descend(struct xdp_work *w, uint64_t hash, uint32_t depth, uint32_t offset)
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
            if (((slot ^ (uint32_t)hash) & ~entries) != 0 || entry <= w->entry || entry >= w->entry_end)
                continue;
            uint32_t head = xdp_is_name(w, entry, depth, offset);
            if (head == 0)
                continue;
            return xdp_enter(w, entry, head);
        }
        at = at + 1 < lines ? at + 1 : 0;
    }
    w->fault = XDP_NOT_READY; /* so many full lines in a row are rare */
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
    xdp_enter(w, 0, (uint32_t)xdp_bytes(w, xdp_layout_of(w)->names));
    for (uint32_t i = 0; i < XDP_LABELS; i++) {
        if (left == 0)
            break;
        left--;
        uint32_t offset = xdp_offset(w, left), found = 0;
        if (w->entry_end != 0) {
            hash = xdp_name_hash(w, hash, offset);
            found = xdp_descend(w, hash, i + 1, offset);
        }
        if (found == 0) {
            w->entry = 0;
            w->verdict = (uint32_t)(xdp_name_verdicts(w) >> 32);
            return 0;
        }
    }
    w->verdict = (uint32_t)xdp_name_verdicts(w);
    return 0;
}

#endif
