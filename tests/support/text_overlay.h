/* Overlays whose items are written as text. */
#ifndef SUPPORT_TEXT_OVERLAY_H
#define SUPPORT_TEXT_OVERLAY_H

#include "overlay/overlay.h"

/* An item; its number is its index + 1. */
struct text_item {
    const char *range; /* `.name`: with subdomains */
    enum overlay_kind kind;
    unsigned lists; /* bit n: list n */
    int64_t until;  /* 0: no end */
    uint32_t code;  /* last octet of 127.0.0. */
    const char *text;
};

#define TEXT_OVERLAY_MAX (1 << 26) /* bytes */

/* An overlay of some items, and its version in *out; overlay_free frees it. */
struct arena_memory;
struct overlay *text_overlay_new_in(const struct text_item *items, size_t count,
                                    const struct arena_memory *memory, struct overlay_view *out);
struct overlay *text_overlay_new(const struct text_item *items, size_t count, struct overlay_view *out);

#endif
