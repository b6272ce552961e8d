/*
 * The one RCU pointer to the view. Two threads publish: the loader a new snapshot with its zones, and the
 * updater a new version of the overlay. Neither waits for the other longer than a publish takes.
 *
 * The replaced view goes to the reclaimer: the whole view when the snapshot is new, otherwise only its shell
 * (view/view.h), as the new view shares the rest.
 */
#ifndef SERVE_PUBLISHER_H
#define SERVE_PUBLISHER_H

#include "serve/fast_path.h"
#include "serve/reclaimer.h"
#include "view/view.h"

struct publisher;

/* Nothing is published yet. `reclaimer` must outlive it. */
enum err publisher_new(struct reclaimer *reclaimer, struct publisher **out, struct error *error) must_use;

/* What is published is answered by this fast path too, which must outlive the publisher; before the first
 * publish. NULL: there is none. */
void publisher_use_fast_path(struct publisher *publisher, struct fast_path *fast_path);

/* Frees the published view too; no reader is left. NULL: nothing. */
void publisher_free(struct publisher *publisher);

/* The address from which readers load the view (rcu_load); it holds NULL until the first snapshot is
 * published. */
struct view **publisher_view(struct publisher *publisher);

/* Publishes `view`, just built, with the current overlay. The loader. */
void publisher_snapshot(struct publisher *publisher, struct view *view);

/* Publishes a version of the overlay over the current snapshot, or keeps it for the first one. A query that
 * arrives after the return sees that version. Waits while memory is out: what is stored must become visible.
 * The updater. */
void publisher_overlay(struct publisher *publisher, const struct overlay_view *overlay, uint64_t generation);

/* The view, for any thread that is not an online reader, until publisher_close: an RCU read-side section. It
 * must be short and not block. The first call registers the thread as a reader until the thread ends. */
const struct view *publisher_open(struct publisher *publisher);
void publisher_close(struct publisher *publisher);

/* The number of overlay versions published so far. Any thread. */
uint64_t publisher_count(const struct publisher *publisher);

#endif
