/*
 * The one RCU pointer, the view, and its two publishers: the loader, who has a new snapshot with its zones,
 * and the updater, who has a new version of the overlay. Neither waits for the other longer than a publish
 * takes.
 *
 * What is replaced goes to the reclaimer: the whole view when the snapshot is new, and otherwise only its
 * shell, as the new one shares all the rest.
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

/* Where readers load the view from (rcu_load); NULL there until the first snapshot is published. */
struct view **publisher_view(struct publisher *publisher);

/* Publishes `view`, just built, over the overlay that is current. The loader. */
void publisher_snapshot(struct publisher *publisher, struct view *view);

/* Publishes a version of the overlay over the snapshot that is current, or keeps it for the first one. When
 * it returns, a query that comes in meets it. The updater. */
void publisher_overlay(struct publisher *publisher, const struct overlay_view *overlay, uint64_t generation);

/* The view, for a thread that may wait in between and is no online reader: an RCU read-side section of any
 * thread, which is registered as a reader by its first one until it ends. Must be closed soon, and nothing in
 * between may block. */
const struct view *publisher_open(struct publisher *publisher);
void publisher_close(struct publisher *publisher);

/* How many versions of the overlay were published. Any thread. */
uint64_t publisher_count(const struct publisher *publisher);

#endif
