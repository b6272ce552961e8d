/*
 * The updater: the thread that owns the overlay and is the only writer of the store.
 *
 * Operations from any thread wait in two queues. The updater pops all of them (at most UPDATER_GROUP) and
 * applies them as one group commit: one commit, one publish (delist.h). Meanwhile the next group gathers.
 * Those of the public (delist_is_public) come last, and are few in a group: however many there are, all
 * others wait for at most one group more.
 */
#ifndef SERVE_UPDATER_H
#define SERVE_UPDATER_H

#include "delist/delist.h"
#include "serve/publisher.h"

#define UPDATER_GROUP        256   /* operations of one commit, at most... */
#define UPDATER_GROUP_PUBLIC 16    /* ...of the public, so that nobody waits long for theirs */
#define UPDATER_QUEUE        20000 /* operations that wait, at most; further ones are refused */
#define UPDATER_QUEUE_PUBLIC 256   /* likewise of the public */

struct updater;

/* Opens the store, builds the overlay and publishes it. Of `options` the updater replaces the callbacks for
 * view and publish with its own. `publisher`, `reclaimer` and what `options` points at must outlive it. Does
 * not start the thread. Main thread. */
enum err updater_new(const struct delist_options *options, struct publisher *publisher,
                     struct reclaimer *reclaimer, struct updater **out, struct error *error) must_use;

/* Starts the thread. It calls `published` (or NULL) after every group; that must not block. Main thread. */
enum err updater_start(struct updater *updater, void (*published)(void *context), void *context,
                       struct error *error) must_use;

/* What the updater owns, for reads of the store and of policies; valid as long as the updater. Any thread. */
struct delist *updater_delist(const struct updater *updater);

/* Queues an operation; the thread calls op->done after it. False: the queue is full or the updater stops, and
 * op->done is not called. Any thread. */
bool updater_submit(struct updater *updater, struct delist_op *op);

/* Submits an operation and waits for it; replaces op->done and op->context. False as updater_submit. Any
 * thread but the updater's and online readers. */
bool updater_perform(struct updater *updater, struct delist_op *op);

/* Refuses new operations, applies those in the queue, and ends the thread. NULL: nothing. Main thread. */
void updater_stop(struct updater *updater);

/* Closes the store and frees all. No reader is left. NULL: nothing. */
void updater_free(struct updater *updater);

#endif
