/*
 * The overlay's layout in memory, as far as readers outside of the process need it. Pure and free of libc: it
 * compiles for BPF too.
 */
#ifndef OVERLAY_OVERLAY_LAYOUT_H
#define OVERLAY_OVERLAY_LAYOUT_H

#include "overlay/list_mask.h"

#define OVERLAY_ITEMS_MAX 16 /* items that hold for one address */

enum range_family { RANGE_IP4, RANGE_IP6, RANGE_NAME };

enum overlay_kind { OVERLAY_DELIST, OVERLAY_LIST, OVERLAY_ALLOW };

/* The parts of an overlay, each an arena (base/arena.h). */
enum overlay_part { OVERLAY_TRIES, OVERLAY_ITEMS, OVERLAY_RECORDS, OVERLAY_LISTS, OVERLAY_PARTS };

/* A value of a trie: a slot among the items, or, with OVERLAY_RECORD, the unit of a record
 * (overlay_pool.h). */
enum { OVERLAY_UNIT = 4 /* words of 32 bits */ };
#define OVERLAY_RECORD (UINT32_C(1) << 31)

/* Of struct overlay_item: its size, and where its fields are. */
enum {
    OVERLAY_ITEM_BYTES = 48,
    OVERLAY_ITEM_UNTIL = 8,
    OVERLAY_ITEM_LISTS = 16, /* a pointer into the part with the lists */
    OVERLAY_ITEM_CODE = 24,  /* 32 bits, then 8 each: kind, family, subdomains */
};

#endif
