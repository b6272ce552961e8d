/*
 * The fast path of the server: the XDP program (xdp/loader.h) on one interface, kept in step with the view.
 *
 * The publisher calls it. Before a new snapshot is published, its program and data are made ready beside the
 * ones that answer; at the publish they take their place. Where the overlay has something, the sockets
 * answer. A failure switches the fast path off, is logged, and touches nothing else: everything goes up to
 * the sockets then. The next snapshot tries again. The server needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON
 * for all of it.
 */
#ifndef SERVE_FAST_PATH_H
#define SERVE_FAST_PATH_H

#include "answer/answer.h"
#include "config/config.h"
#include "net/listen_address.h"
#include "view/view.h"
#include "xdp/data.h"

struct fast_path;

/* The fast path on the interface config->xdp for queries to `addresses`; *out is NULL if there is none
 * configured, or if the configuration has rules that the program does not know, which is logged. Before
 * chroot(). ERR_MEMORY. `config` and `addresses` must outlive it. */
enum err fast_path_new(const struct config *config, const struct listen_address_list *addresses,
                       struct fast_path **out, struct error *error) must_use;

/* Detaches. NULL: nothing, also in all functions below. */
void fast_path_free(struct fast_path *path);

/* Makes a view ready, which is not published yet. The thread that publishes snapshots; some 0.1 s. */
void fast_path_prepare(struct fast_path *path, const struct view *view);

/* Answers from the view made ready, and leaves what `overlay` has to the sockets. With the publisher's lock.
 */
void fast_path_publish(struct fast_path *path, const struct overlay_view *overlay);

/* Likewise a new version of the overlay. */
void fast_path_overlay(struct fast_path *path, const struct overlay_view *overlay);

struct fast_path_counts {
    struct xdp_counters all;
    uint64_t attached, native; /* 0 or 1: the program is on the interface, and in its driver */
    uint64_t table_bytes;
};

/* What was counted since the start. What was answered is added to `zones`, by zone id. Any thread. */
void fast_path_count(struct fast_path *path, struct fast_path_counts *counts,
                     struct answer_zone_counters *zones);

#endif
