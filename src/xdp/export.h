/*
 * Exporting a view: the table and the layout of xdp/data.h, from which the XDP program answers as the workers
 * do from the view. Its overlay is not part of it (overlay_memory.h).
 */
#ifndef XDP_EXPORT_H
#define XDP_EXPORT_H

#include "base/error.h"
#include "view/view.h"
#include "xdp/data.h"

enum { XDP_EXPORT_PARTS = 24 };

struct xdp_facts; /* xdp/loader.h */

/* An export under way. It borrows the view's memory until xdp_export_fill. */
struct xdp_export {
    struct xdp_layout layout; /* what concerns the table; the caller adds the interface's facts */
    uint32_t lines_count;     /* of the table */
    struct {
        const void *data;
        size_t bytes;
    } parts[XDP_EXPORT_PARTS]; /* of the table, each begins a line */
    size_t parts_count, bytes;
    struct vec verdicts, slots, zones, answers, replies, soas, servers, listings;
    struct vec places; /* uint16_t, by source: its place in the zone at hand + 1, 0: it has none */
    struct hash_index replies_index;
};

/* Lays the table out, for the rules in `facts`. ERR_MEMORY; ERR_LIMIT: the table would be beyond 16 GiB, or
 * zone names collide too often. xdp_export_free is due in any case. Some 5 ns a shape and zone. */
enum err xdp_export_begin(struct xdp_export *e, const struct view *view, const struct xdp_facts *facts,
                          struct error *error) must_use;

/* The bytes that a part of `bytes` takes in the table: whole lines. */
static inline size_t xdp_export_room(size_t bytes)
{
    return (bytes + sizeof(struct xdp_line) - 1) / sizeof(struct xdp_line) * sizeof(struct xdp_line);
}

/* Writes the table: lines_count lines, which are zeros. */
void xdp_export_fill(const struct xdp_export *e, struct xdp_line *table);

void xdp_export_free(struct xdp_export *e);

#endif
