/*
 * The reclaimer: a thread that frees what readers may still hold, after a grace period.
 *
 * What is handed over must already be out of reach for later readers (rcu_exchange). Handing over does not
 * wait, except when memory is out: then the caller waits for the grace period. Any thread that is not an
 * online reader may hand over.
 */
#ifndef SERVE_RECLAIMER_H
#define SERVE_RECLAIMER_H

#include "base/error.h"
#include "view/view.h"

struct reclaimer;

/* Starts the thread. */
enum err reclaimer_start(struct reclaimer **out, struct error *error) must_use;

/* Hands over an object; `release` frees it, called by the reclaimer's thread. */
void reclaimer_add(struct reclaimer *reclaimer, void *object, void (*release)(void *object));

/* Hands over a view with all that it owns. NULL: nothing. */
void reclaimer_add_view(struct reclaimer *reclaimer, struct view *view);

/* Hands over the shell of a view that was replaced by one with overlay `generation`. NULL: there was no view,
 * and only the grace period matters. */
void reclaimer_add_shell(struct reclaimer *reclaimer, struct view *shell, uint64_t generation);

/* The generation of the overlay such that no reader has an older one. Any thread. */
uint64_t reclaimer_generation(const struct reclaimer *reclaimer);

/* Waits until all that was handed over is freed. A thread that is not an online reader; milliseconds. */
void reclaimer_drain(struct reclaimer *reclaimer);

/* Frees all that was handed over, ends the thread and frees `reclaimer`. NULL: nothing. Main thread. */
void reclaimer_stop(struct reclaimer *reclaimer);

#endif
