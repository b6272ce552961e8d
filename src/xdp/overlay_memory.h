/*
 * The overlay in memory that the kernel's programs read too: what they look up is what the workers look up.
 *
 * The memory is chunks of ARENA_CHUNK bytes, each a BPF array that is mapped where an arena of the overlay
 * grows (base/arena.h), and one of a BPF array of arrays; a chunk takes 10 to 30 ms, as the kernel waits, and
 * longer while `rights` loads a program. All programs share that, and struct xdp_overlay_state, in which a
 * version is published: so neither growing nor publishing needs a new program. Where a chunk cannot be made,
 * the overlay takes the system's memory instead, and what a program would read there goes up to the sockets.
 *
 * One thread at a time makes an overlay grow; publishing, the clock and waiting are each for any one thread.
 */
#ifndef XDP_OVERLAY_MEMORY_H
#define XDP_OVERLAY_MEMORY_H

#include "overlay/overlay.h"
#include "xdp/rights.h"

struct xdp_overlay;
struct arena_memory;

/* Memory for an overlay of at most `most_bytes` bytes (overlay_new_in), whose maps `rights` makes, which
 * outlives it; NULL: this process. ERR_MEMORY; ERR_LIMIT; ERR_SYSTEM: the kernel refuses. */
enum err xdp_overlay_new(size_t most_bytes, struct xdp_rights *rights, struct xdp_overlay **out,
                         struct error *error) must_use;

/* Likewise where no program reads it: for tests without the rights. */
enum err xdp_overlay_new_aside(size_t most_bytes, struct xdp_overlay **out, struct error *error) must_use;

/* Frees it; the overlay in it is freed, or grows no more. NULL: nothing. */
void xdp_overlay_free(struct xdp_overlay *o);

/* By part of the overlay; valid as long as `o`. */
const struct arena_memory *xdp_overlay_memory(const struct xdp_overlay *o);

/* Publishes a version of the overlay that is in this memory: packets that arrive afterwards meet it. */
void xdp_overlay_publish(struct xdp_overlay *o, const struct overlay_view *view);

/* Tells the programs the time: at least every second, and when the clock was set. As workers do, they go on
 * from their time when the clock is set back by at most CLOCK_WAIT. */
void xdp_overlay_set_clock(struct xdp_overlay *o);

/* Waits until no program reads what was not published any more when this was called. Some 10 to 30 ms. */
void xdp_overlay_wait(const struct xdp_overlay *o);

/* What a program, or the same text on the host, needs to know. */
struct xdp_overlay_maps {
    int chunks, state; /* descriptors of maps; -1: not in the kernel */
    uint32_t chunks_count, lines[OVERLAY_PARTS];
    struct xdp_overlay_state *state_memory;
    const struct xdp_line *const *chunks_memory;
};
struct xdp_overlay_maps xdp_overlay_maps(const struct xdp_overlay *o);

#endif
