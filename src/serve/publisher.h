/*
 * The one RCU pointer to the view, and its two publishers: the loader, who has a new snapshot with its zones,
 * and the updater, who has a new version of the overlay. Neither waits for the other longer than a publish
 * takes.
 *
 * What is replaced goes to the reclaimer: the whole view when the snapshot is new, otherwise only its shell,
 * as the new one shares the rest.
 */
#ifndef SERVE_PUBLISHER_H
#define SERVE_PUBLISHER_H

#include "serve/reclaimer.h"
#include "view/view.h"

struct publisher;

/* Nothing is published yet. `reclaimer` must outlive it. */
enum err publisher_new(struct reclaimer *reclaimer, struct publisher **out, struct error *error) must_use;

/* Frees the published view too; no reader is left. NULL: nothing. */
void publisher_free(struct publisher *publisher);

/* The address from which readers load the view (rcu_load); it holds NULL until the first snapshot is
 * published. */
struct view **publisher_view(struct publisher *publisher);

/* Publishes `view`, just built, with the current overlay. The loader. */
void publisher_snapshot(struct publisher *publisher, struct view *view);

/* Publishes a version of the overlay over the current snapshot, or keeps it for the first one. A query that
 * arrives after it has returned meets that version. What is stored must become visible, so it waits when
 * memory is out. The updater. */
void publisher_overlay(struct publisher *publisher, const struct overlay_view *overlay, uint64_t generation);

/* The view, for any thread that is not an online reader, until publisher_close: an RCU read-side section. It
 * must be short and not block. The first one registers the thread as a reader until it ends. */
const struct view *publisher_open(struct publisher *publisher);
void publisher_close(struct publisher *publisher);

/* The number of overlay versions published so far. Any thread. */
uint64_t publisher_count(const struct publisher *publisher);

#endif
