/*
 * Bytes decoded into transactions of the overlay: additions and removals over ranges of all widths and names,
 * commits, aborts, reclaims, sweeps, and steps of time.
 *
 * Some old versions are kept, each with its model. A version is compared when it is the oldest and about to
 * be dropped: after everything that later transactions did to what they share. At the end all items are
 * removed, and no memory may be left in use.
 */
#ifndef SUPPORT_OVERLAY_OPS_H
#define SUPPORT_OVERLAY_OPS_H

#include <stddef.h>
#include <stdint.h>

enum overlay_fault { OVERLAY_NO_FAULT, OVERLAY_FAULT_EARLY_RECLAIM, OVERLAY_FAULT_LOST_ITEM };

/* Does what `bytes` say, with an enum overlay_fault; returns what is wrong, or NULL. */
const char *overlay_ops_run(const uint8_t *bytes, size_t size, uint64_t fault);

#endif
