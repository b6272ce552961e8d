/*
 * The reclaimer: a thread that frees what readers may still hold, after a grace period.
 *
 * New readers must no longer be able to reach an object that is handed over (rcu_exchange). Handing over does
 * not wait, except when memory is out: then the caller waits for the grace period. Any thread that is not an
 * online reader may hand over.
 */
#ifndef SERVE_RECLAIMER_H
#define SERVE_RECLAIMER_H

#include "base/error.h"

#include <stdint.h>

struct reclaimer;

/* Starts the thread. Main thread. */
enum err reclaimer_start(struct reclaimer **out, struct error *error) must_use;

/* Has each grace period wait for other readers too, by `wait`; before anything is handed over. */
void reclaimer_wait_too(struct reclaimer *reclaimer, void (*wait)(void *context), void *context);

/* Hands over an object; `release` frees it, called by the reclaimer's thread. `generation` is that of the
 * overlay that came with its replacement; 0: the same as before. */
void reclaimer_add(struct reclaimer *reclaimer, void *object, void (*release)(void *object),
                   uint64_t generation);

/* The generation of the overlay such that no reader has an older one. Any thread. */
uint64_t reclaimer_generation(const struct reclaimer *reclaimer);

/* Waits until all that was handed over is freed. A thread that is not an online reader; milliseconds. */
void reclaimer_wait(struct reclaimer *reclaimer);

/* Frees all that was handed over, ends the thread and frees `reclaimer`. NULL: nothing. Main thread. */
void reclaimer_stop(struct reclaimer *reclaimer);

#endif
