/*
 * Loading the XDP program: its maps, filled from a view, and its place on an interface. Needs the rights for
 * it (root; CAP_BPF, CAP_NET_ADMIN, CAP_PERFMON).
 *
 * A view, once loaded, is a *fast path*: program, table, control word and counters of its own. Another one
 * takes its place on the interface by one exchange: packets are answered by the one or the other. Nothing is
 * pinned: when the process ends, however it does, the interface is as before.
 *
 * One thread; the control word may be set by any.
 */
#ifndef XDP_LOADER_H
#define XDP_LOADER_H

#include "base/error.h"
#include "view/view.h"
#include "xdp/data.h"

#include <stddef.h>

struct xdp_path;

/* What the program needs to know beside the view. */
struct xdp_facts {
    const struct xdp_address *addresses; /* that queries are sent to; at most XDP_ADDRESSES_MAX */
    size_t addresses_count;
    const bool *keyed; /* by zone id: zones that only the sockets answer for; NULL: none is */
    uint16_t edns_limit;
    uint8_t mac[6]; /* of the interface; zeros on the loopback interface */
    bool loopback;  /* it is that: clients have addresses that elsewhere are forged */
};

/* Whether this build has the program; a build without clang has none. */
bool xdp_is_built(void);

/* The number of CPUs, or negative; the first call, before chroot(), finds it out. */
int xdp_cpus(void);

/* Loads the view; the path begins switched off, so that all packets go up. ERR_REFUSED: not built.
 * ERR_SYSTEM: the kernel refuses. ERR_MEMORY, ERR_LIMIT: as xdp_export_begin. Some 0.1 s, and the time to
 * copy the data. */
enum err xdp_path_new(const struct view *view, const struct xdp_facts *facts, struct xdp_path **out,
                      struct error *error) must_use;

/* Frees the path; the kernel keeps its parts while it is attached. NULL: nothing. */
void xdp_path_free(struct xdp_path *path);

/* Bytes of the kernel's memory that the path's table takes. */
size_t xdp_path_bytes(const struct xdp_path *path);

/* Says what the path answers: bits of XDP_CONTROL_*. Packets that arrive afterwards meet the new value. */
void xdp_path_control(struct xdp_path *path, uint32_t bits);

/* Adds the path's counters, of all CPUs, to `sum`. */
void xdp_path_count(const struct xdp_path *path, struct xdp_counters *sum);

/* Likewise with another BPF object, which has the maps and the layout of program.bpf.c: for benchmarks. */
enum err xdp_path_load(const void *object, size_t object_bytes, const struct view *view,
                       const struct xdp_facts *facts, struct xdp_path **out, struct error *error) must_use;

/* Adds the counters of the zones with ids below `count` to `sums`, by id. */
void xdp_path_count_zones(const struct xdp_path *path, struct xdp_zone_counters *sums, size_t count);

/* The outcome's name in counters: `listed`, `no_zone`. */
const char *xdp_outcome_name(enum xdp_outcome outcome);

/* The BPF object (libbpf), owned by the path. */
struct bpf_object;
struct bpf_object *xdp_path_object(const struct xdp_path *path);

/* ---- On an interface ---- */

struct xdp_hook;

/* Attaches the path to the interface with index `interface`: in the driver, or, where that cannot, in the
 * kernel's generic hook. ERR_SYSTEM: neither. The path must outlive the hook, or its next exchange. */
enum err xdp_hook_attach(unsigned interface, const struct xdp_path *path, struct xdp_hook **out,
                         struct error *error) must_use;

/* Whether the driver runs the program; else the kernel does, for each packet as the stack has it. */
bool xdp_hook_is_native(const struct xdp_hook *hook);

/* Puts another path in the place of the one that is attached. ERR_SYSTEM: nothing has changed. */
enum err xdp_hook_exchange(struct xdp_hook *hook, const struct xdp_path *path, struct error *error) must_use;

/* Detaches; the path stays its owner's. NULL: nothing. */
void xdp_hook_detach(struct xdp_hook *hook);

#endif
