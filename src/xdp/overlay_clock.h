/*
 * The clock of the programs in the kernel: a thread that tells them the time every second, and at once when
 * the system's clock is set.
 */
#ifndef XDP_OVERLAY_CLOCK_H
#define XDP_OVERLAY_CLOCK_H

#include "xdp/overlay_memory.h"

struct xdp_clock;

/* Starts the thread; `overlay` outlives it. ERR_MEMORY; ERR_SYSTEM. */
enum err xdp_clock_start(struct xdp_overlay *overlay, struct xdp_clock **out, struct error *error) must_use;

/* Ends it. NULL: nothing. */
void xdp_clock_stop(struct xdp_clock *clock);

#endif
