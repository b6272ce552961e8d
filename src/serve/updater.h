/*
 * The updater: the thread that owns the overlay and the store's writing end.
 *
 * Operations from any thread wait in a queue; the updater takes all that are there (at most UPDATER_GROUP)
 * and applies them as one group: one commit, one publish (delist.h). While it waits for the disk the next
 * group gathers.
 */
#ifndef SERVE_UPDATER_H
#define SERVE_UPDATER_H

#include "delist/delist.h"
#include "serve/publisher.h"

#define UPDATER_GROUP 256   /* operations of one commit */
#define UPDATER_QUEUE 20000 /* operations that wait: beyond it a client is told to come later */

struct updater;

/* Opens the store and builds and publishes the overlay: `options` but for the callbacks, which are the
 * updater's own, and confirm's context. No thread yet. `publisher`, `reclaimer` and what `options` points at
 * must outlive it. */
enum err updater_new(const struct delist_options *options, struct publisher *publisher,
                     struct reclaimer *reclaimer, struct updater **out, struct error *error) must_use;

/* `published` (may be NULL) is called after every group that was published, by the updater thread; it must
 * not block. */
enum err updater_start(struct updater *updater, void (*published)(void *context), void *context,
                       struct error *error) must_use;

struct delist *updater_delist(const struct updater *updater);

/* Hands over an operation; op->done is called by the updater thread once it is over. False when the queue is
 * full or the updater stops: nothing was done and nothing will be called. Any thread. */
bool updater_submit(struct updater *updater, struct delist_op *op);

/* Submits and waits. Any thread but the updater and online readers. */
bool updater_perform(struct updater *updater, struct delist_op *op);

/* Applies what waits and ends the thread; nothing is taken any more. Main thread. */
void updater_stop(struct updater *updater);

/* Closes the store and frees all; no reader is left. NULL: nothing. */
void updater_free(struct updater *updater);

#endif
