/*
 * The reclaimer: a thread that frees what readers may still hold, after a grace period.
 *
 * What is handed to it must already be unreachable for readers that come later (rcu_exchange).
 */
#ifndef DAEMON_RECLAIMER_H
#define DAEMON_RECLAIMER_H

#include "base/error.h"
#include "list/view.h"

struct reclaimer;

/* Starts the thread. */
enum err reclaimer_start(struct reclaimer **out, struct error *error) must_use;

/* Hands over `view` (NULL: nothing), freed soon. Any thread that is not an online reader; does not wait. */
void reclaimer_add(struct reclaimer *reclaimer, struct view *view);

/* Waits until all that was handed over is freed. A thread that is not an online reader; milliseconds. */
void reclaimer_drain(struct reclaimer *reclaimer);

/* Frees all that was handed over, ends the thread and frees `reclaimer` (NULL: nothing). Main thread. */
void reclaimer_stop(struct reclaimer *reclaimer);

#endif
