/*
 * Loading the XDP program: its maps, filled from a view.
 *
 * A view, once loaded, is a struct xdp_path: program, table, control word and counters of its own. Another
 * one takes its place on the interfaces by one exchange each (rights.h): packets are answered by the one or
 * the other.
 *
 * One thread; the control word may be set by any.
 */
#ifndef XDP_LOADER_H
#define XDP_LOADER_H

#include "base/error.h"
#include "view/view.h"
#include "xdp/interfaces.h"
#include "xdp/overlay_memory.h"

#include <stddef.h>

struct xdp_path;
struct xdp_kept;
struct prefixes; /* answer/prefixes.h */

/* What the program needs to know beside the view. */
struct xdp_facts {
    struct xdp_rights *rights; /* who loads it; NULL: this process */
    const struct xdp_interfaces *interfaces;
    const struct xdp_overlay *overlay; /* which the path reads, and outlives it; NULL: none */
    const bool *keyed;                 /* by zone id: zones that only the sockets answer for; NULL: none is */
    uint16_t edns_limit;
    bool authority;              /* answer_context.authority */
    bool hits;                   /* hits are sampled */
    const struct xdp_kept *kept; /* NULL: no rate limit, and no hits; else `overlay` has the clock */
    const struct prefixes *exempt, *resolvers; /* from the rate limit; public resolvers; NULL: none */
};

/* Whether this build has the program; a build without clang has none. */
bool xdp_is_built(void);

/* The number of CPUs, or negative; the first call, before chroot(), finds it out. */
int xdp_cpus(void);

/* Loads the view; the path begins switched off, so that all packets go up. ERR_REFUSED: not built.
 * ERR_SYSTEM: the kernel refuses. ERR_MEMORY, ERR_LIMIT: as xdp_export_begin. Some 0.1 s, and the time to
 * copy the data. `rights` has it loaded then, not in use. */
enum err xdp_path_new(const struct view *view, const struct xdp_facts *facts, struct xdp_path **out,
                      struct error *error) must_use;

/* Has the snapshot of the view that was loaded, before it is published, read in the table what the two have
 * alike; its own copy is freed. Once for each path. */
void xdp_path_lend(struct xdp_path *path, struct snapshot *snapshot);

/* Frees the path; the kernel keeps its parts while its program is in use. NULL: nothing. */
void xdp_path_free(struct xdp_path *path);

/* Bytes of the kernel's memory that the path's table takes. */
size_t xdp_path_bytes(const struct xdp_path *path);

/* Says what the path answers: bits of XDP_CONTROL_*. Packets that arrive afterwards meet the new value. */
void xdp_path_control(struct xdp_path *path, uint32_t bits);

/* Adds the path's counters, of all CPUs, to `sum`. */
void xdp_path_count(const struct xdp_path *path, struct xdp_counters *sum);

/* As xdp_path_new with another BPF object, which has the maps and the layout of program.bpf.c, by this
 * process: for benchmarks. */
enum err xdp_path_load(const void *object, size_t object_bytes, const struct view *view,
                       const struct xdp_facts *facts, struct xdp_path **out, struct error *error) must_use;

/* Adds the counters of the zones with ids below `count` to `sums`, by id. */
void xdp_path_count_zones(const struct xdp_path *path, struct xdp_zone_counters *sums, size_t count);

/* The outcome's name in counters: `listed`, `no_zone`. */
const char *xdp_outcome_name(enum xdp_outcome outcome);

/* The BPF object (libbpf), owned by the path; NULL: another process has it. */
struct bpf_object *xdp_path_object(const struct xdp_path *path);

#endif
