/*
 * The fast path of the server: the XDP program (xdp/loader.h) on its interfaces (hooks.h), kept in step with
 * the view.
 *
 * The publisher calls it. Before a new snapshot is published, its program and data are made ready beside the
 * ones that answer; at the publish they take their place. The overlay is in memory that the programs read
 * (xdp/overlay_memory.h). A failure switches the fast path off, is logged, and touches nothing else:
 * everything goes up to the sockets then. The next snapshot tries again.
 */
#ifndef SERVE_FAST_PATH_H
#define SERVE_FAST_PATH_H

#include "answer/answer.h"
#include "config/config.h"
#include "net/listen_address.h"
#include "serve/hooks.h"
#include "view/view.h"

struct fast_path;

/* The fast path on the interfaces config->xdp for queries to `addresses`; *out is NULL if there are none
 * configured, or if queries are logged, which the program does not; the log says so. Before chroot().
 * ERR_MEMORY, ERR_SYSTEM. `config` and `addresses` must outlive it. */
enum err fast_path_new(const struct config *config, const struct listen_address_list *addresses,
                       struct fast_path **out, struct error *error) must_use;

/* Takes over the process that has the rights, makes memory for the overlay, and begins to follow the system's
 * interfaces. Once there may be threads, and before the overlay is made. If the kernel refuses that, the log
 * says so, and the sockets answer. NULL: nothing, also in all functions below. */
void fast_path_start(struct fast_path *path, struct xdp_rights *rights);

/* Ends the process, which detaches. */
void fast_path_free(struct fast_path *path);

/* Says which clients are exempt from the rate limit, and which are public resolvers, which only the sockets
 * answer. Before the first view; they must outlive the fast path's last one. */
void fast_path_use_clients(struct fast_path *path, const struct prefixes *exempt,
                           const struct prefixes *resolvers);

/* Makes a view ready, which is not published yet; its snapshot then has its data in the table of the fast
 * path. The thread that publishes snapshots; some 0.1 s. */
void fast_path_prepare(struct fast_path *path, const struct view *view);

/* Answers from the view made ready. With the publisher's lock. */
void fast_path_publish(struct fast_path *path);

/* Likewise from a new version of the overlay, which is in this memory (overlay_new_in; NULL: the system's).
 */
void fast_path_overlay(struct fast_path *path, const struct overlay_view *overlay);
const struct arena_memory *fast_path_overlay_memory(const struct fast_path *path);

/* Waits until no program reads a version of the overlay before the one published. `path`: a struct fast_path.
 */
void fast_path_wait(void *path);

struct fast_path_counts {
    struct xdp_counters all;
    uint64_t table_bytes;
};

/* What was counted since the start. What became of queries is added to `all` too, as if a worker had counted
 * it, and to `zones`, by zone id (NULL: it is not). Any thread. */
void fast_path_count(struct fast_path *path, struct fast_path_counts *counts, struct answer_counters *all,
                     struct answer_zone_counters *zones);

/* The sample of its hits, within 100 ms of the answer; NULL: none is kept. Its hit_sample_seen() is 0: all
 * hits are counted as answers of the outcome XDP_LISTED. */
const struct hit_sample *fast_path_hits(const struct fast_path *path);

/* The state of interface number `i`; false: there are fewer. Any thread. */
bool fast_path_inspect(struct fast_path *path, size_t i, struct hook_state *out);

#endif
