/*
 * The reclaimer: a thread that frees what readers may still hold, after a grace period.
 *
 * What is handed to it must already be unreachable for readers that come later (rcu_exchange).
 */
#ifndef SERVE_RECLAIMER_H
#define SERVE_RECLAIMER_H

#include "base/error.h"
#include "view/view.h"

struct reclaimer;

/* Starts the thread. */
enum err reclaimer_start(struct reclaimer **out, struct error *error) must_use;

/* Hands over `view` (NULL: nothing), freed soon. Any thread that is not an online reader; does not wait. */
void reclaimer_add(struct reclaimer *reclaimer, struct view *view);

/* Hands over the shell of a view that was replaced by one with a newer overlay, `generation` (NULL: there was
 * none, and only the grace period matters). Any thread that is not an online reader; does not wait. */
void reclaimer_add_shell(struct reclaimer *reclaimer, struct view *shell, uint64_t generation);

/* The generation of the overlay of which no reader has an older version any more. Any thread. */
uint64_t reclaimer_generation(const struct reclaimer *reclaimer);

/* Waits until all that was handed over is freed. A thread that is not an online reader; milliseconds. */
void reclaimer_drain(struct reclaimer *reclaimer);

/* Frees all that was handed over, ends the thread and frees `reclaimer` (NULL: nothing). Main thread. */
void reclaimer_stop(struct reclaimer *reclaimer);

#endif
